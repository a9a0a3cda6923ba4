#pragma once
// The tree as text, in UTF-8, nothing added. libxml2's own serializer leaves `&` and `<` of
// namespace names as they are, which gives text that no reader takes.

#include <string>

struct _xmlNode;

namespace smev::xml {

/// Appends `node` and what is below it. With `with_scope`, an element gets the namespace
/// declarations that it inherits.
void serialize(_xmlNode* node, bool with_scope, std::string& out);

}  // namespace smev::xml
