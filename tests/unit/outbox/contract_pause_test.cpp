// Contract: a stop of all sending, by a person. See sdk/outbox/table_pause.cpp.

#include <gmock/gmock.h>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OutboxPause : public OutboxContract {
 protected:
  void pause() { ASSERT_TRUE(outbox().pause("operator", "работы у СМЭВ")); }
  void resume() { ASSERT_TRUE(outbox().resume("operator", "работы окончены")); }
};
SMEV_FOR_ALL_STORES(OutboxPause);

TEST_P(OutboxPause, nothing_is_claimed_until_it_is_resumed) {
  const UpdateId id = submit("a");
  pause();
  EXPECT_THAT(claim_ids(), IsEmpty());
  EXPECT_EQ(*outbox().next_due(), std::nullopt) << "a dispatcher would spin";
  resume();
  EXPECT_NE(*outbox().next_due(), std::nullopt);
  EXPECT_THAT(claim_ids(), ElementsAre(id));
}

TEST_P(OutboxPause, no_attempt_begins_until_it_is_resumed) {
  submit("a");
  const Uuid frozen = freeze_one();
  pause();
  EXPECT_THAT(start(), IsEmpty());
  EXPECT_EQ(*outbox().next_due(), std::nullopt);
  EXPECT_EQ(message_state(frozen), MessageState::frozen);
  resume();
  EXPECT_EQ(start_one().message.message_id, frozen);
}

TEST_P(OutboxPause, what_is_under_way_is_finished_and_answers_settle) {
  const UpdateId id = submit("a");
  const Uuid sent = freeze_one();
  const StartedAttempt attempt = start_one();
  pause();
  finish(attempt, MessageEvent::accepted);
  deliver(sent, id);
  EXPECT_EQ(state(id), UpdateState::delivered);
}

TEST_P(OutboxPause, an_attempt_that_a_worker_left_open_is_still_in_doubt) {
  submit("a");
  const Uuid sent = freeze_one();
  start_one();
  pause();
  EXPECT_NE(*outbox().next_due(), std::nullopt) << "somebody has to look at it";
  advance(kLease);
  EXPECT_THAT(start(), IsEmpty());
  EXPECT_EQ(message_state(sent), MessageState::in_doubt);
  resume();
  EXPECT_EQ(start_one().message.message_id, sent);
}

TEST_P(OutboxPause, submitting_and_deciding_go_on) {
  pause();
  const UpdateId id = submit("a");
  EXPECT_TRUE(outbox().decide(id, UpdateEvent::cancelled, "operator", "ошибка"));
}

TEST_P(OutboxPause, deadlines_run_on) {
  NewUpdate given = new_update("a");
  given.deadline = now() + minutes(1);
  const UpdateId id = submit(given);
  pause();
  advance(minutes(1));
  EXPECT_EQ(outbox().hold_overdue()->size(), 1u);
  EXPECT_EQ(update(id).hold_reason, HoldReason::deadline);
}

TEST_P(OutboxPause, tells_who_when_and_why) {
  EXPECT_EQ(outbox().paused()->has_value(), false);
  pause();
  const TimePoint since = now();
  advance(minutes(5));
  const auto told = outbox().paused();
  ASSERT_TRUE(told && *told);
  EXPECT_EQ((*told)->since, since);
  EXPECT_EQ((*told)->who, "operator");
  EXPECT_EQ((*told)->reason, "работы у СМЭВ");
  resume();
  EXPECT_EQ(outbox().paused()->has_value(), false);
  const auto log = outbox().audit_log({});
  ASSERT_EQ(log->size(), 2u);
  EXPECT_EQ((*log)[0].action, "resumed");
  EXPECT_EQ((*log)[1].action, "paused");
  EXPECT_EQ((*log)[1].update, 0);
  EXPECT_EQ((*log)[1].order_number, "");
}

TEST_P(OutboxPause, needs_a_name_and_a_reason) {
  EXPECT_EQ(error_of(outbox().pause("", "")).fields.size(), 2u);
  EXPECT_EQ(error_of(outbox().resume("operator", "")).fields.size(), 1u);
  EXPECT_EQ(outbox().paused()->has_value(), false);
}

TEST_P(OutboxPause, outlives_its_process) {
  if (!GetParam().survives_reopening) GTEST_SKIP() << "a store in memory goes with its object";
  submit("a");
  pause();
  reopen();
  EXPECT_TRUE(outbox().paused()->has_value());
  ASSERT_TRUE(outbox().start_dispatching());
  EXPECT_THAT(claim_ids(), IsEmpty());
}

}  // namespace
}  // namespace smev::outbox_test
