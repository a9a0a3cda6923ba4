// Contract: answers and deadlines. See sdk/outbox/table_receive.cpp.

#include <gmock/gmock.h>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OutboxReceive : public OutboxContract {
 protected:
  std::vector<UpdateRow> hold_overdue() {
    const auto changed = outbox().hold_overdue();
    EXPECT_TRUE(changed) << changed.error().describe();
    return changed.value_or(std::vector<UpdateRow>{});
  }
  Settlement returned(UpdateId id, ForcedKind kind) {
    Settlement settled = settlement(id, UpdateEvent::returned);
    settled.result_code = 28;
    settled.forced_kind = kind;
    return settled;
  }
  // What the check of an answer to the message is shown; the answer settles nothing.
  std::vector<AnsweredUpdate> about(const Uuid& message_id) {
    std::vector<AnsweredUpdate> shown;
    NewAnswer notice = answer_to(message_id, "a notice");
    notice.check = [&shown](const std::vector<AnsweredUpdate>& about) {
      shown = about;
      return SettledAnswer{};
    };
    EXPECT_TRUE(outbox().record_answers({notice}));
    return shown;
  }
  // An answer whose check says that it was asked.
  NewAnswer asking(const Uuid& message_id, int& asked) {
    NewAnswer answer = answer_to(message_id);
    answer.check = [&asked](const std::vector<AnsweredUpdate>&) {
      ++asked;
      return SettledAnswer{{}, "a mere notice"};
    };
    return answer;
  }
};
SMEV_FOR_ALL_STORES(OutboxReceive);

TEST_P(OutboxReceive, a_check_that_throws_is_an_error_and_leaves_nothing_behind) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  NewAnswer answer = answer_to(message_id);
  answer.check = [](const std::vector<AnsweredUpdate>&) -> SettledAnswer {
    throw std::runtime_error("broken");
  };
  EXPECT_EQ(error_of(outbox().record_answers({answer})).code, ErrorCode::internal);
  EXPECT_TRUE(outbox().answers_to(message_id)->empty());
  EXPECT_EQ(record(answer_to(message_id), {settlement(id, UpdateEvent::delivered)}).changed.size(),
            1u);
}

TEST_P(OutboxReceive, a_good_answer_delivers_and_tells_of_the_order) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  advance(minutes(1));
  Settlement settled = settlement(id, UpdateEvent::delivered);
  settled.elk_number = 4711;
  const RecordedAnswer recorded = record(answer_to(message_id), {settled});
  EXPECT_FALSE(recorded.repeated);
  ASSERT_EQ(recorded.changed.size(), 1u);
  EXPECT_EQ(recorded.changed[0].state, UpdateState::delivered);
  EXPECT_EQ(recorded.changed[0].result_code, 0);
  EXPECT_EQ(recorded.changed[0].settled_at, now());
  EXPECT_EQ(message_state(message_id), MessageState::answered);
  EXPECT_EQ(message(message_id).answered_at, now());
  EXPECT_EQ(message(message_id).items[0].result_code, 0);
  EXPECT_TRUE(facts("a").known_to_recipient);
  EXPECT_EQ(facts("a").elk_number, 4711);
  EXPECT_EQ(stats().final, 1);
  EXPECT_EQ(stats().awaiting_answer, 0);
}

TEST_P(OutboxReceive, a_code_does_not_outlive_what_it_was_the_reason_of) {
  const UpdateId id = submit("a");
  record(answer_to(send_one()), {returned(id, ForcedKind::create)});
  EXPECT_EQ((*outbox().find_update(id))->result_code, std::nullopt) << "goes again";
  Settlement refused = settlement(id, UpdateEvent::stopped);
  refused.result_code = 31;
  refused.hold_reason = HoldReason::refused;
  const Uuid message_id = send_one();
  record(answer_to(message_id), {refused});
  EXPECT_EQ((*outbox().find_update(id))->result_code, 31);
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::requeued, "operator", "again"));
  const Uuid again = send_one();
  Settlement unnamed = settlement(id, UpdateEvent::stopped);
  unnamed.result_code.reset();
  unnamed.hold_reason = HoldReason::not_in_answer;
  record(answer_to(again), {unnamed});
  EXPECT_EQ((*outbox().find_update(id))->result_code, std::nullopt);
  EXPECT_EQ((*outbox().find_update(id))->hold_reason, HoldReason::not_in_answer);
}

