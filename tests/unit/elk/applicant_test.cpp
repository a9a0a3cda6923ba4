#include "smev/elk/applicant.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace smev::elk {
namespace {

TEST(Applicant, prints_its_kind_and_a_masked_number) {
  EXPECT_EQ(masked(PersonBySnils{
                .snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна"}),
            "person_by_snils ***-***-*** 95");
  EXPECT_EQ(masked(PersonBySnilsAndBirthDate{.snils = "11223344595", .birth_date = "1980-02-29"}),
            "person_by_snils_and_birth_date ***-***-*** 95");
  EXPECT_EQ(masked(PersonByDocument{.series = "9900", .number = "123456"}),
            "person_by_document ****56");
  EXPECT_EQ(masked(PersonByInn{.inn = "990100001169"}), "person_by_inn **********69");
  EXPECT_EQ(masked(PersonByErn{.ern = "123456789012"}), "person_by_ern **********12");
  EXPECT_EQ(masked(LegalEntity{.ogrn = "1999900000010"}), "legal_entity ***********10");
  EXPECT_EQ(masked(LegalEntity{.inn = "9901000010"}), "legal_entity ********10");
  EXPECT_EQ(masked(Entrepreneur{.ogrnip = "399990000000013", .inn = "990100001169"}),
            "entrepreneur *************13");
  EXPECT_EQ(masked(OrganizationByEsiaId{.esia_id = "1000299654"}),
            "organization_by_esia_id ********54");
}

TEST(Applicant, hides_short_numbers_and_texts_whole) {
  EXPECT_EQ(masked(PersonByEsiaId{.esia_id = "12345"}), "person_by_esia_id *****");
  EXPECT_EQ(masked(PersonBySnils{.snils = "Петрова"}), "person_by_snils *******");
  EXPECT_EQ(masked(LegalEntity{}), "legal_entity ");
}

TEST(Applicant, goes_into_a_stream_masked_whatever_its_kind) {
  const Applicant applicant = PersonByInn{.inn = "990100001169", .last_name = "Петрова"};
  std::ostringstream out;
  out << applicant << "; " << PersonByErn{.ern = "123456789012"};
  EXPECT_EQ(out.str(), "person_by_inn **********69; person_by_ern **********12");
}

}  // namespace
}  // namespace smev::elk
