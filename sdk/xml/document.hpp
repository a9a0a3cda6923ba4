#pragma once
// libxml2 behind RAII. Reading is hardened: no network, no DTD, no entities beyond the five of XML,
// no xml:id, limits on size, depth and count; a document that breaks one is an error, never a
// crash.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/result.hpp"

struct _xmlDoc;
struct _xmlNode;

namespace smev::xml {

/// What a document from outside may cost. Breaking one gives `limit_exceeded` with its name. There
/// is no other limit: a single text may be as long as the document.
struct Limits {
  std::size_t bytes_max = 32u << 20;  ///< whole document
  int depth_max = 128;                ///< element nesting; the root stands at depth 1
  /// Elements, attributes, namespace declarations and everything between tags, together.
  std::size_t nodes_max = 1'000'000;
  /// Attributes and namespace declarations of one element. libxml2 compares each with all before
  /// it.
  std::size_t attributes_max = 512;
  /// Namespace declarations in scope at one place: every name is looked up among them.
  std::size_t namespaces_max = 512;
  /// Processing instructions: SOAP 1.1 has none, and the SMEV transform drops them, so that one
  /// could part a signed text without breaking its signature.
  bool instructions_allowed = true;
};

/// A view of one element; valid while its Document lives and the element is not removed.
class Element {
 public:
  Element() = default;
  explicit Element(_xmlNode* node) : node_(node) {}

  explicit operator bool() const { return node_ != nullptr; }
  [[nodiscard]] _xmlNode* node() const { return node_; }
  friend bool operator==(const Element& a, const Element& b) { return a.node_ == b.node_; }

  [[nodiscard]] std::string_view name() const;           ///< local name
  [[nodiscard]] std::string_view namespace_uri() const;  ///< "" when in no namespace
  [[nodiscard]] bool is(std::string_view namespace_uri, std::string_view name) const;

  [[nodiscard]] Element parent() const;
  [[nodiscard]] Element first_child() const;   ///< first child element
  [[nodiscard]] Element next_sibling() const;  ///< next sibling element
  [[nodiscard]] std::vector<Element> children() const;
  /// The first child of that name, or an empty Element.
  [[nodiscard]] Element child(std::string_view namespace_uri, std::string_view name) const;
  [[nodiscard]] std::vector<Element> children(std::string_view namespace_uri,
                                              std::string_view name) const;
  /// All text inside, concatenated (CDATA included).
  [[nodiscard]] std::string text() const;
  /// Text of the first child of that name; nothing when there is no such child.
  [[nodiscard]] std::optional<std::string> child_text(std::string_view namespace_uri,
                                                      std::string_view name) const;
  /// An attribute in no namespace.
  [[nodiscard]] std::optional<std::string> attribute(std::string_view name) const;

  /// This element as a document of its own: namespaces in scope are declared on it, nothing else
  /// changes (no pretty-printing).
  [[nodiscard]] std::string outer_xml() const;

 private:
  _xmlNode* node_ = nullptr;
};

/// A parsed document. Move-only; one thread at a time.
class Document {
 public:
  /// UTF-8 only: another declared encoding is refused as `bad_xml`.
  static Result<Document> parse(std::string_view octets, const Limits& limits = {});

  [[nodiscard]] Element root() const;
  [[nodiscard]] _xmlDoc* get() const { return doc_.get(); }
  /// UTF-8, no XML declaration, no formatting.
  [[nodiscard]] std::string to_text() const;

 private:
  struct Deleter {
    void operator()(_xmlDoc* doc) const;
  };
  explicit Document(_xmlDoc* doc) : doc_(doc) {}
  std::unique_ptr<_xmlDoc, Deleter> doc_;
};

}  // namespace smev::xml
