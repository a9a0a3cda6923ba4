#include "smev/elk/identifiers.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <type_traits>

namespace smev::elk {
namespace {

template <class Type>
std::string printed(const Type& identifier) {
  std::ostringstream out;
  out << identifier;
  return out.str();
}

TEST(Identifiers, are_types_that_do_not_stand_for_each_other) {
  EXPECT_FALSE((std::is_convertible_v<Kpp, OrganizationInn>));
  EXPECT_FALSE((std::is_convertible_v<PersonInn, OrganizationInn>));
  EXPECT_FALSE((std::is_convertible_v<Okato, Oktmo>));
  EXPECT_FALSE((std::is_convertible_v<Snils, std::string>));
}

TEST(Identifiers, keep_what_was_given_and_tell_whether_it_holds) {
  EXPECT_TRUE(OrganizationInn("9901000010").valid());
  EXPECT_FALSE(OrganizationInn("9901000011").valid());
  EXPECT_EQ(OrganizationInn("9901000011").text(), "9901000011");
  EXPECT_FALSE(OrganizationInn("990100001169").valid());
  EXPECT_TRUE(PersonInn("990100001169").valid());
  EXPECT_FALSE(PersonInn("9901000010").valid());
  EXPECT_TRUE(Kpp("990101001").valid());
  EXPECT_FALSE(Kpp("99010100").valid());
  EXPECT_FALSE(Kpp("99010100Z").valid());
  EXPECT_TRUE(Ogrn("1999900000010").valid());
  EXPECT_FALSE(Ogrn("1999900000011").valid());
  EXPECT_TRUE(Ogrnip("399990000000013").valid());
  EXPECT_FALSE(Ogrnip("399990000000014").valid());
  EXPECT_TRUE(Ern("990000000001").valid());
  EXPECT_FALSE(Ern("99000000001").valid());
}

TEST(Identifiers, tell_organisations_from_entrepreneurs_by_the_first_digit) {
  // Check digits of both hold.
  EXPECT_TRUE(Ogrn("5999900000028").valid());
  EXPECT_FALSE(Ogrn("3999900000002").valid());
  EXPECT_FALSE(Ogrnip("199990000000009").valid());
}

TEST(Identifiers, of_places_have_their_own_lengths) {
  EXPECT_TRUE(Oktmo("0").valid());
  EXPECT_TRUE(Oktmo("00000000").valid());
  EXPECT_FALSE(Oktmo("000000000").valid());
  EXPECT_FALSE(Oktmo("").valid());
  EXPECT_TRUE(Okato("18401000000").valid());
  EXPECT_FALSE(Okato("18401000").valid());
  EXPECT_FALSE(Okato("1840100000٥").valid());
}

TEST(Identifiers, of_services_and_orders_are_counted_in_characters) {
  EXPECT_TRUE(ServiceCode("-60012726").valid());
  EXPECT_TRUE(ServiceCode(std::string(20, '9')).valid());
  EXPECT_FALSE(ServiceCode(std::string(21, '9')).valid());
  EXPECT_NE(ServiceCode("-60012726"), ServiceCode("60012726"));
  std::string letters;
  for (int i = 0; i < 36; ++i) letters += "Я";
  EXPECT_TRUE(OrderNumber(letters).valid());
  EXPECT_FALSE(OrderNumber(letters + "1").valid());
  EXPECT_FALSE(OrderNumber("1\n2").valid());
  EXPECT_FALSE(OrderNumber("  ").valid());
  EXPECT_FALSE(OrderNumber("\xFF").valid());
}

TEST(Identifiers, of_systems_are_visible_ascii) {
  EXPECT_TRUE(Mnemonic("MNSV130").valid());
  EXPECT_TRUE(Mnemonic(std::string(50, 'M')).valid());
  EXPECT_FALSE(Mnemonic(std::string(51, 'M')).valid());
  EXPECT_FALSE(Mnemonic("МНСВ").valid());
  EXPECT_FALSE(Mnemonic("A B").valid());
  EXPECT_FALSE(Mnemonic("").valid());
}

TEST(Identifiers, snils_is_taken_in_two_spellings_and_written_in_one) {
  EXPECT_EQ(Snils("11223344595").text(), "112-233-445 95");
  EXPECT_EQ(Snils("112-233-445 95"), Snils("11223344595"));
  EXPECT_TRUE(Snils("11223344595").valid());
  EXPECT_FALSE(Snils("11223344596").valid());
  EXPECT_EQ(Snils("112 233 445 95").text(), "112 233 445 95");
  EXPECT_FALSE(Snils("112 233 445 95").valid());
}

TEST(Identifiers, print_masked) {
  EXPECT_EQ(printed(OrganizationInn("9901000010")), "********10");
  EXPECT_EQ(printed(PersonInn("990100001169")), "**********69");
  EXPECT_EQ(printed(Kpp("990101001")), "*******01");
  EXPECT_EQ(printed(Ogrn("1999900000010")), "***********10");
  EXPECT_EQ(printed(Ogrnip("399990000000013")), "*************13");
  EXPECT_EQ(printed(Snils("11223344595")), "***-***-*** 95");
  EXPECT_EQ(printed(Snils("Петрова")), "*******");
  EXPECT_EQ(printed(OrderNumber("1999290001")), "********01");
  EXPECT_EQ(printed(OrderNumber("12345")), "*****");
  EXPECT_EQ(printed(ServiceCode("-60012726")), "*******26");
}

}  // namespace
}  // namespace smev::elk
