// Contract: what a person at the console asks. See sdk/outbox/table_overview.cpp.

#include <gmock/gmock.h>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class OutboxOverviews : public OutboxContract {
 protected:
  UpdateId held(const std::string& number, const std::string& fault = "") {
    const UpdateId id = submit(number);
    freeze_one();
    AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::refused);
    outcome.fault = fault;
    outcome.hold_text = "Отказано: 100 % лимита.";
    finish(outcome);
    return id;
  }
  std::vector<BlockedOrder> blocked(UpdateId after = 0, int limit = 100) {
    const auto orders = outbox().blocked_orders(after, limit);
    EXPECT_TRUE(orders) << orders.error().describe();
    return orders.value_or(std::vector<BlockedOrder>{});
  }
  OutboxOverview overview() {
    const auto made = outbox().overview();
    EXPECT_TRUE(made) << made.error().describe();
    return made.value_or(OutboxOverview{});
  }
  /// By `select_updates`; `list_updates` has to agree.
  std::vector<UpdateId> selected(const UpdateFilter& filter) {
    const auto ids = outbox().select_updates(filter);
    EXPECT_TRUE(ids) << ids.error().describe();
    std::vector<UpdateId> listed;
    for (const UpdateRow& row : *outbox().list_updates(filter)) listed.push_back(row.id);
    EXPECT_EQ(listed, *ids);
    return *ids;
  }
};
SMEV_FOR_ALL_STORES(OutboxOverviews);

TEST_P(OutboxOverviews, a_blocked_order_tells_what_blocks_it_since_when_and_what_waits) {
  const UpdateId head = held("a");
  const TimePoint since = now();
  advance(minutes(10));
  submit("a");
  submit("a");
  submit("b");
  const auto orders = blocked();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].head.id, head);
  EXPECT_EQ(orders[0].head.order, order("a"));
  EXPECT_EQ(orders[0].head.state, UpdateState::held);
  EXPECT_EQ(orders[0].head.hold_reason, HoldReason::refused);
  EXPECT_EQ(orders[0].head.held_since, since);
  EXPECT_EQ(orders[0].waiting, 2);
}

TEST_P(OutboxOverviews, an_order_whose_head_is_under_way_is_not_blocked) {
  submit("a");
  submit("a");
  send_one();
  EXPECT_THAT(blocked(), IsEmpty());
}

TEST_P(OutboxOverviews, what_is_held_behind_its_head_blocks_nothing_yet) {
  const UpdateId head = submit("a");
  NewUpdate late = new_update("a");
  late.deadline = now() + minutes(1);
  const UpdateId behind = submit(late);
  advance(minutes(1));
  ASSERT_EQ(outbox().hold_overdue()->size(), 1u);
  EXPECT_THAT(blocked(), IsEmpty());
  deliver(send_one(), head);
  ASSERT_EQ(blocked().size(), 1u);
  EXPECT_EQ(blocked()[0].head.id, behind);
}

TEST_P(OutboxOverviews, blocked_orders_can_be_read_in_pages) {
  const UpdateId a = held("a");
  const UpdateId b = held("b");
  const UpdateId c = held("c");
  const auto first = blocked(0, 2);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].head.id, a);
  EXPECT_EQ(first[1].head.id, b);
  const auto second = blocked(b, 2);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].head.id, c);
  EXPECT_THAT(blocked(0, 0), IsEmpty());
}

TEST_P(OutboxOverviews, another_reason_does_not_make_the_wait_any_shorter) {
  const UpdateId id = submit("a");
  const Uuid sent = send_one();
  advance(hours(1));
  ASSERT_EQ(outbox().hold_overdue()->size(), 1u);
  const TimePoint since = now();
  advance(hours(1));
  record(answer_to(sent), {stopped(id, HoldReason::refused)});
  EXPECT_EQ(update(id).hold_reason, HoldReason::refused);
  EXPECT_EQ(update(id).held_since, since);
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::skipped, "op", "причина"));
  EXPECT_EQ(update(id).held_since, std::nullopt);
}

