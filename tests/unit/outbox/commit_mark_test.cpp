#include "sdk/outbox/commit_mark.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/page_check.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox {
namespace {

namespace fs = std::filesystem;

class CommitMarkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteDatabase::open(path_, std::chrono::milliseconds(1));
    ASSERT_TRUE(opened);
    database_ = std::move(*opened);
    database_->reserve_checks();
    ASSERT_TRUE(database_->make_durable());
    ASSERT_TRUE(database_->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v ANY) STRICT"));
    auto mark = CommitMark::open(mark_path_);
    ASSERT_TRUE(mark);
    database_->keep_mark(std::move(*mark));
  }
  void commit() {
    ASSERT_TRUE(database_->run("INSERT INTO t (v) VALUES (?)", std::string(5000, 'x')));
  }
  [[nodiscard]] std::optional<Committed> mark() const { return CommitMark::read(mark_path_); }
  // The log as it is, changed.
  [[nodiscard]] LogState state_of(const std::string& log) const {
    const std::string path = directory_.file("changed-wal");
    std::ofstream(path, std::ios::binary | std::ios::trunc) << log;
    return examine_log(path, mark());
  }
  [[nodiscard]] std::string log() const { return *read_file(path_ + "-wal"); }

  outbox_test::TemporaryDirectory directory_;
  std::string path_ = directory_.file("a.db");
  std::string mark_path_ = directory_.file("a.db.mark");
  std::unique_ptr<SqliteDatabase> database_;
};

TEST_F(CommitMarkTest, tells_how_far_the_log_was_committed) {
  commit();
  const auto first = mark();
  commit();
  const auto second = mark();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->salt, first->salt);
  EXPECT_GT(second->frames, first->frames);
  EXPECT_EQ(kLogHeaderOctets + second->frames * (kFrameHeaderOctets + 4096), log().size());
}

TEST_F(CommitMarkTest, a_log_that_lacks_what_was_committed_is_damaged) {
  commit();
  commit();
  const std::string sound = log();
  EXPECT_EQ(state_of(sound), LogState::holds);
  EXPECT_EQ(state_of(sound + "more"), LogState::holds);
  EXPECT_EQ(state_of(sound.substr(0, sound.size() - 1)), LogState::damaged);
  EXPECT_EQ(state_of(sound.substr(0, kLogHeaderOctets)), LogState::damaged);
  for (const std::size_t at :
       {std::size_t{5}, std::size_t{20}, std::size_t{200}, sound.size() - 9}) {
    std::string changed = sound;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    EXPECT_EQ(state_of(changed), LogState::damaged) << at;
  }
  EXPECT_EQ(state_of(""), LogState::empty);
  EXPECT_EQ(state_of(std::string(1000, '\0')), LogState::empty);
  EXPECT_EQ(examine_log(directory_.file("none"), mark()), LogState::empty);
}

TEST_F(CommitMarkTest, an_unfinished_end_of_the_log_is_none_of_its_business) {
  commit();
  const auto marked = mark();
  commit();
  const std::string more = log();
  const std::string path = directory_.file("unfinished-wal");
  std::ofstream(path, std::ios::binary) << more.substr(0, more.size() - 100);
  EXPECT_EQ(examine_log(path, marked), LogState::holds);
}

TEST_F(CommitMarkTest, a_log_that_was_begun_anew_is_another_one) {
  commit();
  const auto marked = mark();
  ASSERT_TRUE(database_->number("PRAGMA wal_checkpoint(RESTART)"));
  commit();
  EXPECT_EQ(examine_log(path_ + "-wal", marked), LogState::holds);
  EXPECT_NE(mark()->salt, marked->salt);
}

TEST_F(CommitMarkTest, an_end_in_order_takes_it_back) {
  commit();
  database_ = nullptr;
  const auto marked = mark();
  ASSERT_TRUE(marked);
  EXPECT_EQ(*marked, Committed{});
}

TEST_F(CommitMarkTest, is_taken_back_whenever_the_whole_log_is_in_the_file) {
  bool taken_back = false;
  for (int i = 0; i < 1000 && !taken_back; ++i) {
    commit();
    taken_back = mark() == Committed{};
  }
  EXPECT_TRUE(taken_back);
  commit();
  EXPECT_GT(mark()->frames, 0u) << "of the next log";
}

TEST_F(CommitMarkTest, stays_while_a_part_of_the_log_is_not_in_the_file) {
  commit();
  auto reader = SqliteDatabase::open(path_, std::chrono::milliseconds(1));
  ASSERT_TRUE((*reader)->execute("BEGIN; SELECT count(*) FROM t"));
  for (int i = 0; i < 1000; ++i) commit();
  EXPECT_GT(mark()->frames, 1000u);
  ASSERT_TRUE((*reader)->execute("COMMIT"));
  commit();
  EXPECT_EQ(mark(), Committed{});
}

TEST_F(CommitMarkTest, a_log_stays_whose_mark_cannot_be_taken_back) {
  commit();
  fs::rename(mark_path_, directory_.file("elsewhere"));
  fs::create_directory(mark_path_);  // which cannot be opened to be written
  database_ = nullptr;
  EXPECT_TRUE(fs::exists(path_ + "-wal"));
}

TEST_F(CommitMarkTest, stays_while_another_connection_has_the_log_open) {
  commit();
  auto other = SqliteDatabase::open(path_, std::chrono::milliseconds(1));
  ASSERT_TRUE((*other)->number("SELECT count(*) FROM t"));
  const auto marked = mark();
  database_ = nullptr;
  EXPECT_EQ(mark(), marked);
  EXPECT_GT(mark()->frames, 0u);
  // The other one goes as if it had been killed, and somebody takes its log away.
  const std::string octets = log();
  EXPECT_EQ(state_of(octets), LogState::holds);
}

TEST_F(CommitMarkTest, stays_with_a_log_that_was_damaged_before_an_end_in_order) {
  commit();
  commit();
  const auto marked = mark();
  const std::string sound = log();
  std::string changed = sound;
  changed[sound.size() - 3000] = static_cast<char>(changed[sound.size() - 3000] ^ 1);
  // In place, as a disk does it: SQLite goes on with the same file.
  std::fstream(path_ + "-wal", std::ios::in | std::ios::out | std::ios::binary) << changed;
  database_ = nullptr;
  EXPECT_EQ(mark(), marked);
  EXPECT_EQ(log(), changed) << "it shows what was lost";
}

TEST_F(CommitMarkTest, stays_with_a_log_that_was_cut_off_before_an_end_in_order) {
  commit();
  commit();
  const auto marked = mark();
  fs::resize_file(path_ + "-wal", log().size() - 5000);
  database_ = nullptr;
  EXPECT_EQ(mark(), marked);
  EXPECT_TRUE(fs::exists(path_ + "-wal"));
}

TEST_F(CommitMarkTest, stays_with_a_log_that_was_emptied_before_an_end_in_order) {
  commit();
  const auto marked = mark();
  fs::resize_file(path_ + "-wal", 0);
  database_ = nullptr;
  EXPECT_EQ(mark(), marked);
}

TEST_F(CommitMarkTest, what_is_no_mark_says_nothing) {
  commit();
  std::string octets = *read_file(mark_path_);
  EXPECT_TRUE(mark());
  octets[9] = static_cast<char>(octets[9] ^ 1);
  std::ofstream(mark_path_, std::ios::binary | std::ios::trunc) << octets;
  EXPECT_FALSE(mark());
  fs::remove(mark_path_);
  EXPECT_FALSE(mark());
}

}  // namespace
}  // namespace smev::outbox
