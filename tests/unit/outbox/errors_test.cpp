#include "sdk/outbox/errors.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>

namespace smev::outbox {
namespace {

bool says_full(const Error& error) {
  return error.text.find("На диске нет места") != std::string::npos;
}

TEST(OutboxErrors, a_full_disk_is_said_so_wherever_it_is_met) {
  EXPECT_TRUE(says_full(system_error(ENOSPC, "write", "/a")));
  EXPECT_TRUE(says_full(system_error(EDQUOT, "write", "/a")));
  EXPECT_FALSE(says_full(system_error(EACCES, "write", "/a")));
  EXPECT_TRUE(says_full(system_error(EFBIG, "write", "/a")));
  EXPECT_TRUE(says_full(sqlite_error(SQLITE_FULL, 0, "")));
  EXPECT_TRUE(says_full(sqlite_error(SQLITE_IOERR_WRITE, ENOSPC, "")));
  EXPECT_FALSE(says_full(sqlite_error(SQLITE_IOERR_WRITE, EIO, "")));
}

TEST(OutboxErrors, a_system_error_names_what_was_done_to_which_file) {
  const Error error = system_error(EACCES, "open", "/var/lib/x");
  EXPECT_EQ(error.code, ErrorCode::io);
  EXPECT_EQ(error.detail, "open /var/lib/x: Permission denied");
}

TEST(OutboxErrors,
     a_page_that_is_not_what_was_written_names_the_other_program_that_may_have_done_it) {
  const Error error = sqlite_error(SQLITE_IOERR_DATA, 0, "");
  EXPECT_NE(error.text.find("sqlite3 без -readonly"), std::string::npos) << error.text;
}

TEST(OutboxErrors, only_a_busy_database_and_a_full_disk_are_worth_another_try_by_themselves) {
  EXPECT_EQ(sqlite_error(SQLITE_FULL, 0, "").retry, Retry::later);
  EXPECT_EQ(system_error(ENOSPC, "write", "/a").retry, Retry::later);
  EXPECT_EQ(system_error(EACCES, "write", "/a").retry, Retry::after_fix);
  EXPECT_EQ(sqlite_error(SQLITE_BUSY, 0, "").retry, Retry::later);
  EXPECT_EQ(sqlite_error(SQLITE_BUSY_SNAPSHOT, 0, "").retry, Retry::later);
  for (const int code : {SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_READONLY, SQLITE_CANTOPEN,
                         SQLITE_IOERR_DATA, SQLITE_IOERR_READ}) {
    const Error error = sqlite_error(code, 0, "");
    EXPECT_EQ(error.code, ErrorCode::store);
    EXPECT_EQ(error.retry, Retry::after_fix) << code;
    EXPECT_NE(error.text, text(ErrorCode::store)) << "a text of its own for " << code;
  }
  EXPECT_EQ(sqlite_error(SQLITE_CONSTRAINT_CHECK, 0, "").retry, Retry::never);
}

}  // namespace
}  // namespace smev::outbox
