// Contract: endpoints that fail, the oldest message, tries that count. See
// sdk/outbox/table_circuits.cpp and table_attempts.cpp.

#include <gmock/gmock.h>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::IsEmpty;

class OutboxCircuits : public OutboxContract {};
SMEV_FOR_ALL_STORES(OutboxCircuits);

TEST_P(OutboxCircuits, keeps_what_it_is_told_of_each_endpoint) {
  EXPECT_EQ(*outbox().circuit("http://a"), std::nullopt);
  const Circuit open{"http://a", 7, now() + minutes(5)};
  ASSERT_TRUE(outbox().keep_circuit(open));
  EXPECT_EQ(*outbox().circuit("http://a"), open);
  EXPECT_EQ(*outbox().circuit("http://b"), std::nullopt);

  const Circuit works{"http://a", 0, std::nullopt};
  ASSERT_TRUE(outbox().keep_circuit(works));
  EXPECT_EQ(*outbox().circuit("http://a"), works);
}

TEST_P(OutboxCircuits, the_oldest_of_the_messages_that_are_due_is_the_one_frozen_first) {
  submit("a");
  const Uuid first = freeze_one();
  submit("b");
  const Uuid second = freeze_one();
  const auto both = start();
  ASSERT_EQ(both.size(), 2u);
  for (const StartedAttempt& each : both) {
    AttemptOutcome outcome = outcome_of(each, MessageEvent::doubt);
    // The older one is due later.
    outcome.not_before = now() + (each.message.message_id == first ? minutes(2) : minutes(1));
    finish(outcome);
  }
  EXPECT_THAT(*outbox().start_oldest_attempt(kLease), IsEmpty()) << "nothing is due";
  advance(minutes(2));
  const auto oldest = outbox().start_oldest_attempt(kLease);
  ASSERT_TRUE(oldest);
  ASSERT_EQ(oldest->size(), 1u);
  EXPECT_EQ(oldest->front().message.message_id, first);
  EXPECT_EQ(start_one().message.message_id, second);
}

TEST_P(OutboxCircuits, counts_the_tries_that_cost_one) {
  submit("a");
  const Uuid id = freeze_one();
  finish(start_one(), MessageEvent::doubt);
  EXPECT_EQ(message(id).tries, 1);
  AttemptOutcome local = outcome_of(start_one(), MessageEvent::not_taken);
  local.costs_try = false;
  finish(local);
  EXPECT_EQ(message(id).tries, 1);
  EXPECT_EQ(message(id).attempts, 2);
}

}  // namespace
}  // namespace smev::outbox_test
