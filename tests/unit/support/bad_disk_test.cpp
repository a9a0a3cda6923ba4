// The store over disks that fail and fill up.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "smev/outbox/outbox.hpp"
#include "smev/testing/manual_clock.hpp"
#include "tests/support/crash_vfs.hpp"
#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::testing {
namespace {

class BadDiskTest : public ::testing::Test {
 protected:
  void SetUp() override { outbox_ = open(); }
  std::shared_ptr<Outbox> open() {
    auto opened = sqlite_outbox({.path = directory_.file("outbox.db")}, clock_);
    EXPECT_TRUE(opened) << opened.error().describe();
    return opened.value_or(nullptr);
  }
  static NewUpdate update(int index, std::size_t size = 100) {
    NewUpdate update;
    update.order = {"TEST01", Contour::test, "a"};
    update.type = "elk/status/1.0.2";
    update.payload = std::string(size, 'x') + std::to_string(index);
    update.payload_digest = update.idempotency_key = std::to_string(index);
    return update;
  }
  void expect_all(const std::vector<UpdateId>& ids) {
    for (const UpdateId id : ids) {
      const auto row = outbox_->find_update(id);
      EXPECT_TRUE(row && *row) << id;
    }
    const auto order = outbox_->find_order({"TEST01", Contour::test, "a"});
    ASSERT_TRUE(order && *order);
    EXPECT_EQ((*order)->next_sequence, static_cast<std::int64_t>(ids.size()) + 1);
  }

  outbox_test::TemporaryDirectory directory_;
  Power power_;
  CrashVfs vfs_{power_};
  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  std::shared_ptr<Outbox> outbox_;
};

TEST_F(BadDiskTest, a_full_disk_stops_submitting_and_nothing_else) {
  std::vector<UpdateId> ids = {outbox_->submit(update(0), {})->id};
  vfs_.fill_up_at(1);
  for (int i = 1; i < 4; ++i) {
    const auto refused = outbox_->submit(update(i), {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::store);
    EXPECT_EQ(refused.error().retry, Retry::later);
    EXPECT_NE(refused.error().text.find("На диске нет места"), std::string::npos)
        << refused.error().text;
  }
  expect_all(ids);
  vfs_.room();
  for (int i = 1; i < 4; ++i) ids.push_back(outbox_->submit(update(i), {})->id);
  expect_all(ids);
}

TEST_F(BadDiskTest, a_disk_that_fills_up_in_the_middle_of_a_change_takes_it_back_whole) {
  std::vector<UpdateId> ids = {outbox_->submit(update(0), {})->id};
  constexpr std::uint64_t kPayload = 20'000;
  const std::uint64_t before = std::filesystem::file_size(directory_.file("outbox.db-wal"));
  for (std::uint64_t more = 0;; more += 1'000) {
    vfs_.fill_up_at(before + more);
    const auto submitted = outbox_->submit(update(1, kPayload), {});
    vfs_.room();
    if (submitted) {
      ids.push_back(submitted->id);
      EXPECT_GT(more, kPayload);
      break;
    }
    expect_all(ids);
  }
  expect_all(ids);
}

TEST_F(BadDiskTest, what_a_full_disk_left_of_a_change_is_not_written_over_that_of_another) {
  std::vector<UpdateId> ids = {outbox_->submit(update(0), {})->id};
  const auto other = open();
  vfs_.fill_up_at(1);
  EXPECT_FALSE(outbox_->submit(update(1, 20'000), {}));
  vfs_.room();
  for (int i = 2; i < 4; ++i) {
    ids.push_back(other->submit(update(i), {})->id);
    ids.push_back(outbox_->submit(update(i + 10), {})->id);
  }
  expect_all(ids);
  outbox_ = open();
  expect_all(ids);
  EXPECT_TRUE(outbox_->check_store(false)->faults.empty());
}

// SQLite then fills the last sector of each commit, and syncs in the middle of that.
TEST_F(BadDiskTest, everybody_sees_what_is_committed_to_a_disk_that_may_harm_other_sectors) {
  vfs_.harm_neighbours();
  outbox_ = open();
  const auto other = open();
  std::vector<UpdateId> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(outbox_->submit(update(i, i == 2 ? 20'000 : 100), {})->id);
    ASSERT_TRUE(*other->find_update(ids.back()));
  }
  EXPECT_TRUE(other->check_store(false)->faults.empty());
  outbox_ = open();
  expect_all(ids);
}

TEST_F(BadDiskTest, a_change_is_one_write_and_one_sync) {
  ASSERT_TRUE(outbox_->submit(update(0), {}));
  const std::uint64_t writes = vfs_.writes();
  const std::uint64_t syncs = vfs_.syncs();
  ASSERT_TRUE(outbox_->submit(update(1, 20'000), {}));
  EXPECT_EQ(vfs_.writes() - writes, 1u);
  EXPECT_EQ(vfs_.syncs() - syncs, 1u);
}

TEST_F(BadDiskTest, an_error_at_any_write_or_sync_leaves_all_of_a_change_or_nothing) {
  std::vector<UpdateId> ids = {outbox_->submit(update(0), {})->id};
  int refused = 0;
  for (std::uint64_t operation = 1; operation < 40; ++operation) {
    vfs_.fail_at(operation);
    const auto submitted = outbox_->submit(update(static_cast<int>(operation)), {});
    vfs_.fail_at(0);
    if (!submitted) {
      EXPECT_EQ(submitted.error().code, ErrorCode::store);
      ++refused;
      // The caller tries again with the same key.
      ids.push_back(outbox_->submit(update(static_cast<int>(operation)), {})->id);
    } else {
      ids.push_back(submitted->id);
    }
    expect_all(ids);
  }
  EXPECT_GE(refused, 2) << "a change is one write and one sync";
}

}  // namespace
}  // namespace smev::testing
