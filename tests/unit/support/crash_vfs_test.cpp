#include "tests/support/crash_vfs.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/support/surviving_octets.hpp"
#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::testing {
namespace {

class CrashVfsTest : public ::testing::Test {
 protected:
  ~CrashVfsTest() override { close(); }

  void open() {
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database_), SQLITE_OK);
    sqlite3_extended_result_codes(database_, 1);
  }
  void close() {
    sqlite3_close(database_);
    database_ = nullptr;
  }
  int run(const std::string& sql) {
    return sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  }
  // As a store does it: the file and its name first, then a log that is synced.
  void make(const std::string& synchronous) {
    std::ofstream(path_).flush();
    open();
    ASSERT_EQ(run("PRAGMA journal_mode = WAL"), SQLITE_OK);
    ASSERT_EQ(run("PRAGMA synchronous = " + synchronous), SQLITE_OK);
    ASSERT_EQ(run("CREATE TABLE t (v)"), SQLITE_OK);
    ASSERT_EQ(run("PRAGMA wal_checkpoint(TRUNCATE)"), SQLITE_OK);
  }
  void restart(Survival survival, std::uint64_t seed = 1) {
    power_.cut_now();
    close();
    vfs_.restart(survival, seed);
    open();
  }
  // Nothing: it cannot be read.
  std::optional<std::int64_t> count() {
    sqlite3_stmt* statement = nullptr;
    std::optional<std::int64_t> rows;
    if (sqlite3_prepare_v2(database_, "SELECT count(*) FROM t", -1, &statement, nullptr) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
      rows = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return rows;
  }

  outbox_test::TemporaryDirectory directory_;
  std::string path_ = directory_.file("a.db");
  Power power_;
  CrashVfs vfs_{power_};
  sqlite3* database_ = nullptr;
};

TEST_F(CrashVfsTest, keeps_what_was_synced) {
  make("FULL");
  ASSERT_EQ(run("INSERT INTO t VALUES (1)"), SQLITE_OK);
  for (const Survival survival :
       {Survival::nothing, Survival::everything, Survival::some, Survival::torn}) {
    restart(survival);
    EXPECT_EQ(count(), 1);
  }
}

TEST_F(CrashVfsTest, forgets_a_file_whose_name_was_not_synced) {
  open();
  ASSERT_EQ(run("PRAGMA journal_mode = OFF"), SQLITE_OK);
  ASSERT_EQ(run("CREATE TABLE t (v)"), SQLITE_OK);
  restart(Survival::nothing);
  EXPECT_EQ(count(), std::nullopt);
}

TEST_F(CrashVfsTest, forgets_a_commit_that_was_not_synced) {
  for (const char* synchronous : {"OFF", "NORMAL"}) {
    make(synchronous);
    ASSERT_EQ(run("INSERT INTO t VALUES (1)"), SQLITE_OK);
    EXPECT_EQ(count(), 1);
    restart(Survival::nothing);
    EXPECT_NE(count(), 1) << synchronous << ": acknowledged, and there after all";
    close();
    std::filesystem::remove(path_);
    std::filesystem::remove(path_ + "-wal");
  }
}

TEST_F(CrashVfsTest, may_keep_a_commit_that_was_not_synced) {
  make("NORMAL");
  ASSERT_EQ(run("INSERT INTO t VALUES (1)"), SQLITE_OK);
  restart(Survival::everything);
  EXPECT_EQ(count(), 1);
}

TEST_F(CrashVfsTest, a_disk_that_lies_about_syncs_loses_a_commit) {
  make("FULL");
  vfs_.lie_about_syncs(SyncLies::log);
  ASSERT_EQ(run("INSERT INTO t VALUES (1)"), SQLITE_OK);
  restart(Survival::nothing);
  EXPECT_EQ(count(), 0);
}

TEST_F(CrashVfsTest, brings_back_a_journal_whose_end_was_not_synced) {
  open();  // with synchronous=FULL SQLite does not sync the directory after its journal has gone
  ASSERT_EQ(run("CREATE TABLE t (v)"), SQLITE_OK);
  EXPECT_EQ(count(), 0);
  restart(Survival::nothing);
  EXPECT_EQ(count(), std::nullopt);
}

