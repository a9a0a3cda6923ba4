#include "sdk/base/log_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sdk/base/text.hpp"

namespace smev {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool needs_quotes(std::string_view value) {
  return value.empty() || !is_valid_utf8(value) ||
         std::any_of(value.begin(), value.end(), [](char c) {
           return c == ' ' || c == '"' || c == '=' || c == '\\' || is_control(c);
         });
}

void append_value(std::string& line, std::string_view value) {
  if (!needs_quotes(value)) {
    line += value;
    return;
  }
  const bool text = is_valid_utf8(value);
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else if (c == '\r') {
      line += "\\r";
    } else if (c == '\t') {
      line += "\\t";
    } else if (is_control(c) || (!text && static_cast<unsigned char>(c) >= 0x80)) {
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

std::string_view name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

std::string log_line(TimePoint moment, LogLevel level, std::string_view event,
                     std::string_view text, const std::vector<LogField>& fields) {
  std::string line = "time=" + to_utc_text(moment);
  line += " level=";
  line += name(level);
  line += " event=";
  append_value(line, event);
  if (!text.empty()) {
    line += " text=";
    append_value(line, text);
  }
  for (const LogField& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    append_value(line, field.value);
  }
  return line;
}

}  // namespace smev
