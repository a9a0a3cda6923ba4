// Contract: attempts and their outcomes. See sdk/outbox/table_attempts.cpp.

#include <gmock/gmock.h>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::IsEmpty;

class OutboxAttempts : public OutboxContract {
 protected:
  std::vector<AttemptRow> attempts(const Uuid& message) {
    const auto rows = outbox().attempts_of(message);
    EXPECT_TRUE(rows) << rows.error().describe();
    return rows.value_or(std::vector<AttemptRow>{});
  }
};
SMEV_FOR_ALL_STORES(OutboxAttempts);

TEST_P(OutboxAttempts, an_attempt_is_on_record_before_the_message_leaves) {
  submit("a");
  const Uuid id = freeze_one();
  const StartedAttempt started = start_one();
  EXPECT_EQ(started.message.message_id, id);
  EXPECT_EQ(started.message.state, MessageState::sending);
  EXPECT_EQ(started.message.body, message(id).body);
  EXPECT_EQ(started.message.attempts, 1);
  EXPECT_EQ(started.attempt, 1);
  ASSERT_EQ(attempts(id).size(), 1u);
  EXPECT_EQ(attempts(id)[0].outcome, "started");
  EXPECT_EQ(attempts(id)[0].started, now());
  EXPECT_EQ(attempts(id)[0].ended, std::nullopt);
  EXPECT_THAT(start(), IsEmpty());
}

TEST_P(OutboxAttempts, starts_no_more_than_it_was_asked_for) {
  submit("a");
  submit("b");
  freeze_all();
  EXPECT_THAT(start(0), IsEmpty());
  EXPECT_EQ(start(1).size(), 1u);
  EXPECT_EQ(start(5).size(), 1u);
}

TEST_P(OutboxAttempts, an_outcome_is_kept_with_its_evidence) {
  submit("a");
  const Uuid id = freeze_one();
  const StartedAttempt started = start_one();
  advance(seconds(2));
  AttemptOutcome outcome = outcome_of(started, MessageEvent::not_taken);
  outcome.outcome = "refused";
  outcome.http_status = 500;
  outcome.fault = "SMEVFailure";
  outcome.text = "try later";
  outcome.duration = seconds(2);
  outcome.not_before = now() + seconds(30);
  EXPECT_THAT(finish(outcome), IsEmpty());
  const AttemptRow row = attempts(id)[0];
  EXPECT_EQ(row.ended, now());
  EXPECT_EQ(row.outcome, "refused");
  EXPECT_EQ(row.endpoint, outcome.endpoint);
  EXPECT_EQ(row.http_status, 500);
  EXPECT_EQ(row.fault, "SMEVFailure");
  EXPECT_EQ(row.text, "try later");
  EXPECT_EQ(row.duration, seconds(2));
  EXPECT_EQ(message(id).endpoint, outcome.endpoint);
  EXPECT_EQ(message(id).not_before, outcome.not_before);
}

TEST_P(OutboxAttempts, what_was_not_taken_is_offered_again_with_the_same_octets_when_due) {
  const UpdateId update = submit("a");
  const Uuid id = freeze_one();
  const StartedAttempt first = start_one();
  AttemptOutcome outcome = outcome_of(first, MessageEvent::not_taken);
  outcome.not_before = now() + seconds(30);
  finish(outcome);
  EXPECT_EQ(message_state(id), MessageState::frozen);
  EXPECT_EQ(state(update), UpdateState::in_flight);
  EXPECT_THAT(start(), IsEmpty());
  advance(seconds(30));
  const StartedAttempt second = start_one();
  EXPECT_EQ(second.message.message_id, id);
  EXPECT_EQ(second.message.body, first.message.body);
  EXPECT_EQ(second.attempt, 2);
}

TEST_P(OutboxAttempts, a_doubt_is_counted_and_the_same_message_goes_again) {
  submit("a");
  const Uuid id = freeze_one();
  finish(start_one(), MessageEvent::doubt);
  EXPECT_EQ(message_state(id), MessageState::in_doubt);
  EXPECT_EQ(message(id).doubtful_attempts, 1);
  EXPECT_EQ(start_one().message.doubtful_attempts, 1);
}