TEST_P(OutboxOverviews, updates_are_selected_by_reason_fault_and_time) {
  const UpdateId refused = held("a", "SenderIsNotRegistered");
  const TimePoint start = now();
  advance(hours(1));
  NewUpdate late = new_update("b");
  late.deadline = now() + minutes(1);
  const UpdateId overdue = submit(late);
  advance(minutes(1));
  ASSERT_EQ(outbox().hold_overdue()->size(), 1u);
  advance(hours(1));
  const UpdateId answered = submit("c");
  const Uuid sent = send_one();
  record(answer_to(sent), {stopped(answered, HoldReason::refused)});
  const UpdateId queued = submit("d");

  EXPECT_THAT(selected({.hold_reason = HoldReason::refused}), ElementsAre(refused, answered));
  EXPECT_THAT(selected({.hold_reason = HoldReason::deadline}), ElementsAre(overdue));
  EXPECT_THAT(selected({.state = UpdateState::queued, .hold_reason = HoldReason::refused}),
              IsEmpty());
  EXPECT_THAT(selected({.fault = "SenderIsNotRegistered"}), ElementsAre(refused));
  EXPECT_THAT(selected({.fault = "100 % лимита"}), ElementsAre(refused));
  EXPECT_THAT(selected({.fault = "13"}), ElementsAre(answered)) << "its result code";
  EXPECT_THAT(selected({.fault = "' OR 1 = 1"}), IsEmpty());
  EXPECT_THAT(selected({.submitted_since = start + hours(1)}),
              ElementsAre(overdue, answered, queued));
  EXPECT_THAT(selected({.submitted_before = start + hours(1)}), ElementsAre(refused));
  EXPECT_THAT(selected({.state = UpdateState::held,
                        .order_number = "c",
                        .hold_reason = HoldReason::refused,
                        .fault = "13",
                        .submitted_since = start,
                        .submitted_before = now() + hours(1)}),
              ElementsAre(answered));
  EXPECT_THAT(selected({.state = UpdateState::held, .after = refused, .limit = 1}),
              ElementsAre(overdue));
}

TEST_P(OutboxOverviews, only_the_fault_of_the_last_message_counts) {
  const UpdateId id = held("a", "old_fault");
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::requeued, "op", "причина"));
  freeze_one();
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::refused);
  outcome.fault = "new_fault";
  finish(outcome);
  EXPECT_THAT(selected({.fault = "old_fault"}), IsEmpty());
  EXPECT_THAT(selected({.fault = "new_fault"}), ElementsAre(id));
}

TEST_P(OutboxOverviews, counts_what_is_ready_deferred_in_doubt_and_held_by_reason) {
  const OutboxOverview nothing = overview();
  EXPECT_EQ(nothing.oldest_queued, std::nullopt);
  EXPECT_THAT(nothing.held_by_reason, IsEmpty());

  held("a");
  submit("a");
  const TimePoint first_held = now();
  advance(minutes(1));
  held("d");
  NewUpdate later = new_update("b");
  later.not_before = now() + hours(1);
  submit(later);
  submit("c");
  freeze_one();
  const TimePoint frozen = now();
  finish(start_one(), MessageEvent::doubt);
  advance(minutes(1));
  submit("e");
  record(answer_to(Uuid(), "<stray/>"), {});

  const OutboxOverview counted = overview();
  EXPECT_EQ(counted.counts.queued, 3);
  EXPECT_EQ(counted.ready, 1);
  EXPECT_EQ(counted.deferred, 1);
  EXPECT_EQ(counted.in_doubt, 1);
  EXPECT_EQ(counted.blocked_orders, 2);
  EXPECT_EQ(counted.counts.blocked, 1);
  EXPECT_EQ(counted.unsettled_answers, 1);
  EXPECT_THAT(counted.held_by_reason, ElementsAre(Pair(HoldReason::refused, 2)));
  EXPECT_EQ(counted.oldest_held, first_held);
  EXPECT_EQ(counted.oldest_queued, first_held);
  EXPECT_EQ(counted.oldest_in_flight, frozen);
  EXPECT_FALSE(counted.pause);
  ASSERT_TRUE(outbox().pause("op", "причина"));
  EXPECT_TRUE(overview().pause);
}

TEST_P(OutboxOverviews, the_audit_is_read_from_its_newest_row_back) {
  const UpdateId a = submit("a");
  const UpdateId b = submit("b");
  ASSERT_TRUE(outbox().decide(a, UpdateEvent::cancelled, "anna", "первая"));
  advance(minutes(1));
  ASSERT_TRUE(outbox().decide(b, UpdateEvent::cancelled, "boris", "вторая"));
  const auto log = outbox().audit_log({});
  ASSERT_EQ(log->size(), 2u);
  EXPECT_EQ((*log)[0].update, b);
  EXPECT_EQ((*log)[0].order_number, "b");
  EXPECT_EQ((*log)[0].sequence, 1);
  EXPECT_EQ((*log)[0].who, "boris");
  EXPECT_EQ((*log)[0].at, now());
  const auto older = outbox().audit_log({.before = (*log)[0].id});
  ASSERT_EQ(older->size(), 1u);
  EXPECT_EQ((*older)[0].update, a);
  EXPECT_EQ(outbox().audit_log({.limit = 1})->size(), 1u);
  EXPECT_THAT(*outbox().audit_log({.limit = 0}), IsEmpty());
}

}  // namespace
}  // namespace smev::outbox_test
