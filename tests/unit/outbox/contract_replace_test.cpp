// Contract: a corrected update at the place of one that is held. See sdk/outbox/table_replace.cpp.

#include <gmock/gmock.h>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OutboxReplace : public OutboxContract {
 protected:
  /// An update of `number` that SMEV has refused.
  UpdateId held(const std::string& number) {
    NewUpdate given = new_update(number);
    given.mark = "mark of the held one";
    const UpdateId id = submit(given);
    freeze_one();
    finish(start_one(), MessageEvent::refused);
    EXPECT_EQ(state(id), UpdateState::held);
    return id;
  }
  Result<Submitted> replace(UpdateId id, const NewUpdate& update, const SubmitCheck& check = {}) {
    return outbox().replace(id, update, check, "operator", "опечатка");
  }
  Submitted replaced(UpdateId id, const NewUpdate& update) {
    const auto done = replace(id, update);
    EXPECT_TRUE(done) << done.error().describe();
    return done.value_or(Submitted{});
  }
};
SMEV_FOR_ALL_STORES(OutboxReplace);

TEST_P(OutboxReplace, the_successor_goes_first_and_what_was_behind_still_is) {
  const UpdateId old = held("a");
  const UpdateId behind = submit("a");
  const Submitted successor = replaced(old, new_update("a"));
  EXPECT_EQ(successor.sequence, update(old).sequence);
  EXPECT_FALSE(successor.duplicate);
  EXPECT_EQ(state(old), UpdateState::rejected);
  EXPECT_EQ(state(successor.id), UpdateState::queued);
  const Uuid sent = send_one();
  EXPECT_EQ(message(sent).items.at(0).update, successor.id);
  EXPECT_THAT(claim_ids(), IsEmpty());
  deliver(sent, successor.id);
  EXPECT_THAT(claim_ids(), ElementsAre(behind));
  EXPECT_EQ(facts("a").next_sequence, 3) << "a replacement takes no place of its own";
}

TEST_P(OutboxReplace, both_know_of_each_other_and_who_did_it_is_on_record) {
  const UpdateId old = held("a");
  const UpdateId first = replaced(old, new_update("a")).id;
  EXPECT_EQ(update(old).replaced_by, first);
  EXPECT_EQ(update(first).replaces, old);
  EXPECT_EQ(update(first).revision, 1);
  freeze_one();
  finish(start_one(), MessageEvent::refused);
  const UpdateId second = replaced(first, new_update("a")).id;
  EXPECT_EQ(update(second).replaces, first);
  EXPECT_EQ(update(second).revision, 2);
  EXPECT_EQ(update(first).replaced_by, second);
  const auto audit = outbox().audit_of(first);
  ASSERT_EQ(audit->size(), 2u);
  EXPECT_EQ((*audit)[0].action, "replacement");
  EXPECT_EQ((*audit)[1].action, "replaced");
  EXPECT_EQ((*audit)[1].who, "operator");
  EXPECT_EQ((*audit)[1].reason, "опечатка");
  EXPECT_EQ((*audit)[1].order_number, "a");
}

TEST_P(OutboxReplace, the_check_sees_the_order_as_it_was_before_that_place) {
  NewUpdate earlier = new_update("a");
  earlier.mark = "earlier";
  const UpdateId before = submit(earlier);
  deliver(send_one(), before);
  const UpdateId old = held("a");
  NewUpdate behind = new_update("a");
  behind.mark = "behind";
  behind.payload = "payload behind";
  submit(behind);
  OrderFacts seen;
  NewUpdate given = new_update("a");
  given.facts = "better facts";
  const auto done =
      replace(old, given, [&](const OrderFacts& order, NewUpdate& placed) -> Result<void> {
        seen = order;
        placed.mark = "new mark";
        placed.payload = "amended";
        return {};
      });
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(seen.last_mark, "earlier");
  EXPECT_EQ(seen.next_payload, "payload behind");
  EXPECT_EQ(update(done->id).payload, "amended");
  EXPECT_EQ(facts("a").facts, "better facts");
  EXPECT_EQ(facts("a").last_mark, "behind");
}

