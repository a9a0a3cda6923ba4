#include "sdk/outbox/sqlite_outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/sqlite_schema.hpp"
#include "tests/unit/outbox/child_process.hpp"
#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

namespace fs = std::filesystem;
using outbox::SqliteDatabase;
using ::testing::HasSubstr;

constexpr const char* kPathVariable = "OUTBOX_TEST_PATH";
constexpr const char* kWriterVariable = "OUTBOX_TEST_WRITER";
constexpr const char* kSubmitter = "SqliteOutbox.DISABLED_submit_many";
constexpr int kSubmitted = 40;

Result<std::shared_ptr<Outbox>> open(const std::string& path) {
  return sqlite_outbox({.path = path}, system_clock());
}

NewUpdate numbered(const std::string& writer, int index) {
  NewUpdate update;
  update.order = {"TEST01", Contour::test, "shared"};
  update.type = "elk/status/1.0.2";
  update.payload = writer + " " + std::to_string(index);
  update.payload_digest = sha256_hex(update.payload);
  update.idempotency_key = update.payload;
  return update;
}

void submit_many(Outbox& outbox, const std::string& writer) {
  for (int i = 0; i < kSubmitted; ++i) {
    const auto submitted = outbox.submit(numbered(writer, i), {});
    ASSERT_TRUE(submitted) << submitted.error().describe();
  }
}

// Every sequence once, and each writer's updates in its own order.
void check_sequences(Outbox& outbox, std::int64_t expected) {
  const auto rows = outbox.list_updates({});
  ASSERT_TRUE(rows);
  std::set<std::int64_t> sequences;
  std::map<std::string, int> next_of_writer;
  for (const UpdateRow& row : *rows) {
    EXPECT_TRUE(sequences.insert(row.sequence).second) << "given twice: " << row.sequence;
    const std::size_t space = row.payload.find(' ');
    EXPECT_EQ(std::stoi(row.payload.substr(space)), next_of_writer[row.payload.substr(0, space)]++);
  }
  EXPECT_EQ(static_cast<std::int64_t>(sequences.size()), expected);
  EXPECT_EQ(*sequences.begin(), 1);
  EXPECT_EQ(*sequences.rbegin(), expected);
}

TEST(SqliteOutbox, DISABLED_submit_many) {
  const char* path = std::getenv(kPathVariable);
  const char* writer = std::getenv(kWriterVariable);
  ASSERT_TRUE(path != nullptr && writer != nullptr);
  auto outbox = open(path);
  ASSERT_TRUE(outbox) << outbox.error().describe();
  submit_many(**outbox, writer);
}

TEST(SqliteOutbox, processes_submit_to_one_order_while_a_dispatcher_runs) {
  TemporaryDirectory directory;
  const std::string path = directory.file("outbox.db");
  // The children race to make the database, too.
  std::vector<pid_t> children;
  for (const char* writer : {"a", "b", "c"}) {
    children.push_back(start_child(kSubmitter, {{kPathVariable, path}, {kWriterVariable, writer}}));
  }
  auto outbox = open(path);
  ASSERT_TRUE(outbox) << outbox.error().describe();
  const auto guard = (*outbox)->start_dispatching();
  ASSERT_TRUE(guard) << guard.error().describe();
  submit_many(**outbox, "d");
  EXPECT_LE((*outbox)->claim_updates(10, kLease)->size(), 1u);
  for (const pid_t child : children) {
    EXPECT_EQ(wait_for_child(child), 0);
  }
  check_sequences(**outbox, 4 * kSubmitted);
}

TEST(SqliteOutbox, threads_with_their_own_and_with_shared_stores_submit_to_one_order) {
  TemporaryDirectory directory;
  const std::string path = directory.file("outbox.db");
  auto first = open(path);
  auto second = open(path);
  ASSERT_TRUE(first && second);
  std::vector<std::thread> threads;
  const std::array<std::pair<Outbox*, const char*>, 4> writers = {
      {{first->get(), "a"}, {first->get(), "b"}, {second->get(), "c"}, {second->get(), "d"}}};
  for (const auto& [outbox, writer] : writers) {
    threads.emplace_back([outbox = outbox, writer = writer] { submit_many(*outbox, writer); });
  }
  for (std::thread& thread : threads) thread.join();
  check_sequences(**first, 4 * kSubmitted);
}

