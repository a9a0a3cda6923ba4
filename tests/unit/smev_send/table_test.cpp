#include "smev-send/table.hpp"

#include <gtest/gtest.h>

namespace smev::cli {
namespace {

TEST(DisplayWidth, counts_columns_and_not_octets) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("состояние"), 9u);
  EXPECT_EQ(display_width("е\xCC\x88"), 1u);  // е and a combining diaeresis
  EXPECT_EQ(display_width("漢字"), 4u);
  EXPECT_EQ(display_width("\xF0\x9F\x93\x84"), 2u);  // U+1F4C4
}

TEST(DisplayWidth, counts_an_octet_that_is_no_utf8_as_one) {
  EXPECT_EQ(display_width("\xFF"), 1u);
  EXPECT_EQ(display_width("\xD0"), 1u);  // cut off
  EXPECT_EQ(display_width("\xD0"
                          "a"),
            2u);                             // continued by a letter
  EXPECT_EQ(display_width("\xC0\x80"), 2u);  // overlong
}

TEST(Printable, takes_the_terminal_out_of_strangers_hands) {
  EXPECT_EQ(printable("a\x1b[31mb\n\tc\x7F"), "a [31mb  c ");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            " 31m");  // CSI as one character
  EXPECT_EQ(printable("a\xE2\x80\xAE"
                      "b"),
            "a b");  // right-to-left override
  EXPECT_EQ(printable("плохой \xFF октет"), "плохой \xEF\xBF\xBD октет");
  EXPECT_EQ(printable("ёлка — ok"), "ёлка — ok");
}

TEST(Table, columns_are_as_wide_as_their_widest_cell) {
  Table table({"номер", "состояние", "x"});
  table.add({std::string("1"), std::string("в очереди"), std::string("a")});
  table.add({std::string("12345678"), std::string("б"), std::string("b")});
  EXPECT_EQ(table.text(false),
            "номер     состояние  x\n"
            "1         в очереди  a\n"
            "12345678  б          b\n");
}

TEST(Table, has_no_blanks_at_the_ends_of_lines) {
  Table table({"a", "b", "c"});
  table.add({std::string("1"), std::string(), std::string()});
  table.add({std::string("1"), std::string(), std::string("3")});
  EXPECT_EQ(table.text(false, 2), "  a  b  c\n  1\n  1     3\n");
}

TEST(Table, colours_do_not_move_columns) {
  Table table({"a", "b"});
  table.add({Cell("x", Paint::red), std::string("y")});
  EXPECT_EQ(table.text(true), "\x1b[1ma\x1b[0m  \x1b[1mb\x1b[0m\n\x1b[31mx\x1b[0m  y\n");
}

TEST(Table, keeps_a_cell_on_its_line) {
  Table table({"a"});
  table.add({std::string("one\ntwo")});
  EXPECT_EQ(table.text(false), "a\none two\n");
}

}  // namespace
}  // namespace smev::cli