TEST_P(OutboxReplace, for_the_first_of_an_order_the_check_sees_an_order_without_a_past) {
  const UpdateId old = held("a");
  std::optional<std::string> seen = "nothing was asked";
  ASSERT_TRUE(
      replace(old, new_update("a"), [&](const OrderFacts& order, NewUpdate&) -> Result<void> {
        seen = order.last_mark;
        return {};
      }));
  EXPECT_EQ(seen, std::nullopt);
}

TEST_P(OutboxReplace, what_the_check_refuses_changes_nothing) {
  const UpdateId old = held("a");
  const auto refused =
      replace(old, new_update("a"), [](const OrderFacts&, NewUpdate&) -> Result<void> {
        return fail(validation_error({{"status.code", "one_of", "нет", ""}}));
      });
  EXPECT_EQ(error_of(refused).code, ErrorCode::validation);
  EXPECT_EQ(state(old), UpdateState::held);
  EXPECT_EQ(update(old).replaced_by, std::nullopt);
  EXPECT_THAT(*outbox().audit_of(old), IsEmpty());
  EXPECT_EQ(stats().queued, 0);
}

TEST_P(OutboxReplace, the_same_wish_again_gives_the_same_successor) {
  const UpdateId old = held("a");
  const UpdateId other = held("b");
  const NewUpdate given = new_update("a");
  const Submitted first = replaced(old, given);
  const Submitted again = replaced(old, given);
  EXPECT_EQ(again.id, first.id);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(outbox().audit_of(old)->size(), 1u);
  EXPECT_EQ(error_of(replace(other, given)).code, ErrorCode::idempotency_conflict);
}

TEST_P(OutboxReplace, what_was_submitted_before_replaces_nothing) {
  const NewUpdate given = new_update("a");
  const UpdateId old = submit(given);
  freeze_one();
  finish(start_one(), MessageEvent::refused);
  EXPECT_EQ(error_of(replace(old, given)).code, ErrorCode::idempotency_conflict);
  EXPECT_EQ(state(old), UpdateState::held);
}

TEST_P(OutboxReplace, only_what_is_held_is_replaced_and_only_within_its_order) {
  const UpdateId queued = submit("a");
  EXPECT_EQ(error_of(replace(queued, new_update("a"))).code, ErrorCode::illegal_transition);
  EXPECT_EQ(error_of(replace(queued + 1, new_update("a"))).code, ErrorCode::not_found);
  const Uuid sent = send_one();
  EXPECT_EQ(error_of(replace(queued, new_update("a"))).code, ErrorCode::illegal_transition);
  deliver(sent, queued);
  EXPECT_EQ(error_of(replace(queued, new_update("a"))).code, ErrorCode::illegal_transition);
  const UpdateId old = held("b");
  const Error other = error_of(replace(old, new_update("c")));
  EXPECT_EQ(other.code, ErrorCode::validation);
  EXPECT_EQ(other.fields.at(0).field, "order.number");
  EXPECT_EQ(error_of(outbox().replace(old, new_update("b"), {}, "", "")).fields.size(), 2u);
  EXPECT_EQ(state(old), UpdateState::held);
}

TEST_P(OutboxReplace, what_smev_may_have_is_not_replaced) {
  const UpdateId unanswered = submit("a");
  send_one();
  advance(hours(1));
  ASSERT_EQ(outbox().hold_overdue()->size(), 1u);
  EXPECT_EQ(error_of(replace(unanswered, new_update("a"))).code, ErrorCode::illegal_transition);

  const UpdateId doubtful = submit("b");
  freeze_one();
  finish(start_one(), MessageEvent::doubt);
  AttemptOutcome gone = outcome_of(start_one(), MessageEvent::not_taken);
  gone.update_event = UpdateEvent::stopped;
  gone.hold_reason = HoldReason::file_missing;
  finish(gone);
  EXPECT_EQ(error_of(replace(doubtful, new_update("b"))).code, ErrorCode::illegal_transition);
  EXPECT_EQ(state(doubtful), UpdateState::held);
}

