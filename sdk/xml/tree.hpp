#pragma once
// Small things about libxml2's tree that this floor and the signature floor share.

#include <string>
#include <string_view>

struct _xmlAttr;
struct _xmlDoc;
struct _xmlNode;
struct _xmlNs;

namespace smev::xml {

inline std::string_view view(const unsigned char* text) {
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text));
}

/// The node itself or its next sibling that is an element; null when there is none.
_xmlNode* element_at_or_after(_xmlNode* node);

/// The node that follows in document order inside `top` (not above or behind it), or null.
/// Attributes are not visited. Children of entity references are not entered.
const _xmlNode* next_in(const _xmlNode* node, const _xmlNode* top);
/// The same without entering the children of `node`.
const _xmlNode* next_in_skipping(const _xmlNode* node, const _xmlNode* top);

std::string attribute_value(const _xmlAttr* attribute);

/// Empties the document's table of ids, which libraries fill behind our back.
void forget_ids(_xmlDoc* doc);

/// ` xmlns:p="…"`.
void append_declaration(const _xmlNs* ns, std::string& out);
/// The same for every declaration in scope at `element` that does not stand on itself.
std::string inherited_declarations(_xmlNode* element);

}  // namespace smev::xml
