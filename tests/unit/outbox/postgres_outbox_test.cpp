// What only the store over PostgreSQL has: several dispatchers, leases with owners, the inbox.

#include "sdk/outbox/postgres_outbox.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/postgres_schema.hpp"
#include "tests/unit/outbox/contract.hpp"
#include "tests/unit/outbox/postgres_server.hpp"

namespace smev::outbox_test {
namespace {

using outbox::PostgresDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

StoreKind postgres_store() {
  for (const StoreKind& kind : all_stores()) {
    if (kind.name == "postgres") return kind;
  }
  return {};
}

class PostgresOutbox : public OutboxContract {
 protected:
  PostgresOptions options() { return *postgres_options(directory_.path()); }

  /// Another process over the same database.
  std::shared_ptr<Outbox> other_sender() {
    auto opened = postgres_outbox(options(), clock_);
    EXPECT_TRUE(opened) << opened.error().describe();
    return opened.value_or(nullptr);
  }
  std::unique_ptr<PostgresDatabase> connect() {
    auto opened = PostgresDatabase::open({options().connection, options().schema});
    EXPECT_TRUE(opened) << opened.error().describe();
    return opened ? std::move(*opened) : nullptr;
  }
  std::int64_t number(const std::string& sql) {
    const auto found = connect()->number(sql);
    EXPECT_TRUE(found) << found.error().describe();
    return found && *found ? **found : -1;
  }
  std::vector<InboxEntry> take(Outbox& store) {
    const auto taken = store.take_inbox(kSender, Contour::test, 10);
    EXPECT_TRUE(taken) << taken.error().describe();
    return taken.value_or(std::vector<InboxEntry>{});
  }
  static std::string hand_over(const std::string& order, const std::string& key,
                               const std::string& more = "") {
    return "SELECT smev_submit('" + kSender + "', 'test', '{\"order\": {\"number\": \"" + order +
           "\"}" + more + "}', '" + key + "')";
  }
};
INSTANTIATE_TEST_SUITE_P(Server, PostgresOutbox, ::testing::Values(postgres_store()),
                         [](const auto& kind) { return kind.param.name; });

// --- several dispatchers

TEST_P(PostgresOutbox, several_processes_dispatch_at_once_and_share_the_heads) {
  const auto other = other_sender();
  const auto one_guard = outbox().start_dispatching();
  const auto other_guard = other->start_dispatching();
  ASSERT_TRUE(one_guard) << one_guard.error().describe();
  ASSERT_TRUE(other_guard) << other_guard.error().describe();
  std::set<UpdateId> submitted;
  for (int i = 0; i < 20; ++i) submitted.insert(submit(std::to_string(i)));

  std::set<UpdateId> claimed;
  for (int i = 0; i < 5; ++i) {
    for (Outbox* store : {&outbox(), other.get()}) {
      const auto claims = store->claim_updates(2, kLease);
      ASSERT_TRUE(claims);
      for (const ClaimedUpdate& each : *claims) {
        EXPECT_TRUE(claimed.insert(each.update.id).second) << "claimed twice: " << each.update.id;
      }
    }
  }
  EXPECT_EQ(claimed, submitted);
}

TEST_P(PostgresOutbox, threads_of_several_processes_claim_each_update_once) {
  constexpr int kOrders = 60;
  for (int i = 0; i < kOrders; ++i) submit(std::to_string(i));
  std::vector<std::shared_ptr<Outbox>> stores;
  for (int i = 0; i < 4; ++i) stores.push_back(other_sender());
  std::mutex mutex;
  std::multiset<UpdateId> claimed;
  {
    std::vector<std::jthread> threads;
    for (const auto& store : stores) {
      threads.emplace_back([&, store] {
        for (int empty = 0; empty < 3;) {
          const auto claims = store->claim_updates(3, kLease);
          ASSERT_TRUE(claims) << claims.error().describe();
          empty = claims->empty() ? empty + 1 : 0;
          const std::lock_guard lock(mutex);
          for (const ClaimedUpdate& each : *claims) claimed.insert(each.update.id);
        }
      });
    }
  }
  EXPECT_EQ(claimed.size(), static_cast<std::size_t>(kOrders));
  EXPECT_EQ(std::set<UpdateId>(claimed.begin(), claimed.end()).size(), claimed.size());
}

TEST_P(PostgresOutbox, many_threads_submit_to_one_order_and_each_sequence_is_given_once) {
  constexpr int kThreads = 6;
  constexpr int kEach = 10;
  std::vector<NewUpdate> updates;
  for (int i = 0; i < kThreads * kEach; ++i) updates.push_back(new_update("shared"));
  const auto other = other_sender();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          Outbox& store = t % 2 == 0 ? outbox() : *other;
          const auto submitted = store.submit(updates[static_cast<std::size_t>(t * kEach + i)], {});
          EXPECT_TRUE(submitted) << submitted.error().describe();
        }
      });
    }
  }
  const auto rows = outbox().list_updates({});
  ASSERT_TRUE(rows);
  std::set<std::int64_t> sequences;
  for (const UpdateRow& row : *rows) sequences.insert(row.sequence);
  EXPECT_EQ(sequences.size(), updates.size());
  EXPECT_EQ(*sequences.rbegin(), kThreads * kEach);
  EXPECT_THAT(claim_ids(), SizeIs(1)) << "an order has one head";
}

