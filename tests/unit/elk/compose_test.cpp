#include <gtest/gtest.h>

#include "sdk/elk/request.hpp"
#include "tests/unit/elk/fixtures.hpp"

namespace smev::elk {
namespace {

using testing::test_profile;
using testing::valid_update;

TEST(Compose, fills_what_is_not_given_from_the_profile) {
  Profile profile = test_profile();
  profile.region = "45000000";
  profile.office.name = "Отдел приёма";
  const RequestOrder order = compose(valid_update(), profile, {});
  EXPECT_EQ(order.sender_inn, "9901000010");
  EXPECT_EQ(order.sender_kpp, "990101001");
  EXPECT_EQ(order.region, "45000000");
  EXPECT_EQ(order.office, profile.office);
  EXPECT_EQ(std::get<PersonBySnils>(*order.applicant).citizenship, kRussia);
  EXPECT_EQ(order.order_number, "1999290001");
  EXPECT_EQ(order.elk_number, std::nullopt);
}

TEST(Compose, lets_the_update_speak_before_the_profile) {
  Update update = valid_update();
  update.order.region = "01000000";
  update.order.sender_kpp = "990101002";
  update.order.elk_number = 4654266659;
  std::get<PersonBySnils>(*update.order.applicant).citizenship = std::int16_t{0};
  const RequestOrder order = compose(update, test_profile(), {});
  EXPECT_EQ(order.region, "01000000");
  EXPECT_EQ(order.sender_kpp, "990101002");
  EXPECT_EQ(order.elk_number, 4654266659);
  EXPECT_EQ(std::get<PersonBySnils>(*order.applicant).citizenship, 0);
}

TEST(Compose, takes_a_given_office_whole_but_for_the_channel) {
  Profile profile = test_profile();
  profile.office.address = "119000, г. Москва, ул. Вымышленная, д. 1";
  Update update = valid_update();
  update.order.office = Office{.name = "Окно 2"};
  const RequestOrder order = compose(update, profile, {});
  EXPECT_EQ(order.office, (Office{.name = "Окно 2", .channel = std::int16_t{4}}));
}

TEST(Compose, writes_snils_with_dashes_and_leaves_empty_names_out) {
  Update update = valid_update();
  update.order.applicant = PersonBySnils{
      .snils = "11223344595", .last_name = "Петрова", .first_name = "", .middle_name = ""};
  const RequestOrder order = compose(update, test_profile(), {});
  const auto& person = std::get<PersonBySnils>(*order.applicant);
  EXPECT_EQ(person.snils, "112-233-445 95");
  EXPECT_EQ(person.middle_name, std::nullopt);
  EXPECT_EQ(person.first_name, "");
}

TEST(Compose, gives_the_attachment_ids_to_the_results_in_their_order) {
  Update update = valid_update();
  update.status.results = {File::at("a.pdf"), File::at("b.pdf")};
  update.status.data_mart_results = {{.uuid = "mart", .document_type = "X"}};
  Status more = update.status;
  more.results = {File::at("c.pdf")};
  more.results[0].document_type = "Y";
  more.data_mart_results.clear();
  update.more_statuses = {Status{}, more};

  std::vector<std::string> paths;
  for (const File* file : all_results(update)) paths.push_back(file->path);
  EXPECT_EQ(paths, (std::vector<std::string>{"a.pdf", "b.pdf", "c.pdf"}));

  const RequestOrder order = compose(update, test_profile(), {"id-a", "id-b", "id-c"});
  ASSERT_EQ(order.statuses.size(), 3U);
  EXPECT_EQ(order.statuses[0].attachments, (std::vector<Attachment>{{false, "id-a", "ELK_RESULT"},
                                                                    {false, "id-b", "ELK_RESULT"},
                                                                    {true, "mart", "X"}}));
  EXPECT_TRUE(order.statuses[1].attachments.empty());
  EXPECT_EQ(order.statuses[2].attachments, (std::vector<Attachment>{{false, "id-c", "Y"}}));
}

TEST(Compose, writes_dates_in_the_form_that_the_profile_asks_for) {
  Update update = valid_update();
  update.order.filed_at = *DateTime::parse("2026-04-16T08:00:00.1200+05:00");
  update.status.at = *DateTime::parse("2026-04-16T09:00:00.123456789");
  Profile profile = test_profile();
  profile.time = TimeForm::utc;
  const RequestOrder utc = compose(update, profile, {});
  EXPECT_EQ(utc.filed_at.text(), "2026-04-16T03:00:00.1200Z");
  EXPECT_EQ(utc.statuses[0].at.text(), "2026-04-16T06:00:00.123456789Z");
  profile.time = TimeForm::none;
  const RequestOrder none = compose(update, profile, {});
  EXPECT_EQ(none.filed_at.text(), "2026-04-16T06:00:00.1200");
  EXPECT_EQ(none.statuses[0].at.text(), "2026-04-16T09:00:00.123456789");
}

TEST(Compose, writes_no_empty_date_even_where_the_calendar_begins) {
  Update update = valid_update();
  update.order.filed_at = *DateTime::parse("0001-01-01T00:00:00+14:00");
  for (const TimeForm form : {TimeForm::moscow, TimeForm::utc, TimeForm::none}) {
    Profile profile = test_profile();
    profile.time = form;
    EXPECT_EQ(compose(update, profile, {}).filed_at.text(), "0001-01-01T00:00:00+14:00");
  }
}

TEST(ComposeDeathTest, ends_the_program_when_results_and_ids_do_not_match) {
  Update update = valid_update();
  update.status.results = {File::at("a.pdf")};
  EXPECT_DEATH(compose(update, test_profile(), {}), "1 results, 0 attachment ids");
}

TEST(KindFor, creates_only_what_elk_does_not_know_and_whose_facts_are_there) {
  const auto kind = [](bool known, bool claimed, bool facts) {
    return kind_for({.known_to_elk = known, .claimed_as_known = claimed, .has_facts = facts});
  };
  EXPECT_EQ(kind(false, false, true), RequestKind::create);
  EXPECT_EQ(kind(true, false, true), RequestKind::update);
  EXPECT_EQ(kind(false, true, true), RequestKind::update);
  EXPECT_EQ(kind(true, true, false), RequestKind::update);
  EXPECT_EQ(kind(false, false, false), RequestKind::update);
}

TEST(Order, has_facts_only_when_service_date_and_applicant_are_all_there) {
  EXPECT_TRUE(valid_update().order.has_facts());
  Order order = valid_update().order;
  order.filed_at = {};
  EXPECT_FALSE(order.has_facts());
  order = valid_update().order;
  order.service = {};
  EXPECT_FALSE(order.has_facts());
  order = valid_update().order;
  order.applicant.reset();
  EXPECT_FALSE(order.has_facts());
}

}  // namespace
}  // namespace smev::elk
