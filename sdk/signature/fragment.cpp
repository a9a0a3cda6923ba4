#include "sdk/signature/fragment.hpp"

#include <libxml/tree.h>

namespace smev::signature {

Fragment::Fragment(const xml::Element& element) : doc_(xmlNewDoc(BAD_CAST "1.0")) {
  xmlDocSetRootElement(doc_, xmlDocCopyNode(element.node(), doc_, 1));
}

Fragment::~Fragment() { xmlFreeDoc(doc_); }

xml::Element Fragment::root() const { return xml::Element(xmlDocGetRootElement(doc_)); }

}  // namespace smev::signature
