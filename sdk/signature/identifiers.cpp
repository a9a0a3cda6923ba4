#include "sdk/signature/identifiers.hpp"

#include <libxml/tree.h>

#include "sdk/xml/tree.hpp"

namespace smev::signature {

namespace {

bool is_identifier_name(std::string_view name) {
  return name.size() == 2 && (name[0] == 'I' || name[0] == 'i') &&
         (name[1] == 'D' || name[1] == 'd');
}

std::string_view trimmed(std::string_view value) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t from = value.find_first_not_of(kBlanks);
  return from == std::string_view::npos
             ? std::string_view()
             : value.substr(from, value.find_last_not_of(kBlanks) - from + 1);
}

bool carries(const xmlNode* element, std::string_view id) {
  for (const xmlAttr* attribute = element->properties; attribute != nullptr;
       attribute = attribute->next) {
    if (is_identifier_name(xml::view(attribute->name)) &&
        trimmed(xml::attribute_value(attribute)) == id) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::size_t count_identified(const xml::Document& document, std::string_view id) {
  std::size_t count = 0;
  const xmlNode* top = document.root().node();
  for (const xmlNode* node = top; node != nullptr; node = xml::next_in(node, top)) {
    count += node->type == XML_ELEMENT_NODE && carries(node, id) ? 1 : 0;
  }
  return count;
}

bool is_inside(const xml::Element& element, const xml::Element& top) {
  for (const xmlNode* node = element.node(); node != nullptr; node = node->parent) {
    if (node == top.node()) {
      return true;
    }
  }
  return false;
}

}  // namespace smev::signature