TEST_P(PostgresOutbox, the_same_key_from_many_threads_is_one_update) {
  const NewUpdate given = new_update("1");
  std::mutex mutex;
  std::multiset<UpdateId> ids;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 6; ++t) {
      threads.emplace_back([&] {
        const auto submitted = outbox().submit(given, {});
        ASSERT_TRUE(submitted) << submitted.error().describe();
        const std::lock_guard lock(mutex);
        ids.insert(submitted->id);
      });
    }
  }
  EXPECT_EQ(ids.count(*ids.begin()), 6u);
}

// Each waits for the other's rows, if they take them in another order.
TEST_P(PostgresOutbox, the_same_answers_in_any_order_are_stored_once_by_many_threads) {
  const auto other = other_sender();
  std::vector<NewAnswer> answers;
  for (int i = 0; i < 16; ++i) answers.push_back(answer_to(Uuid(), std::to_string(i)));
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < 6; ++t) {
      Outbox* store = t % 2 == 0 ? &outbox() : other.get();
      threads.emplace_back([&answers, &refused, store, t] {
        std::vector<NewAnswer> mine = answers;
        std::shuffle(mine.begin(), mine.end(), std::mt19937(t));
        if (!store->record_answers(mine)) ++refused;
      });
    }
  }
  EXPECT_EQ(refused, 0);
  EXPECT_THAT(*outbox().unsettled_answers(100), SizeIs(16));
}

TEST_P(PostgresOutbox, a_live_dispatchers_work_is_not_taken_by_a_new_one) {
  const auto guard = outbox().start_dispatching();
  ASSERT_TRUE(guard);
  submit("a");
  submit("b");
  const auto claims = outbox().claim_updates(1, kLease);
  ASSERT_EQ(claims->size(), 1u);
  freeze_one();
  const StartedAttempt started = start_one();

  const auto other = other_sender();
  ASSERT_TRUE(other->start_dispatching());
  EXPECT_THAT(*other->claim_updates(10, kLease), IsEmpty());
  EXPECT_THAT(*other->start_attempts(10, kLease), IsEmpty());
  EXPECT_TRUE(outbox().freeze({message_of(*claims)}));
  finish(started, MessageEvent::accepted);
}

TEST_P(PostgresOutbox, a_dispatcher_that_goes_leaves_its_work_to_the_others_at_once) {
  const auto other = other_sender();
  ASSERT_TRUE(*other->start_dispatching());
  submit("a");
  submit("b");
  auto guard = outbox().start_dispatching();
  const auto claims = outbox().claim_updates(1, kLease);
  const Uuid in_message = freeze_one();
  start_one();
  *guard = nullptr;
  EXPECT_EQ(message_state(in_message), MessageState::in_doubt);
  EXPECT_THAT(*other->claim_updates(10, kLease), SizeIs(1));
  EXPECT_THAT(*other->start_attempts(10, kLease), SizeIs(1));
  EXPECT_EQ(error_of(outbox().freeze({message_of(*claims)})).code, ErrorCode::stale_lease);
}

TEST_P(PostgresOutbox, whoever_was_frozen_past_its_lease_writes_nothing_any_more) {
  const auto guard = outbox().start_dispatching();
  submit("a");
  submit("b");
  const auto claims = outbox().claim_updates(1, kLease);
  const Uuid in_message = freeze_one();
  const StartedAttempt started = start_one();
  advance(kLease);  // no heart beats meanwhile

  const auto other = other_sender();
  const auto other_guard = other->start_dispatching();
  ASSERT_TRUE(other_guard);
  const auto taken = other->claim_updates(10, kLease);
  ASSERT_THAT(*taken, SizeIs(1));
  const auto again = other->start_attempts(10, kLease);
  ASSERT_THAT(*again, SizeIs(1));
  EXPECT_EQ((*again)[0].message.body, started.message.body);
  EXPECT_EQ((*again)[0].message.message_id, in_message);

  EXPECT_EQ(error_of(outbox().freeze({message_of(*claims)})).code, ErrorCode::stale_lease);
  EXPECT_EQ(error_of(outbox().hold((*claims)[0].update.id, (*claims)[0].lease_epoch,
                                   HoldReason::not_composable, ""))
                .code,
            ErrorCode::stale_lease);
  AttemptOutcome late = outcome_of(started, MessageEvent::superseded);
  EXPECT_EQ(error_of(outbox().finish_attempts({late})).code, ErrorCode::stale_lease);
  EXPECT_EQ(message_state(in_message), MessageState::sending);
}

