#pragma once
// XML Schema checks: compiled once, used by many threads.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/xml/document.hpp"
#include "smev/base/result.hpp"

namespace smev::xml {

/// What a fault is about, as far as a reader must tell.
enum class SchemaFaultKind {
  pattern,
  too_long,
  too_short,
  range,        ///< a number beyond its bounds
  enumeration,  ///< none of the listed values
  type,         ///< no value of its type at all
  unexpected_element,
  missing_child,
  unexpected_attribute,
  missing_attribute,
  unknown_root,
  other,
};

struct SchemaFault {
  /// Local names from the checked root:
  /// "ElkOrderRequest/CreateOrdersRequest/orders/order[2]/status". A number (from 1) only where
  /// siblings share a name; an attribute ends the path as "/@name".
  std::string path;
  /// libxml2's message, without a trailing newline. It quotes the value at fault, which may be
  /// personal data: for a log or an error take `masked_text`.
  std::string text;
  int line = 0;
  SchemaFaultKind kind = SchemaFaultKind::other;
  /// The element's number among the children of its parent, from 1.
  std::size_t position = 1;
  /// Local names of the elements of which the schema expects one there, in its order.
  std::vector<std::string> expected;
  /// None of the expected ones stands in the parent: something was left out, not misplaced.
  bool expected_is_absent = false;

  /// `text` without the quoted values.
  [[nodiscard]] std::string masked_text() const;
};

/// No more faults than these are collected from one document.
inline constexpr std::size_t kSchemaFaultsMax = 1000;

class Schema {
 public:
  /// Reads a schema file and what it imports from its own folder; no network. A schemaLocation that
  /// is not a plain file name is refused.
  static Result<std::shared_ptr<const Schema>> load(const std::string& path);

  /// All violations; empty when the document is valid. Thread-safe (with a document each).
  [[nodiscard]] std::vector<SchemaFault> check(const Document& document) const;
  /// Checks one element (and what is below it) as if it were the root of a document.
  [[nodiscard]] std::vector<SchemaFault> check(const Element& element) const;

  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

 private:
  struct Compiled;
  explicit Schema(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

/// Where the project's schemas lie: $SMEV_XSD_DIR, else ../share/smev-status/xsd beside the
/// program, else the folder they were configured to be installed in, else the source tree.
std::string schema_directory();

}  // namespace smev::xml
