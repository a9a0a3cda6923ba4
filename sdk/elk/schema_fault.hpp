#pragma once
// What libxml2 says against ready business XML, as an operator reads it: in Russian, under the
// codes that the other forms of an update have, at the element that is to blame.

#include <string>

#include "sdk/xml/schema.hpp"
#include "smev/base/error.hpp"

namespace smev::elk {

/// A missing child or attribute has a path of its own ("…/order/senderInn"; "…/a|b" where either
/// would do). A name that is near to none of the information type's is not shown: its element is
/// named by its number, "*[2]".
FieldFault field_fault(const xml::SchemaFault& fault);

/// The English text for developers: no value, no name of the document.
std::string detail_of(const xml::SchemaFault& fault);

}  // namespace smev::elk
