// Contract: claims, leases and frozen messages. See sdk/outbox/table_dispatch.cpp.

#include <gmock/gmock.h>

#include "sdk/base/bytes.hpp"
#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OutboxDispatch : public OutboxContract {};
SMEV_FOR_ALL_STORES(OutboxDispatch);

TEST_P(OutboxDispatch, claims_the_head_of_each_order_and_nothing_behind_it) {
  const UpdateId a1 = submit("a");
  submit("a");
  const UpdateId b1 = submit("b");
  EXPECT_THAT(claim_ids(), ElementsAre(a1, b1));
  EXPECT_THAT(claim_ids(), IsEmpty());
}

TEST_P(OutboxDispatch, claims_no_more_than_it_was_asked_for) {
  const UpdateId a = submit("a");
  const UpdateId b = submit("b");
  EXPECT_THAT(claim_ids(0), IsEmpty());
  EXPECT_THAT(claim_ids(-1), IsEmpty());
  EXPECT_THAT(claim_ids(1), ElementsAre(a));
  EXPECT_THAT(claim_ids(1), ElementsAre(b));
}

TEST_P(OutboxDispatch, a_claim_brings_the_order_with_it) {
  NewUpdate given = new_update("a");
  given.facts = "facts";
  const UpdateId id = submit(given);
  const auto claims = claim();
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0].update.id, id);
  EXPECT_EQ(claims[0].update.payload, given.payload);
  EXPECT_EQ(claims[0].order.facts, "facts");
  EXPECT_EQ(claims[0].order.key, given.order);
}

TEST_P(OutboxDispatch, an_update_is_not_claimed_before_its_time) {
  NewUpdate given = new_update("a");
  given.not_before = now() + minutes(5);
  const UpdateId id = submit(given);
  EXPECT_THAT(claim_ids(), IsEmpty());
  EXPECT_EQ(*outbox().next_due(), given.not_before);
  advance(minutes(5) - std::chrono::microseconds(1));
  EXPECT_THAT(claim_ids(), IsEmpty());
  advance(std::chrono::microseconds(1));
  EXPECT_THAT(claim_ids(), ElementsAre(id));
}

TEST_P(OutboxDispatch, an_update_past_its_deadline_is_not_claimed) {
  NewUpdate given = new_update("a");
  given.deadline = now() + minutes(1);
  submit(given);
  advance(minutes(1));
  EXPECT_THAT(claim_ids(), IsEmpty());
  EXPECT_EQ(*outbox().next_due(), std::nullopt);
}

TEST_P(OutboxDispatch, a_claim_whose_lease_is_over_goes_to_the_next_worker) {
  const UpdateId id = submit("a");
  const auto first = claim();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(*outbox().next_due(), now() + kLease);
  advance(kLease - std::chrono::microseconds(1));
  EXPECT_THAT(claim(), IsEmpty());
  advance(std::chrono::microseconds(1));
  const auto second = claim();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_GT(second[0].lease_epoch, first[0].lease_epoch);

  // The first worker wakes up: whatever it writes is refused.
  EXPECT_EQ(error_of(outbox().freeze({message_of(first)})).code, ErrorCode::stale_lease);
  EXPECT_EQ(error_of(outbox().release(id, first[0].lease_epoch, {})).code, ErrorCode::stale_lease);
  EXPECT_EQ(error_of(outbox().hold(id, first[0].lease_epoch, HoldReason::not_composable, "")).code,
            ErrorCode::stale_lease);
  EXPECT_TRUE(outbox().freeze({message_of(second)}));
}

TEST_P(OutboxDispatch, a_released_claim_can_be_taken_again_and_used_no_more) {
  const UpdateId id = submit("a");
  const auto claims = claim();
  ASSERT_TRUE(outbox().release(id, claims[0].lease_epoch, {}));
  EXPECT_EQ(error_of(outbox().release(id, claims[0].lease_epoch, {})).code, ErrorCode::stale_lease);
  EXPECT_EQ(error_of(outbox().freeze({message_of(claims)})).code, ErrorCode::stale_lease);
  EXPECT_THAT(claim_ids(), ElementsAre(id));
}

TEST_P(OutboxDispatch, a_claim_can_be_released_until_a_moment) {
  const UpdateId id = submit("a");
  ASSERT_TRUE(outbox().release(id, claim()[0].lease_epoch, now() + minutes(1)));
  EXPECT_THAT(claim_ids(), IsEmpty());
  advance(minutes(1));
  EXPECT_THAT(claim_ids(), ElementsAre(id));
}

