#pragma once
// Schema violations in the words of Xerces, the validator that SMEV runs (elk-status §4.2): facet
// or datatype message first, cvc-type.3.1.3 after it, elements named with the prefix of the
// request. The texts quote values of the document, so they belong into answers to its sender and
// nowhere else.

#include <string>
#include <vector>

#include "sdk/xml/document.hpp"
#include "sdk/xml/schema.hpp"

namespace smev::mock {

/// @param root the element that was checked
std::vector<std::string> xerces_texts(const xml::Element& root,
                                      const std::vector<xml::SchemaFault>& faults);

}  // namespace smev::mock
