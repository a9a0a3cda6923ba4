#include "sdk/signature/fragment.hpp"

#include <libxml/tree.h>

namespace smev::signature {

Fragment::Fragment() : doc_(xmlNewDoc(BAD_CAST "1.0")) {}

Fragment::Fragment(const xml::Element& element) : Fragment() {
  xmlDocSetRootElement(doc_, xmlDocCopyNode(element.node(), doc_, 1));
}

Fragment::~Fragment() { xmlFreeDoc(doc_); }

xml::Element Fragment::root() const { return xml::Element(xmlDocGetRootElement(doc_)); }

void Fragment::append_to(const xml::Element& parent) const {
  xmlNodePtr target = parent.node();
  xmlAddChild(target, xmlDocCopyNode(root().node(), target->doc, 1));
}

}  // namespace smev::signature
