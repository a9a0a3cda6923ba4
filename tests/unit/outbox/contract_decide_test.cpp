// Contract: what a person decides. See sdk/outbox/table_decide.cpp.

#include <gmock/gmock.h>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OutboxDecide : public OutboxContract {
 protected:
  /// An update of `number` that SMEV has refused.
  UpdateId held(const std::string& number) {
    const UpdateId id = submit(number);
    freeze_one();
    finish(start_one(), MessageEvent::refused);
    EXPECT_EQ(state(id), UpdateState::held);
    return id;
  }
  UpdateRow decide(UpdateId id, UpdateEvent event) {
    const auto row = outbox().decide(id, event, "operator", "причина");
    EXPECT_TRUE(row) << row.error().describe();
    return row.value_or(UpdateRow{});
  }
};
SMEV_FOR_ALL_STORES(OutboxDecide);

TEST_P(OutboxDecide, each_decision_closes_what_is_held_and_passes_the_head_on) {
  for (const auto& [event, expected] : {std::pair{UpdateEvent::rejected, UpdateState::rejected},
                                        std::pair{UpdateEvent::skipped, UpdateState::skipped},
                                        std::pair{UpdateEvent::cancelled, UpdateState::cancelled},
                                        std::pair{UpdateEvent::expired, UpdateState::expired}}) {
    const std::string number = "order " + std::string(name(event));
    const UpdateId first = held(number);
    const UpdateId second = submit(number);
    EXPECT_THAT(claim(), IsEmpty());
    const UpdateRow row = decide(first, event);
    EXPECT_EQ(row.state, expected);
    EXPECT_EQ(row.settled_at, now());
    EXPECT_EQ(row.hold_reason, HoldReason::none);
    EXPECT_THAT(claim_ids(), ElementsAre(second)) << name(event);
  }
}

TEST_P(OutboxDecide, a_requeued_update_goes_in_a_new_message_before_what_is_behind_it) {
  const UpdateId first = held("a");
  submit("a");
  const UpdateRow row = decide(first, UpdateEvent::requeued);
  EXPECT_EQ(row.state, UpdateState::queued);
  EXPECT_EQ(row.hold_reason, HoldReason::none);
  EXPECT_EQ(row.hold_text, "");
  EXPECT_THAT(claim_ids(), ElementsAre(first));
}

TEST_P(OutboxDecide, requeueing_what_missed_its_deadline_takes_the_deadline_off) {
  NewUpdate given = new_update("a");
  given.deadline = now() + minutes(1);
  const UpdateId id = submit(given);
  advance(minutes(1));
  ASSERT_EQ(outbox().hold_overdue()->size(), 1u);
  EXPECT_EQ(decide(id, UpdateEvent::requeued).deadline, std::nullopt);
  EXPECT_THAT(*outbox().hold_overdue(), IsEmpty());
  EXPECT_THAT(claim_ids(), ElementsAre(id));
}

TEST_P(OutboxDecide, what_smev_may_have_is_not_requeued) {
  const UpdateId unanswered = submit("a");
  send_one();
  advance(hours(1));
  ASSERT_EQ(outbox().hold_overdue()->size(), 1u);
  const Error accepted =
      error_of(outbox().decide(unanswered, UpdateEvent::requeued, "operator", "ещё раз"));
  EXPECT_EQ(accepted.code, ErrorCode::illegal_transition);
  EXPECT_EQ(state(unanswered), UpdateState::held);

  const UpdateId doubtful = submit("b");
  freeze_one();
  finish(start_one(), MessageEvent::doubt);
  AttemptOutcome stale = outcome_of(start_one(), MessageEvent::superseded);
  stale.update_event = UpdateEvent::stopped;
  stale.hold_reason = HoldReason::stale_in_doubt;
  finish(stale);
  EXPECT_EQ(error_of(outbox().decide(doubtful, UpdateEvent::requeued, "operator", "ещё раз")).code,
            ErrorCode::illegal_transition);
  EXPECT_THAT(*outbox().audit_of(doubtful), IsEmpty()) << "what was refused was not done";
  EXPECT_EQ(decide(doubtful, UpdateEvent::skipped).state, UpdateState::skipped);
}

