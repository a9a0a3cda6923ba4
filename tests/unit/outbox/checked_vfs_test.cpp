#include "sdk/outbox/checked_vfs.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/page_check.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox {
namespace {

constexpr std::size_t kPage = 4096;

class CheckedVfsTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteDatabase> open() {
    auto opened = SqliteDatabase::open(path_, std::chrono::milliseconds(1));
    return opened ? std::move(*opened) : nullptr;
  }
  // A database of several pages, all of them in its file.
  void make() {
    auto database = open();
    database->reserve_checks();
    ASSERT_TRUE(database->make_durable());
    ASSERT_TRUE(database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v ANY) STRICT"));
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(database->run("INSERT INTO t (v) VALUES (?)", std::string(1000, 'x')));
    }
  }
  std::string octets() { return *read_file(path_); }
  void put(const std::string& octets) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << octets;
  }
  Result<std::optional<std::int64_t>> sum() {
    auto database = open();
    return database->number("SELECT sum(length(v)) FROM t");
  }
  static void expect_all_sealed(const std::string& file) {
    ASSERT_GE(file.size(), 5 * kPage);
    for (std::size_t at = 0; at < file.size(); at += kPage) {
      EXPECT_TRUE(is_sealed(std::string_view(file).substr(at, kPage), at / kPage + 1)) << at;
    }
  }
  void expect_damage(const char* what) {
    const auto found = sum();
    ASSERT_FALSE(found) << what;
    EXPECT_EQ(found.error().code, ErrorCode::store) << what;
    EXPECT_NE(found.error().text.find("повреждён"), std::string::npos) << found.error().text;
  }

  outbox_test::TemporaryDirectory directory_;
  std::string path_ = directory_.file("a.db");
};

TEST_F(CheckedVfsTest, every_page_of_the_file_is_sealed) {
  make();
  expect_all_sealed(octets());
  EXPECT_EQ(**sum(), 20'000);
}

TEST_F(CheckedVfsTest, a_changed_page_is_never_seen) {
  make();
  const std::string sound = octets();
  for (const std::size_t at : {std::size_t{50}, kPage + 100, 3 * kPage + 7, sound.size() - 1}) {
    std::string changed = sound;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    put(changed);
    expect_damage("a bit");
  }
  put(sound);
  EXPECT_EQ(**sum(), 20'000);
}

TEST_F(CheckedVfsTest, a_page_in_the_place_of_another_is_never_seen) {
  make();
  std::string changed = octets();
  changed.replace(3 * kPage, kPage, changed.substr(4 * kPage, kPage));
  put(changed);
  expect_damage("a page");
}

TEST_F(CheckedVfsTest, a_file_that_was_cut_off_is_never_read) {
  make();
  const std::string sound = octets();
  for (const std::size_t size : {sound.size() - 1, sound.size() - kPage, 2 * kPage, kPage + 5}) {
    put(sound.substr(0, size));
    expect_damage("a cut");
  }
}

TEST_F(CheckedVfsTest, a_changed_frame_of_the_log_is_never_seen) {
  make();
  auto writer = open();
  ASSERT_TRUE(writer->make_durable());
  ASSERT_TRUE(writer->run("UPDATE t SET v = ?", std::string(1000, 'y')));
  {
    std::fstream log(path_ + "-wal", std::ios::in | std::ios::out | std::ios::binary);
    log.seekp(kLogHeaderOctets + kFrameHeaderOctets + kPage + kFrameHeaderOctets + 2000);
    log.put('z');
  }
  // Shares the index of the log with the writer: SQLite itself does not look at the frame again.
  expect_damage("a frame");
  const auto moved = writer->number("PRAGMA wal_checkpoint(FULL)");
  EXPECT_FALSE(moved) << "nor is it brought into the file";
}

TEST_F(CheckedVfsTest, a_database_without_checks_is_left_as_it_is) {
  {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "CREATE TABLE t (v); INSERT INTO t VALUES ('xxxx')", nullptr,
                           nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(other);
  }
  EXPECT_EQ(**sum(), 4);
  EXPECT_FALSE(open()->has_checks());
  {
    auto database = open();
    ASSERT_TRUE(database->run("INSERT INTO t VALUES ('yy')"));
  }
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(other, "PRAGMA integrity_check", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_EQ(**sum(), 6);
}

TEST_F(CheckedVfsTest, a_database_without_checks_can_get_them) {
  {
    auto database = open();
    ASSERT_TRUE(database->make_durable());
    ASSERT_TRUE(database->execute("CREATE TABLE t (v)"));
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(database->run("INSERT INTO t (v) VALUES (?)", std::string(1000, 'x')));
    }
  }
  EXPECT_FALSE(open()->has_checks());
  {
    auto database = open();
    ASSERT_TRUE(database->number("SELECT count(*) FROM t"));
    ASSERT_TRUE(database->seal_pages());
    EXPECT_EQ(**database->number("SELECT sum(length(v)) FROM t"), 20'000);
  }
  EXPECT_EQ(**sum(), 20'000);
  expect_all_sealed(octets());
}

TEST_F(CheckedVfsTest, a_copy_by_sqlite_itself_is_sealed) {
  make();
  const std::string copy = directory_.file("copy.db");
  ASSERT_TRUE(open()->run("VACUUM INTO ?", copy));
  expect_all_sealed(*read_file(copy));
}

TEST_F(CheckedVfsTest, another_program_can_read_a_database_with_checks) {
  make();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(other, "SELECT sum(length(v)) FROM t", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(other);
  EXPECT_EQ(**sum(), 20'000);
}

}  // namespace
}  // namespace smev::outbox
