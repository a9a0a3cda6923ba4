#include "sdk/signature/escaping.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace smev::signature {

namespace {

constexpr std::size_t kShortTextUnitsMax = 11;
constexpr std::size_t kPieceUnits = 512;

constexpr std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }

// Octets that may begin a character which is not written as it is. 0xC2 leads U+0080 to U+00BF.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (const int c : {int{'&'}, int{'<'}, int{'>'}, int{'\r'}, 0x7F, 0xC2}) {
    special[static_cast<std::size_t>(c)] = true;
  }
  return special;
}();

bool has_special(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return kSpecial[octet(c)]; });
}

std::size_t length_of(char lead) {
  const std::uint8_t first = octet(lead);
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

std::size_t count_units(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    units += (octet(c) & 0xC0) != 0x80 ? 1 : 0;
    units += octet(c) >= 0xF0 ? 1 : 0;
  }
  return units;
}

void append_reference(std::string& out, unsigned code) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += "&#x";
  if (code >= 16) {
    out += kDigits[code >> 4];
  }
  out += kDigits[code & 15];
  out += ';';
}

// Writes what stands for one character other than `>`; false when it is written as it is.
bool append_escaped(std::string& out, std::string_view character) {
  if (character == "&") {
    out += "&amp;";
  } else if (character == "<") {
    out += "&lt;";
  } else if (character == "\r") {
    append_reference(out, '\r');
  } else if (character == "\x7F") {
    append_reference(out, 0x7F);
  } else if (character.size() == 2 && octet(character[0]) == 0xC2 && octet(character[1]) < 0xA0) {
    append_reference(out, octet(character[1]));
  } else {
    return false;
  }
  return true;
}

void append_special_text(std::string& out, std::string_view text) {
  const bool is_short = count_units(text) <= kShortTextUnitsMax;
  std::size_t unit = 0;     // of the character at hand, within its piece
  std::string_view before;  // the character before it; empty where the writer saw none
  bool escaped_before = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view character = text.substr(at, length_of(text[at]));
    at += character.size();
    bool escaped = true;
    if (character != ">") {
      escaped = append_escaped(out, character);
    } else {
      escaped = before.empty() || before == "]" || (escaped_before && !is_short);
      out += escaped ? "&gt;" : "";
    }
    if (!escaped) {
      out += character;
    }
    unit += character.size() == 4 ? 2 : 1;
    escaped_before = escaped;
    before = character;
    if (!is_short && unit >= kPieceUnits) {
      // A surrogate pair may lie across two pieces: its second half is then the first unit of the
      // next.
      unit -= kPieceUnits;
      before = unit == 0 ? std::string_view() : character;
      escaped_before = false;
    }
  }
}

void append_by_jdk(std::string& out, std::string_view text, bool quotes_too) {
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"' && quotes_too) {
      out += "&quot;";
    } else {
      out += c;
    }
  }
}

// U+10000 and above are surrogates in UTF-16, which come before U+E000.
constexpr std::uint8_t utf16_rank(char c) {
  const std::uint8_t value = octet(c);
  if (value < 0xEE) {
    return value;
  }
  return static_cast<std::uint8_t>(value < 0xF0 ? value + 0x10 : value - 2);
}

}  // namespace

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return octet(c) <= 0x20; });
}

void append_transformed_text(std::string& out, std::string_view text, Escaping escaping) {
  if (escaping == Escaping::jdk) {
    append_by_jdk(out, text, false);
  } else if (has_special(text)) {
    append_special_text(out, text);
  } else {
    out += text;
  }
}

void append_transformed_attribute(std::string& out, std::string_view value, Escaping escaping) {
  if (escaping == Escaping::jdk) return append_by_jdk(out, value, true);
  std::size_t kept = 0;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const char c = value[at];
    if (c != '&' && c != '<' && c != '"' && c != '\t' && c != '\n' && c != '\r') {
      continue;
    }
    out.append(value.substr(kept, at - kept));
    kept = at + 1;
    if (c == '"') {
      out += "&quot;";
    } else if (c == '\t' || c == '\n') {
      append_reference(out, octet(c));
    } else {
      append_escaped(out, value.substr(at, 1));
    }
  }
  out.append(value.substr(kept));
}

bool utf16_less(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return utf16_rank(x) < utf16_rank(y); });
}

}  // namespace smev::signature
