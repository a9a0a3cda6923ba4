#include "sdk/xml/tree.hpp"

#include <libxml/hash.h>
#include <libxml/tree.h>
#include <libxml/valid.h>

#include <vector>

#include "sdk/xml/escape.hpp"

namespace smev::xml {

namespace {

bool declares(const xmlNode* element, const xmlChar* prefix) {
  for (const xmlNs* ns = element->nsDef; ns != nullptr; ns = ns->next) {
    if (xmlStrEqual(ns->prefix, prefix) != 0) {
      return true;
    }
  }
  return false;
}

void collect_id(void* payload, void* found, const xmlChar*) {
  static_cast<std::vector<xmlAttrPtr>*>(found)->push_back(static_cast<xmlIDPtr>(payload)->attr);
}

}  // namespace

xmlNode* element_at_or_after(xmlNode* node) {
  while (node != nullptr && node->type != XML_ELEMENT_NODE) {
    node = node->next;
  }
  return node;
}

const xmlNode* next_in_skipping(const xmlNode* node, const xmlNode* top) {
  while (node != top) {
    if (node->next != nullptr) {
      return node->next;
    }
    node = node->parent;
  }
  return nullptr;
}

const xmlNode* next_in(const xmlNode* node, const xmlNode* top) {
  if (node->type == XML_ELEMENT_NODE && node->children != nullptr) {
    return node->children;
  }
  return next_in_skipping(node, top);
}

std::string attribute_value(const xmlAttr* attribute) {
  std::string value;
  for (const xmlNode* piece = attribute->children; piece != nullptr; piece = piece->next) {
    if (piece->type == XML_TEXT_NODE) {
      value += view(piece->content);
    }
  }
  return value;
}

void forget_ids(xmlDoc* doc) {
  std::vector<xmlAttrPtr> attributes;
  if (doc->ids != nullptr) {
    xmlHashScan(static_cast<xmlHashTablePtr>(doc->ids), collect_id, &attributes);
  }
  for (xmlAttrPtr attribute : attributes) {
    xmlRemoveID(doc, attribute);
  }
}

void append_declaration(const xmlNs* ns, std::string& out) {
  out += " xmlns";
  if (ns->prefix != nullptr) {
    out.append(":").append(view(ns->prefix));
  }
  out += "=\"";
  append_attribute_value(out, view(ns->href));
  out += '"';
}

std::string inherited_declarations(xmlNode* element) {
  std::string out;
  xmlNsPtr* scope = xmlGetNsList(element->doc, element);
  for (xmlNsPtr* at = scope; at != nullptr && *at != nullptr; ++at) {
    if (declares(element, (*at)->prefix)) {
      continue;
    }
    append_declaration(*at, out);
  }
  if (scope != nullptr) {
    xmlFree(scope);
  }
  return out;
}

}  // namespace smev::xml
