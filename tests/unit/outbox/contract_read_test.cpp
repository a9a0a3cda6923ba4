// Contract: reading. See sdk/outbox/table_read.cpp.

#include <gmock/gmock.h>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OutboxRead : public OutboxContract {
 protected:
  std::vector<UpdateId> list(const UpdateFilter& filter) {
    const auto rows = outbox().list_updates(filter);
    EXPECT_TRUE(rows) << rows.error().describe();
    std::vector<UpdateId> ids;
    for (const UpdateRow& row : rows.value_or(std::vector<UpdateRow>{})) ids.push_back(row.id);
    return ids;
  }
};
SMEV_FOR_ALL_STORES(OutboxRead);

TEST_P(OutboxRead, what_is_not_there_is_nothing_and_no_error) {
  const Uuid id = seeded_ids(clock_, 3)->next();
  EXPECT_EQ(*outbox().find_message(id), std::nullopt);
  EXPECT_FALSE(outbox().find_update(1)->has_value());
  EXPECT_FALSE(outbox().find_order(order("a"))->has_value());
  EXPECT_THAT(*outbox().messages_of(1), IsEmpty());
  EXPECT_THAT(*outbox().attempts_of(id), IsEmpty());
  EXPECT_THAT(*outbox().answers_to(id), IsEmpty());
  EXPECT_THAT(*outbox().unsettled_answers(10), IsEmpty());
  EXPECT_THAT(*outbox().audit_of(1), IsEmpty());
  EXPECT_THAT(list({}), IsEmpty());
}

TEST_P(OutboxRead, a_list_is_narrowed_by_what_is_given) {
  const UpdateId a1 = submit("a");
  const UpdateId b1 = submit("b");
  const UpdateId a2 = submit("a");
  NewUpdate production = new_update("a");
  production.order.contour = Contour::production;
  const UpdateId p1 = submit(production);
  ASSERT_TRUE(outbox().decide(b1, UpdateEvent::cancelled, "op", "причина"));

  EXPECT_THAT(list({}), ElementsAre(a1, b1, a2, p1));
  EXPECT_THAT(list({.state = UpdateState::cancelled}), ElementsAre(b1));
  EXPECT_THAT(list({.state = UpdateState::queued}), ElementsAre(a1, a2, p1));
  EXPECT_THAT(list({.order = order("a")}), ElementsAre(a1, a2));
  EXPECT_THAT(list({.order = production.order}), ElementsAre(p1));
  EXPECT_THAT(list({.order_number = "a"}), ElementsAre(a1, a2, p1));
  EXPECT_THAT(list({.state = UpdateState::queued, .order = order("a"), .order_number = "a"}),
              ElementsAre(a1, a2));
  EXPECT_THAT(list({.order_number = "c"}), IsEmpty());
}

TEST_P(OutboxRead, a_list_can_be_read_in_pages) {
  const UpdateId a = submit("a");
  const UpdateId b = submit("b");
  const UpdateId c = submit("c");
  EXPECT_THAT(list({.limit = 2}), ElementsAre(a, b));
  EXPECT_THAT(list({.after = b, .limit = 2}), ElementsAre(c));
  EXPECT_THAT(list({.limit = 0}), IsEmpty());
  EXPECT_THAT(list({.limit = -1}), IsEmpty());
}

TEST_P(OutboxRead, the_counts_follow_the_work) {
  const UpdateId first = submit("a");
  submit("a");
  submit("b");
  OutboxStats counts = stats();
  EXPECT_EQ(counts.queued, 3);
  EXPECT_EQ(counts.in_flight + counts.held + counts.final + counts.blocked, 0);
  freeze_all();
  counts = stats();
  EXPECT_EQ(counts.queued, 1);
  EXPECT_EQ(counts.in_flight, 2);
  EXPECT_EQ(counts.unsent, 2);
  EXPECT_EQ(counts.awaiting_answer, 0);
  EXPECT_FALSE(*outbox().awaits_answers());
  const auto started = start();
  ASSERT_EQ(started.size(), 2u);
  EXPECT_EQ(stats().unsent, 2);
  finish(started[0], MessageEvent::doubt);
  counts = stats();
  EXPECT_EQ(counts.unsent, 2) << "a doubt has to go again";
  EXPECT_EQ(counts.awaiting_answer, 1) << "and may be answered";
  EXPECT_TRUE(*outbox().awaits_answers());
  finish(started[1], MessageEvent::accepted);
  counts = stats();
  EXPECT_EQ(counts.unsent, 1);
  EXPECT_EQ(counts.awaiting_answer, 2);
  record(answer_to(started[0].message.message_id), {stopped(first, HoldReason::refused)});
  counts = stats();
  EXPECT_EQ(counts.held, 1);
  EXPECT_EQ(counts.blocked, 1);
  EXPECT_EQ(counts.awaiting_answer, 1);
}

TEST_P(OutboxRead, what_another_sender_or_contour_has_left_unfinished_is_found) {
  EXPECT_EQ(*outbox().unfinished_of_another(kSender, Contour::test), std::nullopt);
  const UpdateId id = submit("a");
  EXPECT_EQ(*outbox().unfinished_of_another(kSender, Contour::test), std::nullopt);
  EXPECT_EQ((**outbox().unfinished_of_another("OTHER1", Contour::test)).id, id);
  EXPECT_EQ((**outbox().unfinished_of_another(kSender, Contour::production)).id, id);
  deliver(send_one(), id);
  EXPECT_EQ(*outbox().unfinished_of_another("OTHER1", Contour::test), std::nullopt);
}

}  // namespace
}  // namespace smev::outbox_test
