#include "sdk/base/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smev {
namespace {

TEST(Text, length_counts_characters_not_octets) {
  EXPECT_EQ(utf8_length(""), 0U);
  EXPECT_EQ(utf8_length("abc"), 3U);
  EXPECT_EQ(utf8_length("Анна"), 4U);
  EXPECT_EQ(utf8_length("№ 1 — 😀"), 7U);
}

TEST(Text, invalid_octets_count_as_one_character_each) {
  EXPECT_EQ(utf8_length("\xFF\xFE"), 2U);
  EXPECT_EQ(utf8_length("a\xD0"), 2U);         // cut in the middle of a character
  EXPECT_EQ(utf8_length("\xE2\x82"), 2U);      // two of three octets
  EXPECT_EQ(utf8_length("\xC0\xAF"), 2U);      // overlong form
  EXPECT_EQ(utf8_length("\xD0\xD0\x90"), 2U);  // a stray lead, then a whole character
}

TEST(Text, valid_utf8_at_the_edges_of_each_length) {
  for (const char* text :
       {"", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_valid_utf8(text)) << text;
  }
  EXPECT_TRUE(is_valid_utf8(std::string_view("\0", 1)));
}

TEST(Text, invalid_utf8_is_told) {
  for (const char* text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xE2\x82", "\xE2\x82\x41", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xF0\x9F\x98", "\xFE", "\xFF", "ab\xFF"}) {
    EXPECT_FALSE(is_valid_utf8(text));
  }
}

TEST(Text, ascii_digits_only) {
  EXPECT_TRUE(all_ascii_digits("0123456789"));
  EXPECT_TRUE(all_ascii_digits(""));
  for (const char* text : {"12a", " 1", "1 ", "-1", "+1", "1.0", "/", ":", "٣"}) {
    EXPECT_FALSE(all_ascii_digits(text)) << text;
  }
}

TEST(EditDistance, counts_what_must_be_added_left_out_or_replaced) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("mnemonic", "mnemonik"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

}  // namespace
}  // namespace smev
