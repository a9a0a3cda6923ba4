#include "sdk/outbox/kept_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "sdk/base/bytes.hpp"
#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLimit = 10;

class KeptFilesTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) {
    std::string path = directory_.file(name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::size_t entries() const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (entry.path().filename() != ".lock") ++count;
    }
    return count;
  }

  outbox_test::TemporaryDirectory directory_;
  std::string root_ = directory_.file("files");
  KeptFiles files_ = *KeptFiles::open(root_, kLimit);
};

TEST_F(KeptFilesTest, a_file_lies_under_the_first_digits_of_its_hash) {
  const auto kept = files_.keep(write("a", "content"));
  ASSERT_TRUE(kept) << kept.error().describe();
  const std::string expected = root_ + "/" + kept->sha256.substr(0, 2) + "/" + kept->sha256;
  EXPECT_EQ(*files_.verified_path(kept->sha256), expected);
  EXPECT_EQ(entries(), 2u) << "the folder and the file, nothing half-written";
}

TEST_F(KeptFilesTest, what_is_not_needed_goes_once_it_is_a_day_old) {
  const auto kept = files_.keep(write("a", "content"));
  EXPECT_FALSE(*files_.remove_unused(kept->sha256)) << "somebody may be about to submit it";
  const std::string path = *files_.verified_path(kept->sha256);
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(25));
  EXPECT_TRUE(*files_.remove_unused(kept->sha256));
  EXPECT_FALSE(fs::exists(path));
  EXPECT_FALSE(*files_.remove_unused(kept->sha256)) << "it is gone";
  EXPECT_FALSE(files_.remove_unused("../outbox.db"));
}

TEST_F(KeptFilesTest, nobody_else_may_read_it) {
  const auto kept = files_.keep(write("a", "content"));
  struct stat status {};
  ASSERT_EQ(::stat(files_.verified_path(kept->sha256)->c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(KeptFilesTest, the_limit_is_the_largest_size_that_is_taken) {
  EXPECT_TRUE(files_.keep(write("at", std::string(kLimit, 'x'))));
  const auto above = files_.keep(write("above", std::string(kLimit + 1, 'x')));
  ASSERT_FALSE(above);
  EXPECT_EQ(above.error().code, ErrorCode::limit_exceeded);
  EXPECT_NE(above.error().text.find("10 байт"), std::string::npos) << above.error().text;
  EXPECT_EQ(entries(), 2u) << "the refused one leaves nothing";
}

TEST_F(KeptFilesTest, a_device_or_a_pipe_is_refused_without_waiting_for_it) {
  const std::string pipe = directory_.file("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(files_.keep(pipe).error().code, ErrorCode::io);
  EXPECT_EQ(files_.keep("/dev/zero").error().code, ErrorCode::io);
}

TEST_F(KeptFilesTest, only_a_hash_is_a_name) {
  const auto kept = files_.keep(write("a", "content"));
  std::string upper = kept->sha256;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  for (const std::string& name :
       {std::string(), std::string("../a"), upper, kept->sha256 + "0", std::string(64, '/')}) {
    EXPECT_EQ(files_.verified_path(name).error().code, ErrorCode::not_found) << name;
    EXPECT_EQ(files_.check_there({name, 7}).error().code, ErrorCode::internal) << name;
  }
  EXPECT_TRUE(files_.check_there(*kept));
}

TEST_F(KeptFilesTest, half_written_files_are_removed_when_a_day_old) {
  write("files/.incoming-young", "x");
  const std::string old = write("files/.incoming-old", "x");
  const std::string other = write("files/other", "x");
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(25);
  fs::last_write_time(old, long_ago);
  fs::last_write_time(other, long_ago);
  files_.remove_abandoned();
  EXPECT_TRUE(fs::exists(root_ + "/.incoming-young"));
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(other)) << "what is not ours stays";
}

TEST_F(KeptFilesTest, a_root_whose_parent_is_not_there_is_an_error) {
  const auto opened = KeptFiles::open(directory_.file("no/such/files"), kLimit);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::io);
}

TEST_F(KeptFilesTest, a_folder_without_any_file_is_away_and_no_fault_of_one) {
  const auto one = files_.keep(write("a", "one"));
  const auto two = files_.keep(write("b", "two"));
  ASSERT_TRUE(one && two);
  fs::remove(*files_.verified_path(one->sha256));
  EXPECT_EQ(files_.verified_path(one->sha256).error().code, ErrorCode::not_found);
  fs::rename(root_, root_ + ".elsewhere");  // as a disk that is not mounted
  fs::create_directory(root_);
  const auto away = files_.verified_path(two->sha256);
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, ErrorCode::store);
  EXPECT_EQ(away.error().retry, Retry::later);
  fs::remove(root_);
  EXPECT_EQ(files_.verified_path(two->sha256).error().retry, Retry::later);
  fs::rename(root_ + ".elsewhere", root_);
  EXPECT_TRUE(files_.verified_path(two->sha256));
}

}  // namespace
}  // namespace smev::outbox