TEST_P(OutboxReceive, an_answer_is_kept_raw_with_its_verdicts) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  NewAnswer given = answer_to(message_id, std::string("raw \0 octets", 12));
  given.verdicts = "[{\"valid\":true}]";
  record(given, {settlement(id, UpdateEvent::delivered)});
  const auto answers = outbox().answers_to(message_id);
  ASSERT_TRUE(answers);
  ASSERT_EQ(answers->size(), 1u);
  EXPECT_EQ((*answers)[0].raw, given.raw);
  EXPECT_EQ((*answers)[0].verdicts, given.verdicts);
  EXPECT_EQ((*answers)[0].kind, "content");
  EXPECT_EQ((*answers)[0].message_id, given.message_id);
  EXPECT_TRUE((*answers)[0].verified);
  EXPECT_EQ((*answers)[0].received, now());
}

TEST_P(OutboxReceive, an_answer_is_unacknowledged_until_it_is_marked) {
  const UpdateId id = submit("a");
  const RecordedAnswer recorded = deliver(send_one(), id);
  ASSERT_EQ(outbox().unacknowledged()->size(), 1u);
  EXPECT_EQ((*outbox().unacknowledged())[0].id, recorded.id);
  if (GetParam().survives_reopening) {
    reopen();
    EXPECT_EQ(outbox().unacknowledged()->size(), 1u) << "a crash before the Ack";
  }
  ASSERT_TRUE(outbox().mark_acknowledged({recorded.id}));
  ASSERT_TRUE(outbox().mark_acknowledged({recorded.id})) << "twice is no harm";
  EXPECT_THAT(*outbox().unacknowledged(), IsEmpty());
  EXPECT_TRUE(outbox().mark_acknowledged({recorded.id + 1})) << "it was pruned meanwhile";
}

TEST_P(OutboxReceive, a_repeated_answer_settles_nothing_again) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  const NewAnswer given = answer_to(message_id);
  const RecordedAnswer first = record(given, {stopped(id, HoldReason::refused)});
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::requeued, "op", "исправлено"));
  const RecordedAnswer second = record(given, {stopped(id, HoldReason::refused)});
  EXPECT_TRUE(second.repeated);
  EXPECT_EQ(second.id, first.id);
  EXPECT_THAT(second.changed, IsEmpty());
  EXPECT_EQ(state(id), UpdateState::queued);
}

TEST_P(OutboxReceive, the_same_answer_signed_anew_does_not_stop_what_a_conversion_has_returned) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  record(answer_to(message_id, "signed once"), {returned(id, ForcedKind::create)});
  EXPECT_EQ(state(id), UpdateState::queued);
  // The receiver sees a conversion that was used up, and says "stopped".
  record(answer_to(message_id, "signed twice"), {stopped(id, HoldReason::order_not_found)});
  EXPECT_EQ(state(id), UpdateState::queued);
  EXPECT_EQ(outbox().answers_to(message_id)->size(), 2u);
}

TEST_P(OutboxReceive, a_refusal_holds_and_blocks_the_order) {
  const UpdateId first = submit("a");
  submit("a");
  const Uuid message_id = send_one();
  record(answer_to(message_id), {stopped(first, HoldReason::refused)});
  const UpdateRow row = update(first);
  EXPECT_EQ(row.state, UpdateState::held);
  EXPECT_EQ(row.hold_reason, HoldReason::refused);
  EXPECT_EQ(row.hold_text, "Отказано.");
  EXPECT_EQ(row.result_code, 13);
  EXPECT_THAT(claim(), IsEmpty());
}

