#include "sdk/outbox/dispatch_lock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox {
namespace {

TEST(DispatchLock, belongs_to_one_holder_until_the_last_copy_of_the_guard_goes) {
  outbox_test::TemporaryDirectory directory;
  auto first = DispatchLock::take(directory.file("lock"));
  ASSERT_TRUE(first);
  std::shared_ptr<void> copy = *first;
  *first = nullptr;
  EXPECT_EQ(DispatchLock::take(directory.file("lock")).error().code, ErrorCode::store_busy);
  copy = nullptr;
  EXPECT_TRUE(DispatchLock::take(directory.file("lock")));
}

TEST(DispatchLock, is_not_inherited_by_programs_that_are_started) {
  outbox_test::TemporaryDirectory directory;
  const std::string path = directory.file("lock");
  auto guard = DispatchLock::take(path);
  ASSERT_TRUE(guard);
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone) != path) continue;
    ++found;
    const int descriptor = std::stoi(entry.path().filename().string());
    EXPECT_NE(::fcntl(descriptor, F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(found, 1);
}

TEST(DispatchLock, tells_how_the_one_before_has_ended) {
  outbox_test::TemporaryDirectory directory;
  const std::string path = directory.file("lock");
  {
    auto first = DispatchLock::take(path);
    ASSERT_TRUE(first);
    EXPECT_FALSE((*first)->was_left_open());
  }
  EXPECT_FALSE((*DispatchLock::take(path))->was_left_open());
  std::ofstream(path) << '+';  // as a killed one leaves it
  EXPECT_TRUE((*DispatchLock::take(path))->was_left_open());
}

TEST(DispatchLock, tells_of_an_unclean_end_until_that_was_looked_into) {
  outbox_test::TemporaryDirectory directory;
  const std::string path = directory.file("lock");
  std::ofstream(path) << '+';
  for (int start = 0; start < 3; ++start) {
    EXPECT_TRUE((*DispatchLock::take(path))->was_left_open());
  }
  (*DispatchLock::take(path))->note_sound();
  EXPECT_FALSE((*DispatchLock::take(path))->was_left_open());
}

TEST(DispatchLock, notices_that_its_file_was_taken_away_or_replaced) {
  outbox_test::TemporaryDirectory directory;
  const std::string path = directory.file("lock");
  auto guard = DispatchLock::take(path);
  ASSERT_TRUE(guard);
  EXPECT_TRUE((*guard)->check_in_place());
  std::filesystem::remove(path);
  EXPECT_EQ((*guard)->check_in_place().error().code, ErrorCode::store);
  std::ofstream(path).flush();
  const auto replaced = (*guard)->check_in_place();
  ASSERT_FALSE(replaced);
  EXPECT_NE(replaced.error().text.find("подменён"), std::string::npos) << replaced.error().text;
}

TEST(DispatchLock, a_path_that_cannot_be_opened_is_an_error) {
  EXPECT_EQ(DispatchLock::take("/no/such/directory/lock").error().code, ErrorCode::io);
}

}  // namespace
}  // namespace smev::outbox
