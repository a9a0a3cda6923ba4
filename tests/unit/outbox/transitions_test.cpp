// Random work against the store, and after every step what must always be true of its rows.

#include "sdk/outbox/transitions.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "smev/testing/manual_clock.hpp"
#include "tests/support/record_answer.hpp"
#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox_test {
namespace {

using outbox::SqliteDatabase;

constexpr int kSteps = 500;
constexpr int kOrders = 4;
constexpr Duration kLease = std::chrono::minutes(1);

struct Invariant {
  const char* name;
  const char* breaches;  ///< counts the rows that break it
};

constexpr std::array<Invariant, 10> kInvariants = {{
    {"the head of an order is its first update that is not final",
     "SELECT count(*) FROM updates u WHERE u.head <> (u.id = (SELECT h.id FROM updates h WHERE "
     "h.order_id = u.order_id AND h.state IN ('queued', 'in_flight', 'held') "
     "ORDER BY h.sequence LIMIT 1) AND u.state IN ('queued', 'in_flight', 'held'))"},
    {"an update in flight has exactly one message that is under way and waits",
     "SELECT count(*) FROM updates u WHERE u.state = 'in_flight' AND 1 <> (SELECT count(*) FROM "
     "message_items i JOIN messages m ON m.id = i.message WHERE i.update_id = u.id AND "
     "m.waiting = 1 AND m.state IN ('frozen', 'sending', 'in_doubt', 'accepted'))"},
    {"a message waits only while an update is in flight in it",
     "SELECT count(*) FROM messages m WHERE m.waiting = 1 AND NOT EXISTS (SELECT 1 FROM "
     "message_items i JOIN updates u ON u.id = i.update_id WHERE i.message = m.id AND "
     "u.state = 'in_flight')"},
    {"every message but the last of an update is known to be refused or answered",
     "SELECT count(*) FROM message_items i JOIN messages m ON m.id = i.message WHERE EXISTS "
     "(SELECT 1 FROM message_items l WHERE l.update_id = i.update_id AND l.message > i.message) "
     "AND (m.state IN ('frozen', 'sending', 'in_doubt', 'accepted') OR "
     "(m.state = 'superseded' AND m.doubtful_attempts > 0))"},
    {"updates of an order are first offered in their sequence",
     "SELECT count(*) FROM attempts a JOIN message_items i ON i.message = a.message "
     "JOIN updates u ON u.id = i.update_id JOIN updates e ON e.order_id = u.order_id AND "
     "e.sequence < u.sequence AND e.state IN ('queued', 'in_flight', 'held')"},
    {"an attempt is open only while its message is sending or was answered first",
     "SELECT count(*) FROM attempts a JOIN messages m ON m.id = a.message WHERE a.ended = '' "
     "AND m.state NOT IN ('sending', 'answered')"},
    {"a message that is sending has an open attempt and a lease",
     "SELECT count(*) FROM messages m WHERE m.state = 'sending' AND (m.lease_until = '' OR NOT "
     "EXISTS (SELECT 1 FROM attempts a WHERE a.message = m.id AND a.ended = ''))"},
    {"at each place of an order stands at most one update that may yet go or has gone",
     "SELECT count(*) FROM (SELECT 1 FROM updates WHERE state IN ('queued', 'in_flight', 'held', "
     "'delivered') GROUP BY order_id, sequence HAVING count(*) > 1)"},
    {"what was replaced is rejected and its successor stands at its place",
     "SELECT count(*) FROM updates n LEFT JOIN updates o ON o.id = n.replaces WHERE n.replaces IS "
     "NOT NULL AND (o.state IS NOT 'rejected' OR o.replaced_by IS NOT n.id OR o.order_id IS NOT "
     "n.order_id OR o.sequence IS NOT n.sequence OR n.revision IS NOT o.revision + 1)"},
    {"what is delivered was answered",
     "SELECT count(*) FROM updates u WHERE u.state = 'delivered' AND NOT EXISTS (SELECT 1 FROM "
     "message_items i JOIN messages m ON m.id = i.message WHERE i.update_id = u.id AND "
     "m.state = 'answered' AND i.result_code = 0)"},
}};

class RandomWork {
 public:
  explicit RandomWork(unsigned seed) : random_(seed), ids_(seeded_ids(clock_, seed)) {
    auto opened = sqlite_outbox({.path = directory_.file("outbox.db")}, clock_);
    EXPECT_TRUE(opened) << opened.error().describe();
    outbox_ = *opened;
    watcher_ = *SqliteDatabase::open(directory_.file("outbox.db"), std::chrono::seconds(1));
  }

