#include "sdk/signature/escaping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace smev::signature {
namespace {

std::string text(std::string_view value) {
  std::string out;
  append_transformed_text(out, value, Escaping::woodstox);
  return out;
}

std::string attribute(std::string_view value) {
  std::string out;
  append_transformed_attribute(out, value, Escaping::woodstox);
  return out;
}

std::string a(std::size_t count) { return std::string(count, 'a'); }

TEST(Escaping, ampersand_less_and_carriage_return_always) {
  EXPECT_EQ(text("a&b<c\rd\n\t\"'"), "a&amp;b&lt;c&#xd;d\n\t\"'");
}

TEST(Escaping, greater_of_a_short_text_at_the_start_and_behind_a_bracket_only) {
  EXPECT_EQ(text(">>b]>&>"), "&gt;>b]&gt;&amp;>");
  EXPECT_EQ(text("aaaaaaaaa&>"), "aaaaaaaaa&amp;>");  // 11 units
}

TEST(Escaping, greater_of_a_long_text_behind_an_escaped_character_too) {
  EXPECT_EQ(text("aaaaaaaaaa&>"), "aaaaaaaaaa&amp;&gt;");  // 12 units
  EXPECT_EQ(text(">>>aaaaaaaaaaaa"), "&gt;&gt;&gt;aaaaaaaaaaaa");
  EXPECT_EQ(text("a>b\x7F>aaaaaaaa]>"), "a>b&#x7f;&gt;aaaaaaaa]&gt;");
}

TEST(Escaping, a_character_beyond_the_basic_plane_counts_as_two) {
  EXPECT_EQ(text("😀aaaaaaa&>"), "😀aaaaaaa&amp;>");       // 11 units
  EXPECT_EQ(text("😀aaaaaaaa&>"), "😀aaaaaaaa&amp;&gt;");  // 12 units
}

TEST(Escaping, greater_at_the_start_of_each_piece_of_512_units) {
  EXPECT_EQ(text(a(512) + ">"), a(512) + "&gt;");
  EXPECT_EQ(text(a(511) + ">"), a(511) + ">");
  EXPECT_EQ(text(a(513) + ">"), a(513) + ">");
  EXPECT_EQ(text(a(1024) + ">"), a(1024) + "&gt;");
  EXPECT_EQ(text(a(511) + "😀>"), a(511) + "😀>");  // the pair lies across the pieces
  EXPECT_EQ(text(a(510) + "😀>"), a(510) + "😀&gt;");
}

TEST(Escaping, control_characters_of_latin_1_in_texts_alone) {
  EXPECT_EQ(text("\xC2\x80 \xC2\x85 \xC2\x9F \xC2\xA0"), "&#x80; &#x85; &#x9f; \xC2\xA0");
  EXPECT_EQ(attribute("\x7F\xC2\x85"), "\x7F\xC2\x85");
}

TEST(Escaping, attribute_values) {
  EXPECT_EQ(attribute("a&b<c>d\"e'f\tg\nh\ri"), "a&amp;b&lt;c>d&quot;e'f&#x9;g&#xa;h&#xd;i");
}

TEST(Escaping, blank_is_up_to_the_space_only) {
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank(" \t\r\n"));
  EXPECT_FALSE(is_blank("\xC2\xA0"));
  EXPECT_FALSE(is_blank("  a"));
}

TEST(Escaping, names_sort_by_utf16_units) {
  std::vector<std::string> names = {
      "😀", "\xEF\xBC\xA1", "\xEE\x80\x80", "\xED\x9F\xBF", "я", "b", "B", "ba"};
  std::sort(names.begin(), names.end(), utf16_less);
  EXPECT_EQ(names, (std::vector<std::string>{"B", "b", "ba", "я", "\xED\x9F\xBF", "😀",
                                             "\xEE\x80\x80", "\xEF\xBC\xA1"}));
}

// As XMLEventWriter of OpenJDK 17.0.15 was seen to write it.
TEST(Escaping, of_the_jdk_always_escapes_greater_and_leaves_the_rest) {
  std::string out;
  append_transformed_text(out, "a>b]]\"'\r\n\t\xC2\x85\x7F😀<&>z", Escaping::jdk);
  EXPECT_EQ(out, "a&gt;b]]\"'\r\n\t\xC2\x85\x7F😀&lt;&amp;&gt;z");
  out.clear();
  append_transformed_attribute(out, "a>b]]\"'\r\n\t\xC2\x85\x7F😀<&>z", Escaping::jdk);
  EXPECT_EQ(out, "a&gt;b]]&quot;'\r\n\t\xC2\x85\x7F😀&lt;&amp;&gt;z");
}

}  // namespace
}  // namespace smev::signature
