#pragma once
// Characters of XML, and escaping straight into a buffer: what writer and serializer share.

#include <string>
#include <string_view>

namespace smev::xml {

/// UTF-8, of characters that XML 1.0 allows.
bool is_text(std::string_view text);
/// `&` `<` `>` CR escaped.
void append_text(std::string& out, std::string_view text);
/// `&` `<` `"` TAB LF CR escaped.
void append_attribute_value(std::string& out, std::string_view text);

}  // namespace smev::xml