  void run() {
    for (int step = 0; step < kSteps; ++step) {
      const int kind = pick(14);
      SCOPED_TRACE("step " + std::to_string(step) + ", kind " + std::to_string(kind));
      ASSERT_NO_FATAL_FAILURE(act(kind));
      ASSERT_NO_FATAL_FAILURE(check());
    }
    // The walk has to have been somewhere.
    EXPECT_GT(outbox_->stats()->final, 0);
    EXPECT_GT(frozen_.size(), 10u);
  }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  void act(int kind) {
    switch (kind) {
      case 0:
      case 1:
        return submit();
      case 2:
      case 3:
        return freeze();
      case 4:
      case 5:
        return start();
      case 6:
      case 7:
        return finish();
      case 8:
      case 9:
        return answer();
      case 10:
        return decide();
      case 11:
        return replace();
      case 12:
        return pause_or_resume();
      default:
        return pass_time();
    }
  }

  void check() {
    for (const Invariant& invariant : kInvariants) {
      const auto breaches = watcher_->number(invariant.breaches);
      ASSERT_TRUE(breaches) << breaches.error().describe();
      ASSERT_EQ(*breaches, 0) << invariant.name;
    }
  }

  NewUpdate new_update(const std::string& order) {
    NewUpdate update;
    update.order = {"TEST01", Contour::test, order};
    update.type = "type";
    update.idempotency_key = std::to_string(++submitted_);
    update.payload_digest = update.idempotency_key;
    if (pick(4) == 0) update.deadline = clock_->now() + std::chrono::minutes(pick(60));
    return update;
  }

  void submit() { ASSERT_TRUE(outbox_->submit(new_update(std::to_string(pick(kOrders))), {})); }

  void freeze() {
    const auto claims = outbox_->claim_updates(1 + pick(3), kLease);
    ASSERT_TRUE(claims);
    if (claims->empty()) return;
    NewMessage message;
    message.message_id = ids_->next();
    message.body = message.message_id.text();
    for (const ClaimedUpdate& claimed : *claims) {
      message.items.push_back(
          {claimed.update.id, static_cast<int>(message.items.size()), false, "", {}});
      message.lease_epochs.push_back(claimed.lease_epoch);
    }
    const auto frozen = outbox_->freeze({message});
    ASSERT_TRUE(frozen) << frozen.error().describe();
    frozen_.push_back(message);
  }

  void start() {
    auto started = outbox_->start_attempts(1 + pick(3), kLease);
    ASSERT_TRUE(started) << started.error().describe();
    for (StartedAttempt& attempt : *started) open_.push_back(std::move(attempt));
  }

  void finish() {
    if (open_.empty()) return;
    const auto chosen = open_.begin() + pick(static_cast<int>(open_.size()));
    AttemptOutcome outcome;
    outcome.message_id = chosen->message.message_id;
    outcome.attempt = chosen->attempt;
    outcome.lease_epoch = chosen->lease_epoch;
    constexpr std::array<MessageEvent, 5> kEvents = {
        MessageEvent::accepted, MessageEvent::not_taken, MessageEvent::doubt, MessageEvent::refused,
        MessageEvent::superseded};
    outcome.event = kEvents[static_cast<std::size_t>(pick(5))];
    outcome.answer_deadline = clock_->now() + std::chrono::minutes(30);
    const bool unsettled =
        outcome.event == MessageEvent::not_taken || outcome.event == MessageEvent::doubt;
    if (unsettled && pick(4) == 0) {
      outcome.update_event = UpdateEvent::stopped;
      outcome.hold_reason = HoldReason::file_missing;
    }
    open_.erase(chosen);
    const auto changed = outbox_->finish_attempts({outcome});
    // An attempt that was interrupted meanwhile is nobody's any more.
    if (!changed) {
      ASSERT_EQ(changed.error().code, ErrorCode::stale_lease);
    }
  }

