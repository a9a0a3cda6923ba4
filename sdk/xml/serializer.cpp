#include "sdk/xml/serializer.hpp"

#include <libxml/tree.h>

#include "sdk/xml/escape.hpp"
#include "sdk/xml/tree.hpp"

namespace smev::xml {

namespace {

template <class Named>
void append_name(const Named* node, std::string& out) {
  if (node->ns != nullptr && node->ns->prefix != nullptr) {
    out.append(view(node->ns->prefix)).push_back(':');
  }
  out.append(view(node->name));
}

void append_start_tag(xmlNode* element, bool with_scope, std::string& out) {
  out += '<';
  append_name(element, out);
  if (with_scope) {
    out += inherited_declarations(element);
  }
  for (const xmlNs* ns = element->nsDef; ns != nullptr; ns = ns->next) {
    append_declaration(ns, out);
  }
  for (const xmlAttr* attribute = element->properties; attribute != nullptr;
       attribute = attribute->next) {
    out += ' ';
    append_name(attribute, out);
    out += "=\"";
    append_attribute_value(out, attribute_value(attribute));
    out += '"';
  }
  out += element->children == nullptr ? "/>" : ">";
}

void append_leaf(const xmlNode* node, std::string& out) {
  const std::string_view content = view(node->content);
  switch (node->type) {
    case XML_TEXT_NODE:
      append_text(out, content);
      break;
    case XML_CDATA_SECTION_NODE:
      out.append("<![CDATA[").append(content).append("]]>");
      break;
    case XML_COMMENT_NODE:
      out.append("<!--").append(content).append("-->");
      break;
    case XML_PI_NODE:
      out.append("<?").append(view(node->name));
      out.append(content.empty() ? "" : " ").append(content).append("?>");
      break;
    default:
      break;
  }
}

}  // namespace

void serialize(xmlNode* top, bool with_scope, std::string& out) {
  xmlNode* node = top;
  while (true) {
    if (node->type == XML_ELEMENT_NODE) {
      append_start_tag(node, with_scope && node == top, out);
      if (node->children != nullptr) {
        node = node->children;
        continue;
      }
    } else {
      append_leaf(node, out);
    }
    while (node != top && node->next == nullptr) {
      node = node->parent;
      out += "</";
      append_name(node, out);
      out += '>';
    }
    if (node == top) {
      return;
    }
    node = node->next;
  }
}

}  // namespace smev::xml
