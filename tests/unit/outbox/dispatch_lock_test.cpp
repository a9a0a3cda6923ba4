#include "sdk/outbox/dispatch_lock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox {
namespace {

TEST(DispatchLock, belongs_to_one_holder_until_the_last_copy_of_the_guard_goes) {
  outbox_test::TemporaryDirectory directory;
  auto first = take_dispatch_lock(directory.file("lock"));
  ASSERT_TRUE(first);
  std::shared_ptr<void> copy = *first;
  *first = nullptr;
  EXPECT_EQ(take_dispatch_lock(directory.file("lock")).error().code, ErrorCode::store_busy);
  copy = nullptr;
  EXPECT_TRUE(take_dispatch_lock(directory.file("lock")));
}

TEST(DispatchLock, is_not_inherited_by_programs_that_are_started) {
  outbox_test::TemporaryDirectory directory;
  const std::string path = directory.file("lock");
  auto guard = take_dispatch_lock(path);
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

TEST(DispatchLock, a_path_that_cannot_be_opened_is_an_error) {
  EXPECT_EQ(take_dispatch_lock("/no/such/directory/lock").error().code, ErrorCode::io);
}

}  // namespace
}  // namespace smev::outbox