  void answer() {
    if (frozen_.empty()) return;
    const NewMessage& message =
        frozen_[static_cast<std::size_t>(pick(static_cast<int>(frozen_.size())))];
    NewAnswer answer;
    answer.message_id = ids_->next().text();
    answer.original_message_id = message.message_id.text();
    answer.raw = answer.message_id;
    answer.verified = true;
    std::vector<Settlement> settlements;
    for (const MessageItem& item : message.items) {
      constexpr std::array<UpdateEvent, 4> kEvents = {UpdateEvent::delivered,
                                                      UpdateEvent::delivered, UpdateEvent::stopped,
                                                      UpdateEvent::returned};
      Settlement settled;
      settled.update = item.update;
      settled.event = kEvents[static_cast<std::size_t>(pick(4))];
      settled.result_code = settled.event == UpdateEvent::delivered ? 0 : 13;
      settled.hold_reason = HoldReason::refused;
      if (pick(5) != 0) settlements.push_back(settled);
    }
    const auto recorded = smev::testing::record_answer(*outbox_, answer, settlements);
    ASSERT_TRUE(recorded) << recorded.error().describe();
  }

  std::optional<UpdateRow> any_held() {
    const auto rows = outbox_->list_updates({.state = UpdateState::held});
    EXPECT_TRUE(rows);
    if (!rows || rows->empty()) return std::nullopt;
    return (*rows)[static_cast<std::size_t>(pick(static_cast<int>(rows->size())))];
  }

  void replace() {
    const auto row = any_held();
    if (!row) return;
    const auto replaced =
        outbox_->replace(row->id, new_update(row->order.number), {}, "op", "reason");
    if (!replaced) {
      ASSERT_EQ(replaced.error().code, ErrorCode::illegal_transition);
    }
  }

  void pause_or_resume() {
    const auto pause = outbox_->paused();
    ASSERT_TRUE(pause);
    ASSERT_TRUE(*pause ? outbox_->resume("op", "reason") : outbox_->pause("op", "reason"));
  }

  void decide() {
    const auto held = any_held();
    if (!held) return;
    const UpdateRow& row = *held;
    constexpr std::array<UpdateEvent, 5> kEvents = {UpdateEvent::requeued, UpdateEvent::rejected,
                                                    UpdateEvent::skipped, UpdateEvent::cancelled,
                                                    UpdateEvent::expired};
    const auto decided =
        outbox_->decide(row.id, kEvents[static_cast<std::size_t>(pick(5))], "op", "reason");
    if (!decided) {
      ASSERT_EQ(decided.error().code, ErrorCode::illegal_transition);
    }
  }

  void pass_time() {
    clock_->advance(std::chrono::seconds(pick(120)));
    ASSERT_TRUE(outbox_->hold_overdue());
    ASSERT_TRUE(outbox_->next_due());
    if (pick(3) == 0) {
      ASSERT_TRUE(outbox_->start_dispatching());
    }
  }

  std::mt19937 random_;
  TemporaryDirectory directory_;
  std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
  std::shared_ptr<IdSource> ids_;
  std::shared_ptr<Outbox> outbox_;
  std::unique_ptr<SqliteDatabase> watcher_;
  int submitted_ = 0;
  std::vector<NewMessage> frozen_;
  std::vector<StartedAttempt> open_;
};

class RandomWorkTest : public ::testing::TestWithParam<unsigned> {};

TEST_P(RandomWorkTest, breaks_no_invariant) {
  RandomWork work(GetParam());
  work.run();
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomWorkTest, ::testing::Range(1u, 9u));

}  // namespace
}  // namespace smev::outbox_test
