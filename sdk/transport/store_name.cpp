#include "sdk/transport/store_name.hpp"

#include "sdk/base/text.hpp"

namespace smev::transport {

namespace {

constexpr std::size_t kExtensionMax = 16;  // a longer "extension" is part of the name

std::string without_forbidden(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7F || c == '/' || c == '\\') {
      c = '_';
    }
  }
  return out;
}

// With its dot; empty when there is none worth keeping.
std::string_view extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || utf8_length(name.substr(dot)) > kExtensionMax) {
    return {};
  }
  return name.substr(dot);
}

// Never cuts a character in two.
std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size()) {
    const bool starts = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (starts && count-- == 0) {
      break;
    }
    ++at;
  }
  return text.substr(0, at);
}

}  // namespace

std::string store_name(std::string_view name) {
  std::string clean = without_forbidden(name);
  if (clean.empty() || clean == "." || clean == "..") {
    return "file";
  }
  if (utf8_length(clean) <= kStoreNameMax) {
    return clean;
  }
  const std::string_view extension = extension_of(clean);
  const std::string_view base = std::string_view(clean).substr(0, clean.size() - extension.size());
  return std::string(first_characters(base, kStoreNameMax - utf8_length(extension))) +
         std::string(extension);
}

std::string percent_encoded(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[octet >> 4];
      out += kDigits[octet & 0xF];
    }
  }
  return out;
}

}  // namespace smev::transport
