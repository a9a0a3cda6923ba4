#pragma once
// An element copied into a document of its own. xmlsec and libxml2's canonical form walk the whole
// document for one element of it, and stumble over what stands elsewhere (a namespace name that is
// no URI); and what is done to a copy leaves the message as it was received.

#include "sdk/xml/document.hpp"

namespace smev::signature {

class Fragment {
 public:
  /// A copy with the namespaces that its names need.
  explicit Fragment(const xml::Element& element);
  ~Fragment();
  Fragment(const Fragment&) = delete;
  Fragment& operator=(const Fragment&) = delete;

  [[nodiscard]] xml::Element root() const;
  [[nodiscard]] _xmlDoc* document() const { return doc_; }

 private:
  _xmlDoc* doc_;
};

}  // namespace smev::signature
