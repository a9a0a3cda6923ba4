// docs/answers.md, «Коды результата»: what each result code makes of a create and of an update.

#include "sdk/base/bytes.hpp"
#include "tests/end_to_end/stand.hpp"

namespace smev::end_to_end {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kNumber[] = "1999290001";

struct RefusedBy {
  bool create = true;
  int code = 0;
  friend void PrintTo(const RefusedBy& by, std::ostream* out) {
    *out << (by.create ? "create, " : "update, ") << by.code;
  }
};

class ResultCodes : public EndToEnd, public ::testing::WithParamInterface<RefusedBy> {};

TEST_P(ResultCodes, holds_the_update_as_refused_and_writes_nothing) {
  const auto [create, code] = GetParam();
  std::vector<mock::ReactionRule> reactions = {{kNumber, "code-" + std::to_string(code), 1}};
  if (!create) reactions.insert(reactions.begin(), {kNumber, "noise", 1});  // that of the create
  start(reactions);
  const UpdateId first = submit(created(kNumber));
  const UpdateId second = submit(updated(kNumber));
  const UpdateId other = submit(created("1999290002"));
  drain();

  const UpdateId refused = create ? first : second;
  expect_held(refused, HoldReason::refused, code);
  EXPECT_THAT(creates(refused), ElementsAre(create)) << "no conversion";
  EXPECT_THAT(acknowledged_answers(refused), SizeIs(1));
  EXPECT_EQ(report(refused).messages[0].message.items[0].result_code, code);
  EXPECT_EQ(account(kNumber), create ? std::vector<int>{} : std::vector<int>{6});
  const UpdateState behind = create ? UpdateState::queued : UpdateState::held;
  EXPECT_EQ(row(second).state, behind) << "the order of what is held waits";
  expect_delivered(other);
}

INSTANTIATE_TEST_SUITE_P(
    EveryCode, ResultCodes,
    ::testing::Values(RefusedBy{true, 4}, RefusedBy{true, 5}, RefusedBy{true, 13},
                      RefusedBy{true, 28}, RefusedBy{true, 31}, RefusedBy{true, 38},
                      RefusedBy{true, 77}, RefusedBy{true, -5}, RefusedBy{false, 4},
                      RefusedBy{false, 5}, RefusedBy{false, 13}, RefusedBy{false, 31},
                      RefusedBy{false, 34}, RefusedBy{false, 38}, RefusedBy{false, 77}),
    [](const auto& test) {
      const int code = test.param.code;
      return std::string(test.param.create ? "create_" : "update_") + (code < 0 ? "minus_" : "") +
             std::to_string(std::abs(code));
    });

TEST_F(EndToEnd, code_0_delivers_a_create_and_then_an_update_with_its_file) {
  start();
  const std::string path = (folder_.path() / "result.pdf").string();
  ASSERT_TRUE(write_file_durably(path, "%PDF-1.4 result"));
  const UpdateId first = submit(created(kNumber));
  elk::Update done = updated(kNumber, 3);
  done.status.results = {File::at(path)};
  const UpdateId second = submit(done);
  drain();

  expect_delivered(first);
  expect_delivered(second);
  EXPECT_THAT(creates(first), ElementsAre(true));
  EXPECT_THAT(creates(second), ElementsAre(false));
  EXPECT_THAT(account(kNumber), ElementsAre(6, 3));
  const mock::OrderRecord order = server_->account().find(kNumber).at(0);
  EXPECT_EQ(order.statuses[1].results.at(0).file->name, "result.pdf");
  const auto facts = sender_->outbox().find_order(row(first).order);
  EXPECT_EQ((*facts)->elk_number, order.elk_number);
  EXPECT_THAT(report(second).messages[0].message.body, HasSubstr("elkOrderNumber"))
      << "the number of ЕЛК addresses it";
  EXPECT_THAT(acknowledged_answers(first), SizeIs(1));
  EXPECT_THAT(acknowledged_answers(second), SizeIs(1));
  EXPECT_EQ(server_->service().queue_size(), 0U);
}

TEST_F(EndToEnd, each_order_of_one_message_settles_by_its_own_code) {
  change_sender_ = [](SenderOptions& options) { options.orders_per_message_max = 10; };
  start({{"B", "code-13", 1}, {"C", "omit", 1}});
  const UpdateId a = submit(created("A"));
  const UpdateId b = submit(created("B"));
  const UpdateId c = submit(created("C"));
  drain();

  EXPECT_EQ(report(a).messages[0].message.message_id, report(c).messages[0].message.message_id);
  expect_delivered(a);
  expect_held(b, HoldReason::refused, 13);
  expect_held(c, HoldReason::not_in_answer);
  EXPECT_THAT(account("A"), ElementsAre(6));
  EXPECT_THAT(account("B"), IsEmpty());
  EXPECT_THAT(acknowledged_answers(b), SizeIs(1));
}

// ---- the two conversions ----

TEST_F(EndToEnd, code_28_turns_an_update_into_a_create_once) {
  start();
  elk::Update update = created(kNumber);
  update.order.elk_number = 4654266659;  // ЕЛК knows no such number
  const UpdateId id = submit(update);
  drain();
  expect_delivered(id);
  EXPECT_THAT(creates(id), ElementsAre(false, true));
  EXPECT_THAT(account(kNumber), ElementsAre(6));
  EXPECT_THAT(acknowledged_answers(id), SizeIs(2));
  EXPECT_EQ(report(id).messages[0].message.items[0].result_code, 28);
  EXPECT_THAT(events(id), ElementsAre("submitted", "returned", "delivered"));
  const auto facts = sender_->outbox().find_order(row(id).order);
  EXPECT_EQ((*facts)->elk_number, mock::kFirstElkNumber) << "the new number takes the wrong one's";
}

TEST_F(EndToEnd, code_28_without_facts_holds) {
  start();
  elk::Update update = updated(kNumber);
  update.order.elk_number = 4654266659;
  const UpdateId id = submit(update);
  drain();
  expect_held(id, HoldReason::order_not_found, 28);
  EXPECT_THAT(creates(id), ElementsAre(false));
  EXPECT_THAT(account(kNumber), IsEmpty());
  EXPECT_THAT(acknowledged_answers(id), SizeIs(1));
}

TEST_F(EndToEnd, code_34_turns_a_create_into_an_update_once) {
  start();
  Sender other = another_sender("other.db");
  ASSERT_TRUE(other.submit(created(kNumber)));
  ASSERT_TRUE(other.drain(kPatience));
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_delivered(id);
  EXPECT_THAT(creates(id), ElementsAre(true, false));
  EXPECT_THAT(account(kNumber), ElementsAre(6, 6)) << "one of each sender";
  EXPECT_THAT(acknowledged_answers(id), SizeIs(2));
}

TEST_F(EndToEnd, codes_28_and_34_in_turn_convert_once_each_and_then_hold) {
  start({{kNumber, "code-34", 1}, {kNumber, "code-28", 1}, {kNumber, "code-34", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_held(id, HoldReason::order_exists, 34);
  EXPECT_THAT(creates(id), ElementsAre(true, false, true));
  EXPECT_EQ(row(id).conversions, 2);
  EXPECT_THAT(account(kNumber), IsEmpty());
}

TEST_F(EndToEnd, code_34_holds_when_an_earlier_message_may_have_created_the_order) {
  start({{kNumber, "omit", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_held(id, HoldReason::not_in_answer);
  const std::string first = report(id).messages[0].message.message_id.text();
  decide(id, UpdateEvent::requeued);
  drain();
  expect_held(id, HoldReason::order_exists, 34);
  EXPECT_THAT(row(id).hold_text, HasSubstr(first)) << "the evidence";
  EXPECT_THAT(creates(id), ElementsAre(true, true));
  EXPECT_THAT(account(kNumber), ElementsAre(6)) << "not twice";
}

TEST_F(EndToEnd, code_34_holds_when_a_message_of_what_was_replaced_may_have_created_the_order) {
  start({{kNumber, "rejected", 1}, {kNumber, "code-34", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_held(id, HoldReason::refused);
  elk::Update corrected = created(kNumber);
  corrected.status.at = *DateTime::parse("2026-04-16T10:50:00+03:00");
  const auto replaced = sender_->replace(id, corrected, {}, "operator", "исправлено");
  ASSERT_TRUE(replaced) << replaced.error().describe();
  drain();
  expect_held(replaced->update, HoldReason::order_exists, 34);
  EXPECT_THAT(row(replaced->update).hold_text,
              HasSubstr(report(id).messages[0].message.message_id.text()));
}

TEST_F(EndToEnd, code_34_holds_when_the_same_was_submitted_before_and_may_have_created_the_order) {
  start({{kNumber, "omit", 1}});
  const elk::Update given = created(kNumber);
  const UpdateId id = submit(given);
  drain();
  decide(id, UpdateEvent::rejected);
  const UpdateId again = submit(given);
  EXPECT_NE(again, id);
  drain();
  expect_held(again, HoldReason::order_exists, 34);
  EXPECT_THAT(account(kNumber), ElementsAre(6)) << "not twice";
}

TEST_F(EndToEnd, code_34_converts_when_the_earlier_message_is_known_to_be_refused) {
  start({{kNumber, "code-13", 1}, {kNumber, "code-34", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_held(id, HoldReason::refused, 13);
  decide(id, UpdateEvent::requeued);
  drain();
  // The mock has no such order: the update meets 28, and a create follows.
  expect_delivered(id);
  EXPECT_THAT(creates(id), ElementsAre(true, true, false, true));
  EXPECT_THAT(account(kNumber), ElementsAre(6));
}

TEST_F(EndToEnd, code_28_turns_nothing_into_a_create_that_may_not_begin_an_order) {
  start();
  elk::Update update = created(kNumber, 7);
  update.order.created_elsewhere = true;
  const UpdateId id = submit(update);
  drain();
  expect_held(id, HoldReason::rules);
  EXPECT_THAT(creates(id), ElementsAre(false));
  EXPECT_THAT(account(kNumber), IsEmpty());
}

// ---- orders of another system ----

TEST_F(EndToEnd, an_order_of_another_system_is_updated_by_either_of_its_numbers) {
  start();
  Sender other = another_sender("other.db");
  ASSERT_TRUE(other.submit(created("A")));
  ASSERT_TRUE(other.submit(created("B")));
  ASSERT_TRUE(other.drain(kPatience));
  const std::int64_t elk_number = server_->account().find("B").at(0).elk_number;

  elk::Update by_number = updated("A");
  by_number.order.created_elsewhere = true;
  const UpdateId first = submit(by_number);
  const UpdateId follower = submit(updated("A", 3));
  elk::Update by_elk_number = updated("");
  by_elk_number.order.elk_number = elk_number;
  const UpdateId nameless = submit(by_elk_number);
  by_elk_number = updated("", 3);
  by_elk_number.order.elk_number = elk_number;
  const UpdateId nameless_follower = submit(by_elk_number);
  drain();
  for (const UpdateId id : {first, follower, nameless, nameless_follower}) {
    expect_delivered(id);
    EXPECT_THAT(creates(id), ElementsAre(false));
    EXPECT_THAT(acknowledged_answers(id).at(0).note, IsEmpty());
  }
  EXPECT_THAT(account("A"), ElementsAre(6, 7, 3));
  EXPECT_THAT(account("B"), ElementsAre(6, 7, 3));
}

TEST_F(EndToEnd, a_claimed_number_of_another_order_is_no_delivery) {
  start();
  Sender other = another_sender("other.db");
  ASSERT_TRUE(other.submit(created("A")));
  ASSERT_TRUE(other.drain(kPatience));
  elk::Update mistaken = updated("B");
  mistaken.order.elk_number = server_->account().find("A").at(0).elk_number;
  const UpdateId id = submit(mistaken);
  drain();
  expect_held(id, HoldReason::bad_answer);
  EXPECT_THAT(row(id).hold_text, HasSubstr("чужое заявление"));
  const auto facts = sender_->outbox().find_order(row(id).order);
  EXPECT_EQ((*facts)->elk_number, std::nullopt);
  EXPECT_FALSE((*facts)->known_to_recipient);
}

TEST_F(EndToEnd, a_create_and_a_claim_loaded_together_cost_no_refused_message) {
  start();
  const UpdateId first = submit(created(kNumber));
  elk::Update claiming = updated(kNumber);
  claiming.order.created_elsewhere = true;
  const UpdateId second = submit(claiming);
  drain();
  expect_delivered(first);
  expect_delivered(second);
  EXPECT_THAT(creates(first), ElementsAre(true));
  EXPECT_THAT(creates(second), ElementsAre(false));
  EXPECT_THAT(account(kNumber), ElementsAre(6, 7));
}

TEST_F(EndToEnd, a_doubtful_attempt_is_no_second_message) {
  mock_.service.drop_after_accept = 1;
  start();
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_delivered(id);
  EXPECT_THAT(creates(id), ElementsAre(true));
  // Whether the answer or the second attempt comes first is open; twice in the account is not.
  EXPECT_THAT(account(kNumber), ElementsAre(6));
}

}  // namespace
}  // namespace smev::end_to_end