TEST_P(OutboxReceive, a_conversion_returns_the_update_with_its_forced_kind) {
  const UpdateId id = submit("a");
  const Uuid first = send_one();
  record(answer_to(first), {returned(id, ForcedKind::create)});
  const auto claims = claim();
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0].update.forced_kind, ForcedKind::create);
  EXPECT_EQ(claims[0].update.conversions, 1);
  ASSERT_TRUE(outbox().freeze({message_of(claims)})) << "the earlier message was answered";
}

TEST_P(OutboxReceive, bad_news_of_an_earlier_message_does_not_touch_what_goes_in_a_later_one) {
  const UpdateId id = submit("a");
  const Uuid first = send_one();
  record(answer_to(first, "one"), {returned(id, ForcedKind::create)});
  const Uuid second = send_one();
  record(answer_to(first, "two"), {returned(id, ForcedKind::create)});
  record(answer_to(first, "three"), {stopped(id, HoldReason::refused)});
  EXPECT_EQ(state(id), UpdateState::in_flight);
  EXPECT_EQ(update(id).conversions, 1);
  deliver(second, id);
  EXPECT_EQ(state(id), UpdateState::delivered);
}

TEST_P(OutboxReceive, bad_news_of_a_message_that_was_replaced_does_not_touch_its_successor) {
  const UpdateId id = submit("a");
  const Uuid replaced = freeze_one();
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::superseded);
  outcome.update_event = UpdateEvent::returned;
  finish(outcome);
  const Uuid successor = send_one();
  record(answer_to(replaced), {stopped(id, HoldReason::refused)});
  EXPECT_EQ(message_state(replaced), MessageState::answered);
  EXPECT_EQ(state(id), UpdateState::in_flight);
  deliver(successor, id);
  EXPECT_EQ(state(id), UpdateState::delivered);
}

TEST_P(OutboxReceive, a_delivery_by_an_earlier_message_takes_the_later_one_back) {
  const UpdateId id = submit("a");
  const Uuid first = send_one();
  record(answer_to(first, "one"), {returned(id, ForcedKind::create)});
  const Uuid second = freeze_one();
  record(answer_to(first, "two"), {settlement(id, UpdateEvent::delivered)});
  EXPECT_EQ(state(id), UpdateState::delivered);
  EXPECT_EQ(message_state(second), MessageState::superseded);
  EXPECT_THAT(start(), IsEmpty());
}

TEST_P(OutboxReceive, a_delivery_by_an_earlier_message_stops_a_doubtful_later_one) {
  const UpdateId id = submit("a");
  const Uuid first = send_one();
  record(answer_to(first, "one"), {returned(id, ForcedKind::create)});
  const Uuid second = freeze_one();
  finish(start_one(), MessageEvent::doubt);
  record(answer_to(first, "two"), {settlement(id, UpdateEvent::delivered)});
  EXPECT_EQ(message_state(second), MessageState::in_doubt) << "what is known of it stays true";
  EXPECT_THAT(start(), IsEmpty());
}

TEST_P(OutboxReceive, a_late_answer_delivers_what_was_held_and_frees_the_order) {
  const UpdateId first = submit("a");
  const UpdateId second = submit("a");
  const Uuid message_id = send_one();
  advance(hours(1));
  ASSERT_EQ(hold_overdue().size(), 1u);
  deliver(message_id, first);
  EXPECT_EQ(state(first), UpdateState::delivered);
  EXPECT_EQ(update(first).hold_reason, HoldReason::none);
  EXPECT_THAT(claim_ids(), ElementsAre(second));
}

TEST_P(OutboxReceive, a_late_refusal_of_what_is_held_gives_it_the_better_reason) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  advance(hours(1));
  hold_overdue();
  const RecordedAnswer recorded = record(answer_to(message_id), {stopped(id, HoldReason::refused)});
  EXPECT_THAT(recorded.changed, IsEmpty()) << "its state is the same";
  EXPECT_EQ(update(id).hold_reason, HoldReason::refused);
  EXPECT_EQ(update(id).result_code, 13);
}

