#include "sdk/base/log_line.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smev {
namespace {

std::string line(const std::string& value) {
  return log_line(TimePoint{}, LogLevel::info, "event.name", "", {{"key", value}});
}

const std::string kStart = "time=1970-01-01T00:00:00.000000Z level=info event=event.name key=";

TEST(LogLine, names_time_level_event_text_and_fields_in_this_order) {
  EXPECT_EQ(log_line(TimePoint{}, LogLevel::warning, "message.refused", "СМЭВ отказала",
                     {{"order", "1999290001"}, {"attempt", "2"}}),
            "time=1970-01-01T00:00:00.000000Z level=warning event=message.refused "
            "text=\"СМЭВ отказала\" order=1999290001 attempt=2");
}

TEST(LogLine, empty_text_is_left_out_and_an_empty_value_is_shown) {
  EXPECT_EQ(line(""), kStart + "\"\"");
}

TEST(LogLine, plain_values_are_bare) {
  for (const char* value : {"abc", "1", "a.b-c:d/e", "Анна", "{x}", "'"}) {
    EXPECT_EQ(line(value), kStart + value);
  }
}

TEST(LogLine, value_can_neither_break_the_line_nor_forge_a_field) {
  EXPECT_EQ(line("a b"), kStart + "\"a b\"");
  EXPECT_EQ(line("a=b"), kStart + "\"a=b\"");
  EXPECT_EQ(line("say \"x\""), kStart + R"("say \"x\"")");
  EXPECT_EQ(line("a\\b"), kStart + R"("a\\b")");
  EXPECT_EQ(line("a\nlevel=error"), kStart + R"("a\nlevel=error")");
  EXPECT_EQ(line("\r\t"), kStart + R"("\r\t")");
  EXPECT_EQ(line("\x1B[31m"), kStart + R"("\x1b[31m")");
  EXPECT_EQ(line(std::string("\0", 1)), kStart + R"("\x00")");
  EXPECT_EQ(line("\x7F"), kStart + R"("\x7f")");
}

TEST(LogLine, invalid_utf8_is_escaped_octet_by_octet) {
  EXPECT_EQ(line("a\xFF\xD0"), kStart + R"("a\xff\xd0")");
}

TEST(LogLevel, names_are_the_enumerators) {
  EXPECT_EQ(name(LogLevel::debug), "debug");
  EXPECT_EQ(name(LogLevel::info), "info");
  EXPECT_EQ(name(LogLevel::warning), "warning");
  EXPECT_EQ(name(LogLevel::error), "error");
}

}  // namespace
}  // namespace smev