TEST_P(OutboxAttempts, a_doubt_stays_a_doubt_when_a_later_attempt_was_not_taken) {
  submit("a");
  const Uuid id = freeze_one();
  finish(start_one(), MessageEvent::doubt);
  finish(start_one(), MessageEvent::not_taken);
  EXPECT_EQ(message_state(id), MessageState::in_doubt);
  EXPECT_EQ(message(id).doubtful_attempts, 1) << "this attempt did not reach SMEV";
  EXPECT_EQ(message(id).attempts, 2);
}

TEST_P(OutboxAttempts, an_accepted_message_waits_for_its_answer) {
  const UpdateId update = submit("a");
  const Uuid id = send_one();
  EXPECT_EQ(message_state(id), MessageState::accepted);
  EXPECT_EQ(message(id).accepted_at, now());
  EXPECT_EQ(state(update), UpdateState::in_flight);
  EXPECT_EQ(stats().awaiting_answer, 1);
  EXPECT_EQ(stats().unsent, 0);
  advance(hours(1) / 2);
  EXPECT_THAT(start(), IsEmpty());
}

TEST_P(OutboxAttempts, a_refusal_stops_the_updates_with_its_reason) {
  const UpdateId update_id = submit("a");
  const Uuid id = freeze_one();
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::refused);
  outcome.update_event = UpdateEvent::stopped;
  outcome.hold_reason = HoldReason::refused;
  outcome.hold_text = "Нет прав.";
  const auto changed = finish(outcome);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].id, update_id);
  EXPECT_EQ(changed[0].state, UpdateState::held);
  EXPECT_EQ(changed[0].hold_text, "Нет прав.");
  EXPECT_EQ(message_state(id), MessageState::refused);
  EXPECT_THAT(start(), IsEmpty());
}

TEST_P(OutboxAttempts, a_refusal_without_a_word_about_the_updates_stops_them_all_the_same) {
  const UpdateId update_id = submit("a");
  freeze_one();
  finish(start_one(), MessageEvent::refused);
  EXPECT_EQ(state(update_id), UpdateState::held);
  EXPECT_EQ(update(update_id).hold_reason, HoldReason::refused);
}

TEST_P(OutboxAttempts, a_refusal_after_a_doubt_does_not_end_the_doubt) {
  const UpdateId update_id = submit("a");
  const Uuid id = freeze_one();
  finish(start_one(), MessageEvent::doubt);
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::refused);
  outcome.update_event = UpdateEvent::stopped;
  outcome.hold_reason = HoldReason::refused;
  outcome.hold_text = "Сертификат истёк.";
  finish(outcome);
  EXPECT_EQ(update(update_id).hold_reason, HoldReason::refused_in_doubt);
  EXPECT_EQ(update(update_id).hold_text, "Сертификат истёк.");
  EXPECT_EQ(message_state(id), MessageState::in_doubt);
  EXPECT_THAT(start(), IsEmpty());

  ASSERT_TRUE(outbox().decide(update_id, UpdateEvent::requeued, "оператор", "ключ заменён"));
  EXPECT_THAT(claim(), IsEmpty()) << "no other message";
  EXPECT_EQ(start_one().message.message_id, id);
}

TEST_P(OutboxAttempts, a_superseded_message_gives_its_updates_back_for_a_new_one) {
  const UpdateId first = submit("a");
  submit("a");
  const Uuid old_id = freeze_one();
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::superseded);
  outcome.update_event = UpdateEvent::returned;
  const auto changed = finish(outcome);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].state, UpdateState::queued);
  EXPECT_EQ(message_state(old_id), MessageState::superseded);
  EXPECT_THAT(start(), IsEmpty());

  const Uuid new_id = freeze_one();
  EXPECT_NE(new_id, old_id);
  EXPECT_EQ(message(new_id).items[0].update, first) << "it is the head still";
  const auto messages = outbox().messages_of(first);
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 2u) << "all messages stay on record";
  EXPECT_EQ((*messages)[0].message_id, old_id);
  EXPECT_EQ((*messages)[1].message_id, new_id);
}

