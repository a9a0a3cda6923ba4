#include "sdk/outbox/sqlite_outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
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
  EXPECT_EQ(names, (std::set<std::string>{"outbox.db", "outbox.db.lock", "files"}));
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
    EXPECT_THAT(error.text, HasSubstr("другой версией"));
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
INSTANTIATE_TEST_SUITE_P(File, SqliteOutboxDamage, ::testing::Values(all_stores()[0]),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(SqliteOutboxDamage, a_message_whose_octets_changed_is_not_sent) {
  submit("a");
  const Uuid id = freeze_one();
  break_row(
      "DROP TRIGGER message_bodies_are_frozen;"
      "UPDATE message_bodies SET body = CAST('x' || CAST(body AS TEXT) AS BLOB)");
  const Error error = error_of(outbox().start_attempts(10, kLease));
  EXPECT_EQ(error.code, ErrorCode::store);
  EXPECT_THAT(error.text, HasSubstr(id.text()));
  EXPECT_THAT(*outbox().attempts_of(id), ::testing::IsEmpty());
  EXPECT_EQ(message_state(id), MessageState::frozen);
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
  outbox::SqliteOutbox full({directory_.file("outbox.db"), "", "", nullptr}, std::move(*database),
                            std::move(*files), clock_);
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
