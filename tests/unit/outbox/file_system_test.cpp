#include "sdk/outbox/file_system.hpp"

#include <gtest/gtest.h>
#include <linux/magic.h>

#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox {
namespace {

TEST(FileSystem, knows_network_file_systems_by_their_magic) {
  for (const long magic :
       {long{NFS_SUPER_MAGIC}, long{SMB_SUPER_MAGIC}, long{CODA_SUPER_MAGIC}, long{AFS_SUPER_MAGIC},
        long{NCP_SUPER_MAGIC}, 0xFF534D42L, 0xFE534D42L}) {
    EXPECT_TRUE(is_network_file_system(magic)) << std::hex << magic;
  }
  // As a kernel with a signed f_type gives it.
  EXPECT_TRUE(is_network_file_system(static_cast<int>(0xFF534D42)));
}

TEST(FileSystem, takes_local_ones) {
  for (const long magic : {long{EXT4_SUPER_MAGIC}, long{TMPFS_MAGIC}, long{BTRFS_SUPER_MAGIC},
                           0x58465342L, long{OVERLAYFS_SUPER_MAGIC}}) {
    EXPECT_FALSE(is_network_file_system(magic)) << std::hex << magic;
  }
}

TEST(FileSystem, checks_the_directory_it_is_given) {
  outbox_test::TemporaryDirectory directory;
  EXPECT_TRUE(check_local_directory(directory.path()));
  const auto missing = check_local_directory(directory.file("missing"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::io);
}

TEST(FileSystem, waits_for_a_folder_only_so_long) {
  outbox_test::TemporaryDirectory directory;
  auto held = lock_directory(directory.path(), std::chrono::seconds(1));
  ASSERT_TRUE(held);
  const auto refused = lock_directory(directory.path(), std::chrono::milliseconds(10));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry, Retry::later);
  held = fail(refused.error());
  EXPECT_TRUE(lock_directory(directory.path(), std::chrono::seconds(0)));
}

}  // namespace
}  // namespace smev::outbox
