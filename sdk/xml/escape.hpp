#pragma once
// Escaping straight into a buffer: what writer and serializer share.

#include <string>
#include <string_view>

namespace smev::xml {

/// `&` `<` `>` CR escaped.
void append_text(std::string& out, std::string_view text);
/// `&` `<` `"` TAB LF CR escaped.
void append_attribute_value(std::string& out, std::string_view text);

}  // namespace smev::xml