TEST(SqliteOutbox, a_dispatcher_in_another_store_object_is_seen) {
  TemporaryDirectory directory;
  auto first = open(directory.file("outbox.db"));
  auto second = open(directory.file("outbox.db"));
  ASSERT_TRUE(first && second);
  auto guard = (*first)->start_dispatching();
  ASSERT_TRUE(guard);
  EXPECT_EQ((*second)->start_dispatching().error().code, ErrorCode::store_busy);
  // The guard does not need its store.
  *first = nullptr;
  EXPECT_EQ((*second)->start_dispatching().error().code, ErrorCode::store_busy);
  *guard = nullptr;
  EXPECT_TRUE((*second)->start_dispatching());
}

TEST(SqliteOutbox, lies_in_one_file_with_its_folder_and_lock_beside_it) {
  TemporaryDirectory directory;
  {
    auto outbox = open(directory.file("outbox.db"));
    ASSERT_TRUE(outbox);
    ASSERT_TRUE((*outbox)->start_dispatching());
  }
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory.path())) {
    names.insert(entry.path().filename().string());
  }
  EXPECT_EQ(names,
            (std::set<std::string>{"outbox.db", "outbox.db.lock", "outbox.db.mark", "files"}));
  struct stat status {};
  ASSERT_EQ(::stat(directory.file("outbox.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0007, 0u) << "nobody else may read personal data";
}

TEST(SqliteOutbox, a_store_in_memory_leaves_nothing_behind) {
  std::string kept;
  {
    TemporaryDirectory directory;
    std::ofstream(directory.file("a")) << "content";
    auto outbox = open(":memory:");
    ASSERT_TRUE(outbox);
    const auto file = (*outbox)->keep_file(directory.file("a"));
    ASSERT_TRUE(file);
    kept = *(*outbox)->file_path(file->sha256);
    EXPECT_TRUE(fs::exists(kept));
  }
  EXPECT_FALSE(fs::exists(kept));
  EXPECT_FALSE(fs::exists(fs::path(kept).parent_path().parent_path().parent_path()));
}

TEST(SqliteOutbox, the_guard_of_a_store_in_memory_may_outlive_it) {
  auto outbox = open(":memory:");
  ASSERT_TRUE(outbox);
  auto guard = (*outbox)->start_dispatching();
  ASSERT_TRUE(guard);
  *outbox = nullptr;
  *guard = nullptr;
}

// --- guards

class SqliteOutboxGuards : public OutboxContract {
 protected:
  void take_away(const std::string& name) { fs::rename(path(name), path("elsewhere")); }
  void put_another(const std::string& name) {
    take_away(name);
    fs::copy(path("elsewhere"), path(name));
  }
  std::string path(const std::string& name) { return directory_.file(name); }

  template <class T>
  static void expect_refused(const Result<T>& result, const char* what) {
    ASSERT_FALSE(result) << what;
    EXPECT_EQ(result.error().code, ErrorCode::store) << what;
    EXPECT_THAT(result.error().text, HasSubstr("под работающей программой")) << what;
  }
};
INSTANTIATE_TEST_SUITE_P(File, SqliteOutboxGuards, ::testing::Values(all_stores()[0]),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(SqliteOutboxGuards, a_database_that_was_taken_away_is_noticed_by_every_call) {
  const UpdateId id = submit("a");
  take_away("outbox.db");
  expect_refused(outbox().claim_updates(10, kLease), "claim");
  expect_refused(outbox().submit(new_update("b"), {}), "submit");
  expect_refused(outbox().find_update(id), "find");
  fs::rename(path("elsewhere"), path("outbox.db"));
  EXPECT_EQ(claim_ids(), std::vector<UpdateId>{id}) << "back in its place";
}

TEST_P(SqliteOutboxGuards, an_acknowledgement_is_not_recorded_in_a_file_that_lost_its_name) {
  const UpdateId id = submit("a");
  const Uuid message = send_one();
  const RecordedAnswer recorded = deliver(message, id);
  put_another("outbox.db");
  expect_refused(outbox().mark_acknowledged({recorded.id}), "acknowledge");
  expect_refused(testing::record_answer(outbox(), answer_to(message)), "answer");
}

TEST_P(SqliteOutboxGuards, a_log_that_was_taken_away_keeps_nothing) {
  submit("a");
  take_away("outbox.db-wal");
  expect_refused(outbox().submit(new_update("b"), {}), "submit");
}

TEST_P(SqliteOutboxGuards, a_dispatcher_whose_lock_was_replaced_stops) {
  const UpdateId id = submit("a");
  auto guard = outbox().start_dispatching();
  ASSERT_TRUE(guard);
  put_another("outbox.db.lock");
  expect_refused(outbox().claim_updates(10, kLease), "claim");
  expect_refused(outbox().start_attempts(10, kLease), "start");
  *guard = nullptr;
  EXPECT_TRUE(outbox().find_update(id)) << "who does not dispatch needs no lock";
}

TEST_P(SqliteOutboxGuards, a_database_that_is_gone_is_not_begun_anew) {
  submit("a");
  reopen();
  for (const char* name : {"outbox.db", "outbox.db-wal"}) fs::remove(path(name));
  const Error error = error_of(open(path("outbox.db")));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr(".mark"));
  fs::remove(path("outbox.db.mark"));
  EXPECT_TRUE(open(path("outbox.db"))) << "unless somebody says so";
}

// --- after an unclean end

TEST_P(SqliteOutboxGuards, the_whole_file_is_looked_at_after_an_unclean_end_alone) {
  for (int i = 0; i < 20; ++i) submit("a");
  reopen();
  auto& store = dynamic_cast<outbox::SqliteOutbox&>(outbox());
  { ASSERT_TRUE(store.start_dispatching()); }
  EXPECT_EQ(store.whole_check(), nullptr);
  std::ofstream(path("outbox.db.lock")) << '+';  // as a killed dispatcher leaves it
  auto guard = store.start_dispatching();
  ASSERT_TRUE(guard);
  ASSERT_NE(store.whole_check(), nullptr);
  store.whole_check()->wait();
  EXPECT_TRUE(store.whole_check()->verdict());
  EXPECT_EQ(store.whole_check()->pages_checked(), fs::file_size(path("outbox.db")) / 4096);
  EXPECT_EQ(claim_ids().size(), 1u);
  *guard = nullptr;
  EXPECT_EQ(fs::file_size(path("outbox.db.lock")), 0u);
}

TEST_P(SqliteOutboxGuards, damage_that_nobody_has_read_stops_the_work) {
  NewUpdate large = new_update("a");
  large.payload = std::string(50'000, 'x');
  submit(large);
  reopen();
  auto& store = dynamic_cast<outbox::SqliteOutbox&>(outbox());
  {
    auto database = SqliteDatabase::open(path("outbox.db"), seconds(1));
    ASSERT_TRUE((*database)->number("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  {
    // Through one handle more this process would lose its locks, which nobody else wants here.
    std::fstream file(path("outbox.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-3000, std::ios::end);
    file.put('!');
  }
  std::ofstream(path("outbox.db.lock")) << '+';
  auto guard = store.start_dispatching();
  ASSERT_TRUE(guard) << guard.error().describe();
  store.whole_check()->wait();
  const Error error = error_of(store.stats());
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr("Проверка после сбоя"));
  EXPECT_EQ(error_of(store.submit(new_update("b"), {})).code, ErrorCode::store);
  // However this one ends, the next one finds out too; a migration between the two forgives
  // nothing.
  *guard = nullptr;
  static_cast<void>(migrate_sqlite({.path = path("outbox.db")}, false));
  reopen();
  auto& next = dynamic_cast<outbox::SqliteOutbox&>(outbox());
  guard = next.start_dispatching();
  ASSERT_NE(next.whole_check(), nullptr);
  next.whole_check()->wait();
  EXPECT_FALSE(next.whole_check()->verdict());
}

// --- a full disk

TEST_P(SqliteOutboxGuards, a_full_disk_is_said_clearly_and_forgotten_when_there_is_room) {
  const UpdateId id = submit("a");
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  struct rlimit full = before;
  full.rlim_cur = fs::file_size(path("outbox.db-wal"));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  NewUpdate large = new_update("b");
  large.payload = std::string(100'000, 'x');
  const auto refused = outbox().submit(large, {});
  const auto still_there = outbox().find_update(id);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, ignored);

  const Error error = error_of(refused);
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_EQ(error.retry, Retry::later);
  EXPECT_THAT(error.text, HasSubstr("На диске нет места"));
  EXPECT_TRUE(still_there);
  EXPECT_TRUE(outbox().submit(large, {})) << "with room again";
  EXPECT_EQ(claim_ids().size(), 2u);
}

// --- what is no outbox

TEST(SqliteOutbox, refuses_a_path_that_leads_nowhere) {
  EXPECT_EQ(open("").error().code, ErrorCode::config);
  EXPECT_EQ(open("/no/such/directory/outbox.db").error().code, ErrorCode::io);
}

TEST(SqliteOutbox, refuses_a_database_of_something_else_and_leaves_it_as_it_was) {
  TemporaryDirectory directory;
  const std::string path = directory.file("other.db");
  {
    auto other = SqliteDatabase::open(path, seconds(1));
    ASSERT_TRUE((*other)->execute("CREATE TABLE notes (text)"));
  }
  const std::string before = *read_file(path);
  const Error error = error_of(open(path));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr("другой программы"));
  EXPECT_EQ(*read_file(path), before);
}

TEST(SqliteOutbox, refuses_a_schema_version_that_it_does_not_know_and_leaves_it_as_it_was) {
  for (const std::int64_t version : {outbox::kSchemaVersion + 1, outbox::kSchemaVersion - 1}) {
    TemporaryDirectory directory;
    const std::string path = directory.file("outbox.db");
    ASSERT_TRUE(open(path));
    {
      auto database = SqliteDatabase::open(path, seconds(1));
      ASSERT_TRUE((*database)->execute("PRAGMA user_version = " + std::to_string(version)));
    }
    const std::string before = *read_file(path);
    const Error error = error_of(open(path));
    EXPECT_EQ(error.code, ErrorCode::store);
    EXPECT_THAT(error.text, HasSubstr("версией программы"));
    EXPECT_EQ(*read_file(path), before);
  }
}

TEST(SqliteOutbox, refuses_a_file_that_is_no_database) {
  TemporaryDirectory directory;
  const std::string path = directory.file("outbox.db");
  std::ofstream(path) << std::string(8192, 'x');
  const Error error = error_of(open(path));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr("повреждён"));
}

TEST(SqliteOutbox, is_the_same_store_through_a_link_to_it) {
  TemporaryDirectory directory;
  const std::string path = directory.file("outbox.db");
  const auto direct = open(path);
  ASSERT_TRUE(direct);
  const auto guard = (*direct)->start_dispatching();
  ASSERT_TRUE(guard);
  fs::create_directory(directory.file("elsewhere"));
  const std::string link = directory.file("elsewhere/alias.db");
  fs::create_symlink(path, link);
  const auto linked = open(link);
  ASSERT_TRUE(linked) << linked.error().describe();
  ASSERT_TRUE((*linked)->submit(numbered("link", 1), {}));
  EXPECT_EQ((*direct)->stats()->queued, 1);
  EXPECT_EQ(error_of((*linked)->start_dispatching()).code, ErrorCode::store_busy);
  EXPECT_EQ(error_of(migrate_sqlite({.path = link}, false)).code, ErrorCode::store_busy);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.file("elsewhere")), {}), 1);
}

TEST(SqliteOutbox, takes_an_empty_file_as_a_new_store) {
  TemporaryDirectory directory;
  std::ofstream(directory.file("outbox.db")).flush();
  EXPECT_TRUE(open(directory.file("outbox.db")));
}

// --- damage

class SqliteOutboxDamage : public OutboxContract {
 protected:
  void break_row(const std::string& sql) {
    auto database = SqliteDatabase::open(directory_.file("outbox.db"), seconds(1));
    ASSERT_TRUE(database);
    const auto done = (*database)->execute(sql);
    ASSERT_TRUE(done) << done.error().describe();
  }
};
constexpr const char* kOtherAnswer =
    "DROP TRIGGER answer_bodies_are_kept; UPDATE answer_bodies SET raw = x'00'";

INSTANTIATE_TEST_SUITE_P(File, SqliteOutboxDamage, ::testing::Values(all_stores()[0]),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(SqliteOutboxDamage, a_message_whose_octets_changed_is_not_sent) {
  const UpdateId update = submit("a");
  const Uuid id = freeze_one();
  break_row(
      "DROP TRIGGER message_bodies_are_frozen;"
      "UPDATE message_bodies SET body = CAST('x' || CAST(body AS TEXT) AS BLOB)");
  const Error error = error_of(outbox().start_attempts(10, kLease));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr(id.text()));
  EXPECT_THAT(*outbox().attempts_of(id), ::testing::IsEmpty());
  EXPECT_EQ(error_of(outbox().messages_of(update)).code, ErrorCode::store) << "nor shown";
}

TEST_P(SqliteOutboxDamage, an_answer_whose_octets_changed_is_not_told) {
  const UpdateId id = submit("a");
  const Uuid message = send_one();
  deliver(message, id);
  break_row(kOtherAnswer);
  const Error error = error_of(outbox().answers_to(message));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr("повреждён"));
  EXPECT_EQ(error_of(outbox().unacknowledged()).code, ErrorCode::store);
}