TEST_P(PostgresOutbox, the_heart_prolongs_leases_up_to_their_limit) {
  PostgresOptions quick = options();
  quick.lease = seconds(1);
  auto opened = postgres_outbox(quick, system_clock());
  ASSERT_TRUE(opened) << opened.error().describe();
  const auto guard = (*opened)->start_dispatching();
  ASSERT_TRUE(guard) << guard.error().describe();
  ASSERT_TRUE((*opened)->submit(new_update("a"), {}));
  ASSERT_THAT(*(*opened)->claim_updates(1, kLease), SizeIs(1));
  const std::string beyond = to_utc_text(system_clock()->now() + seconds(1));
  const auto end = std::chrono::steady_clock::now() + seconds(20);
  while (number("SELECT count(*) FROM updates WHERE lease_until > '" + beyond + "'") == 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "the heart does not beat";
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(number("SELECT count(*) FROM updates WHERE lease_until > lease_limit"), 0);
}

TEST_P(PostgresOutbox, a_claim_reads_the_index_of_ready_heads_however_many_are_held) {
  auto database = connect();
  const auto filled = database->execute(
      "INSERT INTO orders (sender, contour, number) SELECT 'TEST01', 'test', n::text FROM "
      "generate_series(1, 20000) n; "
      "INSERT INTO updates (order_id, sequence, state, head, hold_reason, held_since, "
      "submitted_at, "
      "type, payload) SELECT id, 1, 'held', 1, 'refused', '2026', '2026', 't', '' FROM orders; "
      "INSERT INTO updates (order_id, sequence, state, head, submitted_at, type, payload) "
      "SELECT id, 2, 'queued', 0, '2026', 't', '' FROM orders; ANALYZE updates");
  ASSERT_TRUE(filled) << filled.error().describe();
  submit("ready");
  std::string plan;
  auto rows = database->query(
      "EXPLAIN SELECT id FROM updates WHERE head = 1 AND state = 'queued' AND not_before <= '2027' "
      "AND lease_until <= '2027' AND (deadline = '' OR deadline > '2027') "
      "ORDER BY not_before, id LIMIT 64 FOR UPDATE SKIP LOCKED");
  ASSERT_TRUE(rows) << rows.error().describe();
  while (*rows->next()) plan += rows->text(0) + "\n";
  EXPECT_THAT(plan, HasSubstr("updates_claimable")) << plan;
  EXPECT_THAT(claim_ids(), SizeIs(1));
}

// --- conflicts and lost connections

TEST_P(PostgresOutbox, a_connection_that_the_server_ends_is_replaced) {
  // Other tests may be using the same server: only ours are ended.
  PostgresOptions named = options();
  named.connection += " application_name=" + named.schema;
  auto opened = postgres_outbox(named, clock_);
  ASSERT_TRUE(opened) << opened.error().describe();
  ASSERT_TRUE((*opened)->submit(new_update("a"), {}));
  ASSERT_GT(number("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                   "WHERE application_name = '" +
                   named.schema + "'"),
            0);
  EXPECT_TRUE((*opened)->submit(new_update("b"), {}));
  EXPECT_EQ((*opened)->stats()->queued, 2);
}

TEST_P(PostgresOutbox, a_row_that_somebody_holds_too_long_is_an_error_that_passes) {
  PostgresOptions hasty = options();
  hasty.statement_timeout = seconds(1);
  submit("a");
  auto opened = postgres_outbox(hasty, clock_);
  ASSERT_TRUE(opened) << opened.error().describe();
  auto holder = connect();
  ASSERT_TRUE(holder->execute("BEGIN; SELECT * FROM orders FOR UPDATE"));
  const Error error = error_of((*opened)->submit(new_update("a"), {}));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_EQ(error.retry, Retry::later);
  ASSERT_TRUE(holder->execute("ROLLBACK"));
  EXPECT_TRUE((*opened)->submit(new_update("a"), {}));
}

TEST_P(PostgresOutbox, text_that_postgresql_cannot_store_is_kept_as_far_as_it_can) {
  submit("a");
  const Uuid id = freeze_one();
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::doubt);
  outcome.text = std::string("bad \xFF\0 gateway", 14);
  finish(outcome);
  const auto rows = outbox().attempts_of(id);
  EXPECT_EQ((*rows)[0].text, "bad \xEF\xBF\xBD\xEF\xBF\xBD gateway");
}

TEST_P(PostgresOutbox, the_database_itself_refuses_to_change_a_frozen_body_or_the_audit) {
  const UpdateId id = submit("a");
  freeze_one();
  finish(start_one(), MessageEvent::refused);
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::skipped, "op", "причина"));
  auto database = connect();
  for (const char* sql :
       {"UPDATE message_bodies SET body = ''", "UPDATE audit SET who = 'somebody else'",
        "DELETE FROM audit", "UPDATE updates SET state = 'retry'", "UPDATE updates SET head = 2"}) {
    EXPECT_FALSE(database->execute(sql)) << sql;
  }
}

TEST_P(PostgresOutbox, a_message_whose_octets_changed_is_not_sent) {
  const UpdateId update = submit("a");
  const Uuid id = freeze_one();
  ASSERT_TRUE(
      connect()->execute("ALTER TABLE message_bodies DISABLE TRIGGER ALL; "
                         "UPDATE message_bodies SET body = 'x' || body; "
                         "ALTER TABLE message_bodies ENABLE TRIGGER ALL"));
  const Error error = error_of(outbox().start_attempts(10, kLease));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr(id.text()));
  EXPECT_THAT(*outbox().attempts_of(id), IsEmpty());
  EXPECT_EQ(error_of(outbox().messages_of(update)).code, ErrorCode::store) << "nor shown";
}

// --- the inbox

