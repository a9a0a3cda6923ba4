#include "sdk/outbox/group_commit.hpp"

#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "sdk/outbox/errors.hpp"

namespace smev::outbox {
namespace {

class GroupCommitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = *SqliteDatabase::open(":memory:", std::chrono::seconds(1));
    ASSERT_TRUE(database_->execute("CREATE TABLE kept (value INTEGER PRIMARY KEY)"));
    group_ = std::make_unique<GroupCommit>(
        *database_, database_mutex_,
        GroupCommit::Checks{[this] { return before_; }, [this] { return within_; },
                            [this] { return after_; }});
  }

  Result<void> keep(int value) {
    return group_->run([this, value]() -> Result<void> {
      SMEV_TRY(database_->run("INSERT INTO kept VALUES (?)", value));
      return {};
    });
  }
  std::int64_t count(const std::string& where = "1") {
    return database_->number("SELECT count(*) FROM kept WHERE " + where).value().value_or(-1);
  }
  /// Runs `first` as the leader, and has `others` waiting behind it when it ends: they then share a
  /// commit.
  void behind(const std::vector<std::function<void()>>& others) {
    std::vector<std::jthread> threads;
    const auto led = group_->run([&]() -> Result<void> {
      for (const auto& other : others) threads.emplace_back(other);
      while (group_->waiting() < others.size()) std::this_thread::yield();
      return {};
    });
    EXPECT_TRUE(led);
  }

  std::unique_ptr<SqliteDatabase> database_;
  std::mutex database_mutex_;
  Result<void> before_;
  Result<void> within_;
  Result<void> after_;
  std::unique_ptr<GroupCommit> group_;
};

TEST_F(GroupCommitTest, a_change_alone_is_one_commit) {
  EXPECT_TRUE(keep(1));
  EXPECT_TRUE(keep(2));
  EXPECT_EQ(group_->commits(), 2U);
  EXPECT_EQ(count(), 2);
}

TEST_F(GroupCommitTest, those_that_wait_share_the_next_commit) {
  std::vector<std::function<void()>> others;
  for (int i = 0; i < 20; ++i) others.push_back([this, i] { EXPECT_TRUE(keep(i)); });
  behind(others);
  EXPECT_EQ(count(), 20);
  EXPECT_EQ(group_->commits(), 2U) << "the leader's and theirs";
}

TEST_F(GroupCommitTest, an_error_takes_back_that_change_alone) {
  std::vector<std::function<void()>> others;
  for (int i = 0; i < 10; ++i) others.push_back([this, i] { EXPECT_TRUE(keep(i)); });
  others.push_back([this] {
    const auto outcome = group_->run([this]() -> Result<void> {
      SMEV_TRY(database_->run("INSERT INTO kept VALUES (100)"));
      return fail(misuse("on purpose"));
    });
    ASSERT_FALSE(outcome);
    EXPECT_NE(outcome.error().detail.find("on purpose"), std::string::npos);
  });
  behind(others);
  EXPECT_EQ(count(), 10);
  EXPECT_EQ(count("value = 100"), 0);
}

TEST_F(GroupCommitTest, a_lost_transaction_is_done_again_one_by_one) {
  std::vector<std::function<void()>> others;
  for (int i = 0; i < 5; ++i) others.push_back([this, i] { EXPECT_TRUE(keep(i)); });
  others.push_back([this] {
    const auto outcome = group_->run([this]() -> Result<void> {
      // As SQLite does by itself on a full disk.
      SMEV_TRY(database_->run("ROLLBACK"));
      return fail(misuse("the disk is full"));
    });
    EXPECT_FALSE(outcome);
  });
  for (int i = 5; i < 10; ++i) others.push_back([this, i] { EXPECT_TRUE(keep(i)); });
  behind(others);
  EXPECT_EQ(count(), 10) << "the others were kept, each once";
}

TEST_F(GroupCommitTest, a_group_that_changes_nothing_commits_nothing) {
  std::vector<std::function<void()>> others(
      3, [this] { EXPECT_FALSE(group_->run([]() { return Result<void>(fail(misuse("no"))); })); });
  behind(others);
  EXPECT_EQ(group_->commits(), 1U) << "the leader's";
}

TEST_F(GroupCommitTest, a_change_that_fails_before_it_writes_costs_the_others_nothing) {
  std::vector<std::function<void()>> others;
  for (int i = 0; i < 10; ++i) others.push_back([this, i] { EXPECT_TRUE(keep(i)); });
  others.push_back([this] {
    EXPECT_FALSE(group_->run([]() { return Result<void>(fail(misuse("refused"))); }));
  });
  behind(others);
  EXPECT_EQ(count(), 10);
  EXPECT_EQ(group_->commits(), 2U) << "the leader's and theirs";
}

TEST_F(GroupCommitTest, nothing_is_done_unless_the_store_is_fit) {
  before_ = fail(misuse("the file has been moved"));
  EXPECT_FALSE(keep(1));
  before_ = {};
  within_ = fail(misuse("the tables are of another version"));
  EXPECT_FALSE(keep(1));
  EXPECT_EQ(count(), 0);
}

TEST_F(GroupCommitTest, nobody_is_told_of_a_commit_into_a_file_that_is_gone) {
  after_ = fail(misuse("the file has been moved"));
  const auto outcome = keep(1);
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().detail.find("moved"), std::string::npos);
}

TEST_F(GroupCommitTest, callers_meet_and_part_again_and_again) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 50;
  std::barrier<> together(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < kRounds; ++round) {
          together.arrive_and_wait();
          EXPECT_TRUE(keep(round * kThreads + i));
        }
      });
    }
  }
  EXPECT_EQ(count(), kThreads * kRounds);
  EXPECT_EQ(group_->waiting(), 0U);
  const std::uint64_t before = group_->commits();
  EXPECT_TRUE(keep(-1)) << "and alone again";
  EXPECT_EQ(group_->commits(), before + 1);
}

TEST_F(GroupCommitTest, no_more_than_the_limit_share_a_commit) {
  std::vector<std::function<void()>> others;
  const int limit = static_cast<int>(GroupCommit::kChangesMax);
  for (int i = 0; i <= limit; ++i) others.push_back([this, i] { EXPECT_TRUE(keep(i)); });
  behind(others);
  EXPECT_EQ(count(), limit + 1);
  EXPECT_EQ(group_->commits(), 3U);
}

}  // namespace
}  // namespace smev::outbox
