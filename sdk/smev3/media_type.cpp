#include "sdk/smev3/media_type.hpp"

#include <algorithm>

namespace smev::smev3 {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// The text up to the closing quote; `rest` goes on behind it. An open end counts as a closing
// quote.
std::string take_quoted(std::string_view& rest) {
  std::string value;
  std::size_t at = 1;
  while (at < rest.size() && rest[at] != '"') {
    if (rest[at] == '\\' && at + 1 < rest.size()) {
      ++at;
    }
    value += rest[at++];
  }
  rest.remove_prefix(at < rest.size() ? at + 1 : rest.size());
  return value;
}

std::string take_value(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  if (!rest.empty() && rest.front() == '"') {
    return take_quoted(rest);
  }
  const std::string_view value = rest.substr(0, rest.find(';'));
  rest.remove_prefix(value.size());
  return std::string(trim_ascii(value));
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return lower;
}

std::string_view trim_ascii(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string MediaType::parameter(const std::string& lower_case_name) const {
  const auto found = parameters.find(lower_case_name);
  return found == parameters.end() ? std::string() : found->second;
}

bool MediaType::is_multipart() const { return name.rfind("multipart/", 0) == 0; }

bool MediaType::is_xml() const {
  return name == "text/xml" || name == "application/xml" || ends_with(name, "+xml");
}

MediaType parse_media_type(std::string_view value) {
  MediaType type;
  std::string_view rest = value;
  type.name = lower_ascii(trim_ascii(rest.substr(0, rest.find(';'))));
  rest.remove_prefix(std::min(rest.find(';'), rest.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the semicolon
    const std::size_t end = rest.find_first_of("=;");
    const std::string parameter = lower_ascii(trim_ascii(rest.substr(0, end)));
    rest.remove_prefix(std::min(end, rest.size()));
    if (!rest.empty() && rest.front() == '=') {
      rest.remove_prefix(1);
      type.parameters.emplace(parameter, take_value(rest));
      rest.remove_prefix(std::min(rest.find(';'), rest.size()));
    }
  }
  return type;
}

}  // namespace smev::smev3