TEST_F(CrashVfsTest, brings_back_a_log_whose_end_was_not_synced) {
  make("FULL");
  ASSERT_EQ(run("INSERT INTO t VALUES (1)"), SQLITE_OK);
  close();  // takes the log away
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
  restart(Survival::nothing);
  EXPECT_TRUE(std::filesystem::exists(path_ + "-wal"));
  EXPECT_EQ(count(), 1);
}

TEST_F(CrashVfsTest, the_power_can_go_at_every_operation_of_a_commit) {
  make("FULL");
  std::uint64_t cut = 0;
  std::int64_t rows = 0;
  for (;; ++rows) {
    power_.cut_at(++cut);
    if (run("INSERT INTO t VALUES (1)") == SQLITE_OK) break;
    EXPECT_EQ(count(), std::nullopt) << "without power nothing can be read";
    restart(Survival::nothing, cut);
    EXPECT_EQ(count(), rows) << cut;
    ASSERT_EQ(run("INSERT INTO t VALUES (2)"), SQLITE_OK);
  }
  EXPECT_EQ(count(), rows + 1);
  EXPECT_GT(cut, 3u) << "frame, page and sync at least";
  EXPECT_GT(vfs_.writes(), 0u);
  EXPECT_GT(vfs_.syncs(), 0u);
}

TEST_F(CrashVfsTest, a_bad_sector_fails_once) {
  make("FULL");
  vfs_.fail_at(1);
  EXPECT_EQ(run("INSERT INTO t VALUES (1)") & 0xff, SQLITE_IOERR);
  EXPECT_EQ(run("INSERT INTO t VALUES (1)"), SQLITE_OK);
  EXPECT_EQ(count(), 1);
}

TEST_F(CrashVfsTest, a_full_disk_refuses_until_there_is_room) {
  make("FULL");
  vfs_.fill_up_at(2);
  EXPECT_EQ(run("INSERT INTO t VALUES (1)"), SQLITE_FULL);
  EXPECT_EQ(run("INSERT INTO t VALUES (1)"), SQLITE_FULL);
  vfs_.room();
  EXPECT_EQ(run("INSERT INTO t VALUES (1)"), SQLITE_OK);
  EXPECT_EQ(count(), 1);
}

TEST_F(CrashVfsTest, two_connections_share_the_log) {
  make("FULL");
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "INSERT INTO t VALUES (1)", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(count(), 1);
  sqlite3_close(other);
}

TEST(SurvivingOctets, a_torn_write_is_torn_at_sectors) {
  SurvivingOctets octets(std::string(2048, 'a'));
  octets.write(0, std::string(2048, 'b'));
  bool torn = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::mt19937_64 random(seed);
    const std::string left = octets.after_the_cut(Survival::torn, random);
    ASSERT_EQ(left.size(), 2048u);
    for (std::size_t at = 0; at < left.size(); at += 512) {
      EXPECT_EQ(left.substr(at, 512), std::string(512, left[at])) << "inside a sector";
    }
    torn = torn || (left.find('a') != std::string::npos && left.find('b') != std::string::npos);
  }
  EXPECT_TRUE(torn);
}

TEST(SurvivingOctets, what_survives_is_between_all_and_nothing) {
  SurvivingOctets octets("aaaa");
  octets.write(0, "b");
  octets.write(1, "b");
  std::mt19937_64 random(1);
  EXPECT_EQ(octets.after_the_cut(Survival::nothing, random), "aaaa");
  EXPECT_EQ(octets.after_the_cut(Survival::everything, random), "bbaa");
  octets.sync();
  EXPECT_TRUE(octets.all_synced());
  EXPECT_EQ(octets.after_the_cut(Survival::nothing, random), "bbaa");
  octets.truncate(1);
  EXPECT_EQ(octets.after_the_cut(Survival::nothing, random), "bbaa");
  EXPECT_EQ(octets.after_the_cut(Survival::everything, random), "b");
}

}  // namespace
}  // namespace smev::testing