TEST_P(OutboxDispatch, a_held_head_blocks_its_own_order_only) {
  const UpdateId a1 = submit("a");
  const UpdateId a2 = submit("a");
  const UpdateId b1 = submit("b");
  const UpdateId b2 = submit("b");
  const auto claims = claim();
  ASSERT_TRUE(outbox().hold(a1, claims[0].lease_epoch, HoldReason::not_composable, "Нет ключа."));
  const UpdateRow held = update(a1);
  EXPECT_EQ(held.state, UpdateState::held);
  EXPECT_EQ(held.hold_reason, HoldReason::not_composable);
  EXPECT_EQ(held.hold_text, "Нет ключа.");

  ASSERT_TRUE(outbox().freeze({message_of({claims[1]})}));
  AttemptOutcome accepted = outcome_of(start_one(), MessageEvent::accepted);
  finish(accepted);
  deliver(accepted.message_id, b1);
  EXPECT_THAT(claim_ids(), ElementsAre(b2));
  EXPECT_EQ(state(a2), UpdateState::queued);
  EXPECT_EQ(stats().blocked, 1);
  EXPECT_EQ(stats().held, 1);
}

TEST_P(OutboxDispatch, nobody_stops_an_update_without_a_reason) {
  const UpdateId id = submit("a");
  EXPECT_EQ(error_of(outbox().hold(id, claim()[0].lease_epoch, HoldReason::none, "")).code,
            ErrorCode::internal);
  EXPECT_EQ(state(id), UpdateState::queued);
}

TEST_P(OutboxDispatch, the_next_update_of_an_order_waits_for_the_answer_not_for_the_receipt) {
  const UpdateId first = submit("a");
  const UpdateId second = submit("a");
  const Uuid message = send_one();
  EXPECT_EQ(message_state(message), MessageState::accepted);
  EXPECT_EQ(state(first), UpdateState::in_flight);
  EXPECT_THAT(claim_ids(), IsEmpty());
  deliver(message, first);
  EXPECT_THAT(claim_ids(), ElementsAre(second));
}

TEST_P(OutboxDispatch, updates_of_one_order_go_in_the_order_of_submission) {
  std::vector<UpdateId> submitted;
  for (int i = 0; i < 5; ++i) submitted.push_back(submit("a"));
  std::vector<UpdateId> sent;
  for (int i = 0; i < 5; ++i) {
    const Uuid message = send_one();
    sent.push_back(this->message(message).items[0].update);
    deliver(message, sent.back());
  }
  EXPECT_EQ(sent, submitted);
}

TEST_P(OutboxDispatch, an_update_with_a_later_start_still_goes_before_what_was_submitted_after_it) {
  NewUpdate first = new_update("a");
  first.not_before = now() + hours(1);
  const UpdateId a1 = submit(first);
  submit("a");
  EXPECT_THAT(claim_ids(), IsEmpty());
  advance(hours(1));
  EXPECT_THAT(claim_ids(), ElementsAre(a1));
}

// --- freeze

TEST_P(OutboxDispatch, a_frozen_message_is_kept_as_it_was_given) {
  const UpdateId id = submit("a");
  NewMessage given = message_of(claim());
  given.body = std::string("\0\xFF octets", 9);
  const auto file_id = seeded_ids(clock_, 9)->next();
  given.files = {{file_id, sha256_hex("pdf"), "Решение.pdf", "application/pdf"}};
  ASSERT_TRUE(outbox().freeze({given}));
  const MessageRow row = message(given.message_id);
  EXPECT_EQ(row.state, MessageState::frozen);
  EXPECT_EQ(row.content_type, given.content_type);
  EXPECT_EQ(row.body, given.body);
  EXPECT_EQ(row.body_sha256, sha256_hex(given.body));
  EXPECT_EQ(row.schema_version, "1.2");
  EXPECT_EQ(row.frozen_at, now());
  EXPECT_EQ(row.attempts, 0);
  ASSERT_EQ(row.files.size(), 1u);
  EXPECT_EQ(row.files[0].uuid, file_id);
  EXPECT_EQ(row.files[0].name, "Решение.pdf");
  EXPECT_EQ(row.files[0].sha256, sha256_hex("pdf"));
  EXPECT_EQ(row.files[0].mime, "application/pdf");
  ASSERT_EQ(row.items.size(), 1u);
  EXPECT_EQ(row.items[0].update, id);
  EXPECT_TRUE(row.items[0].create);
  EXPECT_EQ(row.items[0].order_number, "a");
  EXPECT_EQ(state(id), UpdateState::in_flight);
}

