#include "sdk/base/text.hpp"

#include <algorithm>
#include <vector>

namespace smev {
namespace {

bool is_continuation(unsigned char octet) { return (octet & 0xC0U) == 0x80U; }

// Octets of the well-formed character at the start of `text`; 0 when there is none
// (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF).
std::size_t character_octets(std::string_view text) {
  const auto octet = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char first = octet(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(octet(i))) return 0;
  }
  const unsigned char second = octet(1);
  if (first == 0xE0 && second < 0xA0) return 0;
  if (first == 0xED && second > 0x9F) return 0;
  if (first == 0xF0 && second < 0x90) return 0;
  if (first == 0xF4 && second > 0x8F) return 0;
  return length;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  std::size_t characters = 0;
  while (!text.empty()) {
    text.remove_prefix(std::max<std::size_t>(character_octets(text), 1));
    ++characters;
  }
  return characters;
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t octets = character_octets(text);
    if (octets == 0) return false;
    text.remove_prefix(octets);
  }
  return true;
}

bool has_character(std::string_view text, bool (*wanted)(char32_t)) {
  while (!text.empty()) {
    const std::size_t octets = character_octets(text);
    if (octets == 0) return false;
    // The lead octet keeps 7, 5, 4 or 3 bits of the character.
    const auto lead = static_cast<unsigned char>(text.front());
    char32_t character = octets == 1 ? lead : lead & (0x7FU >> octets);
    for (std::size_t i = 1; i < octets; ++i) {
      character = (character << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    if (wanted(character)) return true;
    text.remove_prefix(octets);
  }
  return false;
}

bool all_ascii_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace smev
