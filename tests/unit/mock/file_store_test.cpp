#include "mock-smev/file_store.hpp"

#include <gtest/gtest.h>

#include "tests/unit/mock/fixtures.hpp"

namespace smev::mock {
namespace {

using testing_support::Folder;
using testing_support::slurp;

constexpr char kUuid[] = "61e7a920-3968-11f1-b8b2-0242333cce59";

TEST(FileStore, knows_the_three_forms_of_a_path) {
  EXPECT_TRUE(FileStore::resolve("/", "/")->is_root());
  const auto directory = FileStore::resolve("/", kUuid);
  ASSERT_TRUE(directory);
  EXPECT_EQ(directory->directory, kUuid);
  EXPECT_TRUE(directory->is_directory());
  const auto file = FileStore::resolve(std::string("/") + kUuid, "решение 1.pdf");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->name, "решение 1.pdf");
  EXPECT_EQ(FileStore::resolve("/", std::string("//") + kUuid + "/./a")->name, "a");
}

TEST(FileStore, never_leaves_its_root) {
  const std::string up = std::string("/") + kUuid;
  for (const char* path : {"..", "../..", "../../..", "/..", "/../.."}) {
    const auto resolved = FileStore::resolve(up, path);
    ASSERT_TRUE(resolved) << path;
    EXPECT_TRUE(resolved->is_root()) << path;
  }
  EXPECT_FALSE(FileStore::resolve(up, "../../etc/passwd"));
  EXPECT_FALSE(FileStore::resolve("/", "/etc/passwd"));
  EXPECT_FALSE(FileStore::resolve(up, std::string("a\0b", 3)));
  EXPECT_FALSE(FileStore::resolve(up, "a/b"));
}

TEST(FileStore, refuses_names_that_are_none) {
  const std::string inside = std::string("/") + kUuid;
  EXPECT_FALSE(FileStore::resolve("/", "not-a-uuid"));
  EXPECT_FALSE(FileStore::resolve("/", "61e7a920-3968-11f1-b8b2-0242333cce5g"));
  EXPECT_FALSE(FileStore::resolve(inside, ".part-1"));
  EXPECT_FALSE(FileStore::resolve(inside, "line\nbreak"));
  EXPECT_FALSE(FileStore::resolve(inside, "\xFF\xFE"));
  const std::size_t longest = kFileNameMax - (sizeof kPartPrefix - 1);
  EXPECT_TRUE(FileStore::resolve(inside, std::string(longest, 'a')));
  EXPECT_FALSE(FileStore::resolve(inside, std::string(longest + 1, 'a')));
}

class FileStoreOnDisk : public ::testing::Test {
 protected:
  Folder folder;
  FileStore store = *FileStore::open(folder / "files", folder / "results");
};

TEST_F(FileStoreOnDisk, finds_the_one_file_of_a_directory) {
  EXPECT_EQ(store.only_file(kUuid).error().code, ErrorCode::not_found);
  ASSERT_TRUE(store.make_directory(kUuid));
  EXPECT_TRUE(store.make_directory(kUuid)) << "already there is as good";
  EXPECT_EQ(store.only_file(kUuid).error().code, ErrorCode::not_found);
  folder.write(std::string("files/") + kUuid + "/.part-1", "unfinished");
  EXPECT_EQ(store.only_file(kUuid).error().code, ErrorCode::not_found);
  folder.write(std::string("files/") + kUuid + "/a.pdf", "12345");
  const auto found = store.only_file(kUuid);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "a.pdf");
  EXPECT_EQ(found->size, 5u);
  folder.write(std::string("files/") + kUuid + "/b.pdf", "1");
  EXPECT_EQ(store.only_file(kUuid).error().code, ErrorCode::io);
}

TEST_F(FileStoreOnDisk, takes_no_path_for_a_uuid) {
  folder.write("files/plain/a.pdf", "1");
  for (const char* name : {"", "/", ".", "..", "plain", "../files"}) {
    EXPECT_FALSE(store.only_file(name)) << name;
  }
}

TEST_F(FileStoreOnDisk, keeps_a_file_while_a_new_one_takes_its_name) {
  ASSERT_TRUE(store.make_directory(kUuid));
  const auto path = folder.write(std::string("files/") + kUuid + "/a.pdf", "first");
  const auto kept = store.keep(*store.only_file(kUuid), "message-1");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->name, "a.pdf");
  std::filesystem::rename(folder.write("second", "second"), path);
  EXPECT_EQ(slurp(kept->path), "first");
  EXPECT_EQ(slurp(path), "second");
  const auto again = store.keep(*store.only_file(kUuid), "message-1");
  ASSERT_TRUE(again);
  EXPECT_EQ(slurp(again->path), "second");
}

}  // namespace
}  // namespace smev::mock
