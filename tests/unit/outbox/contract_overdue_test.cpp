// Contract: deadlines of updates on their way. See sdk/outbox/table_overdue.cpp.

#include <gmock/gmock.h>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class OutboxOverdue : public OutboxContract {
 protected:
  UpdateId submit_due(const std::string& number, Duration in) {
    NewUpdate given = new_update(number);
    given.deadline = now() + in;
    return submit(given);
  }
  std::vector<UpdateRow> hold_overdue() {
    const auto changed = outbox().hold_overdue();
    EXPECT_TRUE(changed) << changed.error().describe();
    return changed.value_or(std::vector<UpdateRow>{});
  }
  std::vector<UpdateId> near(Duration lead) {
    const auto rows = outbox().near_deadline(lead);
    EXPECT_TRUE(rows) << rows.error().describe();
    std::vector<UpdateId> ids;
    for (const UpdateRow& row : rows.value_or(std::vector<UpdateRow>{})) ids.push_back(row.id);
    return ids;
  }
};
SMEV_FOR_ALL_STORES(OutboxOverdue);

TEST_P(OutboxOverdue, a_message_that_certainly_did_not_leave_is_given_up_at_the_deadline) {
  const UpdateId id = submit_due("a", minutes(10));
  const Uuid unsent = freeze_one();
  finish(start_one(), MessageEvent::not_taken);
  EXPECT_THAT(hold_overdue(), IsEmpty());
  advance(minutes(10));
  ASSERT_EQ(hold_overdue().size(), 1u);
  EXPECT_EQ(state(id), UpdateState::held);
  EXPECT_EQ(update(id).hold_reason, HoldReason::deadline);
  EXPECT_EQ(message_state(unsent), MessageState::superseded);
  EXPECT_THAT(start(), IsEmpty());
  EXPECT_THAT(hold_overdue(), IsEmpty());
}

TEST_P(OutboxOverdue, what_went_with_it_goes_in_a_message_of_its_own) {
  const UpdateId late = submit_due("a", minutes(10));
  const UpdateId other = submit("b");
  ASSERT_TRUE(outbox().freeze({message_of(claim())}));
  advance(minutes(10));
  EXPECT_EQ(hold_overdue().size(), 2u);
  EXPECT_EQ(state(late), UpdateState::held);
  EXPECT_EQ(state(other), UpdateState::queued);
  send_one();
  EXPECT_EQ(state(other), UpdateState::in_flight);
}

TEST_P(OutboxOverdue, a_message_in_doubt_is_not_offered_after_the_deadline_and_its_answer_counts) {
  const UpdateId id = submit_due("a", minutes(10));
  const Uuid message_id = freeze_one();
  finish(start_one(), MessageEvent::doubt);
  advance(minutes(10));
  ASSERT_EQ(hold_overdue().size(), 1u);
  EXPECT_EQ(update(id).hold_reason, HoldReason::deadline);
  EXPECT_EQ(message_state(message_id), MessageState::in_doubt);
  EXPECT_THAT(start(), IsEmpty());

  deliver(message_id, id);
  EXPECT_EQ(state(id), UpdateState::delivered);
}

TEST_P(OutboxOverdue, a_message_in_doubt_goes_on_for_the_sake_of_what_is_in_time) {
  const UpdateId late = submit_due("a", minutes(10));
  const UpdateId other = submit("b");
  ASSERT_TRUE(outbox().freeze({message_of(claim())}));
  finish(start_one(), MessageEvent::doubt);
  advance(minutes(10));
  EXPECT_THAT(hold_overdue(), IsEmpty());
  EXPECT_EQ(state(late), UpdateState::in_flight);
  EXPECT_EQ(state(other), UpdateState::in_flight);
  start_one();
}

TEST_P(OutboxOverdue, what_smev_has_taken_is_in_time) {
  const UpdateId id = submit_due("a", minutes(10));
  send_one();
  advance(minutes(10));
  EXPECT_THAT(hold_overdue(), IsEmpty());
  EXPECT_EQ(state(id), UpdateState::in_flight);
}

TEST_P(OutboxOverdue, tells_what_is_near_its_deadline_and_not_with_smev) {
  const UpdateId accepted = submit_due("accepted", minutes(10));
  send_one();
  const UpdateId sending = submit_due("sending", minutes(10));
  freeze_one();
  start_one();
  const UpdateId queued = submit_due("queued", minutes(10));
  submit_due("far", minutes(60));
  submit("none");

  EXPECT_THAT(near(minutes(9)), IsEmpty());
  EXPECT_THAT(near(minutes(10)), UnorderedElementsAre(sending, queued));
  EXPECT_EQ(state(accepted), UpdateState::in_flight);
  advance(minutes(10));
  EXPECT_THAT(near(minutes(10)), IsEmpty()) << "it is past";
}

}  // namespace
}  // namespace smev::outbox_test
