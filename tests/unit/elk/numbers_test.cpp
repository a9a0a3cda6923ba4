#include "sdk/elk/numbers.hpp"

#include <gtest/gtest.h>

#include <iostream>

#include "tests/unit/elk/random_update.hpp"

namespace smev::elk {
namespace {

TEST(Numbers, inn_of_an_organization_has_ten_digits_and_one_check_digit) {
  EXPECT_TRUE(is_inn_of_organization("9901000010"));
  EXPECT_TRUE(is_inn_of_organization("9902000044"));
  EXPECT_FALSE(is_inn_of_organization("9901000011"));
  EXPECT_FALSE(is_inn_of_organization("990100001"));
  EXPECT_FALSE(is_inn_of_organization("99010000100"));
  EXPECT_FALSE(is_inn_of_organization("990100001O"));
  EXPECT_FALSE(is_inn_of_organization("0000000000"));
  EXPECT_FALSE(is_inn_of_organization(""));
}

TEST(Numbers, inn_of_a_person_has_twelve_digits_and_two_check_digits) {
  EXPECT_TRUE(is_inn_of_person("990100001169"));
  EXPECT_FALSE(is_inn_of_person("990100001168"));
  EXPECT_FALSE(is_inn_of_person("990100001179"));
  EXPECT_FALSE(is_inn_of_person("000000000000"));
  EXPECT_FALSE(is_inn_of_person("9901000010"));
}

TEST(Numbers, ogrn_is_taken_modulo_eleven_and_ogrnip_modulo_thirteen) {
  EXPECT_TRUE(is_ogrn("1999900000010"));
  EXPECT_TRUE(is_ogrn("5999900000028"));
  EXPECT_FALSE(is_ogrn("1999900000011"));
  EXPECT_FALSE(is_ogrn("199990000001"));
  EXPECT_TRUE(is_ogrnip("399990000000013"));
  EXPECT_FALSE(is_ogrnip("399990000000014"));
  EXPECT_FALSE(is_ogrnip("39999000000001"));
}

TEST(Numbers, snils_is_read_in_two_spellings_and_no_other) {
  EXPECT_EQ(snils_digits("112-233-445 95"), "11223344595");
  EXPECT_EQ(snils_digits("11223344595"), "11223344595");
  EXPECT_EQ(snils_digits("112-233-445-95"), std::nullopt);
  EXPECT_EQ(snils_digits("112 233 445 95"), std::nullopt);
  EXPECT_EQ(snils_digits("112-233-445  95"), std::nullopt);
  EXPECT_EQ(snils_digits("112-233-44595"), std::nullopt);
  EXPECT_EQ(snils_digits("1122334459٥"), std::nullopt);
  EXPECT_EQ(snils_digits(""), std::nullopt);
  EXPECT_EQ(format_snils("11223344595"), "112-233-445 95");
}

TEST(Numbers, snils_check_digits_are_judged_above_001_001_998_only) {
  EXPECT_TRUE(is_snils("11223344595"));
  EXPECT_FALSE(is_snils("11223344596"));
  EXPECT_TRUE(is_snils("00100199965"));
  EXPECT_FALSE(is_snils("00100199966"));
  EXPECT_TRUE(is_snils("00100199800"));
  EXPECT_TRUE(is_snils("00100199899"));
  EXPECT_FALSE(is_snils("00000000000"));
  EXPECT_FALSE(is_snils("00000000001"));
  EXPECT_FALSE(is_snils("1122334459"));
}

TEST(Numbers, snils_sums_of_100_and_101_end_in_00) {
  EXPECT_TRUE(is_snils("20613005900"));  // 100
  EXPECT_TRUE(is_snils("10035625900"));  // 101
  EXPECT_TRUE(is_snils("54454436900"));  // 201
  EXPECT_TRUE(is_snils("50906946400"));  // 202
  EXPECT_FALSE(is_snils("20613005901"));
}

TEST(Numbers, a_changed_check_digit_of_any_inn_is_noticed) {
  const unsigned seed = testing::test_seed();
  std::cout << "seed " << seed << '\n';
  testing::RandomUpdates random(seed);
  for (int i = 0; i < 200; ++i) {
    std::string inn = random.inn_of_organization();
    ASSERT_TRUE(is_inn_of_organization(inn)) << "seed " << seed;
    char& check = inn.back();
    check = check == '9' ? '0' : static_cast<char>(check + 1);
    EXPECT_FALSE(is_inn_of_organization(inn)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace smev::elk
