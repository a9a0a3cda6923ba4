#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "sdk/base/bytes.hpp"
#include "sdk/base/file_error.hpp"

namespace smev {
namespace {

class FileBytes : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/file_bytes_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) ++count;
    return count;
  }

  std::string folder_;
};

TEST_F(FileBytes, what_was_written_is_read_back) {
  for (const std::string& octets : {std::string(), std::string("text"),
                                    std::string("\0\r\n\xFF", 4), std::string(200'000, 'x')}) {
    ASSERT_TRUE(write_file_durably(path("a"), octets));
    EXPECT_EQ(read_file(path("a")).value(), octets);
  }
}

TEST_F(FileBytes, reads_regular_files_alone_and_waits_for_nobody) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  for (const std::string& other : {path("fifo"), std::string("/dev/zero"), folder_}) {
    const auto read = read_file(other);
    ASSERT_FALSE(read) << other;
    EXPECT_EQ(read.error().code, ErrorCode::io);
    EXPECT_NE(read.error().detail.find("not a regular file"), std::string::npos);
  }
}

TEST_F(FileBytes, says_what_failed_and_why_in_russian) {
  EXPECT_EQ(read_file(path("none")).error().text,
            "Не удалось прочитать файл: такого файла или каталога нет");
  EXPECT_EQ(read_file(folder_).error().text, "Не удалось прочитать файл: это каталог");
  EXPECT_EQ(read_file("/dev/zero").error().text, "Не удалось прочитать файл");
  EXPECT_EQ(write_file_durably(path("none/a"), "x").error().text,
            "Не удалось записать файл: такого файла или каталога нет");
  EXPECT_EQ(unreadable_text(EACCES), "Не удалось прочитать файл: нет прав");
}

TEST_F(FileBytes, writing_again_replaces_and_leaves_nothing_beside) {
  ASSERT_TRUE(write_file_durably(path("a"), "a long first content"));
  ASSERT_TRUE(write_file_durably(path("a"), "second"));
  EXPECT_EQ(read_file(path("a")).value(), "second");
  EXPECT_EQ(files(), 1U);
}

TEST_F(FileBytes, files_are_for_the_owner_only) {
  ASSERT_TRUE(write_file_durably(path("a"), "x"));
  struct stat status {};
  ASSERT_EQ(::stat(path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(FileBytes, permissions_are_those_that_were_asked_for) {
  ASSERT_TRUE(write_file_durably(path("a"), "text", 0644));
  struct stat status {};
  ASSERT_EQ(::stat(path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0644U);
}

TEST_F(FileBytes, a_name_without_folder_is_in_the_working_folder) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  const Result<void> written = write_file_durably("plain", "x");
  std::filesystem::current_path(before);
  ASSERT_TRUE(written) << written.error().describe();
  EXPECT_EQ(read_file(path("plain")).value(), "x");
}

TEST_F(FileBytes, missing_file_is_not_found) {
  EXPECT_EQ(read_file(path("missing")).error().code, ErrorCode::not_found);
  EXPECT_EQ(write_file_durably(path("missing/a"), "x").error().code, ErrorCode::io)
      << "nothing was looked for";
}

TEST_F(FileBytes, a_folder_is_no_file) {
  EXPECT_EQ(read_file(folder_).error().code, ErrorCode::io);
  std::filesystem::create_directory(path("inner"));
  EXPECT_EQ(write_file_durably(path("inner"), "x").error().code, ErrorCode::io);
  EXPECT_EQ(files(), 1U) << "the file beside must be removed after a failure";
}

TEST_F(FileBytes, limit_holds_to_the_byte) {
  ASSERT_TRUE(write_file_durably(path("a"), std::string(1000, 'x')));
  EXPECT_EQ(read_file(path("a"), 1000).value().size(), 1000U);
  EXPECT_EQ(read_file(path("a"), 999).error().code, ErrorCode::limit_exceeded);
  ASSERT_TRUE(write_file_durably(path("empty"), ""));
  EXPECT_EQ(read_file(path("empty"), 0).value(), "");
}

TEST_F(FileBytes, limit_holds_for_a_file_without_end) {
  EXPECT_EQ(read_file("/dev/zero", 100'000).error().code, ErrorCode::io);
}

TEST_F(FileBytes, a_file_is_removed_or_its_absence_told) {
  ASSERT_TRUE(write_file_durably(path("a"), "x"));
  ASSERT_TRUE(remove_file_durably(path("a")));
  EXPECT_FALSE(std::filesystem::exists(path("a")));
  EXPECT_EQ(remove_file_durably(path("a")).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace smev