TEST_P(OutboxAttempts, a_message_that_may_have_been_accepted_is_never_replaced) {
  const UpdateId update_id = submit("a");
  freeze_one();
  finish(start_one(), MessageEvent::doubt);
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::superseded);
  outcome.update_event = UpdateEvent::returned;
  finish(outcome);
  EXPECT_EQ(state(update_id), UpdateState::held);
  EXPECT_EQ(update(update_id).hold_reason, HoldReason::stale_in_doubt);
  EXPECT_FALSE(update(update_id).hold_text.empty());
  EXPECT_THAT(claim(), IsEmpty());
  EXPECT_THAT(start(), IsEmpty());
}

TEST_P(OutboxAttempts, a_stopped_message_in_doubt_is_not_offered_again_but_its_answer_counts) {
  const UpdateId update_id = submit("a");
  const Uuid id = freeze_one();
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::doubt);
  outcome.update_event = UpdateEvent::stopped;
  outcome.hold_reason = HoldReason::stale_in_doubt;
  finish(outcome);
  EXPECT_EQ(message_state(id), MessageState::in_doubt);
  EXPECT_THAT(start(), IsEmpty());
  EXPECT_EQ(*outbox().next_due(), std::nullopt);
  EXPECT_EQ(stats().awaiting_answer, 0);
  deliver(id, update_id);
  EXPECT_EQ(state(update_id), UpdateState::delivered);
}

TEST_P(OutboxAttempts, an_attempt_ends_once) {
  submit("a");
  freeze_one();
  const AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::doubt);
  finish(outcome);
  EXPECT_EQ(error_of(outbox().finish_attempts({outcome})).code, ErrorCode::stale_lease);
}

TEST_P(OutboxAttempts, an_outcome_of_an_unknown_attempt_is_an_error) {
  submit("a");
  freeze_one();
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::accepted);
  outcome.attempt = 2;
  EXPECT_EQ(error_of(outbox().finish_attempts({outcome})).code, ErrorCode::not_found);
}

TEST_P(OutboxAttempts, an_attempt_ends_only_as_attempts_do) {
  submit("a");
  freeze_one();
  const StartedAttempt started = start_one();
  for (const MessageEvent event : {MessageEvent::attempt_started, MessageEvent::answered}) {
    EXPECT_EQ(error_of(outbox().finish_attempts({outcome_of(started, event)})).code,
              ErrorCode::illegal_transition);
  }
  AttemptOutcome delivered = outcome_of(started, MessageEvent::accepted);
  delivered.update_event = UpdateEvent::delivered;
  EXPECT_EQ(error_of(outbox().finish_attempts({delivered})).code, ErrorCode::illegal_transition);
}

TEST_P(OutboxAttempts, outcomes_are_written_all_or_none) {
  submit("a");
  submit("b");
  freeze_all();
  const auto started = start();
  ASSERT_EQ(started.size(), 2u);
  const AttemptOutcome good = outcome_of(started[0], MessageEvent::accepted);
  AttemptOutcome stale = outcome_of(started[1], MessageEvent::accepted);
  stale.lease_epoch += 1;
  EXPECT_EQ(error_of(outbox().finish_attempts({good, stale})).code, ErrorCode::stale_lease);
  EXPECT_EQ(message_state(good.message_id), MessageState::sending);
}

TEST_P(OutboxAttempts, a_worker_that_is_late_loses_its_attempt_and_the_message_is_in_doubt) {
  submit("a");
  const Uuid id = freeze_one();
  const StartedAttempt first = start_one();
  advance(kLease);
  const StartedAttempt second = start_one();
  EXPECT_EQ(second.message.message_id, id);
  EXPECT_EQ(second.message.doubtful_attempts, 1);
  EXPECT_EQ(attempts(id)[0].outcome, "interrupted");
  EXPECT_EQ(error_of(outbox().finish_attempts({outcome_of(first, MessageEvent::accepted)})).code,
            ErrorCode::stale_lease);
  finish(second, MessageEvent::accepted);
  EXPECT_EQ(message_state(id), MessageState::accepted);
}