TEST_P(SqliteOutboxDamage, a_check_finds_what_was_changed_behind_its_back) {
  const UpdateId first = submit("a");
  submit("a");
  deliver(send_one(), first);
  send_one();
  ASSERT_TRUE(outbox().check_store(false)->sound());
  const auto breaks = std::to_array<std::pair<const char*, const char*>>({
      {"DROP TRIGGER message_bodies_are_frozen; UPDATE message_bodies SET body = x'00' "
       "WHERE message = 1",
       "message"},
      {"DELETE FROM message_bodies WHERE message = 2", "gone"},
      {kOtherAnswer, "answer answer-1"},
      {"UPDATE orders SET next_sequence = 2", "order 1"},
      {"UPDATE messages SET waiting = 0", "update 2"},
  });
  std::size_t found = 0;
  for (const auto& [sql, fault] : breaks) {
    break_row(sql);
    const auto check = outbox().check_store(false);
    ASSERT_TRUE(check) << check.error().describe();
    EXPECT_EQ(check->faults.size(), ++found) << sql;
    EXPECT_THAT(check->faults, ::testing::Contains(HasSubstr(fault))) << sql;
  }
}

TEST_P(SqliteOutboxDamage, a_check_finds_an_order_whose_head_was_lost) {
  submit("a");
  break_row("UPDATE updates SET head = 0");
  EXPECT_THAT(outbox().check_store(false)->faults,
              ::testing::ElementsAre(HasSubstr("order 1: it has open updates and no head")));
}

