// What real sockets cannot show cheaply: combinations of what an answer says and what is known of
// the update. The rest is shown end to end, in tests/end_to_end.

#include "sdk/sender/elk_settle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/elk/answer.hpp"
#include "sdk/elk/json.hpp"

namespace smev {
namespace {

SettledAnswer settle(const std::vector<AnsweredUpdate>& items, const IncomingMessage& answer) {
  return settle_elk_answer(items, answer, elk::Dictionaries());
}

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr UpdateId kUpdate = 7;

elk::Order facts() {
  return {.number = "1",
          .service = "-60012726",
          .filed_at = *DateTime::parse("2026-04-16T10:00:00+03:00"),
          .applicant = elk::PersonByEsiaId{.esia_id = "1000000001"}};
}

AnsweredUpdate item(bool create) {
  AnsweredUpdate item;
  item.item = {kUpdate, 0, create, "1", std::nullopt};
  item.order.facts = elk::to_json(facts());
  return item;
}

IncomingMessage content(const std::string& text) {
  IncomingMessage answer;
  answer.kind = IncomingMessage::Kind::content;
  answer.content = text;
  answer.verified = true;
  return answer;
}

IncomingMessage answer_with(std::vector<elk::AnswerOrder> orders, bool create = true) {
  elk::Answer answer;
  answer.kind = create ? elk::RequestKind::create : elk::RequestKind::update;
  answer.orders = std::move(orders);
  answer.code = elk::code_told_by(answer.orders);
  return content(elk::to_xml(answer));
}

Settlement settle_code(const AnsweredUpdate& one, int code, const std::string& message = "text") {
  const SettledAnswer settled =
      settle({one}, answer_with({{{}, "1", code, message}}, one.item.create));
  EXPECT_THAT(settled.note, IsEmpty());
  EXPECT_EQ(settled.settlements.size(), 1U);
  return settled.settlements.at(0);
}

TEST(ElkSettle, never_looks_at_the_text) {
  EXPECT_EQ(settle_code(item(true), 5, "OK").event, UpdateEvent::stopped);
  EXPECT_EQ(settle_code(item(true), 0, "Incorrect request parameters").event,
            UpdateEvent::delivered);
}

TEST(ElkSettle, keeps_a_code_that_nobody_knows_as_a_number_and_shows_its_message) {
  for (const int code : {-32768, 1, 29, 32767, 100000}) {
    const Settlement settled = settle_code(item(false), code, "Something new");
    EXPECT_EQ(settled.event, UpdateEvent::stopped);
    EXPECT_EQ(settled.hold_reason, HoldReason::refused);
    EXPECT_EQ(settled.result_code, code);
    EXPECT_THAT(settled.hold_text, HasSubstr(std::to_string(code)));
    EXPECT_THAT(settled.hold_text, HasSubstr("Something new"));
  }
}

TEST(ElkSettle, converts_once_each_way) {
  AnsweredUpdate update = item(false);
  EXPECT_EQ(settle_code(update, 28).forced_kind, ForcedKind::create);
  update.update.conversions = 1;
  update.update.forced_kind = ForcedKind::update;  // it was a create that got 34
  EXPECT_EQ(settle_code(update, 28).forced_kind, ForcedKind::create);
  update.update.conversions = 2;
  EXPECT_EQ(settle_code(update, 28).hold_reason, HoldReason::order_not_found);
  update.update.conversions = 1;
  update.update.forced_kind = ForcedKind::create;
  EXPECT_EQ(settle_code(update, 28).hold_reason, HoldReason::order_not_found);

  AnsweredUpdate create = item(true);
  EXPECT_EQ(settle_code(create, 34).forced_kind, ForcedKind::update);
  create.update.conversions = 1;
  create.update.forced_kind = ForcedKind::create;  // it was an update that got 28
  EXPECT_EQ(settle_code(create, 34).forced_kind, ForcedKind::update);
  create.update.conversions = 2;
  EXPECT_EQ(settle_code(create, 34).hold_reason, HoldReason::order_exists);
}

TEST(ElkSettle, does_not_convert_without_facts_nor_past_a_message_that_may_have_acted) {
  AnsweredUpdate update = item(false);
  update.order.facts.clear();
  EXPECT_EQ(settle_code(update, 28).hold_reason, HoldReason::order_not_found);
  AnsweredUpdate create = item(true);
  create.may_have_acted = {"b077cd84-3959-11f1-b8b2-0242333cce59"};
  const Settlement held = settle_code(create, 34);
  EXPECT_EQ(held.hold_reason, HoldReason::order_exists);
  EXPECT_TRUE(held.known_to_recipient);
  EXPECT_THAT(held.hold_text, HasSubstr("b077cd84-3959-11f1-b8b2-0242333cce59"));
}

TEST(ElkSettle, does_not_convert_by_a_code_that_belongs_to_the_other_kind_of_request) {
  for (const auto& [create, code] : {std::pair{true, 28}, std::pair{false, 34}}) {
    const Settlement settled = settle_code(item(create), code);
    EXPECT_EQ(settled.event, UpdateEvent::stopped);
    EXPECT_EQ(settled.hold_reason, HoldReason::refused);
    EXPECT_EQ(settled.result_code, code);
  }
}

TEST(ElkSettle, takes_the_number_of_elk_from_any_of_equal_words_about_an_order) {
  const SettledAnswer settled =
      settle({item(true)}, answer_with({{{}, "1", 0, "OK"}, {4654266659, "1", 0, "OK"}}));
  EXPECT_EQ(settled.settlements[0].event, UpdateEvent::delivered);
  EXPECT_EQ(settled.settlements[0].elk_number, 4654266659);
}

TEST(ElkSettle, holds_an_order_whose_result_alone_cannot_be_read) {
  AnsweredUpdate other = item(true);
  other.item = {kUpdate + 1, 1, true, "2", std::nullopt};
  const SettledAnswer settled =
      settle({item(true), other}, answer_with({{{}, "1", std::nullopt, "?"}, {{}, "2", 0, "OK"}}));
  EXPECT_EQ(settled.settlements[0].hold_reason, HoldReason::bad_answer);
  EXPECT_EQ(settled.settlements[1].event, UpdateEvent::delivered);
}

TEST(ElkSettle, finds_an_order_that_only_elk_has_a_number_for) {
  AnsweredUpdate nameless = item(false);
  nameless.item.order_number = "elk:4654266659";
  const auto settled = [&](elk::AnswerOrder order) {
    return settle({nameless}, answer_with({std::move(order)}, false));
  };
  const SettledAnswer with_both = settled({4654266659, "7", 0, "OK"});
  EXPECT_EQ(with_both.settlements[0].event, UpdateEvent::delivered);
  EXPECT_THAT(with_both.note, IsEmpty());
  EXPECT_EQ(settled({{}, "", 28, ""}).settlements[0].hold_reason, HoldReason::order_not_found);
  EXPECT_EQ(settled({{}, "7", 28, ""}).settlements[0].hold_reason, HoldReason::order_not_found);
  EXPECT_EQ(settled({1, "7", 0, ""}).settlements[0].hold_reason, HoldReason::not_in_answer);
}

TEST(ElkSettle, does_not_create_an_order_that_has_no_number_of_the_sender) {
  AnsweredUpdate nameless = item(false);
  nameless.item.order_number = "elk:4654266659";
  const SettledAnswer settled = settle({nameless}, answer_with({{0, "", 28, ""}}, false));
  EXPECT_EQ(settled.settlements[0].hold_reason, HoldReason::order_not_found);
}

TEST(ElkSettle, holds_what_is_answered_under_another_number_unless_elk_gave_ours) {
  AnsweredUpdate claimed = item(false);
  claimed.update.payload =
      R"({"order":{"number":"1","elk_number":4654266659},"status":{"code":7,"at":"2026-04-16T10:00:00"}})";
  const IncomingMessage answer = answer_with({{4654266659, "other", 0, "OK"}}, false);
  const Settlement held = settle({claimed}, answer).settlements[0];
  EXPECT_EQ(held.event, UpdateEvent::stopped);
  EXPECT_EQ(held.hold_reason, HoldReason::bad_answer);
  EXPECT_FALSE(held.known_to_recipient);
  EXPECT_EQ(held.elk_number, std::nullopt);
  claimed.order.elk_number = 4654266659;
  EXPECT_EQ(settle({claimed}, answer).settlements[0].event, UpdateEvent::delivered);
}

TEST(ElkSettle, holds_what_is_not_xml) {
  const SettledAnswer settled = settle({item(true)}, content("<a>"));
  EXPECT_EQ(settled.settlements.at(0).hold_reason, HoldReason::bad_answer);
  EXPECT_FALSE(settled.note.empty());
}

TEST(ElkSettle, holds_a_verified_answer_of_no_known_form) {
  IncomingMessage answer;
  answer.verified = true;
  const SettledAnswer settled = settle({item(true), item(true)}, answer);
  ASSERT_EQ(settled.settlements.size(), 2U);
  EXPECT_EQ(settled.settlements[1].hold_reason, HoldReason::bad_answer);
}

TEST(ElkSettle, takes_a_fault_without_category_for_a_refusal_and_another_category_for_a_notice) {
  IncomingMessage notice;
  notice.kind = IncomingMessage::Kind::async_status;
  notice.fault.emplace().description = "SMEV-403: нет";
  EXPECT_EQ(settle({item(true)}, notice).settlements.at(0).hold_reason, HoldReason::refused);
  notice.code = "responseIsRejectedBySmev";
  const SettledAnswer settled = settle({item(true)}, notice);
  EXPECT_THAT(settled.settlements, IsEmpty());
  EXPECT_THAT(settled.note, HasSubstr("responseIsRejectedBySmev"));
}

}  // namespace
}  // namespace smev
