#pragma once
// An element copied into a document of its own. xmlsec and libxml2's canonical form walk the whole
// document for one element of it, and stumble over what stands elsewhere (a namespace name that is
// no URI); and what is done to a copy leaves the message as it was received.

#include "sdk/xml/document.hpp"

namespace smev::signature {

class Fragment {
 public:
  /// An empty document.
  Fragment();
  /// A copy with the namespaces that its names need.
  explicit Fragment(const xml::Element& element);
  ~Fragment();
  Fragment(const Fragment&) = delete;
  Fragment& operator=(const Fragment&) = delete;

  [[nodiscard]] xml::Element root() const;
  [[nodiscard]] _xmlDoc* document() const { return doc_; }
  /// Appends a copy of the root to `parent`, in its document.
  void append_to(const xml::Element& parent) const;

 private:
  _xmlDoc* doc_;
};

}  // namespace smev::signature
