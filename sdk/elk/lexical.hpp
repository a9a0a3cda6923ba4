#pragma once
// Lexical forms of XML Schema's simple types, as a reader meets them: blanks around, a leading
// plus.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smev::elk {

/// whiteSpace="collapse" for values without inner blanks: the blanks around are cut off.
std::string_view trimmed(std::string_view text);
/// whiteSpace="replace" (normalizedString): tab and line breaks become blanks.
std::string one_line(std::string_view text);

/// Fit to stand in a line for the operator: cut after so many characters, control characters blank;
/// empty when it is no UTF-8.
std::string shown(std::string_view text, std::size_t characters_max);

/// xs:short, xs:int, xs:long by the type asked for.
template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// xs:boolean: true, false, 1, 0.
std::optional<bool> parse_boolean(std::string_view text);

}  // namespace smev::elk
