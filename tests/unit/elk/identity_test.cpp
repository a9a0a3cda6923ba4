#include "sdk/elk/identity.hpp"

#include <gtest/gtest.h>

namespace smev::elk {
namespace {

using Identities = std::vector<std::string>;

constexpr char kSnils[] = "112-233-445 95";
constexpr char kOtherSnils[] = "112-233-446 96";

TEST(Identity, is_every_number_of_an_applicant_and_no_name) {
  EXPECT_EQ(identities_of(PersonBySnils{.snils = "11223344595", .last_name = "Петрова"}),
            Identities{"snils:112-233-445 95"});
  EXPECT_EQ(identities_of(PersonByDocument{.series = "9900", .number = "123456"}),
            Identities{"document_1:9900 123456"});
  EXPECT_EQ(identities_of(Entrepreneur{.ogrnip = "399990000000012", .inn = "990100001169"}),
            (Identities{"ogrn:399990000000012", "inn:990100001169"}));
  EXPECT_EQ(identities_of(LegalEntity{.inn = "9902000044"}), Identities{"inn:9902000044"});
}

TEST(Identity, is_compared_by_the_type_of_number_whatever_the_kind) {
  const Identities known = identities_of(PersonBySnils{.snils = kSnils});
  EXPECT_FALSE(is_another_than(known, PersonBySnils{.snils = kSnils}));
  EXPECT_FALSE(is_another_than(known, PersonBySnilsAndBirthDate{.snils = kSnils}));
  EXPECT_TRUE(is_another_than(known, PersonBySnilsAndBirthDate{.snils = kOtherSnils}));
  EXPECT_FALSE(is_another_than(known, PersonByInn{.inn = "990100001169"})) << "nothing to compare";
  EXPECT_TRUE(is_another_than({"inn:990100001169"}, Entrepreneur{.inn = "990100001160"}));
  EXPECT_TRUE(is_another_than({"inn:9902000044"}, PersonByInn{.inn = "990100001169"}));
}

TEST(Identity, cannot_be_changed_by_a_detour_over_another_type) {
  Identities known = identities_of(PersonBySnils{.snils = kSnils});
  add_identities(known, PersonByInn{.inn = "990100001169"});
  add_identities(known, PersonByInn{.inn = "990100001169"});
  EXPECT_EQ(known.size(), 2U);
  EXPECT_TRUE(is_another_than(known, PersonBySnils{.snils = kOtherSnils}));
  EXPECT_FALSE(is_another_than(known, PersonBySnils{.snils = kSnils}));
}

}  // namespace
}  // namespace smev::elk