TEST_P(SqliteOutboxDamage, beside_another_outbox_no_file_is_removed) {
  const auto kept = outbox().keep_file(write_file("result.pdf", "result"));
  NewUpdate given = new_update("a");
  given.files = {*kept};
  const UpdateId id = submit(given);
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::cancelled, "op", "причина"));
  advance(hours(25));
  fs::last_write_time(*outbox().file_path(kept->sha256),
                      fs::file_time_type::clock::now() - hours(48));
  // It was only submitted to: nobody has dispatched from it yet.
  ASSERT_TRUE(
      (*sqlite_outbox({.path = directory_.file("other.db")}, clock_))->submit(new_update("b"), {}));
  ASSERT_FALSE(fs::exists(directory_.file("other.db.lock")));
  const auto pruned = outbox().prune({.settled_before = now(), .who = "op", .reason = "причина"});
  ASSERT_TRUE(pruned) << pruned.error().describe();
  EXPECT_EQ(pruned->updates, 1);
  EXPECT_TRUE(pruned->files_kept);
  EXPECT_TRUE(outbox().file_path(kept->sha256));
}

TEST_P(SqliteOutboxDamage, the_database_itself_refuses_to_change_a_frozen_body_or_the_audit) {
  const UpdateId id = submit("a");
  freeze_one();
  finish(start_one(), MessageEvent::refused);
  ASSERT_TRUE(outbox().decide(id, UpdateEvent::skipped, "op", "причина"));
  auto database = SqliteDatabase::open(directory_.file("outbox.db"), seconds(1));
  EXPECT_FALSE((*database)->execute("UPDATE message_bodies SET body = x'00'"));
  EXPECT_FALSE((*database)->execute("UPDATE audit SET who = 'somebody else'"));
  EXPECT_FALSE((*database)->execute("DELETE FROM audit"));
}