TEST_P(PostgresOutbox, what_was_handed_over_is_taken_in_its_order_and_settled_once) {
  auto department = connect();
  ASSERT_TRUE(department->execute(hand_over("a", "k1")));
  ASSERT_TRUE(department->execute(hand_over("b", "k2")));
  const auto taken = take(outbox());
  ASSERT_THAT(taken, SizeIs(2));
  EXPECT_EQ(taken[0].idempotency_key, "k1");
  EXPECT_THAT(*taken[0].payload, HasSubstr("\"a\""));
  const UpdateId id = submit("a");
  ASSERT_TRUE(outbox().settle_inbox(taken[0].id, {id, {}}));
  ASSERT_TRUE(outbox().settle_inbox(taken[1].id, {{}, R"({"code": "validation"})"}));
  EXPECT_EQ(error_of(outbox().settle_inbox(taken[0].id, {id, {}})).code, ErrorCode::stale_lease);
  EXPECT_THAT(take(outbox()), IsEmpty());
  EXPECT_EQ(number("SELECT update_id FROM inbox_status WHERE state = 'accepted' AND update_state = "
                   "'queued'"),
            id);
  EXPECT_EQ(number("SELECT count(*) FROM inbox_status WHERE state = 'refused' AND "
                   "faults ->> 'code' = 'validation'"),
            1);
}

TEST_P(PostgresOutbox, a_transaction_that_is_rolled_back_hands_nothing_over) {
  auto department = connect();
  ASSERT_TRUE(department->execute("BEGIN; " + hand_over("a", "k1") + "; ROLLBACK"));
  EXPECT_THAT(take(outbox()), IsEmpty());
}

TEST_P(PostgresOutbox, the_same_key_is_one_row_and_with_another_content_an_error) {
  auto department = connect();
  ASSERT_TRUE(department->execute(hand_over("a", "k1")));
  ASSERT_TRUE(department->execute(hand_over("a", "k1")));
  EXPECT_THAT(take(outbox()), SizeIs(1));
  EXPECT_FALSE(department->execute(hand_over("a", "k1", ", \"more\": 1")));
  EXPECT_THAT(take(outbox()), SizeIs(1));
}

TEST_P(PostgresOutbox, a_refused_key_may_be_used_again) {
  auto department = connect();
  ASSERT_TRUE(department->execute(hand_over("a", "k1")));
  ASSERT_TRUE(outbox().settle_inbox(take(outbox())[0].id, {{}, "{}"}));
  ASSERT_TRUE(department->execute(hand_over("a", "k1", ", \"more\": 1")));
  EXPECT_THAT(take(outbox()), SizeIs(1));
  EXPECT_EQ(number("SELECT count(*) FROM inbox"), 2) << "the refusal stays on record";
}

/// The department's view of an update that a person or its deadline has ended.
class PostgresInboxAgain : public PostgresOutbox {
 protected:
  /// Takes the one row that waits and submits it, as the sender does.
  UpdateId take_one() {
    const auto taken = take(outbox());
    EXPECT_THAT(taken, SizeIs(1));
    if (taken.size() != 1) return 0;
    NewUpdate given = new_update("a");
    given.idempotency_key = taken[0].idempotency_key;
    given.payload_digest = "the same each time";
    const UpdateId id = submit(given);
    EXPECT_TRUE(outbox().settle_inbox(taken[0].id, {id, {}}));
    return id;
  }
  void end(UpdateId id, UpdateEvent event) {
    EXPECT_TRUE(outbox().decide(id, event, "op", "причина"));
  }
  UpdateId hold_one(UpdateId id) {
    freeze_one();
    finish(start_one(), MessageEvent::refused);
    EXPECT_EQ(state(id), UpdateState::held);
    return id;
  }
  /// The row that a call gives back.
  std::int64_t handed(const std::string& more = "") { return number(hand_over("a", "k1", more)); }
};
INSTANTIATE_TEST_SUITE_P(Server, PostgresInboxAgain, ::testing::Values(postgres_store()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(PostgresInboxAgain, what_was_rejected_may_be_handed_over_again) {
  const std::int64_t first = handed();
  const UpdateId rejected = hold_one(take_one());
  EXPECT_EQ(handed(), first) << "nobody has decided yet";
  end(rejected, UpdateEvent::rejected);
  const std::int64_t second = handed();
  EXPECT_NE(second, first);
  EXPECT_EQ(handed(), second) << "given up once";
  const UpdateId again = take_one();
  EXPECT_NE(again, rejected);
  EXPECT_EQ(handed(), second);
  EXPECT_THAT(take(outbox()), IsEmpty());
  EXPECT_EQ(number("SELECT count(*) FROM inbox_status WHERE state = 'accepted'"), 2)
      << "the first one stays on record";
  end(hold_one(again), UpdateEvent::rejected);
  EXPECT_GT(handed(), second) << "as often as it is given up";
}

TEST_P(PostgresInboxAgain, what_expired_may_be_handed_over_again) {
  const std::int64_t first = handed();
  end(hold_one(take_one()), UpdateEvent::expired);
  EXPECT_NE(handed(), first);
  EXPECT_THAT(take(outbox()), SizeIs(1));
}

TEST_P(PostgresInboxAgain, what_may_be_in_the_account_or_was_replaced_is_not_handed_over_again) {
  const std::int64_t first = handed();
  const UpdateId held = hold_one(take_one());
  NewUpdate corrected = new_update("a");
  ASSERT_TRUE(outbox().replace(held, corrected, {}, "op", "причина"));
  EXPECT_EQ(state(held), UpdateState::rejected);
  EXPECT_EQ(handed(), first);
  EXPECT_THAT(take(outbox()), IsEmpty());

  ASSERT_TRUE(connect()->execute(hand_over("a", "k2")));
  end(take_one(), UpdateEvent::cancelled);
  ASSERT_TRUE(connect()->execute(hand_over("a", "k2")));
  EXPECT_THAT(take(outbox()), IsEmpty());
}

TEST_P(PostgresInboxAgain, another_content_under_the_key_of_a_rejected_one_is_an_error) {
  handed();
  end(hold_one(take_one()), UpdateEvent::rejected);
  EXPECT_FALSE(connect()->execute(hand_over("a", "k1", ", \"more\": 1")));
  EXPECT_EQ(number("SELECT count(*) FROM inbox WHERE given_up"), 0) << "the error undoes nothing";
}

TEST_P(PostgresInboxAgain, sessions_that_hand_it_over_again_at_once_make_one_row) {
  const std::int64_t first = handed();
  end(hold_one(take_one()), UpdateEvent::rejected);
  std::mutex mutex;
  std::set<std::int64_t> rows;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        const std::int64_t row = handed();
        const std::lock_guard lock(mutex);
        rows.insert(row);
      });
    }
  }
  EXPECT_THAT(rows, SizeIs(1));
  EXPECT_THAT(rows, ::testing::Not(::testing::Contains(first)));
  EXPECT_THAT(take(outbox()), SizeIs(1));
}