TEST_P(OutboxDecide, what_an_unreadable_answer_may_have_told_of_is_not_requeued) {
  const UpdateId id = submit("a");
  Settlement unread = settlement(id, UpdateEvent::stopped);
  unread.hold_reason = HoldReason::bad_answer;
  unread.hold_text = "Ответ ЕЛК не читается как XML.";
  record(answer_to(send_one()), {unread});
  const Error refused = error_of(outbox().decide(id, UpdateEvent::requeued, "operator", "ещё раз"));
  EXPECT_EQ(refused.code, ErrorCode::illegal_transition);
  EXPECT_THAT(refused.text, ::testing::HasSubstr("queue skip"));
  EXPECT_EQ(state(id), UpdateState::held);
  EXPECT_THAT(*outbox().audit_of(id), IsEmpty());
  EXPECT_EQ(decide(id, UpdateEvent::rejected).state, UpdateState::rejected);
}

TEST_P(OutboxDecide, what_an_answer_leaves_out_a_person_may_send_again) {
  const UpdateId id = submit("a");
  Settlement silent = settlement(id, UpdateEvent::stopped);
  silent.hold_reason = HoldReason::not_in_answer;
  silent.hold_text = "В ответе ЕЛК нет этого заявления.";
  record(answer_to(send_one()), {silent});
  EXPECT_EQ(decide(id, UpdateEvent::requeued).state, UpdateState::queued);
}

TEST_P(OutboxDecide, requeueing_a_message_in_doubt_offers_the_very_same_octets_again) {
  const UpdateId id = submit("a");
  const Uuid message_id = freeze_one();
  const StartedAttempt first = start_one();
  finish(first, MessageEvent::doubt);
  // On the way to the next attempt the file turns out to be gone.
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::not_taken);
  outcome.update_event = UpdateEvent::stopped;
  outcome.hold_reason = HoldReason::file_missing;
  outcome.not_before = now() + hours(1);
  finish(outcome);
  EXPECT_THAT(start(), IsEmpty());
  EXPECT_EQ(decide(id, UpdateEvent::requeued).state, UpdateState::in_flight);
  EXPECT_THAT(claim(), IsEmpty()) << "no other message is made of it";
  const StartedAttempt again = start_one();
  EXPECT_EQ(again.message.message_id, message_id);
  EXPECT_EQ(again.message.body, first.message.body);
  EXPECT_EQ(outbox().audit_of(id)->size(), 1u);
}

TEST_P(OutboxDecide, requeueing_a_message_in_doubt_takes_all_that_it_carries_along) {
  const UpdateId first = submit("a");
  const UpdateId second = submit("b");
  const NewMessage both = message_of(claim());
  ASSERT_TRUE(outbox().freeze({both}));
  finish(start_one(), MessageEvent::doubt);
  finish(start_one(), MessageEvent::refused);
  ASSERT_EQ(state(second), UpdateState::held);

  EXPECT_EQ(decide(first, UpdateEvent::requeued).state, UpdateState::in_flight);
  EXPECT_EQ(state(second), UpdateState::in_flight) << "it is on its way too";
  const auto audit = outbox().audit_of(second);
  ASSERT_TRUE(audit);
  ASSERT_EQ(audit->size(), 1u);
  EXPECT_THAT(audit->front().reason, ::testing::HasSubstr("обновлением"));
  EXPECT_EQ(start_one().message.message_id, both.message_id);
}

TEST_P(OutboxDecide, a_message_that_carries_what_a_person_has_closed_does_not_go_again) {
  const UpdateId first = submit("a");
  const UpdateId second = submit("b");
  ASSERT_TRUE(outbox().freeze({message_of(claim())}));
  finish(start_one(), MessageEvent::doubt);
  finish(start_one(), MessageEvent::refused);
  decide(second, UpdateEvent::rejected);

  const Error refused = error_of(outbox().decide(first, UpdateEvent::requeued, "operator", "ещё"));
  EXPECT_EQ(refused.code, ErrorCode::illegal_transition);
  EXPECT_THAT(refused.text, ::testing::HasSubstr(std::to_string(second)));
  EXPECT_EQ(state(first), UpdateState::held);
  EXPECT_THAT(start(), IsEmpty());
}

TEST_P(OutboxDecide, requeueing_gives_up_a_message_that_certainly_did_not_leave) {
  const UpdateId id = submit("a");
  const Uuid unsent = freeze_one();
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::not_taken);
  outcome.update_event = UpdateEvent::stopped;
  outcome.hold_reason = HoldReason::file_missing;
  finish(outcome);
  EXPECT_EQ(message_state(unsent), MessageState::frozen);
  EXPECT_EQ(decide(id, UpdateEvent::requeued).state, UpdateState::queued);
  EXPECT_EQ(message_state(unsent), MessageState::superseded);
  EXPECT_NE(send_one(), unsent);
}