TEST_P(OutboxDispatch, several_orders_may_share_one_message) {
  const UpdateId a = submit("a");
  const UpdateId b = submit("b");
  const NewMessage given = message_of(claim());
  ASSERT_TRUE(outbox().freeze({given}));
  const MessageRow row = message(given.message_id);
  ASSERT_EQ(row.items.size(), 2u);
  EXPECT_EQ(row.items[0].update, a);
  EXPECT_EQ(row.items[1].update, b);
  EXPECT_EQ(row.items[1].position, 1);
}

TEST_P(OutboxDispatch, messages_are_frozen_all_or_none) {
  const UpdateId a = submit("a");
  const UpdateId b = submit("b");
  const auto claims = claim();
  NewMessage good = message_of({claims[0]});
  NewMessage stale = message_of({claims[1]});
  stale.lease_epochs = {claims[1].lease_epoch + 1};
  EXPECT_EQ(error_of(outbox().freeze({good, stale})).code, ErrorCode::stale_lease);
  EXPECT_EQ(state(a), UpdateState::queued);
  EXPECT_EQ(state(b), UpdateState::queued);
  EXPECT_EQ(*outbox().find_message(good.message_id), std::nullopt);
}

TEST_P(OutboxDispatch, no_two_messages_have_the_same_id) {
  submit("a");
  submit("b");
  const auto claims = claim();
  NewMessage first = message_of({claims[0]});
  NewMessage second = message_of({claims[1]});
  second.message_id = first.message_id;
  EXPECT_EQ(error_of(outbox().freeze({first, second})).code, ErrorCode::store);
}

TEST_P(OutboxDispatch, a_message_without_id_updates_or_leases_is_refused) {
  submit("a");
  NewMessage message = message_of(claim());
  NewMessage nameless = message;
  nameless.message_id = Uuid();
  EXPECT_EQ(error_of(outbox().freeze({nameless})).code, ErrorCode::internal);
  NewMessage empty = message;
  empty.items.clear();
  empty.lease_epochs.clear();
  EXPECT_EQ(error_of(outbox().freeze({empty})).code, ErrorCode::internal);
  NewMessage unleased = message;
  unleased.lease_epochs.clear();
  EXPECT_EQ(error_of(outbox().freeze({unleased})).code, ErrorCode::internal);
}

TEST_P(OutboxDispatch, a_claim_that_a_person_cancelled_meanwhile_cannot_be_frozen) {
  const UpdateId id = submit("a");
  const auto claims = claim();
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::cancelled, "op", "ошибка"));
  EXPECT_EQ(error_of(outbox().freeze({message_of(claims)})).code, ErrorCode::stale_lease);
  EXPECT_EQ(state(id), UpdateState::cancelled);
}

// --- one dispatcher

TEST_P(OutboxDispatch, there_is_one_dispatcher_until_its_guard_is_dropped) {
  auto guard = outbox().start_dispatching();
  ASSERT_TRUE(guard) << guard.error().describe();
  EXPECT_EQ(error_of(outbox().start_dispatching()).code, ErrorCode::store_busy);
  *guard = nullptr;
  EXPECT_TRUE(outbox().start_dispatching());
}

TEST_P(OutboxDispatch, a_new_dispatcher_frees_the_claims_of_a_dead_one) {
  const UpdateId id = submit("a");
  const auto claims = claim();
  ASSERT_EQ(claims.size(), 1u);
  ASSERT_TRUE(outbox().start_dispatching());
  EXPECT_EQ(error_of(outbox().freeze({message_of(claims)})).code, ErrorCode::stale_lease);
  EXPECT_THAT(claim_ids(), ElementsAre(id));
}

// --- next_due

TEST_P(OutboxDispatch, nothing_is_due_in_an_empty_store) {
  EXPECT_EQ(*outbox().next_due(), std::nullopt);
}

TEST_P(OutboxDispatch, what_can_be_done_now_is_due_now) {
  submit("a");
  EXPECT_EQ(*outbox().next_due(), now());
  freeze_one();
  EXPECT_EQ(*outbox().next_due(), now());
  const StartedAttempt started = start_one();
  EXPECT_EQ(*outbox().next_due(), now() + kLease) << "the lease of the attempt";
  AttemptOutcome outcome = outcome_of(started, MessageEvent::not_taken);
  outcome.not_before = now() + seconds(5);
  finish(outcome);
  EXPECT_EQ(*outbox().next_due(), now() + seconds(5));
}

TEST_P(OutboxDispatch, what_waits_for_an_answer_or_a_person_is_not_due) {
  const UpdateId id = submit("a");
  submit("a");
  const Uuid message = send_one();
  EXPECT_EQ(*outbox().next_due(), std::nullopt);
  record(answer_to(message), {stopped(id, HoldReason::refused)});
  EXPECT_EQ(*outbox().next_due(), std::nullopt);
}

}  // namespace
}  // namespace smev::outbox_test
