#include "sdk/elk/faults.hpp"

#include <gtest/gtest.h>

namespace smev::elk {
namespace {

TEST(Faults, count_characters_in_good_russian) {
  EXPECT_EQ(characters_text(1), "1 символ");
  EXPECT_EQ(characters_text(2), "2 символа");
  EXPECT_EQ(characters_text(5), "5 символов");
  EXPECT_EQ(characters_text(11), "11 символов");
  EXPECT_EQ(characters_text(21), "21 символ");
  EXPECT_EQ(characters_text(112), "112 символов");
  EXPECT_EQ(characters_text(122), "122 символа");
}

TEST(Faults, length_is_counted_in_characters_as_the_schema_does) {
  Faults faults;
  EXPECT_TRUE(check_text(faults, "f", "😀😀", {.least = 2, .most = 2}));
  EXPECT_FALSE(check_text(faults, "f", "😀", {.least = 2, .most = 2}));
  EXPECT_FALSE(check_text(faults, "f", "😀😀😀", {.least = 2, .most = 2}));
  const auto list = faults.take();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].code, "too_short");
  EXPECT_EQ(list[0].text, "Слишком коротко: 1 символ, нужно не меньше 2 символов");
  EXPECT_EQ(list[1].code, "too_long");
  EXPECT_EQ(list[1].text, "Слишком длинно: 3 символа, допустимо не больше 2 символов");
}

TEST(Faults, characters_that_xml_forbids_are_refused_and_their_neighbours_are_not) {
  Faults faults;
  for (const std::string_view good :
       {"\t", "\n", "\r", " ", "\xC2\xA0", "\xE2\x80\x8D", "\xEF\xBF\xBD", "\xEE\x80\x80"}) {
    EXPECT_TRUE(check_text(faults, "f", good, {.most = 9})) << good;
  }
  EXPECT_TRUE(faults.empty());
  for (const std::string_view bad :
       {"\x01", "\x08", "\x0B", "\x0C", "\x0E", "\x1F", "a\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    EXPECT_FALSE(check_text(faults, "f", bad, {.most = 9}));
  }
  for (const std::string_view bad : {"\xED\xA0\x80", "\xC0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(check_text(faults, "f", bad, {.most = 9}));
  }
  const auto list = faults.take();
  ASSERT_EQ(list.size(), 12U);
  EXPECT_EQ(list[7].code, "forbidden_character");
  EXPECT_EQ(list[8].code, "encoding");
}

TEST(Faults, characters_that_nobody_sees_are_refused) {
  Faults faults;
  for (const std::string_view bad : {"\x7F", "\xC2\x80", "\xC2\x9F", "a\xE2\x80\x8B",
                                     "\xE2\x80\xAE", "\xE2\x81\xA6", "\xEF\xBB\xBF"}) {
    EXPECT_FALSE(check_text(faults, "f", bad, {.most = 9}));
  }
  for (const FieldFault& fault : faults.take()) {
    EXPECT_EQ(fault.code, "forbidden_character");
    EXPECT_EQ(fault.source, source::kSdk);
  }
}

}  // namespace
}  // namespace smev::elk
