#include "sdk/elk/rules.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "sdk/elk/identity.hpp"
#include "tests/unit/elk/fixtures.hpp"

namespace smev::elk {
namespace {

using testing::kNow;
using testing::test_profile;
using testing::valid_update;

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

/// "field: code" of each fault, in their order.
std::vector<std::string> names_of(const std::vector<FieldFault>& faults) {
  std::vector<std::string> names;
  for (const FieldFault& fault : faults) {
    EXPECT_FALSE(fault.text.empty()) << fault.field;
    EXPECT_FALSE(fault.source.empty()) << fault.field;
    names.push_back(fault.field + ": " + fault.code);
  }
  return names;
}

std::vector<std::string> faults_of(const Update& update, const OrderHistory& history = {},
                                   const Profile& profile = test_profile()) {
  return names_of(check(update, profile, history, kNow).faults);
}

using Names = std::vector<std::string>;

/// Changes one thing in a valid update and says which fault must come of it: that one and no other.
struct Mutation {
  std::string fault;  ///< "field: code"; empty: the update stays valid
  std::function<void(Update&)> change;
};

void expect_each(const std::vector<Mutation>& mutations) {
  for (std::size_t i = 0; i < mutations.size(); ++i) {
    Update update = valid_update();
    mutations[i].change(update);
    const Names expected = mutations[i].fault.empty() ? Names{} : Names{mutations[i].fault};
    EXPECT_EQ(faults_of(update), expected) << "mutation " << i;
  }
}

/// The same for the applicant alone.
template <class Kind>
void expect_each_applicant(
    const Kind& valid,
    const std::vector<std::pair<std::string, std::function<void(Kind&)>>>& mutations) {
  for (std::size_t i = 0; i < mutations.size(); ++i) {
    Kind applicant = valid;
    mutations[i].second(applicant);
    Update update = valid_update();
    update.order.applicant = applicant;
    const Names expected =
        mutations[i].first.empty() ? Names{} : Names{"order.applicant." + mutations[i].first};
    EXPECT_EQ(faults_of(update), expected) << kind_of(applicant) << " mutation " << i;
  }
}

DateTime at(TimePoint moment) { return DateTime(moment); }

TEST(Rules, let_a_plain_update_pass) { EXPECT_EQ(faults_of(valid_update()), Names{}); }

TEST(Rules, hold_the_limits_of_the_order_at_their_edges) {
  expect_each({
      {"order.number: missing", [](Update& u) { u.order.number = ""; }},
      {"", [](Update& u) { u.order.number = repeated("Ж", 36); }},
      {"order.number: too_long", [](Update& u) { u.order.number = repeated("Ж", 37); }},
      {"order.number: line_break", [](Update& u) { u.order.number = "1\t2"; }},
      {"order.number: line_break", [](Update& u) { u.order.number = "12\n"; }},
      {"order.number: blank", [](Update& u) { u.order.number = "  "; }},
      {"order.number: forbidden_character", [](Update& u) { u.order.number = "1\x01"; }},
      {"order.number: forbidden_character",
       [](Update& u) { u.order.number = std::string(1, '\0'); }},
      {"order.number: forbidden_character", [](Update& u) { u.order.number = "\xEF\xBF\xBF"; }},
      {"order.number: encoding", [](Update& u) { u.order.number = "\xC0\xAF"; }},
      {"order.elk_number: out_of_range", [](Update& u) { u.order.elk_number = 0; }},
      {"", [](Update& u) { u.order.elk_number = 1; }},
      {"", [](Update& u) { u.order.service = repeated("9", 20); }},
      {"order.service: too_long", [](Update& u) { u.order.service = repeated("9", 21); }},
      {"order.service: line_break", [](Update& u) { u.order.service = "1\r"; }},
      {"order.service: blank", [](Update& u) { u.order.service = " "; }},
      {"", [](Update& u) { u.order.region = "1"; }},
      {"", [](Update& u) { u.order.region = "45000000"; }},
      {"order.region: pattern", [](Update& u) { u.order.region = "450000000"; }},
      {"order.region: missing", [](Update& u) { u.order.region = ""; }},
      {"order.region: pattern", [](Update& u) { u.order.region = "٤٥"; }},
      {"order.filed_at: future",
       [](Update& u) { u.order.filed_at = at(kNow + Profile{}.future_tolerance + Duration(1)); }},
      {"", [](Update& u) { u.order.filed_at = at(kNow + Profile{}.future_tolerance); }},
  });
}

TEST(Rules, hold_the_limits_of_the_office_and_ask_for_its_channel) {
  expect_each({
      {"", [](Update& u) { u.order.office = Office{.name = repeated("я", 1024)}; }},
      {"order.office.name: too_long",
       [](Update& u) { u.order.office = Office{.name = repeated("я", 1025)}; }},
      {"", [](Update& u) { u.order.office = Office{.address = repeated("я", 4000)}; }},
      {"order.office.address: too_long",
       [](Update& u) { u.order.office = Office{.address = repeated("я", 4001)}; }},
      {"", [](Update& u) { u.order.office = Office{.frgu_code = repeated("1", 1024)}; }},
      {"order.office.frgu_code: too_long",
       [](Update& u) { u.order.office = Office{.frgu_code = repeated("1", 1025)}; }},
  });
  Profile profile = test_profile();
  profile.office.channel.reset();
  Update update = valid_update();
  update.order.office = Office{.name = "Окно 2"};
  EXPECT_EQ(faults_of(update, {}, profile), Names{"order.office.channel: missing"});
  update.order.office->channel = std::int16_t{4};
  EXPECT_EQ(faults_of(update, {}, profile), Names{});
}

TEST(Rules, hold_the_limits_of_a_status_at_their_edges) {
  expect_each({
      {"status.at: missing", [](Update& u) { u.status.at = {}; }},
      {"status.at: future",
       [](Update& u) { u.status.at = at(kNow + Profile{}.future_tolerance + Duration(1)); }},
      {"", [](Update& u) { u.status.at = at(kNow + Profile{}.future_tolerance); }},
      {"status.message_type: missing", [](Update& u) { u.status.message_type = ""; }},
      {"", [](Update& u) { u.status.message_type = "line\nline"; }},
      {"", [](Update& u) { u.status.message_type = repeated("ы", kFreeTextMax); }},
      {"status.message_type: too_long",
       [](Update& u) { u.status.message_type = repeated("ы", kFreeTextMax + 1); }},
      {"", [](Update& u) { u.status.parameters = {{.name = "n", .value = ""}}; }},
      {"status.parameters[1].name: missing",
       [](Update& u) {
         u.status.parameters = {{.name = "n", .value = ""}, {.name = "", .value = "v"}};
       }},
      {"status.parameters[0].value: forbidden_character",
       [](Update& u) { u.status.parameters = {{.name = "n", .value = "\x0B"}}; }},
      {"",
       [](Update& u) { u.status.parameters.assign(kParametersMax, {.name = "n", .value = ""}); }},
      {"status.parameters: too_many",
       [](Update& u) {
         u.status.parameters.assign(kParametersMax + 1, {.name = "n", .value = ""});
       }},
  });
}

TEST(Rules, hold_the_limits_of_results_at_their_edges) {
  const auto with_file = [](const std::function<void(File&)>& change) {
    return [change](Update& u) {
      u.status.results = {File::at("a.pdf"), File::at("b.pdf")};
      change(u.status.results[1]);
    };
  };
  expect_each({
      {"", with_file([](File&) {})},
      {"status.results[1].path: missing", with_file([](File& f) { f.path = ""; })},
      {"status.results[1].path: too_long",
       with_file([](File& f) { f.path = repeated("p", kPathMax + 1); })},
      {"status.results[1].path: forbidden_character",
       with_file([](File& f) { f.path = std::string("a\0b", 3); })},
      {"status.results[1].document_type: missing",
       with_file([](File& f) { f.document_type = ""; })},
      {"", with_file([](File& f) { f.document_type = repeated("Т", 50); })},
      {"status.results[1].document_type: too_long",
       with_file([](File& f) { f.document_type = repeated("Т", 51); })},
      {"", with_file([](File& f) { f.name = repeated("и", kFileNameMax); })},
      {"status.results[1].name: too_long",
       with_file([](File& f) { f.name = repeated("и", kFileNameMax + 1); })},
      {"status.results[1].name: pattern", with_file([](File& f) { f.name = "../result.pdf"; })},
      {"status.results[1].name: pattern", with_file([](File& f) { f.name = ".."; })},
      {"status.results[1].name: pattern", with_file([](File& f) { f.name = "a\\b"; })},
      {"", with_file([](File& f) { f.mime = "application/pdf"; })},
      {"status.results[1].mime: pattern", with_file([](File& f) { f.mime = "pdf"; })},
      {"status.results[1].mime: pattern", with_file([](File& f) { f.mime = "a/b/c"; })},
      {"status.results[1].mime: pattern", with_file([](File& f) { f.mime = "application/п"; })},
      {"status.results[1].mime: pattern", with_file([](File& f) { f.mime = "model/gltf"; })},
      {"status.results[1].mime: too_long",
       with_file([](File& f) { f.mime = "a/" + repeated("b", kMimeMax - 1); })},
      {"", [](Update& u) { u.status.data_mart_results = {{.uuid = repeated("u", 256)}}; }},
      {"status.data_mart_results[0].uuid: too_long",
       [](Update& u) { u.status.data_mart_results = {{.uuid = repeated("u", 257)}}; }},
      {"status.data_mart_results[0].uuid: missing",
       [](Update& u) { u.status.data_mart_results = {{.uuid = ""}}; }},
      {"status.data_mart_results[0].document_type: too_long",
       [](Update& u) {
         u.status.data_mart_results = {{.uuid = "u", .document_type = repeated("Т", 51)}};
       }},
      {"", [](Update& u) { u.status.results.assign(kAttachmentsMax, File::at("a")); }},
      {"status.results: too_many",
       [](Update& u) { u.status.results.assign(kAttachmentsMax + 1, File::at("a")); }},
  });
}

TEST(Rules, name_the_place_of_a_fault_in_further_statuses) {
  Update update = valid_update();
  update.more_statuses.resize(2);
  update.more_statuses[0].at = at(kNow - std::chrono::minutes(30));
  update.more_statuses[1].at = at(kNow - std::chrono::minutes(20));
  update.more_statuses[0].results = {File::at("a"), File::at("b")};
  update.more_statuses[0].results[1].document_type = repeated("x", 51);
  update.more_statuses[1].message_type = "";
  EXPECT_EQ(faults_of(update), (Names{"more_statuses[0].results[1].document_type: too_long",
                                      "more_statuses[1].message_type: missing"}));
}

TEST(Rules, ask_the_first_update_for_the_facts_and_later_ones_for_the_number_alone) {
  Update update = valid_update();
  update.order = {.number = "1999290001"};
  EXPECT_EQ(faults_of(update), (Names{"order.service: missing", "order.filed_at: missing",
                                      "order.applicant: missing"}));
  EXPECT_EQ(faults_of(update, {.first_update = true, .has_facts = true}), Names{});
  EXPECT_EQ(faults_of(update, {.first_update = false}), Names{});
  EXPECT_EQ(faults_of(update, {.known_to_elk = true}), Names{});
  EXPECT_EQ(faults_of(update, {.elk_number = 4654266659}), Names{});
}

TEST(Rules, want_no_facts_of_an_order_that_was_created_elsewhere) {
  Update update = valid_update();
  update.status.code = 3;
  update.order = {.number = "1999290001", .created_elsewhere = true};
  EXPECT_EQ(faults_of(update), Names{});
  update.order = {.elk_number = 4654266659};
  EXPECT_EQ(faults_of(update), Names{});
  EXPECT_EQ(faults_of(update, {.elk_number = 4654266659}), Names{});
  EXPECT_EQ(faults_of(update, {.elk_number = 4654266660}), Names{"order.elk_number: not_as_known"});
  update.order = {.created_elsewhere = true};
  EXPECT_EQ(faults_of(update), Names{"order.number: missing"});
}

TEST(Rules, still_check_facts_that_a_later_update_repeats) {
  Update update = valid_update();
  update.order.service = repeated("9", 21);
  std::get<PersonBySnils>(*update.order.applicant).snils = "112-233-445 96";
  EXPECT_EQ(faults_of(update, {.first_update = false}),
            (Names{"order.service: too_long", "order.applicant.snils: check_digit"}));
}

TEST(Rules, allow_as_first_status_only_what_the_profile_says) {
  Update update = valid_update();
  update.status.code = 3;
  EXPECT_EQ(faults_of(update), Names{"status.code: first_status"});
  EXPECT_EQ(faults_of(update, {.first_update = false}), Names{});
  Profile profile = test_profile();
  profile.first_statuses = {1, 3};
  EXPECT_EQ(faults_of(update, {}, profile), Names{});
  profile.first_statuses = {};
  EXPECT_EQ(faults_of(update, {}, profile), Names{});
  profile = test_profile();
  profile.services = {{.code = "-60012726", .first_statuses = {3, 7}}, {.code = "-2"}};
  EXPECT_EQ(faults_of(update, {}, profile), Names{});
  update.order.service = "-2";
  EXPECT_EQ(faults_of(update, {}, profile), Names{"status.code: first_status"});
}

TEST(Rules, let_a_service_pass_in_the_contours_it_was_given_for) {
  Profile profile = test_profile();
  profile.services = {{.code = "-60012726", .in_production = false}};
  EXPECT_EQ(faults_of(valid_update(), {}, profile), Names{});
  profile.env = "EPGU";
  EXPECT_EQ(faults_of(valid_update(), {}, profile), Names{"order.service: not_in_profile"});
  profile.services = {{.code = "-60012726", .in_test = false}};
  EXPECT_EQ(faults_of(valid_update(), {}, profile), Names{});
}

TEST(Rules, warn_of_a_filing_date_that_may_be_too_old) {
  Profile profile = test_profile();
  Update update = valid_update();
  const auto warnings = [&] { return names_of(check(update, profile, {}, kNow).warnings); };
  update.order.filed_at = at(kNow - profile.filed_age_warning);
  EXPECT_EQ(warnings(), Names{});
  update.order.filed_at = at(kNow - profile.filed_age_warning - Duration(1));
  EXPECT_EQ(warnings(), Names{"order.filed_at: old_date"});
  EXPECT_EQ(faults_of(update), Names{});
  profile.filed_age_warning = Duration::zero();
  EXPECT_EQ(warnings(), Names{});
}

TEST(Rules, refuse_another_applicant_under_a_known_order) {
  const Update update = valid_update();
  const auto own = identities_of(*update.order.applicant);
  EXPECT_EQ(faults_of(update, {.first_update = false, .identities = own}), Names{});
  auto others = identities_of(PersonBySnilsAndBirthDate{.snils = "112-233-446 96"});
  add_identities(others, PersonByInn{.inn = "990100001169"});
  EXPECT_EQ(faults_of(update, {.first_update = false, .identities = others}),
            Names{"order.applicant: not_as_known"});
  // Those before it were taken out: whom they named does not bind.
  EXPECT_EQ(faults_of(update, {.first_update = true, .identities = others}), Names{});
  const auto by_document = identities_of(PersonByDocument{.number = "123456"});
  EXPECT_EQ(faults_of(update, {.first_update = false, .identities = by_document}), Names{});
  Update named_anew = update;
  std::get<PersonBySnils>(*named_anew.order.applicant).last_name = "Иванова";
  EXPECT_EQ(faults_of(named_anew, {.first_update = false, .identities = own}), Names{});
}

TEST(Rules, refuse_dates_before_the_earliest_year_and_beyond_so_many_digits) {
  const auto faults_at = [](const std::string& date) {
    Update update = valid_update();
    update.status.at = *DateTime::parse(date);
    update.order.filed_at = *DateTime::parse(date);
    return faults_of(update);
  };
  EXPECT_EQ(faults_at("1900-01-01T00:00:00+14:00"), Names{});
  const Names too_early = {"order.filed_at: out_of_range", "status.at: out_of_range"};
  EXPECT_EQ(faults_at("1899-12-31T23:59:59.999999-14:00"), too_early);
  EXPECT_EQ(faults_at("0001-01-01T00:00:00+14:00"), too_early);
  EXPECT_EQ(faults_at("2026-04-16T09:00:00.123456789"), Names{});
  EXPECT_EQ(faults_at("2026-04-16T09:00:00.1234567890+03:00"),
            (Names{"order.filed_at: pattern", "status.at: pattern"}));
}

TEST(Rules, count_days_of_birth_as_they_begin_in_moscow) {
  Update update = valid_update();
  update.order.applicant =
      PersonBySnilsAndBirthDate{.snils = "112-233-445 95", .birth_date = "2026-04-17"};
  const TimePoint midnight = kNow + std::chrono::hours(14);
  const auto faults_at = [&](TimePoint now) {
    return names_of(check(update, test_profile(), {}, now).faults);
  };
  EXPECT_EQ(faults_at(midnight - Duration(1)), Names{"order.applicant.birth_date: future"});
  EXPECT_EQ(faults_at(midnight), Names{});
}

TEST(Rules, refuse_blanks_at_the_ends_of_a_number_and_what_breaks_its_line) {
  for (const char* number : {" 1", "1 ",
                             "\xC2\xA0"
                             "1",
                             "1\xC2\xA0", "1\xE2\x80\xAF",
                             "\xE3\x80\x80"
                             "1",
                             "1\xE2\x80\xA8"
                             "2",
                             "1\xE2\x80\xA9"
                             "2"}) {
    Update update = valid_update();
    update.order.number = number;
    EXPECT_EQ(faults_of(update), Names{"order.number: pattern"}) << number;
  }
  Update update = valid_update();
  update.order.number = "1 / 2\xC2\xA0(а)";
  EXPECT_EQ(faults_of(update), Names{});
}

TEST(Rules, tell_a_minus_from_what_looks_like_one) {
  Update update = valid_update();
  update.order.service =
      "\xE2\x88\x92"
      "60012726";
  const auto faults = check(update, test_profile(), {}, kNow).faults;
  ASSERT_EQ(names_of(faults), Names{"order.service: pattern"});
  EXPECT_NE(faults[0].text.find("минус"), std::string::npos);
  update.order.service =
      "\xE2\x80\x93"
      "60012726";
  EXPECT_EQ(faults_of(update), Names{"order.service: pattern"});
}

TEST(Rules, look_up_what_the_profile_puts_into_a_create) {
  Profile profile = test_profile();
  profile.dictionaries =
      profile.dictionaries.with(*Dictionary::read(DictionaryKind::channels, "code,name\n1,a\n"))
          .with(*Dictionary::read(DictionaryKind::citizenships, "code,name\n51,b\n"));
  const auto warnings = [&](const Update& update, const OrderHistory& history) {
    return names_of(check(update, profile, history, kNow).warnings);
  };
  EXPECT_EQ(warnings(valid_update(), {}), (Names{"profile.office.channel: not_in_dictionary",
                                                 "profile.citizenship: not_in_dictionary"}));
  Update given = valid_update();
  given.order.office = Office{.channel = 1};
  std::get<PersonBySnils>(*given.order.applicant).citizenship = 51;
  EXPECT_EQ(warnings(given, {}), Names{});
  Update later = valid_update();
  later.order = {.number = "1999290001"};
  EXPECT_EQ(warnings(later, {.first_update = false}), Names{}) << "neither is sent with it";
}

TEST(Rules, refuse_a_number_that_is_the_key_of_another_order) {
  Update update = valid_update();
  update.order.number = "elk:777";
  EXPECT_EQ(faults_of(update), Names{"order.number: pattern"});
  update.order.number = "elk:777-1";
  EXPECT_EQ(faults_of(update), Names{});
}

TEST(Rules, warn_of_a_service_code_that_may_lack_its_minus) {
  Update update = valid_update();
  const auto warnings = [&](const Profile& profile) {
    return names_of(check(update, profile, {}, kNow).warnings);
  };
  EXPECT_EQ(warnings(test_profile()), Names{});
  update.order.service = "60012726";
  EXPECT_EQ(warnings(test_profile()), Names{"order.service: no_minus"});
  update.order.service = "2540100010000664885";
  EXPECT_EQ(warnings(test_profile()), Names{});
  update.order.service = "60012726";
  Profile profile = test_profile();
  profile.services = {{.code = "60012726"}};
  EXPECT_EQ(warnings(profile), Names{});
}

TEST(Rules, warn_of_codes_that_a_loaded_dictionary_lacks_and_only_of_a_loaded_one) {
  Update update = valid_update();
  update.status.code = 31000;
  update.status.message_type = "TEMPLATE";
  update.order.office = Office{.channel = 31001};
  std::get<PersonBySnils>(*update.order.applicant).citizenship = 31002;
  update.status.data_mart_results = {{.uuid = "u", .document_type = "PAPER"}};
  Profile profile = test_profile();
  profile.first_statuses = {};
  const auto warnings = [&] { return names_of(check(update, profile, {}, kNow).warnings); };
  EXPECT_EQ(warnings(), Names{});
  for (const DictionaryKind kind :
       {DictionaryKind::statuses, DictionaryKind::channels, DictionaryKind::citizenships,
        DictionaryKind::document_types, DictionaryKind::message_types}) {
    profile.dictionaries = profile.dictionaries.with(*Dictionary::read(kind, "code,name\n1,one\n"));
  }
  EXPECT_EQ(warnings(),
            (Names{"status.code: not_in_dictionary", "status.message_type: not_in_dictionary",
                   "status.data_mart_results[0].document_type: not_in_dictionary",
                   "order.office.channel: not_in_dictionary",
                   "order.applicant.citizenship: not_in_dictionary"}));
  EXPECT_EQ(faults_of(update, {}, profile), Names{});
  update.order.applicant = PersonByDocument{
      .document_type = 2, .number = "123456", .last_name = "Петрова", .first_name = "Анна"};
  profile.dictionaries = profile.dictionaries.with(
      *Dictionary::read(DictionaryKind::identity_documents, "code,name\n1,one\n"));
  EXPECT_EQ(warnings().end()[-2], "order.applicant.document_type: not_in_dictionary");
  EXPECT_EQ(warnings().back(), "profile.citizenship: not_in_dictionary");
}

TEST(Rules, let_only_services_of_the_profile_pass_when_it_lists_any) {
  Profile profile = test_profile();
  profile.services = {{.code = "-60012726"}};
  Update update = valid_update();
  EXPECT_EQ(faults_of(update, {}, profile), Names{});
  update.order.service = "60012726";
  const auto faults = check(update, profile, {}, kNow).faults;
  EXPECT_EQ(names_of(faults), Names{"order.service: not_in_profile"});
  EXPECT_NE(faults[0].text.find("минус"), std::string::npos);
  update.order.service = "-60012727";
  EXPECT_EQ(faults_of(update, {}, profile), Names{"order.service: not_in_profile"});
}

TEST(Rules, want_the_senders_numbers_as_the_profile_has_them) {
  expect_each({
      {"", [](Update& u) { u.order.sender_inn = "9901000010"; }},
      {"order.sender_inn: not_in_profile", [](Update& u) { u.order.sender_inn = "9902000044"; }},
      {"order.sender_inn: check_digit", [](Update& u) { u.order.sender_inn = "9901000011"; }},
      {"order.sender_inn: pattern", [](Update& u) { u.order.sender_inn = "990100001169"; }},
      {"", [](Update& u) { u.order.sender_kpp = "990101001"; }},
      {"order.sender_kpp: not_in_profile", [](Update& u) { u.order.sender_kpp = "990101002"; }},
      {"order.sender_kpp: pattern", [](Update& u) { u.order.sender_kpp = "99010100"; }},
  });
  Profile profile = test_profile();
  profile.kpp.reset();
  Update update = valid_update();
  update.order.sender_kpp = "990101002";
  EXPECT_EQ(faults_of(update, {}, profile), Names{});
}

TEST(Rules, want_the_dates_of_an_order_not_to_fall) {
  Update update = valid_update();
  const TimePoint moment = update.status.at.instant();
  update.more_statuses.resize(2);
  update.more_statuses[0].at = at(moment + Duration(1));
  update.more_statuses[1].at = at(moment + Duration(2));
  EXPECT_EQ(faults_of(update), Names{});
  update.more_statuses[1].at = at(moment);
  EXPECT_EQ(faults_of(update), Names{"more_statuses[1].at: date_order"});

  const auto after = [&](Duration given, Duration sent) {
    return faults_of(valid_update(),
                     {.first_update = false, .latest = LatestDate{moment + given, moment + sent}});
  };
  EXPECT_EQ(after(-Duration(1), -Duration(1)), Names{});
  EXPECT_EQ(after(Duration(0), Duration(5)), Names{});
  EXPECT_EQ(after(Duration(1), Duration(1)), Names{"status.at: date_order"});
}

TEST(Rules, take_equal_dates_as_the_profile_says) {
  Profile profile = test_profile();
  Update update = valid_update();
  const TimePoint moment = update.status.at.instant();
  update.more_statuses.resize(1);
  update.more_statuses[0].at = DateTime::at_offset(moment, 0);
  const OrderHistory history{.first_update = false, .latest = LatestDate{moment, moment}};
  EXPECT_EQ(faults_of(update, history, profile), Names{});
  profile.equal_dates = EqualDates::refuse;
  EXPECT_EQ(faults_of(update, history, profile),
            (Names{"status.at: date_order", "more_statuses[0].at: date_order"}));
}

TEST(Rules, limit_the_statuses_of_one_update) {
  Update update = valid_update();
  update.status.at = at(kNow - std::chrono::hours(1));
  for (std::size_t i = 1; i < kStatusesMax; ++i) {
    Status status;
    status.at = at(update.status.at.instant() + std::chrono::seconds(i));
    update.more_statuses.push_back(status);
  }
  EXPECT_EQ(faults_of(update), Names{});
  Status last;
  last.at = at(update.status.at.instant() + std::chrono::seconds(kStatusesMax));
  update.more_statuses.push_back(last);
  EXPECT_EQ(faults_of(update), Names{"more_statuses: too_many"});
}

TEST(Rules, take_a_date_without_offset_as_moscow_time) {
  Update update = valid_update();
  update.status.at = *DateTime::parse("2026-04-16T10:05:00");
  EXPECT_EQ(faults_of(update), Names{});
  update.status.at = *DateTime::parse("2026-04-16T10:05:01");
  EXPECT_EQ(faults_of(update), Names{"status.at: future"});
}

TEST(ApplicantRules, of_a_person_by_document) {
  using Kind = PersonByDocument;
  expect_each_applicant<Kind>(
      {.series = "9900", .number = "123456", .last_name = "Петрова", .first_name = "Анна"},
      {
          {"", [](Kind&) {}},
          {"", [](Kind& k) { k.series.reset(); }},
          {"", [](Kind& k) { k.series = repeated("№", 16); }},
          {"series: too_long", [](Kind& k) { k.series = repeated("№", 17); }},
          {"", [](Kind& k) { k.number = repeated("9", 16); }},
          {"number: too_long", [](Kind& k) { k.number = repeated("9", 17); }},
          {"number: missing", [](Kind& k) { k.number = ""; }},
          {"", [](Kind& k) { k.last_name = repeated("а", 256); }},
          {"last_name: too_long", [](Kind& k) { k.last_name = repeated("а", 257); }},
          {"first_name: too_long", [](Kind& k) { k.first_name = repeated("а", 257); }},
          {"", [](Kind& k) { k.middle_name = repeated("а", 256); }},
          {"middle_name: too_long", [](Kind& k) { k.middle_name = repeated("а", 257); }},
          {"", [](Kind& k) { k.last_name = ""; }},
          {"", [](Kind& k) { k.first_name = ""; }},
          {"last_name: missing", [](Kind& k) { k.last_name = k.first_name = ""; }},
      });
}

TEST(ApplicantRules, of_a_person_by_snils) {
  using Kind = PersonBySnils;
  expect_each_applicant<Kind>(
      {.snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна"},
      {
          {"", [](Kind& k) { k.snils = "11223344595"; }},
          {"snils: missing", [](Kind& k) { k.snils = ""; }},
          {"snils: pattern", [](Kind& k) { k.snils = "112 233 445 95"; }},
          {"snils: pattern", [](Kind& k) { k.snils = "112-233-445  95"; }},
          {"snils: check_digit", [](Kind& k) { k.snils = "112-233-445 94"; }},
          {"first_name: encoding", [](Kind& k) { k.first_name = "\xD0"; }},
      });
}

TEST(ApplicantRules, of_a_person_by_snils_and_birth_date) {
  using Kind = PersonBySnilsAndBirthDate;
  expect_each_applicant<Kind>(
      {.snils = "112-233-445 95", .birth_date = "1980-02-29"},
      {
          {"", [](Kind&) {}},
          {"snils: check_digit", [](Kind& k) { k.snils = "11223344500"; }},
          {"birth_date: missing", [](Kind& k) { k.birth_date = ""; }},
          {"birth_date: date", [](Kind& k) { k.birth_date = "1981-02-29"; }},
          {"birth_date: date", [](Kind& k) { k.birth_date = "0000-01-01"; }},
          {"birth_date: date", [](Kind& k) { k.birth_date = "29.02.1980"; }},
          {"birth_date: date", [](Kind& k) { k.birth_date = "1980-02-29T00:00:00"; }},
          {"birth_date: date", [](Kind& k) { k.birth_date = "1980-2-29"; }},
          {"birth_date: date", [](Kind& k) { k.birth_date = "1980-13-01"; }},
          {"birth_date: date", [](Kind& k) { k.birth_date = "1980-02-29Z"; }},
          {"", [](Kind& k) { k.birth_date = "2026-04-16"; }},
          {"birth_date: future", [](Kind& k) { k.birth_date = "2026-04-17"; }},
      });
}

TEST(ApplicantRules, of_a_person_by_inn_esia_id_and_ern) {
  expect_each_applicant<PersonByInn>(
      {.inn = "990100001169", .last_name = "Петрова", .first_name = "Анна"},
      {
          {"", [](PersonByInn&) {}},
          {"inn: missing", [](PersonByInn& k) { k.inn = ""; }},
          {"inn: pattern", [](PersonByInn& k) { k.inn = "9901000010"; }},
          {"inn: check_digit", [](PersonByInn& k) { k.inn = "990100001160"; }},
          {"last_name: missing", [](PersonByInn& k) { k.last_name = k.first_name = ""; }},
      });
  expect_each_applicant<PersonByEsiaId>(
      {.esia_id = "1000299654"},
      {
          {"", [](PersonByEsiaId& k) { k.esia_id = repeated("я", 50); }},
          {"esia_id: too_long", [](PersonByEsiaId& k) { k.esia_id = repeated("я", 51); }},
          {"esia_id: missing", [](PersonByEsiaId& k) { k.esia_id = ""; }},
          {"esia_id: blank", [](PersonByEsiaId& k) { k.esia_id = " "; }},
      });
  expect_each_applicant<PersonByErn>(
      {.ern = "123456789012"},
      {
          {"", [](PersonByErn&) {}},
          {"ern: pattern", [](PersonByErn& k) { k.ern = "12345678901"; }},
          {"ern: pattern", [](PersonByErn& k) { k.ern = "1234567890123"; }},
          {"ern: pattern", [](PersonByErn& k) { k.ern = "12345678901a"; }},
          {"ern: missing", [](PersonByErn& k) { k.ern = ""; }},
      });
}

TEST(ApplicantRules, of_an_organization_by_esia_id) {
  using Kind = OrganizationByEsiaId;
  expect_each_applicant<Kind>(
      {.esia_id = "1000299654"},
      {
          {"", [](Kind& k) { k.esia_id = repeated("9", 20); }},
          {"esia_id: too_long", [](Kind& k) { k.esia_id = repeated("9", 21); }},
          {"esia_id: missing", [](Kind& k) { k.esia_id = ""; }},
          {"esia_id: line_break", [](Kind& k) { k.esia_id = "1\n"; }},
          {"esia_id: blank", [](Kind& k) { k.esia_id = "   "; }},
      });
}

TEST(ApplicantRules, of_a_legal_entity) {
  using Kind = LegalEntity;
  expect_each_applicant<Kind>(
      {.inn = "9901000010", .kpp = "990101001", .title = "ООО «Вымысел»"},
      {
          {"", [](Kind&) {}},
          {"", [](Kind& k) { k.kpp.reset(); }},
          {"inn: check_digit", [](Kind& k) { k.inn = "9901000011"; }},
          {"inn: pattern", [](Kind& k) { k.inn = "990100001169"; }},
          {"kpp: pattern", [](Kind& k) { k.kpp = "9901010011"; }},
          {"kpp: missing", [](Kind& k) { k.kpp = ""; }},
          {"", [](Kind& k) { k.title = repeated("ъ", 1024); }},
          {"title: too_long", [](Kind& k) { k.title = repeated("ъ", 1025); }},
      });
  expect_each_applicant<Kind>({.ogrn = "1999900000010"},
                              {
                                  {"", [](Kind&) {}},
                                  {"", [](Kind& k) { k.ogrn = "5999900000028"; }},
                                  {"ogrn: check_digit", [](Kind& k) { k.ogrn = "1999900000011"; }},
                                  {"ogrn: pattern", [](Kind& k) { k.ogrn = "3999900000010"; }},
                                  {"ogrn: pattern", [](Kind& k) { k.ogrn = "199990000001"; }},
                                  {"kpp: not_allowed", [](Kind& k) { k.kpp = "990101001"; }},
                              });
  Update update = valid_update();
  update.order.applicant = LegalEntity{.ogrn = "1999900000010", .inn = "9901000010"};
  EXPECT_EQ(faults_of(update), Names{"order.applicant: one_of"});
  update.order.applicant = LegalEntity{.title = "ООО «Вымысел»"};
  EXPECT_EQ(faults_of(update), Names{"order.applicant: one_of"});
}

TEST(ApplicantRules, of_an_entrepreneur) {
  using Kind = Entrepreneur;
  expect_each_applicant<Kind>(
      {.ogrnip = "399990000000013", .inn = "990100001169", .last_name = "Петрова"},
      {
          {"", [](Kind&) {}},
          {"", [](Kind& k) { k.last_name.reset(); }},
          {"ogrnip: missing", [](Kind& k) { k.ogrnip = ""; }},
          {"ogrnip: pattern", [](Kind& k) { k.ogrnip = "1999900000010"; }},
          {"ogrnip: pattern", [](Kind& k) { k.ogrnip = "499990000000013"; }},
          {"ogrnip: check_digit", [](Kind& k) { k.ogrnip = "399990000000014"; }},
          {"inn: check_digit", [](Kind& k) { k.inn = "990100001168"; }},
          {"inn: pattern", [](Kind& k) { k.inn = "9901000010"; }},
          {"first_name: too_long", [](Kind& k) { k.first_name = repeated("а", 257); }},
          {"middle_name: too_long", [](Kind& k) { k.middle_name = repeated("а", 257); }},
      });
}

TEST(Rules, tell_all_faults_at_once_and_repeat_no_personal_data) {
  Update update = valid_update();
  update.order.number = "";
  update.order.region = "четыре";
  update.order.applicant = PersonBySnils{.snils = "112-233-445 96",
                                         .last_name = "Петрова" + std::string(300, 'z'),
                                         .first_name = "Анна\x02"};
  update.status.at = {};
  const auto faults = check(update, test_profile(), {}, kNow).faults;
  EXPECT_EQ(names_of(faults), (Names{"order.number: missing", "order.applicant.snils: check_digit",
                                     "order.applicant.last_name: too_long",
                                     "order.applicant.first_name: forbidden_character",
                                     "order.region: pattern", "status.at: missing"}));
  const std::string all = validation_error(faults).describe();
  for (const char* secret : {"112", "445", "Петрова", "zzz", "Анна", "четыре"}) {
    EXPECT_EQ(all.find(secret), std::string::npos) << secret;
  }
  EXPECT_NE(all.find("307 символов, допустимо не больше 256 символов"), std::string::npos);
}

TEST(ProfileRules, tell_every_fault_of_a_profile) {
  EXPECT_EQ(names_of(check(test_profile())), Names{});
  Profile profile = test_profile();
  profile.inn = "1234567890";
  profile.kpp = "12";
  profile.env = repeated("E", 11);
  profile.region = "450000000";
  profile.office.channel.reset();
  profile.services = {{.code = "-1"}, {.code = repeated("9", 21)}, {.code = ""}, {.code = "-1"}};
  EXPECT_EQ(names_of(check(profile)),
            (Names{"inn: check_digit", "kpp: pattern", "env: too_long", "region: pattern",
                   "office.channel: missing", "services[1].code: too_long",
                   "services[2].code: missing", "services[3].code: duplicate_key"}));
  profile = test_profile();
  profile.env = "";
  EXPECT_EQ(names_of(check(profile)), Names{"env: missing"});
  profile.env = repeated("E", 10);
  EXPECT_EQ(names_of(check(profile)), Names{});
}

}  // namespace
}  // namespace smev::elk
