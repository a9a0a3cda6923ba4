#pragma once
// Writes the octets of the SMEV transform (smev3 §5, signature §3). What is written so needs no
// transform any more, and is XML with every namespace declared where it is first used: the signed
// part of our own requests.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/signature/escaping.hpp"

namespace smev::signature {

class TransformWriter {
 public:
  explicit TransformWriter(Escaping escaping = Escaping::woodstox) : escaping_(escaping) {}

  /// Both names must outlive the element; the namespace is not empty.
  void open(std::string_view uri, std::string_view name);
  /// Right after `open`, in the order of the transform: those of a namespace first.
  void attribute(std::string_view uri, std::string_view name, std::string_view value);
  /// All of the text between two tags, of characters that XML allows; a blank one is dropped.
  void text(std::string_view text);
  void close();
  void element(std::string_view uri, std::string_view name, std::string_view text);

  /// What stands there by now. Valid until the next is written.
  std::string_view written();
  /// All of it, when every element is closed.
  std::string take() { return std::move(out_); }

 private:
  // A namespace gets its number where it is first needed and keeps it until that element ends.
  struct Mapping {
    std::string_view uri;
    unsigned number;
  };
  struct Open {
    std::size_t mappings;  // in force before this element
    unsigned number;       // of its own namespace
    std::string_view name;
  };

  unsigned number_of(std::string_view uri);
  void append_name(const Open& element);
  void end_start_tag();

  const Escaping escaping_;
  std::string out_;
  bool in_start_tag_ = false;
  std::string declarations_;  // of the element at hand
  std::string values_;        // its attributes
  std::vector<Mapping> mappings_;
  std::vector<Open> open_;
  unsigned last_number_ = 0;
};

}  // namespace smev::signature
