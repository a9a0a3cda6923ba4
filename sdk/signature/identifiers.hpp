#pragma once
// Which elements of a document carry an identifier.

#include <cstddef>
#include <string_view>

#include "sdk/xml/document.hpp"

namespace smev::signature {

/// Elements with an attribute Id, ID, id or xml:id (in any namespace) of this value, anywhere in
/// the document. White space around a value does not count: a schema-aware reader would drop it.
std::size_t count_identified(const xml::Document& document, std::string_view id);

/// True when `element` is `top` or lies inside it.
bool is_inside(const xml::Element& element, const xml::Element& top);

}  // namespace smev::signature