TEST_P(OutboxReceive, of_bad_news_about_a_message_the_first_stays) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  Settlement first = stopped(id, HoldReason::bad_answer);
  first.result_code.reset();
  record(answer_to(message_id, "one"), {first});
  record(answer_to(message_id, "two"), {stopped(id, HoldReason::refused)});
  EXPECT_EQ(update(id).hold_reason, HoldReason::bad_answer);
  EXPECT_EQ(update(id).result_code, std::nullopt);
  EXPECT_EQ(message(message_id).items[0].result_code, std::nullopt);
  EXPECT_EQ(outbox().answers_to(message_id)->size(), 2u) << "stored all the same";
}

TEST_P(OutboxReceive, good_news_after_bad_news_delivers) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  record(answer_to(message_id, "one"), {stopped(id, HoldReason::refused)});
  record(answer_to(message_id, "two"), {settlement(id, UpdateEvent::delivered)});
  EXPECT_EQ(state(id), UpdateState::delivered);
  EXPECT_EQ(update(id).result_code, 0);
  EXPECT_EQ(message(message_id).items[0].result_code, 0);
}

TEST_P(OutboxReceive, bad_news_heard_again_does_not_change_why_a_returned_update_is_held) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  record(answer_to(message_id, "one"), {returned(id, ForcedKind::create)});
  const auto claims = claim();
  ASSERT_TRUE(outbox().hold(id, claims[0].lease_epoch, HoldReason::not_composable, "Ключа нет."));
  record(answer_to(message_id, "two"), {stopped(id, HoldReason::order_not_found)});
  EXPECT_EQ(update(id).hold_reason, HoldReason::not_composable);
}

TEST_P(OutboxReceive, a_late_conversion_does_not_restart_what_is_held) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  advance(hours(1));
  hold_overdue();
  record(answer_to(message_id), {returned(id, ForcedKind::create)});
  EXPECT_EQ(state(id), UpdateState::held);
  EXPECT_EQ(update(id).hold_reason, HoldReason::unanswered);
  EXPECT_EQ(update(id).result_code, 28);
  EXPECT_EQ(update(id).conversions, 0);
}

TEST_P(OutboxReceive, a_late_answer_changes_nothing_about_what_was_skipped_but_is_remembered) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  advance(hours(1));
  hold_overdue();
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::skipped, "op", "так решили"));
  const RecordedAnswer recorded = deliver(message_id, id);
  EXPECT_THAT(recorded.changed, IsEmpty());
  EXPECT_EQ(state(id), UpdateState::skipped);
  EXPECT_EQ(message(message_id).items[0].result_code, 0);
  EXPECT_TRUE(facts("a").known_to_recipient);
  EXPECT_EQ(message_state(message_id), MessageState::answered);
}

TEST_P(OutboxReceive, a_refusal_after_the_delivery_changes_nothing) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  deliver(message_id, id);
  record(answer_to(message_id, "other"), {stopped(id, HoldReason::refused)});
  EXPECT_EQ(state(id), UpdateState::delivered);
  EXPECT_EQ(update(id).result_code, 0);
}

TEST_P(OutboxReceive, every_order_of_an_answer_is_settled_by_its_own_result) {
  const UpdateId a = submit("a");
  const UpdateId b = submit("b");
  const UpdateId c = submit("c");
  const NewMessage given = message_of(claim());
  ASSERT_TRUE(outbox().freeze({given}));
  finish(start_one(), MessageEvent::accepted);
  const RecordedAnswer recorded =
      record(answer_to(given.message_id),
             {settlement(a, UpdateEvent::delivered), stopped(b, HoldReason::refused)});
  EXPECT_EQ(recorded.changed.size(), 3u);
  EXPECT_EQ(state(a), UpdateState::delivered);
  EXPECT_EQ(state(b), UpdateState::held);
  EXPECT_EQ(state(c), UpdateState::held) << "not named: nothing is dropped silently";
  EXPECT_EQ(update(c).hold_reason, HoldReason::not_in_answer);
  EXPECT_FALSE(facts("b").known_to_recipient);
}

