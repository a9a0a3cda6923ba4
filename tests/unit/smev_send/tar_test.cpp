#include "smev-send/tar.hpp"

#include <gtest/gtest.h>

namespace smev::cli {
namespace {

TEST(TarArchive, has_a_header_and_whole_blocks_for_each_file_and_two_empty_ones_at_the_end) {
  TarArchive archive{TimePoint(std::chrono::seconds(8))};
  ASSERT_TRUE(archive.add("a/b.txt", "content"));
  ASSERT_TRUE(archive.add("empty", ""));
  ASSERT_TRUE(archive.add("block", std::string(512, 'x')));
  const std::string octets = archive.finish();
  ASSERT_EQ(octets.size(), 512u * (2 + 1 + 2 + 2));
  const std::string header = octets.substr(0, 512);
  EXPECT_EQ(std::string(header.c_str()), "a/b.txt");
  EXPECT_EQ(header.substr(100, 8), std::string("0000600\0", 8));
  EXPECT_EQ(header.substr(124, 12), std::string("00000000007\0", 12));
  EXPECT_EQ(header.substr(136, 12), std::string("00000000010\0", 12));
  EXPECT_EQ(header.substr(257, 8), std::string("ustar\00000", 8));
  EXPECT_EQ(octets.substr(512, 8), std::string("content\0", 8));
  EXPECT_EQ(octets.substr(octets.size() - 1024), std::string(1024, '\0'));
}

TEST(TarArchive, the_checksum_counts_its_own_field_as_blanks) {
  TarArchive archive{TimePoint{}};
  ASSERT_TRUE(archive.add("a", ""));
  std::string header = archive.finish().substr(0, 512);
  const unsigned long told = std::stoul(header.substr(148, 6), nullptr, 8);
  EXPECT_EQ(header.substr(154, 2), std::string("\0 ", 2));
  header.replace(148, 8, 8, ' ');
  unsigned long sum = 0;
  for (const char octet : header) sum += static_cast<unsigned char>(octet);
  EXPECT_EQ(told, sum);
}

TEST(TarArchive, a_name_that_does_not_fit_is_refused) {
  TarArchive archive{TimePoint{}};
  EXPECT_TRUE(archive.add(std::string(100, 'n'), ""));
  EXPECT_FALSE(archive.add(std::string(101, 'n'), ""));
  EXPECT_FALSE(archive.add("", ""));
}

}  // namespace
}  // namespace smev::cli