TEST_P(PostgresInboxAgain, a_session_waits_for_another_one_that_hands_it_over_again) {
  const std::int64_t first = handed();
  end(hold_one(take_one()), UpdateEvent::rejected);
  auto slow = connect();
  ASSERT_TRUE(slow->execute("BEGIN; " + hand_over("a", "k1")));
  auto other = connect();
  EXPECT_FALSE(other->execute("SET statement_timeout TO 200; " + hand_over("a", "k1")));
  ASSERT_TRUE(slow->execute("ROLLBACK"));
  EXPECT_EQ(number("SELECT count(*) FROM inbox WHERE given_up"), 0);
  EXPECT_NE(handed(), first) << "what was rolled back gave nothing up";
}

TEST_P(PostgresOutbox, nonsense_is_refused_where_it_is_handed_over) {
  auto department = connect();
  for (const char* arguments :
       {"'', 'test', '{}', 'k'", "'A', 'prod', '{}', 'k'", "'A', 'test', '[]', 'k'",
        "'A', 'test', '{}', ''", "'A', NULL, '{}', 'k'", "'A', 'test', NULL, 'k'"}) {
    EXPECT_FALSE(department->execute(std::string("SELECT smev_submit(") + arguments + ")"))
        << arguments;
  }
}

TEST_P(PostgresOutbox, one_process_at_a_time_reads_the_inbox) {
  const auto other = other_sender();
  ASSERT_TRUE(connect()->execute(hand_over("a", "k1")));
  const auto taken = take(outbox());
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_THAT(take(*other), IsEmpty());
  advance(options().lease);
  EXPECT_THAT(take(*other), SizeIs(1));
  EXPECT_EQ(error_of(outbox().settle_inbox(taken[0].id, {{}, "{}"})).code, ErrorCode::stale_lease);
}

TEST_P(PostgresOutbox, a_dispatcher_that_ends_gives_the_inbox_back_at_once) {
  const auto other = other_sender();
  {
    const auto guard = outbox().start_dispatching();
    ASSERT_TRUE(guard) << guard.error().describe();
    ASSERT_TRUE(connect()->execute(hand_over("a", "k1")));
    ASSERT_THAT(take(outbox()), SizeIs(1));
    ASSERT_THAT(take(*other), IsEmpty());
  }
  EXPECT_THAT(take(*other), SizeIs(1));
}

// 1e130000 takes a few octets of jsonb, and as text 130,001.
std::string numbers(int count) {
  std::string list = ", \"more\": [0";
  for (int i = 0; i < count; ++i) list += ", 1e130000";
  return list + "]";
}

TEST_P(PostgresOutbox, what_is_longer_than_its_limit_is_not_handed_over) {
  auto department = connect();
  EXPECT_TRUE(department->execute(hand_over("a", "k1", numbers(64))));
  EXPECT_THAT(department->execute(hand_over("a", "k2", numbers(65))).error().detail,
              HasSubstr("longer than 8 MiB"));
  EXPECT_THAT(department->execute(hand_over("a", "k3", numbers(9000))).error().detail,
              HasSubstr("longer than 8 MiB"))
      << "more than any text of the server";
  EXPECT_THAT(take(outbox()), SizeIs(1));
}

