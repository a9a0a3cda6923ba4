#include "mock-smev/account.hpp"

#include <gtest/gtest.h>

namespace smev::mock {
namespace {

using namespace std::chrono_literals;

const TimePoint kNow = *parse_utc_text("2026-04-16T07:00:00.000000Z");
constexpr char kInn[] = "9900123450";

elk::RequestStatus status(int code, std::vector<elk::Attachment> attachments = {}) {
  elk::RequestStatus made;
  made.code = static_cast<std::int16_t>(code);
  made.at = DateTime(kNow);
  made.attachments = std::move(attachments);
  return made;
}

elk::RequestOrder order(const std::string& number, std::vector<elk::RequestStatus> statuses) {
  elk::RequestOrder made;
  made.applicant = elk::PersonByEsiaId{"1000"};
  made.sender_inn = kInn;
  made.service = "-60012726";
  made.order_number = number;
  made.filed_at = DateTime(kNow - 24h);
  made.statuses = std::move(statuses);
  return made;
}

elk::Request request(elk::RequestKind kind, std::vector<elk::RequestOrder> orders) {
  elk::Request made;
  made.env = "SVCDEV";
  made.kind = kind;
  made.orders = std::move(orders);
  return made;
}

Arrival arrival(const std::string& id = "m1") { return {id, "MOCK01", kNow, {}}; }

elk::AnswerOrder create(Account& account, const elk::RequestOrder& one) {
  const auto answer = account.process(request(elk::RequestKind::create, {one}), arrival());
  EXPECT_EQ(answer.code, answer.orders.at(0).result == 0 ? 0 : 11);
  return answer.orders.at(0);
}

elk::AnswerOrder update(Account& account, const elk::RequestOrder& one) {
  return account.process(request(elk::RequestKind::update, {one}), arrival()).orders.at(0);
}

TEST(Account, gives_created_orders_numbers_that_do_not_fit_into_32_bits) {
  Account account({});
  const auto first = create(account, order("1", {status(6)}));
  EXPECT_EQ(first.result, 0);
  EXPECT_EQ(first.message, "OK");
  EXPECT_EQ(first.elk_number, kFirstElkNumber);
  EXPECT_GT(*first.elk_number, std::int64_t{1} << 32);
  EXPECT_EQ(create(account, order("2", {status(6)})).elk_number, kFirstElkNumber + 1);
}

TEST(Account, appends_every_accepted_entry_and_hides_no_duplicate) {
  Account account({});
  create(account, order("1", {status(6)}));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(update(account, order("1", {status(7), status(7)})).result, 0);
  }
  const auto found = account.find("1");
  ASSERT_EQ(found.size(), 1u);
  ASSERT_EQ(found[0].statuses.size(), 5u);
  EXPECT_EQ(found[0].statuses[0].code, 6);
  for (std::size_t i = 1; i < 5; ++i) EXPECT_EQ(found[0].statuses[i].code, 7);
  EXPECT_EQ(found[0].applicant, "person_by_esia_id");
  EXPECT_EQ(found[0].statuses[0].message_id, "m1");
}

TEST(Account, answers_34_to_a_known_number_and_leaves_the_order_alone) {
  Account account({});
  create(account, order("1", {status(6)}));
  const auto again = create(account, order("1", {status(6)}));
  EXPECT_EQ(again.result, 34);
  EXPECT_EQ(again.message, "Order already exists");
  EXPECT_FALSE(again.elk_number);
  EXPECT_EQ(account.find("1")[0].statuses.size(), 1u);
}

TEST(Account, keeps_equal_numbers_of_two_organizations_apart) {
  Account account({});
  create(account, order("1", {status(6)}));
  auto other = order("1", {status(6)});
  other.sender_inn = "9900123467";
  EXPECT_EQ(create(account, other).result, 0);
  EXPECT_EQ(account.find("1").size(), 2u);
}

TEST(Account, answers_28_to_an_update_of_what_it_does_not_know) {
  Account account({});
  const auto answer = update(account, order("1", {status(7)}));
  EXPECT_EQ(answer.result, 28);
  EXPECT_EQ(answer.message, "Order not found");
  EXPECT_EQ(answer.elk_number, 0);
  EXPECT_EQ(answer.order_number, "1");
}

TEST(Account, finds_an_order_by_its_elk_number_for_its_own_sender_only) {
  Account account({});
  create(account, order("1", {status(6)}));
  auto by_number = order("", {status(7)});
  by_number.elk_number = kFirstElkNumber;
  const auto answer = update(account, by_number);
  EXPECT_EQ(answer.result, 0);
  EXPECT_EQ(answer.order_number, "1");
  EXPECT_EQ(answer.elk_number, kFirstElkNumber);
  by_number.sender_inn = "9900123467";
  EXPECT_EQ(update(account, by_number).result, 28);
  by_number.sender_inn = kInn;
  by_number.elk_number = kFirstElkNumber + 1;
  EXPECT_EQ(update(account, by_number).result, 28);
}

TEST(Account, answers_13_to_an_unknown_service_with_number_zero) {
  AccountRules rules;
  rules.services = {"-60012726"};
  Account account(rules);
  EXPECT_EQ(create(account, order("1", {status(6)})).result, 0);
  auto unknown = order("2", {status(6)});
  unknown.service = "60012726";
  const auto answer = create(account, unknown);
  EXPECT_EQ(answer.result, 13);
  EXPECT_EQ(answer.message, "Incorrect eServiceCode or serviceTargetCode");
  EXPECT_EQ(answer.elk_number, 0);
}

TEST(Account, answers_4_outside_the_known_codes_and_to_named_ones) {
  AccountRules rules;
  rules.first_statuses.clear();
  rules.unknown_statuses = {223};
  Account account(rules);
  int number = 0;
  const auto result = [&](int code) {
    return create(account, order(std::to_string(++number), {status(code)})).result;
  };
  EXPECT_EQ(result(kLeastKnownStatus - 1), 4);
  EXPECT_EQ(result(kLeastKnownStatus), 0);
  EXPECT_EQ(result(kGreatestKnownStatus), 0);
  EXPECT_EQ(result(kGreatestKnownStatus + 1), 4);
  EXPECT_EQ(result(223), 4);
}

TEST(Account, takes_nothing_of_an_order_with_one_unknown_status) {
  Account account({});
  create(account, order("1", {status(6)}));
  EXPECT_EQ(update(account, order("1", {status(7), status(301)})).result, 4);
  EXPECT_EQ(account.find("1")[0].statuses.size(), 1u);
}

TEST(Account, answers_31_to_a_create_that_begins_with_another_status) {
  Account account({});
  const auto answer = create(account, order("1", {status(3)}));
  EXPECT_EQ(answer.result, 31);
  EXPECT_EQ(answer.message, "Incorrect order status specified");
  EXPECT_FALSE(answer.elk_number);
  EXPECT_EQ(create(account, order("1", {status(6), status(3)})).result, 0);
}

TEST(Account, answers_38_to_a_request_older_than_allowed) {
  AccountRules rules;
  rules.request_age_max = 30 * 24h;
  Account account(rules);
  auto old = order("1", {status(6)});
  old.filed_at = DateTime(kNow - rules.request_age_max - 1s);
  EXPECT_EQ(create(account, old).result, 38);
  old.filed_at = DateTime(kNow - rules.request_age_max);
  EXPECT_EQ(create(account, old).result, 0);
}

TEST(Account, answers_the_set_code_to_a_file_that_the_message_does_not_bring) {
  for (const int code : {5, 99}) {
    AccountRules rules;
    rules.absent_attachment_code = code;
    Account account(rules);
    const auto answer = create(account, order("1", {status(6, {{false, "uuid-1", "ELK_RESULT"}})}));
    EXPECT_EQ(answer.result, code);
    EXPECT_TRUE(account.orders().empty());
  }
}

TEST(Account, numbers_the_results_of_an_order_through) {
  Account account({});
  create(account, order("1", {status(6)}));
  Arrival with_files = arrival("m2");
  with_files.files["u1"] = {"/nowhere/1", "1.pdf", "application/pdf", 10};
  with_files.files["u2"] = {"/nowhere/2", "2.pdf", "application/pdf", 20};
  const auto one =
      order("1", {status(7, {{false, "u1", "ELK_RESULT"}}),
                  status(3, {{false, "u2", "ELK_RESULT"}, {true, "mart", "ELK_RESULT"}})});
  account.process(request(elk::RequestKind::update, {one}), with_files);
  const auto record = account.find("1").at(0);
  ASSERT_EQ(record.statuses.size(), 3u);
  EXPECT_EQ(record.statuses[1].results.at(0).id, "1");
  ASSERT_EQ(record.statuses[2].results.size(), 2u);
  EXPECT_EQ(record.statuses[2].results[0].id, "2");
  EXPECT_EQ(record.statuses[2].results[0].file->name, "2.pdf");
  EXPECT_EQ(record.statuses[2].results[1].id, "3");
  EXPECT_FALSE(record.statuses[2].results[1].file) << "a data mart brings no file";
}

TEST(Account, judges_each_order_of_a_message_by_itself) {
  Account account({});
  const auto answer = account.process(
      request(elk::RequestKind::create,
              {order("1", {status(6)}), order("1", {status(6)}), order("2", {status(3)})}),
      arrival());
  EXPECT_EQ(answer.code, 11);
  EXPECT_EQ(answer.message, "Completed with errors");
  ASSERT_EQ(answer.orders.size(), 3u);
  EXPECT_EQ(answer.orders[0].result, 0);
  EXPECT_EQ(answer.orders[1].result, 34);
  EXPECT_EQ(answer.orders[2].result, 31);
}

TEST(Account, takes_an_update_without_statuses) {
  Account account({});
  create(account, order("1", {status(6)}));
  EXPECT_EQ(update(account, order("1", {})).result, 0);
  EXPECT_EQ(account.find("1")[0].statuses.size(), 1u);
}

TEST(Account, has_words_for_codes_that_are_not_known) {
  EXPECT_EQ(result_message(99), "Error 99");
  EXPECT_EQ(result_message(38), "Request date too old");
}

}  // namespace
}  // namespace smev::mock
