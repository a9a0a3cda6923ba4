#include "tests/support/crash_files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::testing {
namespace {

namespace fs = std::filesystem;

class CrashFilesTest : public ::testing::Test {
 protected:
  static int sync(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY);
    const int outcome = ::fsync(descriptor);
    ::close(descriptor);
    return outcome;
  }
  static int put(const std::string& path, bool synced) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (descriptor < 0) return -1;
    int outcome = ::write(descriptor, "content", 7) == 7 ? 0 : -1;
    if (outcome == 0 && synced) outcome = ::fsync(descriptor);
    ::close(descriptor);
    return outcome;
  }
  void restart(Survival survival, std::uint64_t seed = 1) {
    files_.restart(survival, seed);
    power_.cut_at(0);
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(directory_.file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  outbox_test::TemporaryDirectory directory_;
  Power power_;
  CrashFiles files_{power_, directory_.path()};
};

TEST_F(CrashFilesTest, keeps_a_file_that_was_synced_with_its_directory) {
  ASSERT_EQ(put(directory_.file("a"), true), 0);
  ASSERT_EQ(sync(directory_.path()), 0);
  restart(Survival::nothing);
  EXPECT_EQ(content("a"), "content");
}

TEST_F(CrashFilesTest, forgets_content_that_was_not_synced_and_keeps_the_name) {
  ASSERT_EQ(put(directory_.file("a"), false), 0);
  ASSERT_EQ(sync(directory_.path()), 0);
  restart(Survival::nothing);
  EXPECT_TRUE(fs::exists(directory_.file("a")));
  EXPECT_EQ(content("a"), "");
}

TEST_F(CrashFilesTest, forgets_a_name_that_was_not_synced) {
  ASSERT_EQ(put(directory_.file("a"), true), 0);
  restart(Survival::nothing);
  EXPECT_FALSE(fs::exists(directory_.file("a")));
}

TEST_F(CrashFilesTest, undoes_a_rename_that_was_not_synced) {
  ASSERT_EQ(put(directory_.file("a"), true), 0);
  ASSERT_EQ(sync(directory_.path()), 0);
  ASSERT_EQ(::rename(directory_.file("a").c_str(), directory_.file("b").c_str()), 0);
  restart(Survival::nothing);
  EXPECT_EQ(content("a"), "content");
  EXPECT_FALSE(fs::exists(directory_.file("b")));
}

TEST_F(CrashFilesTest, forgets_a_directory_with_all_that_is_in_it) {
  ASSERT_EQ(::mkdir(directory_.file("d").c_str(), 0700), 0);
  ASSERT_EQ(put(directory_.file("d/a"), true), 0);
  ASSERT_EQ(sync(directory_.file("d")), 0);
  restart(Survival::nothing);
  EXPECT_FALSE(fs::exists(directory_.file("d")));
}

TEST_F(CrashFilesTest, what_was_not_synced_may_be_there_after_all) {
  ASSERT_EQ(::mkdir(directory_.file("d").c_str(), 0700), 0);
  ASSERT_EQ(put(directory_.file("d/a"), false), 0);
  restart(Survival::everything);
  EXPECT_EQ(content("d/a"), "content");
}

TEST_F(CrashFilesTest, a_lie_about_syncs_loses_what_was_synced) {
  files_.lie_about_file_syncs(true);
  ASSERT_EQ(put(directory_.file("a"), true), 0);
  ASSERT_EQ(sync(directory_.path()), 0);
  restart(Survival::nothing);
  EXPECT_EQ(content("a"), "");
  files_.lie_about_directory_syncs(true);
  ASSERT_EQ(put(directory_.file("b"), true), 0);
  ASSERT_EQ(sync(directory_.path()), 0);
  restart(Survival::nothing);
  EXPECT_FALSE(fs::exists(directory_.file("b")));
}

TEST_F(CrashFilesTest, without_power_nothing_can_be_done) {
  power_.cut_now();
  EXPECT_EQ(put(directory_.file("a"), false), -1);
  EXPECT_EQ(::mkdir(directory_.file("d").c_str(), 0700), -1);
  EXPECT_EQ(::rename(directory_.file("a").c_str(), directory_.file("b").c_str()), -1);
}

TEST_F(CrashFilesTest, leaves_alone_what_lies_elsewhere) {
  outbox_test::TemporaryDirectory elsewhere;
  ASSERT_EQ(put(elsewhere.file("a"), false), 0);
  EXPECT_EQ(power_.operations(), 0u);
  restart(Survival::nothing);
  EXPECT_TRUE(fs::exists(elsewhere.file("a")));
}

}  // namespace
}  // namespace smev::testing