TEST_P(PostgresOutbox, a_row_beyond_the_limit_from_before_is_given_without_what_is_in_it) {
  auto owner = connect();
  ASSERT_TRUE(owner->execute(hand_over("a", "k1")));
  const auto write = [&](const std::string& key, int count) {
    ASSERT_TRUE(owner->execute(
        "INSERT INTO inbox (sender, contour, order_number, idempotency_key, payload) VALUES ('" +
        std::string(kSender) + "', 'test', 'b', '" + key + "', '{\"order\": {}" + numbers(count) +
        "}')"));
  };
  write("k2", 9000);
  write("k3", 60);
  write("k4", 60);
  ASSERT_TRUE(owner->execute(hand_over("a", "k5")));
  const auto taken = take(outbox());
  ASSERT_THAT(taken, SizeIs(4)) << "beyond the octets of one round nothing is read";
  EXPECT_FALSE(taken[1].payload);
  EXPECT_TRUE(taken[2].payload);
}

TEST_P(PostgresOutbox, a_long_transaction_makes_others_of_its_order_wait_and_nobody_else) {
  auto slow = connect();
  ASSERT_TRUE(slow->execute("BEGIN; " + hand_over("a", "k1")));
  auto stranger = connect();
  ASSERT_TRUE(stranger->execute(hand_over("b", "k2")));
  auto follower = connect();
  EXPECT_FALSE(follower->execute("SET statement_timeout TO 200; " + hand_over("a", "k3")));
  ASSERT_TRUE(slow->execute("COMMIT"));
  ASSERT_TRUE(follower->execute(hand_over("a", "k3")));
  std::vector<std::string> keys;
  for (const InboxEntry& each : take(outbox())) {
    if (each.payload->find("\"a\"") != std::string::npos) keys.push_back(each.idempotency_key);
  }
  EXPECT_THAT(keys, ElementsAre("k1", "k3"));
}

// --- opening and migrating

TEST_P(PostgresOutbox, a_dry_run_shows_the_sql_and_changes_nothing) {
  PostgresOptions fresh = options();
  fresh.schema = schema_for(directory_.path() + "/dry");
  const auto shown = migrate_postgres(fresh, true);
  ASSERT_TRUE(shown) << shown.error().describe();
  EXPECT_EQ(shown->from, 0);
  EXPECT_THAT(shown->sql, HasSubstr("CREATE TABLE updates"));
  EXPECT_THAT(shown->sql, HasSubstr("search_path TO " + fresh.schema));
  EXPECT_EQ(number("SELECT count(*) FROM pg_namespace WHERE nspname = '" + fresh.schema + "'"), 0);
  // The script is the migration.
  ASSERT_TRUE(run_in_postgres("BEGIN; " + shown->sql + "COMMIT"));
  EXPECT_TRUE(postgres_outbox(fresh, clock_));
  const auto again = migrate_postgres(fresh, false);
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(again->from, again->to);
  EXPECT_EQ(again->sql, "");
}

TEST_P(PostgresOutbox, steps_run_from_the_version_that_is_there_and_all_or_none) {
  const std::string schema = schema_for(directory_.path() + "/steps");
  std::vector<outbox::PostgresMigration> steps = {{1, "one", "CREATE TABLE {schema}.first ();\n"}};
  auto database = connect();
  EXPECT_EQ(*outbox::migrate(*database, schema, steps), 0);
  steps.push_back({2, "two", "CREATE TABLE second (); SELECT 1 / 0;\n"});
  EXPECT_FALSE(outbox::migrate(*database, schema, steps));
  EXPECT_EQ(*outbox::schema_version(*database, schema), 1);
  steps.back().sql = "CREATE TABLE second ();\n";
  EXPECT_EQ(*outbox::migrate(*database, schema, steps), 1);
  EXPECT_EQ(*outbox::schema_version(*database, schema), 2);
  steps.pop_back();
  EXPECT_THAT(error_of(outbox::migrate(*database, schema, steps)).text, HasSubstr("более новой"));
}

TEST_P(PostgresOutbox, version_2_becomes_the_present_one_and_nothing_is_forgotten) {
  const std::string schema = schema_for(directory_.path() + "/second");
  auto database = connect();
  std::vector<outbox::PostgresMigration> steps = outbox::postgres_migrations();
  std::erase_if(steps, [](const outbox::PostgresMigration& step) { return step.version > 2; });
  ASSERT_TRUE(outbox::migrate(*database, schema, steps));
  ASSERT_TRUE(database->execute(
      "SET search_path TO " + schema +
      "; INSERT INTO orders (sender, contour, number, next_sequence) VALUES ('TEST01', 'test', "
      "'a', "
      "2), ('TEST01', 'test', 'b', 2);"
      "INSERT INTO updates (order_id, sequence, state, head, hold_reason, submitted_at, type, "
      "payload) VALUES (1, 1, 'held', 1, 'refused', '2026-01-01T00:00:00.000000Z', 't', 'p'), "
      "(2, 1, 'held', 1, 'deadline', '2026-01-02T00:00:00.000000Z', 't', 'p');"
      "INSERT INTO messages (message_id, state, waiting, content_type, body_sha256, "
      "schema_version, frozen_at, answered_at) VALUES ('m', 'answered', 0, 'text/xml', repeat('0', "
      "64), '1.2', '2026-01-03T00:00:00.000000Z', '2026-01-04T00:00:00.000000Z');"
      "INSERT INTO message_items (message, position, update_id, is_create) VALUES (1, 0, 1, 1);"
      "INSERT INTO idempotency_keys VALUES ('TEST01', 'test', 'digest:d1', 'd1', 1, 1), "
      "('TEST01', 'test', 'key', 'd2', 2, 1);"
      "INSERT INTO answers (message_id, original_message_id, kind, content_type, raw_sha256, "
      "verdicts, verified, stray, settled, note, received, raw) VALUES ('a', 'm', 'primary', "
      "'text/xml', repeat('0', 64), '[]', 1, 0, 1, '', '2026-01-04T00:00:00.000000Z', 'octets')"));
  EXPECT_EQ(*outbox::migrate(*database, schema, outbox::postgres_migrations()), 2);
  auto since = database->query("SELECT held_since FROM updates ORDER BY id");
  ASSERT_TRUE(since) << since.error().describe();
  ASSERT_TRUE(*since->next());
  EXPECT_EQ(since->text(0), "2026-01-04T00:00:00.000000Z");
  ASSERT_TRUE(*since->next());
  EXPECT_EQ(since->text(0), "2026-01-02T00:00:00.000000Z");
  const auto count = [&](const char* what) {
    return database->number(std::string("SELECT count(*) FROM ") + what).value().value_or(-1);
  };
  EXPECT_EQ(count("updates WHERE id = 1 AND content_digest = 'd1'"), 1);
  EXPECT_EQ(count("updates WHERE id = 2 AND content_digest = ''"), 1);
  EXPECT_EQ(count("idempotency_keys WHERE idempotency_key = 'key'"), 1);
  EXPECT_EQ(count("idempotency_keys"), 1);
  EXPECT_EQ(count("answer_bodies WHERE answer = 1 AND raw = 'octets'"), 1);
}

