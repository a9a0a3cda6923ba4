#pragma once
// Small things about text that several floors need.

#include <string>
#include <string_view>

namespace smev {

/// Characters (code points) of UTF-8, as XML Schema counts lengths. Invalid octets count as one
/// each.
std::size_t utf8_length(std::string_view text);
bool is_valid_utf8(std::string_view text);
/// Of valid UTF-8.
bool has_character(std::string_view text, bool (*wanted)(char32_t));
bool all_ascii_digits(std::string_view text);

/// Edits (an octet added, left out or replaced) that turn one name into the other: for telling what
/// the writer of an unknown name probably meant. Both are short.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace smev
