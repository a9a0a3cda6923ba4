#include "sdk/outbox/sqlite_database.hpp"

#include <gtest/gtest.h>

#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteDatabase::open(directory_.file("a.db"), std::chrono::milliseconds(1));
    ASSERT_TRUE(opened) << opened.error().describe();
    database_ = std::move(*opened);
    ASSERT_TRUE(database_->make_durable());
    ASSERT_TRUE(database_->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v ANY) STRICT"));
  }
  std::int64_t count() { return database_->number("SELECT count(*) FROM t")->value_or(-1); }

  outbox_test::TemporaryDirectory directory_;
  std::unique_ptr<SqliteDatabase> database_;
};

TEST_F(DatabaseTest, is_durable_after_every_commit) {
  EXPECT_EQ(*database_->number("PRAGMA synchronous"), 2) << "FULL";
  EXPECT_EQ(*database_->number("PRAGMA foreign_keys"), 1);
  auto mode = database_->query("PRAGMA journal_mode");
  ASSERT_TRUE(mode && *mode->next());
  EXPECT_EQ(mode->text(0), "wal");
}

TEST_F(DatabaseTest, values_come_back_as_they_were_bound) {
  const std::string text("a\0\xD0\xAF", 4);
  const TimePoint moment{std::chrono::microseconds(1'776'325'653'000'001)};
  auto row = database_->query("SELECT ?, ?, ?, ?, ?, ?, ?, ?", std::int64_t{-5}, true, text,
                              Blob{text}, moment, std::optional<TimePoint>(), std::optional<int>(),
                              std::string_view());
  ASSERT_TRUE(row && *row->next());
  EXPECT_EQ(row->integer(0), -5);
  EXPECT_TRUE(row->flag(1));
  EXPECT_EQ(row->text(2), text);
  EXPECT_EQ(row->text(3), text);
  EXPECT_EQ(row->moment(4), moment);
  EXPECT_EQ(row->optional_moment(5), std::nullopt);
  EXPECT_EQ(row->optional_integer(6), std::nullopt);
  EXPECT_EQ(row->text(7), "");
  EXPECT_TRUE(row->optional_integer(7).has_value()) << "an empty text is no NULL";
  EXPECT_TRUE(row->sound());
}

TEST_F(DatabaseTest, a_value_that_cannot_be_read_is_damage) {
  auto row = database_->query("SELECT 'yesterday' AS moment, 'x' AS uuid");
  ASSERT_TRUE(row && *row->next());
  EXPECT_TRUE(row->sound());
  EXPECT_EQ(row->moment(0), TimePoint{});
  EXPECT_TRUE(row->uuid(1).empty());
  const auto sound = row->sound();
  ASSERT_FALSE(sound);
  EXPECT_EQ(sound.error().code, ErrorCode::store);
  EXPECT_NE(sound.error().detail.find("moment"), std::string::npos) << sound.error().detail;
}

TEST_F(DatabaseTest, a_statement_can_be_used_inside_its_own_rows) {
  ASSERT_TRUE(database_->run("INSERT INTO t (v) VALUES (1), (2)"));
  const char* sql = "SELECT id FROM t ORDER BY id";
  auto outer = database_->query(sql);
  int rows = 0;
  while (*outer->next()) {
    auto inner = database_->query(sql);
    while (*inner->next()) ++rows;
  }
  EXPECT_EQ(rows, 4);
}

TEST_F(DatabaseTest, a_transaction_that_is_not_committed_leaves_nothing) {
  {
    auto transaction = Transaction::begin(*database_);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database_->run("INSERT INTO t (v) VALUES (1)"));
  }
  EXPECT_EQ(count(), 0);
  auto transaction = Transaction::begin(*database_);
  ASSERT_TRUE(database_->run("INSERT INTO t (v) VALUES (1)"));
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(count(), 1);
}

TEST_F(DatabaseTest, run_tells_how_many_rows_it_changed) {
  EXPECT_EQ(*database_->run("INSERT INTO t (v) VALUES (1), (2)"), 2);
  EXPECT_EQ(*database_->run("UPDATE t SET v = 3 WHERE v = ?", 2), 1);
  EXPECT_EQ(*database_->run("DELETE FROM t WHERE v = ?", 9), 0);
}

TEST_F(DatabaseTest, a_second_writer_is_told_that_the_store_is_busy) {
  auto other = SqliteDatabase::open(directory_.file("a.db"), std::chrono::milliseconds(1));
  ASSERT_TRUE(other);
  auto first = Transaction::begin(*database_);
  ASSERT_TRUE(first);
  const auto second = Transaction::begin(**other);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::store);
  EXPECT_EQ(second.error().retry, Retry::later);
}

TEST_F(DatabaseTest, a_full_disk_is_said_in_plain_words) {
  ASSERT_TRUE(database_->number("PRAGMA max_page_count = 3"));
  const auto written = database_->run("INSERT INTO t (v) VALUES (?)", std::string(100'000, 'x'));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::store);
  EXPECT_EQ(written.error().retry, Retry::after_fix);
  EXPECT_NE(written.error().text.find("На диске нет места"), std::string::npos)
      << written.error().text;
  EXPECT_EQ(count(), 0);
}

TEST_F(DatabaseTest, a_wrong_statement_or_a_value_too_many_is_an_error) {
  EXPECT_FALSE(database_->run("SELEKT"));
  EXPECT_FALSE(database_->run("DELETE FROM t", 1));
}

TEST_F(DatabaseTest, errors_name_columns_and_no_values) {
  ASSERT_TRUE(database_->run("INSERT INTO t (id, v) VALUES (7, 'Petrova')"));
  const auto again = database_->run("INSERT INTO t (id, v) VALUES (?, ?)", 7, "Petrova");
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().detail.find("t.id"), std::string::npos) << again.error().detail;
  EXPECT_EQ(again.error().describe().find("Petrova"), std::string::npos);
}

}  // namespace
}  // namespace smev::outbox