TEST_P(OutboxReplace, what_an_answer_does_not_refuse_is_not_replaced) {
  for (const HoldReason reason : {HoldReason::bad_answer, HoldReason::not_in_answer}) {
    const std::string number = "order " + std::string(name(reason));
    const UpdateId old = submit(number);
    Settlement silent = stopped(old, reason);
    silent.result_code.reset();
    record(answer_to(send_one()), {silent});
    const Error refused = error_of(replace(old, new_update(number)));
    EXPECT_EQ(refused.code, ErrorCode::illegal_transition) << name(reason);
    EXPECT_THAT(refused.text, ::testing::HasSubstr("queue skip"));
    EXPECT_EQ(state(old), UpdateState::held);
  }
}

TEST_P(OutboxReplace, what_another_copy_may_have_sent_is_not_replaced) {
  const UpdateId old = submit("a");
  freeze_one();
  AttemptOutcome foreign = outcome_of(start_one(), MessageEvent::refused);
  foreign.update_event = UpdateEvent::stopped;
  foreign.hold_reason = HoldReason::foreign_duplicate;
  finish(foreign);
  EXPECT_EQ(error_of(replace(old, new_update("a"))).code, ErrorCode::illegal_transition);
}

TEST_P(OutboxReplace, what_an_answer_refuses_as_a_whole_or_by_code_is_replaced) {
  for (const std::string kind : {"rejected", "async_status", "content"}) {
    const UpdateId old = submit(kind);
    NewAnswer answer = answer_to(send_one());
    answer.kind = kind;
    Settlement refusal = stopped(old, HoldReason::refused);
    if (kind != "content") refusal.result_code.reset();
    record(answer, {refusal});
    const UpdateId successor = replaced(old, new_update(kind)).id;
    EXPECT_EQ(state(old), UpdateState::rejected) << kind;
    deliver(send_one(), successor);
  }
}

TEST_P(OutboxReplace, an_earlier_message_that_may_have_shown_it_counts_too) {
  const UpdateId old = submit("a");
  Settlement silent = stopped(old, HoldReason::not_in_answer);
  silent.result_code.reset();
  record(answer_to(send_one()), {silent});
  ASSERT_TRUE(outbox().decide(old, UpdateEvent::requeued, "operator", "в кабинете его нет"));
  record(answer_to(send_one()), {stopped(old, HoldReason::refused)});
  EXPECT_EQ(error_of(replace(old, new_update("a"))).code, ErrorCode::illegal_transition);
}

TEST_P(OutboxReplace, a_message_that_certainly_did_not_leave_is_given_up) {
  const UpdateId old = submit("a");
  const Uuid unsent = freeze_one();
  AttemptOutcome gone = outcome_of(start_one(), MessageEvent::not_taken);
  gone.update_event = UpdateEvent::stopped;
  gone.hold_reason = HoldReason::file_missing;
  finish(gone);
  const UpdateId successor = replaced(old, new_update("a")).id;
  EXPECT_EQ(message_state(unsent), MessageState::superseded);
  EXPECT_THAT(claim_ids(), ElementsAre(successor));
}

TEST_P(OutboxReplace, one_that_is_held_behind_its_head_keeps_its_turn) {
  const UpdateId head = submit("a");
  NewUpdate late = new_update("a");
  late.deadline = now() + minutes(1);
  const UpdateId old = submit(late);
  const UpdateId last = submit("a");
  advance(minutes(1));
  ASSERT_EQ(outbox().hold_overdue()->size(), 1u);
  const UpdateId successor = replaced(old, new_update("a")).id;
  for (const UpdateId expected : {head, successor, last}) {
    const Uuid sent = send_one();
    EXPECT_EQ(message(sent).items.at(0).update, expected);
    deliver(sent, expected);
  }
}

TEST_P(OutboxReplace, a_late_answer_to_what_was_replaced_leaves_both_as_they_are) {
  const UpdateId old = submit("a");
  const Uuid refused = freeze_one();
  finish(start_one(), MessageEvent::refused);
  const UpdateId successor = replaced(old, new_update("a")).id;
  record(answer_to(refused), {stopped(old, HoldReason::refused)});
  EXPECT_EQ(state(old), UpdateState::rejected);
  EXPECT_EQ(state(successor), UpdateState::queued);
}

}  // namespace
}  // namespace smev::outbox_test
