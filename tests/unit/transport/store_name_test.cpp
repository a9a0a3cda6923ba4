#include "sdk/transport/store_name.hpp"

#include <gtest/gtest.h>

#include "sdk/base/text.hpp"

namespace smev::transport {
namespace {

std::string times(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

TEST(StoreName, keeps_an_ordinary_name) {
  EXPECT_EQ(store_name("Решение № 7.pdf"), "Решение № 7.pdf");
}

TEST(StoreName, may_have_108_characters_and_no_more) {
  const std::string longest = times("я", 104) + ".pdf";
  EXPECT_EQ(store_name(longest), longest);
  const std::string cut = store_name("я" + longest);
  EXPECT_EQ(cut, longest);
  EXPECT_EQ(utf8_length(cut), kStoreNameMax);
}

TEST(StoreName, keeps_the_extension_and_cuts_no_character_in_two) {
  const std::string cut = store_name(times("😀", 200) + ".docx");
  EXPECT_EQ(cut, times("😀", 103) + ".docx");
  EXPECT_TRUE(is_valid_utf8(cut));
}

TEST(StoreName, cuts_a_name_without_a_real_extension_at_the_end) {
  EXPECT_EQ(store_name(times("a", 200)), times("a", 108));
  EXPECT_EQ(store_name("x." + times("b", 200)), "x." + times("b", 106));
  EXPECT_EQ(store_name("." + times("b", 200)), "." + times("b", 107));
}

TEST(StoreName, leads_out_of_no_folder) {
  EXPECT_EQ(store_name("../../etc/passwd"), ".._.._etc_passwd");
  EXPECT_EQ(store_name("a\\b"), "a_b");
  EXPECT_EQ(store_name("a\r\nDELE b"), "a__DELE b");
  EXPECT_EQ(store_name(std::string("a\0b\x7F", 4)), "a_b_");
  for (const char* name : {"", ".", ".."}) EXPECT_EQ(store_name(name), "file");
}

TEST(PercentEncoded, leaves_only_plain_characters) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("я /%?#;"), "%D1%8F%20%2F%25%3F%23%3B");
}

}  // namespace
}  // namespace smev::transport