TEST_P(PostgresOutbox, version_4_becomes_the_present_one_and_its_rejected_may_come_again) {
  PostgresOptions fourth = options();
  fourth.schema = schema_for(directory_.path() + "/fourth");
  auto database = connect();
  std::vector<outbox::PostgresMigration> steps = outbox::postgres_migrations();
  std::erase_if(steps, [](const outbox::PostgresMigration& step) { return step.version > 4; });
  ASSERT_TRUE(outbox::migrate(*database, fourth.schema, steps));
  ASSERT_TRUE(database->execute(
      "SET search_path TO " + fourth.schema +
      "; INSERT INTO orders (sender, contour, number, next_sequence) "
      "VALUES ('TEST01', 'test', 'a', 2), ('TEST01', 'test', 'b', 2);"
      "INSERT INTO updates (order_id, sequence, state, head, submitted_at, settled_at, type, "
      "payload) VALUES (1, 1, 'rejected', 0, '2026', '2026', 't', 'p'), "
      "(2, 1, 'delivered', 0, '2026', '2026', 't', 'p');" +
      hand_over("a", "k1") + ";" + hand_over("b", "k2") +
      "; UPDATE inbox SET state = 'accepted', update_id = id, settled_at = clock_timestamp()"));
  EXPECT_EQ(*database->number(hand_over("a", "k1")), 1);
  ASSERT_TRUE(database->execute("GRANT EXECUTE ON FUNCTION smev_submit TO pg_monitor"));
  const auto grants = [&]() -> std::string {
    auto rows =
        database->query("SELECT proacl::text FROM pg_proc WHERE oid = 'smev_submit'::regproc");
    return rows && *rows->next() ? rows->text(0) : "none";
  };
  const std::string granted = grants();
  EXPECT_THAT(granted, HasSubstr("pg_monitor"));

  const auto shown = migrate_postgres(fourth, true);
  ASSERT_TRUE(shown) << shown.error().describe();
  EXPECT_EQ(shown->from, 4);
  EXPECT_THAT(shown->sql, HasSubstr("ADD COLUMN given_up"));
  EXPECT_EQ(*outbox::schema_version(*database, fourth.schema), 4) << "only shown";
  const auto done = migrate_postgres(fourth, false);
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(done->from, 4);

  EXPECT_EQ(*database->number(hand_over("b", "k2")), 2);
  EXPECT_GT(*database->number(hand_over("a", "k1")), 2);
  EXPECT_EQ(*database->number("SELECT count(*) FROM inbox WHERE given_up"), 1);
  EXPECT_EQ(grants(), granted) << "who may call it may still, and nobody else";
}

TEST_P(PostgresOutbox, pruning_forgets_what_was_handed_over_and_still_knows_it_again) {
  ASSERT_TRUE(connect()->execute(hand_over("a", "key of a")));
  const auto taken = take(outbox());
  ASSERT_THAT(taken, SizeIs(1));
  NewUpdate given = new_update("a");
  given.idempotency_key = "key of a";
  const UpdateId id = submit(given);
  ASSERT_TRUE(outbox().settle_inbox(taken[0].id, {id, {}}));
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::cancelled, "op", "причина"));
  advance(hours(1));
  const auto pruned = outbox().prune({.settled_before = now(), .who = "op", .reason = "срок"});
  ASSERT_TRUE(pruned) << pruned.error().describe();
  EXPECT_EQ(pruned->updates, 1);
  EXPECT_EQ(number("SELECT count(*) FROM inbox"), 0);
  ASSERT_TRUE(connect()->execute(hand_over("a", "key of a")));
  EXPECT_THAT(take(outbox()), SizeIs(1));
  EXPECT_EQ(submit(given), id);
}

