#include "sdk/base/line_reader.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace smev {
namespace {

std::vector<Line> lines_of(const std::string& text, std::size_t limit = 1000) {
  std::istringstream in(text);
  LineReader reader(in, limit);
  std::vector<Line> lines;
  for (Line line; reader.next(line);) lines.push_back(line);
  return lines;
}

TEST(LineReader, takes_every_kind_of_line_end_and_tells_which_it_was) {
  const auto lines = lines_of("a\nb\r\nc\rd");
  ASSERT_EQ(lines.size(), 4U);
  const std::vector<std::string> texts = {"a", "b", "c", "d"};
  const std::vector<std::string> ends = {"\n", "\r\n", "\r", ""};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].number, i + 1);
    EXPECT_EQ(lines[i].text, texts[i]);
    EXPECT_EQ(lines[i].end, ends[i]);
  }
}

TEST(LineReader, empty_lines_count_and_an_empty_input_has_none) {
  EXPECT_TRUE(lines_of("").empty());
  EXPECT_EQ(lines_of("\n").size(), 1U);
  EXPECT_EQ(lines_of("\r\r\n\n").size(), 3U);
  EXPECT_TRUE(lines_of(" \t\n")[0].blank());
  EXPECT_FALSE(lines_of(" x\n")[0].blank());
}

TEST(LineReader, line_feed_may_stand_in_the_next_chunk) {
  for (std::size_t length = (64u << 10) - 3; length <= (64u << 10) + 1; ++length) {
    const auto lines = lines_of(std::string(length, 'x') + "\r\ny", 1u << 20);
    ASSERT_EQ(lines.size(), 2U) << length;
    EXPECT_EQ(lines[0].text.size(), length);
    EXPECT_EQ(lines[0].end, "\r\n");
    EXPECT_EQ(lines[1].text, "y");
  }
}

TEST(LineReader, a_line_beyond_the_limit_is_passed_over_and_the_next_one_is_read) {
  for (const std::size_t length : {std::size_t{11}, std::size_t{300'000}}) {
    const auto lines = lines_of(std::string(10, 'a') + "\n" + std::string(length, 'b') + "\nc", 10);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_FALSE(lines[0].too_long);
    EXPECT_TRUE(lines[1].too_long);
    EXPECT_FALSE(lines[1].blank());
    EXPECT_EQ(lines[1].text, "");
    EXPECT_EQ(lines[2].text, "c");
    EXPECT_EQ(lines[2].number, 3U);
  }
  EXPECT_TRUE(lines_of(std::string(200'000, 'b'), 10)[0].too_long);
}

TEST(LineReader, looking_ahead_takes_nothing) {
  std::istringstream in("\xEF\xBB\xBF" + std::string(100'000, 'x') + "\ny");
  LineReader reader(in, 1u << 20);
  EXPECT_TRUE(reader.take_bom());
  EXPECT_FALSE(reader.take_bom());
  EXPECT_EQ(reader.look(3), "xxx");
  EXPECT_EQ(reader.look(1u << 20).size(), 100'002U);
  Line line;
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line.text.size(), 100'000U);
  EXPECT_EQ(line.number, 1U);
  EXPECT_EQ(reader.look(5), "y");
  EXPECT_FALSE(reader.broken());
}

}  // namespace
}  // namespace smev