TEST_P(OutboxReceive, an_answer_that_settles_nothing_is_only_stored) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  NewAnswer notice = answer_to(message_id);
  notice.kind = "async_status";
  record(notice, {});
  EXPECT_EQ(message_state(message_id), MessageState::accepted);
  EXPECT_EQ(state(id), UpdateState::in_flight);
  EXPECT_EQ(outbox().unacknowledged()->size(), 1u) << "it is ours to acknowledge";
}

TEST_P(OutboxReceive, what_cannot_be_trusted_or_is_not_ours_is_not_asked_what_it_means) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  int asked = 0;
  NewAnswer forged = asking(message_id, asked);
  forged.verified = false;
  forged.note = "digest differs";
  NewAnswer stray = asking(message_id, asked);
  stray.original_message_id = "somebody else's";
  const auto recorded = outbox().record_answers({forged, stray});
  ASSERT_TRUE(recorded) << recorded.error().describe();
  EXPECT_EQ(asked, 0);
  EXPECT_FALSE((*recorded)[0].stray);
  EXPECT_TRUE((*recorded)[1].stray);
  EXPECT_EQ(state(id), UpdateState::in_flight);
  EXPECT_THAT(*outbox().unacknowledged(), IsEmpty());
  const auto unsettled = outbox().unsettled_answers(10);
  ASSERT_EQ(unsettled->size(), 2u);
  EXPECT_EQ((*unsettled)[0].note, "digest differs");
  EXPECT_TRUE((*unsettled)[1].stray);
  EXPECT_EQ(outbox().unsettled_answers(1)->size(), 1u);
}

TEST_P(OutboxReceive, what_is_noted_of_an_answer_and_by_its_check_is_stored_together) {
  submit("a");
  const Uuid message_id = send_one();
  int asked = 0;
  NewAnswer given = asking(message_id, asked);
  given.note = "of no known form";
  const auto recorded = outbox().record_answers({given});
  ASSERT_TRUE(recorded);
  EXPECT_EQ(asked, 1);
  EXPECT_FALSE((*recorded)[0].settled);
  EXPECT_EQ((*recorded)[0].note, "of no known form; a mere notice");
  EXPECT_EQ(outbox().answers_to(message_id)->at(0).note, (*recorded)[0].note);
}

TEST_P(OutboxReceive, what_has_settled_is_not_asked_again_and_what_has_not_is) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  int asked = 0;
  const NewAnswer notice = asking(message_id, asked);
  ASSERT_TRUE(outbox().record_answers({notice, notice}));
  EXPECT_EQ(asked, 2);
  const NewAnswer given = answer_to(message_id);
  EXPECT_TRUE(record(given, {settlement(id, UpdateEvent::delivered)}).settled);
  NewAnswer again = given;
  again.check = notice.check;
  ASSERT_TRUE(outbox().record_answers({again}));
  EXPECT_EQ(asked, 2);
}

TEST_P(OutboxReceive, answers_that_come_together_are_all_recorded_or_none) {
  const UpdateId a = submit("a");
  const Uuid of_a = send_one();
  const UpdateId b = submit("b");
  const Uuid of_b = send_one();
  const auto meaning = [](UpdateId update) {
    return [settled = OutboxContract::settlement(update, UpdateEvent::delivered)](
               const std::vector<AnsweredUpdate>&) {
      return SettledAnswer{{settled}, {}};
    };
  };
  NewAnswer first = answer_to(of_a);
  first.check = meaning(a);
  NewAnswer second = answer_to(of_b);
  second.check = meaning(a);  // which is not in that message
  EXPECT_EQ(error_of(outbox().record_answers({first, second})).code, ErrorCode::internal);
  EXPECT_EQ(state(a), UpdateState::in_flight);
  EXPECT_THAT(*outbox().answers_to(of_a), IsEmpty());

  second.check = meaning(b);
  const auto recorded = outbox().record_answers({first, second});
  ASSERT_TRUE(recorded) << recorded.error().describe();
  EXPECT_EQ((*recorded)[0].changed.at(0).id, a);
  EXPECT_EQ((*recorded)[1].changed.at(0).id, b);
  EXPECT_EQ(stats().final, 2);
  EXPECT_EQ(outbox().unacknowledged()->size(), 2u);
}