TEST_P(OutboxAttempts, a_new_dispatcher_puts_open_attempts_in_doubt_and_offers_the_same_octets) {
  const UpdateId update_id = submit("a");
  const Uuid id = freeze_one();
  const std::string body = start_one().message.body;
  if (GetParam().survives_reopening) reopen();
  ASSERT_TRUE(outbox().start_dispatching());
  EXPECT_EQ(message_state(id), MessageState::in_doubt);
  EXPECT_EQ(message(id).doubtful_attempts, 1);
  EXPECT_EQ(state(update_id), UpdateState::in_flight);
  EXPECT_EQ(attempts(id)[0].outcome, "interrupted");
  EXPECT_EQ(attempts(id)[0].ended, now());
  const StartedAttempt again = start_one();
  EXPECT_EQ(again.message.message_id, id);
  EXPECT_EQ(again.message.body, body);
}

TEST_P(OutboxAttempts, an_answer_before_the_receipt_wins_and_the_receipt_only_closes_the_attempt) {
  const UpdateId update_id = submit("a");
  const Uuid id = freeze_one();
  const StartedAttempt started = start_one();
  deliver(id, update_id);
  EXPECT_EQ(message_state(id), MessageState::answered);
  AttemptOutcome refused = outcome_of(started, MessageEvent::refused);
  refused.update_event = UpdateEvent::stopped;
  refused.hold_reason = HoldReason::refused;
  EXPECT_THAT(finish(refused), IsEmpty());
  EXPECT_EQ(message_state(id), MessageState::answered);
  EXPECT_EQ(state(update_id), UpdateState::delivered);
  EXPECT_EQ(attempts(id)[0].ended, now());
}

TEST_P(OutboxAttempts, a_receipt_after_the_answer_leaves_its_time_on_record) {
  const UpdateId update_id = submit("a");
  const Uuid id = freeze_one();
  const StartedAttempt started = start_one();
  deliver(id, update_id);
  EXPECT_FALSE(message(id).accepted_at);
  finish(outcome_of(started, MessageEvent::accepted));
  EXPECT_EQ(message_state(id), MessageState::answered);
  EXPECT_EQ(message(id).accepted_at, now());
}

TEST_P(OutboxAttempts, a_doubt_that_ends_after_the_answer_is_none) {
  const UpdateId update_id = submit("a");
  const Uuid id = freeze_one();
  const StartedAttempt started = start_one();
  deliver(id, update_id);
  AttemptOutcome doubt = outcome_of(started, MessageEvent::doubt);
  doubt.not_before = now() + minutes(1);
  EXPECT_THAT(finish(doubt), IsEmpty());
  EXPECT_EQ(message(id).doubtful_attempts, 0);
  EXPECT_EQ(message(id).not_before, std::nullopt);
  EXPECT_EQ(attempts(id)[0].outcome, "doubt");
}

TEST_P(OutboxAttempts, a_crash_after_an_early_answer_leaves_nothing_in_doubt) {
  const UpdateId update_id = submit("a");
  const Uuid id = freeze_one();
  start_one();
  deliver(id, update_id);
  ASSERT_TRUE(outbox().start_dispatching());
  EXPECT_EQ(message_state(id), MessageState::answered);
  EXPECT_EQ(message(id).doubtful_attempts, 0);
  EXPECT_EQ(attempts(id)[0].outcome, "interrupted");
  EXPECT_THAT(start(), IsEmpty());
}

TEST_P(OutboxAttempts, no_update_gets_a_second_message_while_the_first_may_be_with_smev) {
  // Whatever a worker does: the store itself refuses.
  const UpdateId update_id = submit("a");
  freeze_one();
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::doubt);
  outcome.update_event = UpdateEvent::returned;
  finish(outcome);
  ASSERT_EQ(state(update_id), UpdateState::queued);
  EXPECT_EQ(error_of(outbox().freeze({message_of(claim())})).code, ErrorCode::illegal_transition);
}

}  // namespace
}  // namespace smev::outbox_test
