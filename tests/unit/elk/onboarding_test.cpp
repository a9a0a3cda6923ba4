#include "sdk/elk/onboarding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures.hpp"
#include "sdk/elk/rules.hpp"

namespace smev::elk {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using Lines = std::vector<std::string>;

/// With everything that onboarding asks.
Profile ready_profile() {
  Profile profile = testing::test_profile();
  profile.registration = {.full_name = "Администрация города Образцово",
                          .short_name = "Администрация",
                          .okato = "99401000000",
                          .source_system = {},
                          .organization_type = "",
                          .ogrn = "1999900000010",
                          .region_name = "Образцовая область",
                          .letter_to = "elk@region.example",
                          .letter_subject = "ЕЛК",
                          .contact = {"Петрова Анна", "+7 000 000-00-00", "p@a.example"}};
  profile.services = {{.code = "-60012726",
                       .title = "Выдача справки",
                       .origin = CodeOrigin::rgu,
                       .shown_before = false,
                       .in_svcdev_before = true}};
  return profile;
}

std::vector<ChecklistLine> checklist(const Profile& profile, const Mnemonic& sender = "MOCK01") {
  std::vector<FieldFault> faults = check(profile);
  for (FieldFault& fault : faults) fault.field.insert(0, "profile.");
  Checklist list(std::move(faults));
  look_at_profile(list, profile, sender);
  return list.take();
}

/// "field: verdict" of the lines that are not ready.
Lines open_lines(const Profile& profile, const Mnemonic& sender = "MOCK01") {
  Lines open;
  for (const ChecklistLine& line : checklist(profile, sender)) {
    if (line.readiness == Readiness::ready) continue;
    EXPECT_NE(line.text, "") << line.field;
    EXPECT_NE(line.source, "") << line.field;
    open.push_back(line.field + ": " + std::string(name(line.readiness)));
  }
  return open;
}

std::string text_of(const Profile& profile, const std::string& field,
                    const Mnemonic& sender = "MOCK01") {
  for (const ChecklistLine& line : checklist(profile, sender)) {
    if (line.field == field) return line.text;
  }
  return "no line of " + field;
}

TEST(Onboarding, of_a_whole_profile_leaves_nothing_to_do) {
  EXPECT_THAT(open_lines(ready_profile()), IsEmpty());
}

TEST(Onboarding, of_a_bare_sender_refuses_nothing_and_names_all_that_is_missing) {
  EXPECT_THAT(
      open_lines(Profile{}, ""),
      ElementsAre(
          "profile.inn: attention", "profile.kpp: attention",
          "profile.registration.full_name: attention", "profile.registration.short_name: attention",
          "profile.registration.okato: attention", "profile.registration.source_system: attention",
          "profile.registration.organization_type: attention",
          "profile.registration.ogrn: attention", "profile.registration.region_name: attention",
          "profile.registration.letter_to: attention",
          "profile.registration.letter_subject: attention",
          "profile.registration.contact: attention", "profile.services: attention"));
}

TEST(Onboarding, refuses_every_wrong_value) {
  Profile profile = ready_profile();
  profile.inn = "9901000011";
  profile.kpp = "99010100";
  profile.region = "450000000";
  profile.registration.okato = "9940100000";
  profile.registration.source_system = "МНЕМОНИКА";
  profile.registration.ogrn = "1999900000011";
  profile.registration.full_name = "две\nстроки";
  profile.registration.contact.email = "почта";
  profile.services.push_back({.code = "-60012726", .title = std::string(1025, 'a')});
  EXPECT_THAT(
      open_lines(profile),
      IsSupersetOf(
          {"profile.inn: refused", "profile.kpp: refused",
           "profile.registration.full_name: refused", "profile.registration.okato: refused",
           "profile.registration.source_system: refused", "profile.registration.ogrn: refused",
           "profile.registration.contact.email: refused", "profile.services[1].title: refused",
           "profile.services[1].code: refused", "profile.region: refused"}));
}

TEST(Onboarding, tells_an_oktmo_that_stands_where_the_okato_belongs) {
  Profile profile = ready_profile();
  for (const char* oktmo : {"99", "99401000"}) {
    profile.registration.okato = oktmo;
    EXPECT_THAT(text_of(profile, "profile.registration.okato"), HasSubstr("похоже на ОКТМО"));
  }
  for (const char* neither : {"994010000", "994010000000", "9940100000a"}) {
    profile.registration.okato = neither;
    EXPECT_THAT(text_of(profile, "profile.registration.okato"), Not(HasSubstr("похоже на ОКТМО")));
  }
  profile.registration.okato = "00000000000";
  EXPECT_THAT(open_lines(profile), ElementsAre("profile.registration.okato: refused"));
}

TEST(Onboarding, wants_the_mnemonic_of_the_registry_to_be_the_senders) {
  Profile profile = ready_profile();
  profile.registration.source_system = "MOCK01";
  EXPECT_THAT(open_lines(profile), IsEmpty());
  profile.registration.source_system = "MOCK02";
  EXPECT_THAT(open_lines(profile), ElementsAre("profile.registration.source_system: attention"));
  for (const char* pgs : {"MNSV75", "MNSV130"}) {
    profile.registration.source_system = pgs;
    EXPECT_THAT(text_of(profile, "profile.registration.source_system", pgs), HasSubstr("ПГС"));
  }
}

TEST(Onboarding, tells_a_service_code_that_may_lack_its_minus) {
  Profile profile = ready_profile();
  const auto hint = [&](const char* code) {
    profile.services[0].code = code;
    return text_of(profile, "profile.services[0]");
  };
  EXPECT_THAT(hint("60012726"), HasSubstr("минус"));
  EXPECT_THAT(hint("254010001000066488"), HasSubstr("минус"));
  EXPECT_EQ(hint("2540100010000664885"), "");
  EXPECT_THAT(hint("25401000100006648850"), HasSubstr("минус"));
  EXPECT_THAT(hint("254010001000066488a"), HasSubstr("минус"));
  EXPECT_EQ(hint("-60012726"), "");
}

TEST(Onboarding, names_the_answers_that_a_service_lacks) {
  Profile profile = ready_profile();
  profile.services.push_back({.code = "-2", .title = "Вторая", .shown_before = true});
  EXPECT_THAT(open_lines(profile), ElementsAre("profile.services[1]: attention"));
  EXPECT_THAT(
      text_of(profile, "profile.services[1]"),
      HasSubstr("Укажите profile.services[1].origin, profile.services[1].in_svcdev_before:"));
}

TEST(Onboarding, refuses_a_profile_without_services_for_its_contour) {
  Profile profile = ready_profile();
  profile.services[0].in_test = false;
  EXPECT_THAT(open_lines(profile), ElementsAre("profile.services: refused"));
  profile.env = "EPGU";
  EXPECT_THAT(open_lines(profile), IsEmpty());
  profile.services[0].in_production = false;
  EXPECT_THAT(open_lines(profile), ElementsAre("profile.services: refused"));
}

TEST(Onboarding, knows_one_first_status_that_is_proven) {
  Profile profile = ready_profile();
  for (const std::vector<std::int16_t>& codes : {std::vector<std::int16_t>{}, {1, 2}}) {
    profile.first_statuses = codes;
    EXPECT_THAT(open_lines(profile), ElementsAre("profile.first_statuses: attention"));
  }
  profile.first_statuses = {1, 6};
  EXPECT_THAT(open_lines(profile), IsEmpty());
  profile.services[0].first_statuses = {1};
  EXPECT_THAT(open_lines(profile), ElementsAre("profile.first_statuses: attention"));
  profile.services[0].first_statuses = {6};
  EXPECT_THAT(open_lines(profile), IsEmpty());
}

TEST(Onboarding, looks_the_defaults_of_every_create_up_in_loaded_dictionaries) {
  Profile profile = ready_profile();
  profile.dictionaries =
      profile.dictionaries.with(*Dictionary::read(DictionaryKind::channels, "code,name\n1,a\n"))
          .with(*Dictionary::read(DictionaryKind::citizenships, "code,name\n51,b\n"));
  EXPECT_THAT(open_lines(profile),
              ElementsAre("profile.citizenship: attention", "profile.office.channel: attention"));
  EXPECT_THAT(text_of(profile, "profile.citizenship"), HasSubstr("643"));
  profile.citizenship = 51;
  profile.office.channel = 1;
  EXPECT_THAT(open_lines(profile), IsEmpty());
}

TEST(Onboarding, tells_nothing_of_the_contact) {
  Profile profile = ready_profile();
  profile.registration.contact = {"Петрова\x01", "", "петрова"};
  for (const ChecklistLine& line : checklist(profile)) {
    EXPECT_THAT(line.title + line.text, Not(HasSubstr("етрова"))) << line.field;
  }
}

TEST(Checklist, shows_faults_below_a_field_and_not_those_of_a_longer_name) {
  Checklist list({{"smev_url", "pattern", "b", ""}, {"smev.url", "pattern", "a", ""}});
  list.look("smev", "СМЭВ", {"подсказка", "источник"});
  const std::vector<ChecklistLine> lines = list.take();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].field, "smev.url");
  EXPECT_EQ(lines[0].title, "СМЭВ");
  EXPECT_EQ(lines[0].text, "a");
  EXPECT_EQ(lines[1].field, "smev_url") << "nobody looked at it, and it is told all the same";
}

TEST(RegistrationRules, take_the_longest_text_and_no_longer_one) {
  Profile profile = ready_profile();
  profile.registration.short_name = std::string(1024, 'a');
  EXPECT_THAT(open_lines(profile), IsEmpty());
  profile.registration.short_name += 'a';
  EXPECT_THAT(open_lines(profile), ElementsAre("profile.registration.short_name: refused"));
}

TEST(RegistrationRules, want_an_address_with_one_sign_between_two_parts) {
  Profile profile = ready_profile();
  for (const char* wrong : {"a", "@a", "a@", "a@b@c", "a b@c"}) {
    profile.registration.contact.email = wrong;
    EXPECT_THAT(open_lines(profile), ElementsAre("profile.registration.contact.email: refused"))
        << wrong;
  }
  profile.registration.contact.email = "a@b";
  EXPECT_THAT(open_lines(profile), IsEmpty());
}

}  // namespace
}  // namespace smev::elk
