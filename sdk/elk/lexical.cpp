#include "sdk/elk/lexical.hpp"

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

std::optional<bool> parse_boolean(std::string_view text) {
  text = trimmed(text);
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

}  // namespace smev::elk
