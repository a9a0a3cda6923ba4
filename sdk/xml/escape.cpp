#include "sdk/xml/escape.hpp"

#include <cstdint>

#include "sdk/xml/writer.hpp"

namespace smev::xml {

namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";

// Length of the valid UTF-8 sequence of an XML 1.0 character at `at`; 0 when there is none.
std::size_t character_length(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = octet(at);
  if (first < 0x80) {
    return first >= 0x20 || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
  }
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + length > text.size()) {
    return 0;
  }
  std::uint32_t code = first & (0xFFu >> (length + 1));
  for (std::size_t i = at + 1; i < at + length; ++i) {
    if ((octet(i) & 0xC0) != 0x80) {
      return 0;
    }
    code = code << 6 | (octet(i) & 0x3Fu);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool allowed = code >= kLeast[length] && code <= 0x10FFFF &&
                       (code < 0xD800 || code > 0xDFFF) && code != 0xFFFE && code != 0xFFFF;
  return allowed ? length : 0;
}

std::string_view text_reference(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\r':
      return "&#13;";
    default:
      return {};
  }
}

std::string_view attribute_reference(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '"':
      return "&quot;";
    case '\t':
      return "&#9;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    default:
      return {};
  }
}

void append_escaped(std::string& out, std::string_view text, std::string_view (*reference)(char)) {
  std::size_t kept = 0;  // start of the run that needs no change
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    const std::string_view instead = length == 0   ? std::string_view(kReplacement)
                                     : length == 1 ? reference(text[at])
                                                   : std::string_view();
    const std::size_t next = at + (length == 0 ? 1 : length);
    if (!instead.empty()) {
      out.append(text.substr(kept, at - kept)).append(instead);
      kept = next;
    }
    at = next;
  }
  out.append(text.substr(kept));
}

}  // namespace

bool is_text(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = character_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

void append_text(std::string& out, std::string_view text) {
  append_escaped(out, text, text_reference);
}

void append_attribute_value(std::string& out, std::string_view text) {
  append_escaped(out, text, attribute_reference);
}

std::string escape_text(std::string_view text) {
  std::string out;
  append_text(out, text);
  return out;
}

std::string escape_attribute(std::string_view text) {
  std::string out;
  append_attribute_value(out, text);
  return out;
}

}  // namespace smev::xml
