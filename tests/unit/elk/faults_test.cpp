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

TEST(Faults, found_later_are_left_out_where_the_form_has_one) {
  const auto fields = [](std::vector<FieldFault> form, std::vector<FieldFault> later) {
    std::vector<std::string> names;
    for (const FieldFault& fault : with_later(std::move(form), std::move(later))) {
      names.push_back(fault.field);
    }
    return names;
  };
  const auto at = [](const char* field) { return FieldFault{field, "pattern", "text", "XSD"}; };
  using Names = std::vector<std::string>;
  EXPECT_EQ(fields({at("status.at")}, {at("status.at"), at("status.attachments"), at("order")}),
            (Names{"status.at", "status.attachments", "order"}));
  EXPECT_EQ(fields({at("order.applicant.snils")}, {at("order.applicant"), at("order.number")}),
            (Names{"order.applicant.snils", "order.number"}));
  EXPECT_EQ(fields({at("order")}, {at("order.number"), at("order.applicant.snils")}),
            Names{"order"});
  EXPECT_EQ(
      fields({at("more_statuses[3]")}, {at("more_statuses[3].at"), at("more_statuses[30].at")}),
      (Names{"more_statuses[3]", "more_statuses[30].at"}));
  EXPECT_EQ(fields({at("update")}, {at("order.number")}), Names{"update"});
  EXPECT_EQ(fields({at("more_statuses[3]")}, {{"more_statuses", "too_many", "text", "XSD"}}),
            (Names{"more_statuses[3]", "more_statuses"}));
}

TEST(Faults, beyond_a_number_are_counted) {
  Faults faults;
  for (std::size_t i = 0; i < kFaultsToldMax; ++i) faults.add("f", "c", "t", source::kSdk);
  faults.add({{"f", "c", "t", "s"}, {"f", "c", "t", "s"}});
  const auto told = faults.take();
  ASSERT_EQ(told.size(), kFaultsToldMax + 1);
  EXPECT_EQ(told.back().text, "и ещё 2");
}

}  // namespace
}  // namespace smev::elk