TEST_P(OutboxDecide, what_is_queued_can_be_cancelled_wherever_it_stands) {
  const UpdateId head = submit("a");
  const UpdateId middle = submit("a");
  const UpdateId last = submit("a");
  decide(middle, UpdateEvent::cancelled);
  EXPECT_THAT(claim_ids(), ElementsAre(head));
  advance(kLease);
  decide(head, UpdateEvent::cancelled);
  EXPECT_THAT(claim_ids(), ElementsAre(last));
}

TEST_P(OutboxDecide, nothing_else_is_legal) {
  const UpdateId queued = submit("queued");
  for (const UpdateEvent event :
       {UpdateEvent::requeued, UpdateEvent::rejected, UpdateEvent::skipped}) {
    EXPECT_EQ(error_of(outbox().decide(queued, event, "operator", "причина")).code,
              ErrorCode::illegal_transition)
        << name(event);
  }
  const Uuid message_id = send_one();
  for (const UpdateEvent event : all_update_events()) {
    EXPECT_EQ(error_of(outbox().decide(queued, event, "operator", "причина")).code,
              ErrorCode::illegal_transition)
        << name(event) << " in flight";
  }
  deliver(message_id, queued);
  for (const UpdateEvent event : all_update_events()) {
    EXPECT_EQ(error_of(outbox().decide(queued, event, "operator", "причина")).code,
              ErrorCode::illegal_transition)
        << name(event) << " delivered";
  }
  EXPECT_THAT(*outbox().audit_of(queued), IsEmpty());
  EXPECT_EQ(error_of(outbox().decide(queued + 1, UpdateEvent::skipped, "operator", "причина")).code,
            ErrorCode::not_found);
}

TEST_P(OutboxDecide, what_answers_and_workers_decide_is_not_a_persons_to_say) {
  const UpdateId id = held("a");
  for (const UpdateEvent event :
       {UpdateEvent::frozen, UpdateEvent::returned, UpdateEvent::delivered, UpdateEvent::stopped}) {
    EXPECT_EQ(error_of(outbox().decide(id, event, "operator", "причина")).code,
              ErrorCode::illegal_transition)
        << name(event);
  }
}

TEST_P(OutboxDecide, who_and_why_are_on_record) {
  const UpdateId id = held("a");
  const std::string not_text = "\xff";
  for (const std::string& nothing : {std::string(" \t\n"), not_text}) {
    const auto refused = outbox().decide(id, UpdateEvent::skipped, nothing, nothing);
    EXPECT_EQ(error_of(refused).fields.size(), 2u);
  }
  const Error error = error_of(outbox().decide(id, UpdateEvent::skipped, "", ""));
  EXPECT_EQ(error.code, ErrorCode::validation);
  EXPECT_EQ(error.fields.size(), 2u);
  decide(id, UpdateEvent::requeued);
  advance(minutes(1));
  freeze_one();
  finish(start_one(), MessageEvent::refused);
  decide(id, UpdateEvent::skipped);
  const auto audit = outbox().audit_of(id);
  ASSERT_EQ(audit->size(), 2u);
  EXPECT_EQ((*audit)[0].action, "requeued");
  EXPECT_EQ((*audit)[1].action, "skipped");
  EXPECT_EQ((*audit)[1].who, "operator");
  EXPECT_EQ((*audit)[1].reason, "причина");
  EXPECT_EQ((*audit)[1].at, now());
  EXPECT_EQ((*audit)[1].update, id);
}

TEST_P(OutboxDecide, who_and_why_have_a_length) {
  const auto letters = [](std::size_t count) {
    std::string text;
    while (count-- > 0) text += "я";
    return text;
  };
  const UpdateId id = held("a");
  const Error error = error_of(outbox().decide(
      id, UpdateEvent::skipped, letters(Outbox::kWhoMax + 1), letters(Outbox::kReasonMax + 1)));
  ASSERT_EQ(error.fields.size(), 2u);
  EXPECT_EQ(error.fields[0].field, "who");
  EXPECT_EQ(error.fields[0].code, "too_long");
  EXPECT_EQ(error.fields[1].field, "reason");
  EXPECT_EQ(error.fields[1].code, "too_long");
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::skipped, letters(Outbox::kWhoMax),
                              letters(Outbox::kReasonMax)));
  EXPECT_EQ(outbox().audit_of(id)->at(0).reason, letters(Outbox::kReasonMax));
}

}  // namespace
}  // namespace smev::outbox_test