TEST_P(OutboxReceive, an_answer_that_is_trusted_only_later_settles_when_it_comes_again) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  NewAnswer given = answer_to(message_id);
  given.verified = false;
  const RecordedAnswer first = record(given, {});
  given.verified = true;
  const RecordedAnswer second = record(given, {settlement(id, UpdateEvent::delivered)});
  EXPECT_FALSE(second.repeated);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(state(id), UpdateState::delivered);
  EXPECT_THAT(*outbox().unsettled_answers(10), IsEmpty());
  EXPECT_EQ(outbox().unacknowledged()->size(), 1u);
}

TEST_P(OutboxReceive, a_settlement_has_to_fit_the_message_that_was_answered) {
  const UpdateId a = submit("a");
  const Uuid message_id = send_one();
  const UpdateId b = submit("b");
  EXPECT_EQ(error_of(testing::record_answer(outbox(), answer_to(message_id),
                                            {settlement(b, UpdateEvent::delivered)}))
                .code,
            ErrorCode::internal);
  NewAnswer unknown = answer_to(message_id);
  unknown.original_message_id = "11111111-1111-1111-8111-111111111111";
  EXPECT_TRUE(record(unknown, {settlement(a, UpdateEvent::delivered)}).stray);
  EXPECT_EQ(error_of(testing::record_answer(outbox(), answer_to(message_id),
                                            {settlement(a, UpdateEvent::skipped)}))
                .code,
            ErrorCode::illegal_transition);
  EXPECT_EQ(state(a), UpdateState::in_flight);
  EXPECT_THAT(*outbox().answers_to(message_id), IsEmpty()) << "all or nothing";
}

// --- what an answer is about

TEST_P(OutboxReceive, what_a_message_is_about_comes_with_its_orders_in_its_order) {
  const UpdateId a = submit("a");
  const UpdateId b = submit("b");
  const NewMessage both = message_of(claim());
  ASSERT_TRUE(outbox().freeze({both}));
  const auto answered = about(both.message_id);
  ASSERT_EQ(answered.size(), 2u);
  EXPECT_EQ(answered[0].update.id, a);
  EXPECT_EQ(answered[1].update.id, b);
  EXPECT_EQ(answered[1].item.update, b);
  EXPECT_EQ(answered[1].item.position, 1);
  EXPECT_EQ(answered[1].item.order_number, "b");
  EXPECT_TRUE(answered[1].item.create);
  EXPECT_EQ(answered[1].order.key, order("b"));
  EXPECT_EQ(answered[1].update.payload, update(b).payload);
}

TEST_P(OutboxReceive, a_create_knows_what_may_have_been_one_before) {
  const UpdateId id = submit("a");
  const Uuid silent = send_one();
  Settlement unnamed = stopped(id, HoldReason::not_in_answer);
  unnamed.result_code.reset();
  record(answer_to(silent), {unnamed});
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::requeued, "operator", "ещё раз"));
  const Uuid refused = send_one();
  EXPECT_THAT(about(refused)[0].may_have_acted, ElementsAre(silent.text()));
  record(answer_to(refused), {stopped(id, HoldReason::refused)});
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::requeued, "operator", "исправлено"));
  const Uuid third = freeze_one();
  EXPECT_THAT(about(third)[0].may_have_acted, ElementsAre(silent.text()))
      << "a code other than 0 says that nothing came of it";
  EXPECT_THAT(about(silent)[0].may_have_acted, IsEmpty()) << "what has not left cannot have acted";
}

