#include "sdk/sender/inbox_file.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

namespace smev {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// Both ways to open: whichever the kernel allows, the same is refused.
struct Way {
  const char* name;
  std::function<Result<InboxFile>(const std::string& folder, const std::string& path)> open;
};

class InboxFileTest : public ::testing::TestWithParam<Way> {
 protected:
  InboxFileTest() {
    fs::create_directories(inbox_ + "/a");
    write(inbox_ + "/a/result.pdf", "result");
    write(root_ + "/secret.pdf", "secret");
    write(root_ + "/inbox-beside/x", "beside");
  }
  ~InboxFileTest() override { fs::remove_all(root_); }

  static void write(const std::string& path, const std::string& content) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << content;
  }
  static std::string content(const InboxFile& file) {
    std::stringstream all;
    all << std::ifstream(file.path()).rdbuf();
    return all.str();
  }
  Result<InboxFile> open(const std::string& path) { return GetParam().open(inbox_, path); }
  std::string read(const std::string& path) {
    const Result<InboxFile> opened = open(path);
    return opened ? content(*opened) : "refused: " + opened.error().text;
  }

  std::string root_ =
      fs::canonical(fs::temp_directory_path()) / ("smev-inbox-file-" + std::to_string(::getpid()));
  std::string inbox_ = root_ + "/inbox";
};
INSTANTIATE_TEST_SUITE_P(Ways, InboxFileTest,
                         ::testing::Values(Way{"open", &InboxFile::open},
                                           Way{"open_and_look", &InboxFile::open_and_look}),
                         [](const auto& way) { return std::string(way.param.name); });

TEST_P(InboxFileTest, what_lies_in_the_folder_is_read_by_whatever_path_leads_there) {
  fs::create_directory_symlink("a", inbox_ + "/b");
  fs::create_directory_symlink(inbox_, root_ + "/linked");
  for (const std::string& path :
       {std::string("a/result.pdf"), std::string("./a//result.pdf"), std::string("b/result.pdf"),
        std::string("a/../a/result.pdf"), inbox_ + "/a/result.pdf", inbox_ + "//a/./result.pdf"}) {
    EXPECT_EQ(read(path), "result") << path;
  }
  for (const std::string& folder : {inbox_ + "/", root_ + "/linked", root_ + "/linked/"}) {
    for (const std::string& from : {inbox_, root_ + "/linked"}) {
      const auto opened = GetParam().open(folder, from + "/a/result.pdf");
      const bool spelled = from == inbox_ || folder != inbox_ + "/";
      EXPECT_EQ(opened.has_value(), spelled) << folder << " " << from;
    }
  }
}

TEST_P(InboxFileTest, a_link_out_of_the_folder_leads_nowhere) {
  fs::create_symlink(root_ + "/secret.pdf", inbox_ + "/absolute.pdf");
  fs::create_symlink("../secret.pdf", inbox_ + "/relative.pdf");
  fs::create_directory_symlink("..", inbox_ + "/up");
  fs::create_directory_symlink("/", inbox_ + "/slash");
  fs::create_symlink("round.pdf", inbox_ + "/round.pdf");
  for (const std::string& path :
       {std::string("absolute.pdf"), std::string("relative.pdf"), std::string("up/secret.pdf"),
        "slash" + root_ + "/secret.pdf", std::string("round.pdf"), inbox_ + "/absolute.pdf"}) {
    EXPECT_THAT(read(path), HasSubstr("refused: Файл должен лежать")) << path;
    EXPECT_THAT(read(path), HasSubstr("outbox.inbox_files")) << path;
  }
}

TEST_P(InboxFileTest, no_path_leads_out_and_none_tells_what_there_is) {
  for (const std::string& path :
       {std::string("../secret.pdf"), std::string("a/../../secret.pdf"), root_ + "/secret.pdf",
        inbox_ + "/../secret.pdf", root_ + "/inbox-beside/x", std::string("../inbox-beside/x"),
        std::string("../none.pdf"), root_ + "/none.pdf", std::string("/proc/self/fd/0"),
        std::string("a/result.pdf\0.pdf", 17), inbox_, std::string("..")}) {
    EXPECT_THAT(read(path), HasSubstr("refused: Файл должен лежать")) << path;
  }
}

TEST_P(InboxFileTest, the_open_file_is_read_whatever_stands_at_its_path_by_then) {
  const Result<InboxFile> opened = open("a/result.pdf");
  ASSERT_TRUE(opened) << opened.error().describe();
  fs::create_symlink(root_ + "/secret.pdf", inbox_ + "/swapped");
  fs::rename(inbox_ + "/swapped", inbox_ + "/a/result.pdf");
  EXPECT_EQ(content(*opened), "result");
  fs::remove_all(inbox_);
  EXPECT_EQ(content(*opened), "result");
}

TEST_P(InboxFileTest, only_a_regular_file_is_opened) {
  ASSERT_EQ(::mkfifo((inbox_ + "/pipe").c_str(), 0600), 0);
  for (const char* path : {"pipe", "a", "."}) EXPECT_FALSE(open(path)) << path;
  EXPECT_FALSE(open(""));
}

TEST_P(InboxFileTest, a_folder_that_is_not_there_is_the_senders_trouble) {
  const Result<InboxFile> opened = GetParam().open(root_ + "/none", "x");
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text, HasSubstr("outbox.inbox_files у отправителя не открывается"));
}

// The kernel says where a path failed; a look afterwards could not, and tells nothing.
TEST_P(InboxFileTest, a_file_that_is_missing_inside_is_told_of_where_that_tells_no_more) {
  const Result<InboxFile> opened = open("a/none.pdf");
  ASSERT_FALSE(opened);
  const bool told = std::string(GetParam().name) == "open";
  EXPECT_EQ(opened.error().code, told ? ErrorCode::not_found : ErrorCode::io);
}

}  // namespace
}  // namespace smev
