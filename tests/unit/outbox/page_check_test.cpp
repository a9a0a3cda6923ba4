#include "sdk/outbox/page_check.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>
#include <string>

#include "sdk/base/bytes.hpp"
#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox {
namespace {

std::string noise(std::size_t size) {
  std::mt19937_64 random(size);
  std::string octets(size, '\0');
  for (char& octet : octets) octet = static_cast<char>(random());
  return octets;
}

TEST(PageCheck, every_bit_counts) {
  const std::string page = noise(512);
  const std::uint64_t check = octets_check(page, 1);
  for (std::size_t bit = 0; bit < page.size() * 8; ++bit) {
    std::string flipped = page;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_NE(octets_check(flipped, 1), check) << bit;
  }
}

TEST(PageCheck, size_number_and_order_count) {
  const std::string page = noise(512);
  EXPECT_NE(octets_check(page, 1), octets_check(page, 2));
  EXPECT_NE(octets_check(page, 1), octets_check(page + std::string(1, '\0'), 1));
  EXPECT_NE(octets_check(std::string(512, '\0'), 1), octets_check(std::string(504, '\0'), 1));
  EXPECT_NE(octets_check("12345678abcdefgh", 1), octets_check("abcdefgh12345678", 1));
  EXPECT_EQ(octets_check("", 1), octets_check("", 1));
}

TEST(PageCheck, a_sealed_page_is_known_by_its_content_and_its_place) {
  std::string page = noise(4096);
  EXPECT_FALSE(is_sealed(page, 7));
  seal_page(page.data(), page.size(), 7);
  EXPECT_TRUE(is_sealed(page, 7));
  EXPECT_FALSE(is_sealed(page, 8));
  EXPECT_FALSE(is_sealed(std::string(4096, '\0'), 7)) << "nothing but zeros is no page";
}

TEST(PageCheck, reads_the_log_that_sqlite_writes) {
  outbox_test::TemporaryDirectory directory;
  const std::string path = directory.file("a.db");
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database,
                         "PRAGMA journal_mode = WAL; CREATE TABLE t (v); INSERT INTO t VALUES (1)",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  const std::string log = *read_file(path + "-wal");
  sqlite3_close(database);

  LogHeader header;
  ASSERT_TRUE(read_log_header(log, header));
  ASSERT_EQ(header.page_size, 4096u);
  LogCheck check = header.check;
  const std::size_t frame = kFrameHeaderOctets + header.page_size;
  std::size_t frames = 0;
  for (std::size_t at = kLogHeaderOctets; at + frame <= log.size(); at += frame, ++frames) {
    const std::string_view whole = std::string_view(log).substr(at, frame);
    check = frame_check(whole.substr(0, kFrameHeaderOctets), whole.substr(kFrameHeaderOctets),
                        check, header.big_endian_words);
    EXPECT_EQ(check, stated_check(whole)) << frames;
  }
  EXPECT_GE(frames, 3u);

  std::string damaged = log;
  damaged[17] = static_cast<char>(damaged[17] ^ 1);
  EXPECT_FALSE(read_log_header(damaged, header));
  EXPECT_FALSE(read_log_header("", header));
}

}  // namespace
}  // namespace smev::outbox