TEST_P(PostgresOutbox, a_file_of_another_schema_in_the_same_folder_stays) {
  PostgresOptions second = options();
  second.schema = schema_for(directory_.path() + "/other");
  const auto other = postgres_outbox(second, clock_);
  ASSERT_TRUE(other) << other.error().describe();
  const auto kept = outbox().keep_file(write_file("result.pdf", "result"));
  NewUpdate given = new_update("a");
  given.files = {*kept};
  ASSERT_TRUE((*other)->submit(given, {}));
  const UpdateId id = submit(given);
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::cancelled, "op", "причина"));
  advance(hours(1));
  std::filesystem::last_write_time(*outbox().file_path(kept->sha256),
                                   std::filesystem::file_time_type::clock::now() - hours(48));
  EXPECT_EQ(outbox().prune({.settled_before = now(), .who = "op", .reason = "срок"})->files, 0);
  EXPECT_TRUE((*other)->file_path(kept->sha256));
}

TEST_P(PostgresOutbox, a_pause_stops_every_sender) {
  const auto other = other_sender();
  submit("a");
  ASSERT_TRUE(outbox().pause("op", "причина"));
  EXPECT_THAT(*other->claim_updates(10, kLease), IsEmpty());
  ASSERT_TRUE(other->resume("op", "причина"));
  EXPECT_THAT(claim(), SizeIs(1));
}

TEST_P(PostgresOutbox, every_table_stands_in_the_pages) {
  const char* root = std::getenv("SMEV_SOURCE_DIR");
  const std::string folder = std::string(root != nullptr ? root : ".") + "/docs/";
  const std::string pages =
      read_file(folder + "outbox.md").value() + read_file(folder + "postgres.md").value();
  auto database = connect();
  auto names =
      database->query("SELECT tablename FROM pg_tables WHERE schemaname = ?", options().schema);
  ASSERT_TRUE(names);
  int tables = 0;
  for (; *names->next(); ++tables) {
    EXPECT_THAT(pages, HasSubstr("\n| `" + names->text(0) + "` |"));
  }
  EXPECT_GT(tables, 10);
}

TEST_P(PostgresOutbox, another_version_of_the_schema_is_refused) {
  const int known = outbox::postgres_migrations().back().version;
  ASSERT_TRUE(connect()->execute("INSERT INTO schema_version VALUES (" + std::to_string(known + 1) +
                                 ", 'from the future')"));
  EXPECT_THAT(error_of(postgres_outbox(options(), clock_)).text, HasSubstr("более новой"));
  EXPECT_FALSE(migrate_postgres(options(), true));
  ASSERT_TRUE(
      connect()->execute("DELETE FROM schema_version WHERE version >= " + std::to_string(known)));
  EXPECT_THAT(error_of(postgres_outbox(options(), clock_)).text, HasSubstr("db migrate"));
  ASSERT_TRUE(connect()->execute("INSERT INTO schema_version VALUES (" + std::to_string(known) +
                                 ", 'as it was')"));
}

TEST_P(PostgresOutbox, a_database_without_tables_is_left_alone_when_it_must_not_be_made) {
  PostgresOptions fresh = options();
  fresh.schema = schema_for(directory_.path() + "/none");
  fresh.create = false;
  EXPECT_THAT(error_of(postgres_outbox(fresh, clock_)).text, HasSubstr("db migrate"));
}

TEST_P(PostgresOutbox, two_processes_may_make_the_tables_at_once) {
  PostgresOptions fresh = options();
  fresh.schema = schema_for(directory_.path() + "/both");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        const auto opened = postgres_outbox(fresh, clock_);
        EXPECT_TRUE(opened) << opened.error().describe();
      });
    }
  }
}

TEST_P(PostgresOutbox, a_server_that_may_lose_what_it_confirmed_is_refused) {
  PostgresOptions risky = options();
  risky.connection += " options='-c synchronous_commit=off'";
  const Error error = error_of(postgres_outbox(risky, clock_));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_EQ(error.retry, Retry::after_fix);
  EXPECT_THAT(error.text, HasSubstr("synchronous_commit"));
}

TEST_P(PostgresOutbox, options_are_judged_all_at_once_and_no_password_is_taken) {
  PostgresOptions wrong;
  wrong.connection = "postgresql://smev:secret@127.0.0.1/smev";
  wrong.schema = "Smev; DROP";
  wrong.lease = Duration(0);
  wrong.connections_max = 0;
  wrong.statement_timeout = Duration(0);
  const Error error = error_of(postgres_outbox(wrong, clock_));
  EXPECT_EQ(error.code, ErrorCode::config);
  EXPECT_EQ(error.fields.size(), 6u);
  EXPECT_THAT(error.describe(), ::testing::Not(HasSubstr("secret")));
  wrong.connection = "nonsense";
  EXPECT_EQ(error_of(postgres_outbox(wrong, clock_)).fields[0].field, "connection");
}

TEST_P(PostgresOutbox, no_server_is_an_error_that_passes) {
  PostgresOptions nowhere = options();
  nowhere.connection = "host=" + directory_.path() + " user=smev";
  const Error error = error_of(postgres_outbox(nowhere, clock_));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_EQ(error.retry, Retry::later);
  EXPECT_THAT(error.text, HasSubstr("Нет связи"));
}

}  // namespace
}  // namespace smev::outbox_test