TEST_P(SqliteOutboxDamage, a_row_that_cannot_be_read_is_damage_and_not_a_guess) {
  const UpdateId id = submit("a");
  break_row("UPDATE updates SET not_before = 'soon'");
  EXPECT_EQ(error_of(outbox().find_update(id)).code, ErrorCode::store);
  break_row("UPDATE updates SET not_before = ''");
  EXPECT_TRUE(outbox().find_update(id));
}

TEST_P(SqliteOutboxDamage, a_state_that_does_not_exist_cannot_be_written) {
  submit("a");
  auto database = SqliteDatabase::open(directory_.file("outbox.db"), seconds(1));
  for (const char* sql : {"UPDATE updates SET state = 'retry'", "UPDATE updates SET head = 2",
                          "UPDATE updates SET state = 'held'", "UPDATE updates SET state = 7",
                          "UPDATE updates SET state = 'delivered'",
                          "UPDATE updates SET state = 'in_flight', head = 0"}) {
    EXPECT_FALSE((*database)->execute(sql)) << sql;
  }
}

TEST_P(SqliteOutboxDamage, a_full_disk_loses_nothing_that_was_promised) {
  const UpdateId id = submit("a");
  // SQLite's own limit of pages is met in the same place as the end of a disk; it belongs to a
  // connection, so the store's own is used here.
  auto database = SqliteDatabase::open(directory_.file("outbox.db"), seconds(1));
  ASSERT_TRUE((*database)->make_durable());
  const auto pages = (*database)->number("PRAGMA page_count");
  ASSERT_TRUE((*database)->number("PRAGMA max_page_count = " + std::to_string(**pages)));
  auto files = outbox::KeptFiles::open(directory_.file("files"), 100);
  outbox::SqliteOutbox full({directory_.file("outbox.db"), "", "", "", nullptr}, {},
                            std::move(*database), std::move(*files), clock_);
  NewUpdate large = new_update("b");
  large.payload = std::string(1'000'000, 'x');
  const Error error = error_of(full.submit(large, {}));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr("На диске нет места"));
  EXPECT_FALSE(outbox().find_order(order("b"))->has_value());
  EXPECT_EQ(state(id), UpdateState::queued);
  EXPECT_TRUE(outbox().submit(large, {})) << "with room again";
}

}  // namespace
}  // namespace smev::outbox_test