TEST_P(OutboxReceive, a_create_knows_of_the_same_content_that_was_given_up) {
  for (const bool same : {true, false}) {
    const std::string number = same ? "a" : "b";
    const NewUpdate given = new_update(number);
    const UpdateId id = submit(given);
    const Uuid unanswered = send_one();
    advance(hours(1));
    ASSERT_EQ(hold_overdue().size(), 1u);
    ASSERT_TRUE(outbox().decide(id, UpdateEvent::skipped, "operator", "не дождались"));
    NewUpdate again = new_update(number);
    again.payload = same ? given.payload : "other";
    const UpdateId anew = submit(again);
    NewMessage create = message_of(claim());
    create.items[0].create = true;
    ASSERT_TRUE(outbox().freeze({create}));
    const auto acted = about(create.message_id)[0].may_have_acted;
    EXPECT_EQ(acted, same ? std::vector{unanswered.text()} : std::vector<std::string>{});
    finish(start_one(), MessageEvent::accepted);
    deliver(create.message_id, anew);
  }
}

TEST_P(OutboxReceive, an_update_is_not_asked_what_was_before) {
  const UpdateId first = submit("a");
  deliver(send_one(), first);
  const UpdateId second = submit("a");
  const Uuid silent = send_one();
  Settlement unnamed = stopped(second, HoldReason::not_in_answer);
  unnamed.result_code.reset();
  record(answer_to(silent), {unnamed});
  ASSERT_TRUE(outbox().decide(second, UpdateEvent::requeued, "operator", "ещё раз"));
  EXPECT_THAT(about(freeze_one())[0].may_have_acted, IsEmpty());
}

// --- deadlines

TEST_P(OutboxReceive, a_message_without_an_answer_is_held_at_its_deadline) {
  const UpdateId id = submit("a");
  const Uuid message_id = send_one();
  advance(hours(1) - std::chrono::microseconds(1));
  EXPECT_THAT(hold_overdue(), IsEmpty());
  advance(std::chrono::microseconds(1));
  const auto changed = hold_overdue();
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].id, id);
  EXPECT_EQ(changed[0].hold_reason, HoldReason::unanswered);
  EXPECT_FALSE(changed[0].hold_text.empty());
  EXPECT_EQ(message_state(message_id), MessageState::accepted) << "an answer may still come";
  EXPECT_THAT(hold_overdue(), IsEmpty());
  EXPECT_EQ(stats().awaiting_answer, 0);
}

TEST_P(OutboxReceive, an_update_past_its_own_deadline_is_held_while_it_waits) {
  NewUpdate given = new_update("a");
  given.deadline = now() + minutes(1);
  const UpdateId head = submit(given);
  given = new_update("a");
  given.deadline = now() + minutes(2);
  const UpdateId behind = submit(given);
  advance(minutes(1));
  auto changed = hold_overdue();
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].id, head);
  EXPECT_EQ(changed[0].hold_reason, HoldReason::deadline);
  advance(minutes(1));
  changed = hold_overdue();
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].id, behind);
}

TEST_P(OutboxReceive, the_deadline_waits_for_who_is_at_work_on_the_update) {
  NewUpdate given = new_update("a");
  given.deadline = now() + seconds(30);
  const UpdateId id = submit(given);
  const auto claims = claim();
  advance(seconds(30));
  EXPECT_THAT(hold_overdue(), IsEmpty()) << "it is being composed";
  ASSERT_TRUE(outbox().freeze({message_of(claims)}));
  const StartedAttempt started = start_one();
  EXPECT_THAT(hold_overdue(), IsEmpty()) << "it is being sent";
  finish(started, MessageEvent::not_taken);
  EXPECT_EQ(hold_overdue().size(), 1u);
  EXPECT_EQ(state(id), UpdateState::held);
}

}  // namespace
}  // namespace smev::outbox_test
