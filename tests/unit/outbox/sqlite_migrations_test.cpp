// sdk/outbox/sqlite_migrations.cpp

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/sqlite_schema.hpp"
#include "tests/unit/outbox/contract.hpp"
#include "tests/unit/outbox/tables_of_version_2.hpp"

namespace smev::outbox_test {
namespace {

namespace fs = std::filesystem;
using outbox::SqliteDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Three orders: one delivered and one that waits, one held by an answer, one held before any
// message; and a body, an attempt, an answer and a decision.
constexpr const char* kRows = R"sql(
INSERT INTO orders (id, sender, contour, number, next_sequence) VALUES
  (1, 'TEST01', 'test', 'a', 3), (2, 'TEST01', 'test', 'b', 3), (3, 'TEST01', 'test', 'c', 2);
INSERT INTO updates (id, order_id, sequence, state, head, hold_reason, submitted_at, settled_at,
    type, payload, mark) VALUES
  (1, 1, 1, 'delivered', 0, 'none', '2026-01-01T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z',
   't', 'first', 'mark'),
  (2, 1, 2, 'queued', 1, 'none', '2026-01-03T00:00:00.000000Z', '', 't', 'second', ''),
  (3, 2, 1, 'held', 1, 'refused', '2026-01-01T00:00:00.000000Z', '', 't', 'third', ''),
  (4, 2, 2, 'queued', 0, 'none', '2026-01-01T00:00:00.000000Z', '', 't', 'fourth', ''),
  (7, 3, 1, 'held', 1, 'deadline', '2026-01-05T00:00:00.000000Z', '', 't', 'fifth', '');
INSERT INTO idempotency_keys VALUES ('TEST01', 'test', 'digest:d1', 'd1', 1, 1),
  ('TEST01', 'test', 'key of the third', 'd3', 3, 1);
INSERT INTO files VALUES (2, 0, '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 3);
INSERT INTO messages (id, message_id, state, waiting, content_type, body_sha256, schema_version,
    attempts, frozen_at, answered_at) VALUES
  (1, '11111111-1111-1111-8111-111111111111', 'answered', 0, 'text/xml',
   'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', '1.2', 1,
   '2026-01-01T00:00:01.000000Z', '2026-01-04T00:00:00.000000Z');
INSERT INTO message_bodies VALUES (1, x'616263');
INSERT INTO message_items (message, position, update_id, is_create) VALUES (1, 0, 3, 1);
INSERT INTO attempts (message, attempt, started, ended, outcome) VALUES
  (1, 1, '2026-01-01T00:00:02.000000Z', '2026-01-01T00:00:03.000000Z', 'accepted');
INSERT INTO answers (id, message_id, original_message_id, kind, content_type, raw_sha256, verdicts,
    verified, stray, settled, note, received, raw) VALUES
  (1, 'answer', '11111111-1111-1111-8111-111111111111', 'primary', 'text/xml',
   'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', '[]', 1, 0, 1, '',
   '2026-01-04T00:00:00.000000Z', x'616263');
INSERT INTO audit (at, who, action, update_id, order_id, sequence, reason) VALUES
  ('2026-01-01T00:00:00.000000Z', 'op', 'requeued', 3, 2, 1, 'why');
)sql";

class SqliteMigrations : public OutboxContract {
 protected:
  [[nodiscard]] SqliteOptions old() const { return {.path = directory_.file("old.db")}; }
  void make_old(std::int64_t version = 2) {
    auto database = SqliteDatabase::open(old().path, seconds(1));
    ASSERT_TRUE(database);
    for (const std::string& sql :
         {std::string(kTablesOfVersion2), std::string(kRows),
          "PRAGMA application_id = " + std::to_string(outbox::kApplicationId) +
              "; PRAGMA user_version = " + std::to_string(version)}) {
      const auto done = (*database)->execute(sql);
      ASSERT_TRUE(done) << done.error().describe();
    }
  }
  /// SQLite puts a column that is added later on the line of the one before.
  static std::string on_one_line(const std::string& text) {
    return std::regex_replace(text, std::regex("\\s+"), " ");
  }
  static std::set<std::string> checks_in(const std::string& table) {
    std::set<std::string> checks;
    for (auto at = table.find("CHECK ("); at != std::string::npos;
         at = table.find("CHECK (", at + 1)) {
      int depth = 0;
      auto end = table.find('(', at);
      do {
        if (table[end] == '(') ++depth;
        if (table[end] == ')') --depth;
      } while (++end < table.size() && depth > 0);
      checks.insert(table.substr(at, end - at));
    }
    return checks;
  }
  /// Columns, checks, indexes and triggers of a file, however they came about.
  static std::set<std::string> shape(const std::string& path) {
    std::set<std::string> shape;
    auto database = SqliteDatabase::open(path, seconds(1));
    auto columns = (*database)->query(
        "SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || "
        "coalesce(c.dflt_value, '') || ' ' || c.pk FROM sqlite_schema t, "
        "pragma_table_info(t.name) c WHERE t.type = 'table'");
    while (*columns->next()) shape.insert(columns->text(0));
    auto objects = (*database)->query(
        "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema "
        "WHERE type IN ('index', 'trigger')");
    while (*objects->next()) shape.insert(objects->text(0));
    auto tables = (*database)->query("SELECT name, sql FROM sqlite_schema WHERE type = 'table'");
    while (*tables->next()) {
      for (const std::string& check : checks_in(on_one_line(tables->text(1)))) {
        shape.insert(tables->text(0) + " " + check);
      }
      if (tables->text(1).find("AUTOINCREMENT") != std::string::npos) {
        shape.insert(tables->text(0) + " AUTOINCREMENT");
      }
    }
    return shape;
  }
};
INSTANTIATE_TEST_SUITE_P(File, SqliteMigrations, ::testing::Values(all_stores()[0]),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(SqliteMigrations, an_older_database_is_refused_and_told_how_to_go_on) {
  make_old();
  const Error error = error_of(sqlite_outbox(old(), clock_));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr("smev-send db migrate"));
}

TEST_P(SqliteMigrations, everything_is_there_afterwards_and_the_work_goes_on) {
  make_old();
  const auto migrated = migrate_sqlite(old(), false);
  ASSERT_TRUE(migrated) << migrated.error().describe();
  EXPECT_EQ(migrated->from, 2);
  EXPECT_EQ(migrated->to, outbox::kSchemaVersion);
  const auto store = sqlite_outbox(old(), clock_);
  ASSERT_TRUE(store) << store.error().describe();
  // Its file was never there.
  EXPECT_THAT((*store)->check_store(true)->faults, ElementsAre(HasSubstr("file 0123")));
  EXPECT_EQ((*(*store)->find_update(1))->payload, "first");
  EXPECT_EQ(to_utc_text(*(*(*store)->find_update(3))->held_since), "2026-01-04T00:00:00.000000Z")
      << "when it was answered";
  EXPECT_EQ(to_utc_text(*(*(*store)->find_update(7))->held_since), "2026-01-05T00:00:00.000000Z")
      << "nothing but its submission is known";
  EXPECT_EQ((*store)->messages_of(3)->at(0).body, "abc");
  EXPECT_EQ((*store)->answers_to((*store)->messages_of(3)->at(0).message_id)->at(0).raw, "abc");
  EXPECT_EQ((*store)->audit_of(3)->size(), 1u);
  EXPECT_EQ((*store)->find_order(order("a"))->value().last_mark, "");
  const auto claims = (*store)->claim_updates(10, kLease);
  ASSERT_TRUE(claims);
  ASSERT_EQ(claims->size(), 1u);
  EXPECT_EQ(claims->at(0).update.id, 2);
  EXPECT_EQ((*store)->submit(new_update("d"), {})->id, 8) << "ids are never given twice";
}

TEST_P(SqliteMigrations, a_repeat_is_still_known_by_its_key_or_its_content) {
  make_old();
  ASSERT_TRUE(migrate_sqlite(old(), false));
  const auto store = sqlite_outbox(old(), clock_);
  ASSERT_TRUE(store) << store.error().describe();
  NewUpdate first = new_update("a");
  first.payload_digest = "d1";
  first.idempotency_key.clear();
  EXPECT_EQ((*store)->submit(first, {})->id, 1);
  NewUpdate third = new_update("b");
  third.payload_digest = "d3";
  third.idempotency_key = "key of the third";
  EXPECT_EQ((*store)->submit(third, {})->id, 3);
  third.idempotency_key.clear();
  EXPECT_FALSE((*store)->submit(third, {})->duplicate) << "it had a key";
}

TEST_P(SqliteMigrations, a_program_of_another_version_does_not_go_on_writing) {
  const auto store = sqlite_outbox(old(), clock_);
  ASSERT_TRUE(store) << store.error().describe();
  ASSERT_TRUE((*store)->submit(new_update("a"), {}));
  auto beside = SqliteDatabase::open(old().path, seconds(1));
  ASSERT_TRUE(beside);
  EXPECT_FALSE((*beside)->execute(
      "INSERT INTO idempotency_keys VALUES ('TEST01', 'test', 'digest:d', 'd', 1, 1)"))
      << "as version 3 wrote them";
  ASSERT_TRUE(
      (*beside)->execute("PRAGMA user_version = " + std::to_string(outbox::kSchemaVersion + 1)));
  const Error error = error_of((*store)->submit(new_update("b"), {}));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr("более новой версией"));
}

// More than SQLite's cache holds: it writes pages in another order than that of the file.
TEST_P(SqliteMigrations, a_large_base_of_an_older_version_is_copied_and_migrated_whole) {
  constexpr std::int64_t kUpdates = 400;
  for (const char* mode : {"WAL", "DELETE"}) {
    fs::remove(old().path);
    make_old();
    {
      auto database = SqliteDatabase::open(old().path, seconds(1));
      ASSERT_TRUE((*database)->execute(std::string("PRAGMA journal_mode = ") + mode));
      const auto done = (*database)->execute(
          "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 409) "
          "INSERT INTO updates (id, order_id, sequence, state, head, submitted_at, type, payload) "
          "SELECT i, 3, i, 'queued', 0, '2026-01-01T00:00:00.000000Z', 't', "
          "i || ' ' || hex(zeroblob(7500)) FROM n;"
          "UPDATE orders SET next_sequence = 410 WHERE id = 3");
      ASSERT_TRUE(done) << done.error().describe();
    }
    const std::string copy = directory_.file(std::string("copy 100%#?") + mode);
    const auto made = back_up_sqlite(old(), copy);
    ASSERT_TRUE(made) << made.error().describe();
    for (const std::string& path : {copy, old().path}) {
      const auto migrated = migrate_sqlite({.path = path}, false);
      ASSERT_TRUE(migrated) << migrated.error().describe();
      const auto store = sqlite_outbox({.path = path}, clock_);
      ASSERT_TRUE(store) << store.error().describe();
      EXPECT_THAT((*store)->check_store(false)->faults, ElementsAre(HasSubstr("file 0123")))
          << path;
      EXPECT_EQ((*store)->stats()->queued, kUpdates + 2) << path;
      auto database = SqliteDatabase::open(path, seconds(1));
      EXPECT_EQ(*(*database)->number("SELECT count(*) FROM updates WHERE id >= 10 AND payload = "
                                     "id || ' ' || hex(zeroblob(7500))"),
                kUpdates)
          << path;
    }
  }
}

TEST_P(SqliteMigrations, the_tables_are_those_of_a_new_database) {
  make_old();
  ASSERT_TRUE(migrate_sqlite(old(), false));
  EXPECT_EQ(shape(old().path), shape(directory_.file("outbox.db")));
}

// A list of more than two values is a table in memory for each row that is written.
TEST_P(SqliteMigrations, a_row_is_written_without_tables_in_memory) {
  auto database = SqliteDatabase::open(directory_.file("outbox.db"), seconds(1));
  for (const char* sql :
       {"INSERT INTO orders (sender, contour, number) VALUES ('s', 'test', 'n')",
        "INSERT INTO updates (order_id, sequence, state, head, submitted_at, type, payload) "
        "VALUES (1, 1, 'queued', 1, 'now', 't', 'p')",
        "UPDATE updates SET state = 'in_flight', settled_at = '', forced_kind = 'none', head = 1",
        "INSERT INTO messages (message_id, state, content_type, body_sha256, schema_version, "
        "frozen_at) VALUES ('m', 'frozen', 't', 'h', 'v', 'now')",
        "UPDATE messages SET state = 'sending', waiting = 1"}) {
    auto plan = (*database)->query(std::string("EXPLAIN ") + sql);
    ASSERT_TRUE(plan) << plan.error().describe();
    while (*plan->next()) EXPECT_NE(plan->text(1), "OpenEphemeral") << sql;
  }
}

TEST_P(SqliteMigrations, a_dry_run_tells_the_statements_and_changes_nothing) {
  make_old();
  const std::string before = *read_file(old().path);
  const auto told = migrate_sqlite(old(), true);
  ASSERT_TRUE(told);
  EXPECT_THAT(told->sql, HasSubstr("ALTER TABLE messages ADD COLUMN"));
  EXPECT_EQ(*read_file(old().path), before);
}

TEST_P(SqliteMigrations, what_is_new_enough_needs_nothing) {
  const auto told = migrate_sqlite({.path = directory_.file("outbox.db")}, false);
  ASSERT_TRUE(told) << told.error().describe();
  EXPECT_EQ(told->sql, "");
  EXPECT_EQ(told->from, told->to);
}

TEST_P(SqliteMigrations, what_no_step_leads_from_is_refused) {
  make_old(1);
  EXPECT_THAT(error_of(migrate_sqlite(old(), false)).text, HasSubstr("слишком старая"));
  auto database = SqliteDatabase::open(old().path, seconds(1));
  ASSERT_TRUE((*database)->execute("PRAGMA user_version = 99"));
  EXPECT_THAT(error_of(migrate_sqlite(old(), true)).text, HasSubstr("более новой"));
  EXPECT_EQ(error_of(migrate_sqlite({.path = directory_.file("absent.db")}, true)).code,
            ErrorCode::store);
}

TEST_P(SqliteMigrations, nobody_may_dispatch_meanwhile) {
  const auto guard = outbox().start_dispatching();
  ASSERT_TRUE(guard);
  EXPECT_EQ(error_of(migrate_sqlite({.path = directory_.file("outbox.db")}, false)).code,
            ErrorCode::store_busy);
}

TEST_P(SqliteMigrations, a_step_that_fails_leaves_the_old_tables) {
  make_old();
  {
    auto database = SqliteDatabase::open(old().path, seconds(1));
    ASSERT_TRUE((*database)->execute("CREATE TABLE updates_of_version_2 (x)"));
  }
  EXPECT_EQ(error_of(migrate_sqlite(old(), false)).code, ErrorCode::store);
  auto database = SqliteDatabase::open(old().path, seconds(1));
  EXPECT_EQ(*(*database)->number("PRAGMA user_version"), 2);
  EXPECT_EQ(*(*database)->number("SELECT count(*) FROM updates"), 5);
}

}  // namespace
}  // namespace smev::outbox_test
