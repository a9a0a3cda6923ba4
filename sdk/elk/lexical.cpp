#include "sdk/elk/lexical.hpp"

#include "sdk/base/text.hpp"

namespace smev::elk {
namespace {
constexpr std::string_view kBlanks = " \t\r\n";
}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (kBlanks.find(c) != std::string_view::npos) c = ' ';
  }
  return line;
}

std::string shown(std::string_view text, std::size_t characters_max) {
  if (!is_valid_utf8(text)) return {};
  std::string line;
  std::size_t characters = 0;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool starts_character = (octet & 0xC0U) != 0x80U;
    if (starts_character && ++characters > characters_max) break;
    line += octet < 0x20 || octet == 0x7F ? ' ' : c;
  }
  return line;
}

std::optional<bool> parse_boolean(std::string_view text) {
  text = trimmed(text);
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

}  // namespace smev::elk
