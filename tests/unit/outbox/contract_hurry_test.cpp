// Contract: tries that are moved forward. See sdk/outbox/table_hurry.cpp.

#include <gmock/gmock.h>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Duration kFar = hours(24 * 365);

class OutboxHurry : public OutboxContract {
 protected:
  /// A message that was tried while the clock was ahead.
  Uuid rest(MessageEvent event) {
    const Uuid id = freeze_one();
    AttemptOutcome outcome = outcome_of(start_one(), event);
    outcome.not_before = now() + kFar;
    finish(outcome);
    return id;
  }
  Result<UpdateRow> hurry(UpdateId id) { return outbox().hurry(id, "operator", "часы исправлены"); }
  OutboxOverview overview() { return *outbox().overview(); }
};
SMEV_FOR_ALL_STORES(OutboxHurry);

TEST_P(OutboxHurry, the_same_message_goes_now) {
  for (const MessageEvent event : {MessageEvent::not_taken, MessageEvent::doubt}) {
    const UpdateId id = submit("of " + std::string(name(event)));
    const Uuid resting = rest(event);
    const MessageRow before = message(resting);
    EXPECT_THAT(start(), IsEmpty());
    ASSERT_TRUE(hurry(id));
    const StartedAttempt again = start_one();
    EXPECT_EQ(again.message.message_id, resting);
    EXPECT_EQ(again.message.body, before.body);
    finish(again, MessageEvent::accepted);
    const auto audit = outbox().audit_of(id);
    ASSERT_EQ(audit->size(), 1u);
    EXPECT_EQ(audit->front().action, "hurried");
    EXPECT_EQ(audit->front().who, "operator");
  }
}

TEST_P(OutboxHurry, an_update_tells_when_it_is_tried_next) {
  const UpdateId id = submit("a");
  EXPECT_EQ(update(id).next_try, std::nullopt);
  const auto claimed = outbox().claim_updates(1, kLease);
  ASSERT_TRUE(outbox().release(id, claimed->front().lease_epoch, now() + hours(1)));
  EXPECT_EQ(update(id).next_try, now() + hours(1)) << "no message of it is there yet";
  advance(hours(1));
  const Uuid resting = rest(MessageEvent::doubt);
  EXPECT_EQ(update(id).next_try, now() + kFar);
  EXPECT_EQ(outbox().list_updates({})->at(0).next_try, now() + kFar);
  EXPECT_EQ(overview().earliest_try, now() + kFar);
  ASSERT_TRUE(hurry(id));
  EXPECT_EQ(update(id).next_try, std::nullopt);
  const StartedAttempt again = start_one();
  EXPECT_EQ(update(id).next_try, std::nullopt) << "it is being tried";
  finish(again, MessageEvent::accepted);
  EXPECT_EQ(update(id).next_try, std::nullopt) << "an answer is waited for";
  deliver(resting, id);
  EXPECT_EQ(update(id).next_try, std::nullopt);
}

TEST_P(OutboxHurry, the_first_and_the_last_try_of_all_that_rests_are_told) {
  submit("a");
  rest(MessageEvent::doubt);
  const TimePoint first = now() + kFar;
  advance(hours(1));
  submit("b");
  rest(MessageEvent::not_taken);
  EXPECT_EQ(overview().resting_messages, 2);
  EXPECT_EQ(overview().earliest_try, first);
  EXPECT_EQ(overview().latest_try, first + hours(1));
}

TEST_P(OutboxHurry, an_update_without_a_message_goes_now_and_in_its_order) {
  const UpdateId first = submit("a");
  const auto claimed = outbox().claim_updates(1, kLease);
  ASSERT_TRUE(outbox().release(first, claimed->front().lease_epoch, now() + kFar));
  submit("a");
  EXPECT_THAT(claim_ids(), IsEmpty());
  ASSERT_TRUE(hurry(first));
  EXPECT_THAT(claim_ids(), ElementsAre(first));
}

TEST_P(OutboxHurry, what_waits_for_no_moment_is_refused_and_leaves_no_trace) {
  const UpdateId queued = submit("a");
  const UpdateId sent = submit("b");
  EXPECT_EQ(error_of(hurry(queued)).code, ErrorCode::illegal_transition);
  EXPECT_EQ(error_of(hurry(sent)).code, ErrorCode::illegal_transition);
  EXPECT_EQ(error_of(hurry(77)).code, ErrorCode::not_found);
  EXPECT_FALSE(outbox().hurry(queued, "", "x"));
  EXPECT_THAT(*outbox().audit_of(queued), IsEmpty());
}

TEST_P(OutboxHurry, no_message_rests_longer_than_it_is_limited_to) {
  submit("a");
  const Uuid resting = rest(MessageEvent::doubt);
  EXPECT_EQ(overview().resting_messages, 1);
  EXPECT_EQ(overview().latest_try, now() + kFar);
  EXPECT_EQ(*outbox().limit_rests(now() + kFar), 0);
  EXPECT_EQ(*outbox().limit_rests(now() + hours(24)), 1);
  EXPECT_EQ(message(resting).not_before, now() + hours(24));
  advance(hours(24));
  EXPECT_EQ(start_one().message.message_id, resting);
  EXPECT_EQ(overview().resting_messages, 0);
  EXPECT_EQ(overview().latest_try, std::nullopt);
}

TEST_P(OutboxHurry, an_update_s_own_moment_is_not_limited) {
  const UpdateId id = submit("a");
  const auto claimed = outbox().claim_updates(1, kLease);
  ASSERT_TRUE(outbox().release(id, claimed->front().lease_epoch, now() + kFar));
  EXPECT_EQ(*outbox().limit_rests(now() + hours(24)), 0);
  EXPECT_EQ(update(id).not_before, now() + kFar);
}

TEST_P(OutboxHurry, answers_that_are_settled_and_not_acknowledged_are_counted) {
  const UpdateId id = submit("a");
  const Uuid sent = send_one();
  EXPECT_EQ(overview().unacknowledged_answers, 0);
  EXPECT_EQ(overview().oldest_unacknowledged, std::nullopt);
  const TimePoint received = now();
  const RecordedAnswer recorded = deliver(sent, id);
  advance(hours(1));
  EXPECT_EQ(overview().unacknowledged_answers, 1);
  EXPECT_EQ(overview().oldest_unacknowledged, received);
  ASSERT_TRUE(outbox().mark_acknowledged({recorded.id}));
  EXPECT_EQ(overview().unacknowledged_answers, 0);
}

}  // namespace
}  // namespace smev::outbox_test
