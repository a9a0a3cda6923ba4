#include "smev-send/exit_code.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace smev::cli {
namespace {

TEST(ExitCode, every_error_code_has_one_that_is_no_success) {
  std::set<ExitCode> known;
  for (const ExitCodeRow& row : exit_codes()) known.insert(row.code);
  for (const ErrorCode code : all_error_codes()) {
    EXPECT_NE(exit_code(code), ExitCode::done) << name(code);
    EXPECT_NE(exit_code(code), ExitCode::usage) << name(code);
    EXPECT_EQ(known.count(exit_code(code)), 1u) << name(code);
  }
}

TEST(ExitCode, errors_of_each_kind) {
  EXPECT_EQ(exit_code(ErrorCode::validation), ExitCode::validation);
  EXPECT_EQ(exit_code(ErrorCode::config), ExitCode::configuration);
  EXPECT_EQ(exit_code(ErrorCode::io), ExitCode::storage);
  EXPECT_EQ(exit_code(ErrorCode::store_busy), ExitCode::try_later);
  EXPECT_EQ(exit_code(ErrorCode::key), ExitCode::crypto);
  EXPECT_EQ(exit_code(ErrorCode::timeout), ExitCode::network);
  EXPECT_EQ(exit_code(ErrorCode::internal), ExitCode::internal);
}

TEST(ExitCode, only_a_delivered_update_is_done) {
  for (const UpdateState state : all_update_states()) {
    EXPECT_EQ(exit_code(state) == ExitCode::done, state == UpdateState::delivered) << name(state);
  }
  EXPECT_EQ(exit_code(UpdateState::queued), ExitCode::try_later);
  EXPECT_EQ(exit_code(UpdateState::held), ExitCode::held);
}

TEST(ExitCode, page_has_every_code_with_its_text) {
  const char* folder = std::getenv("SMEV_SOURCE_DIR");
  std::ifstream file(std::string(folder == nullptr ? "." : folder) + "/docs/smev-send.md");
  ASSERT_TRUE(file);
  std::stringstream page;
  page << file.rdbuf();
  std::string rows;
  for (const ExitCodeRow& row : exit_codes()) {
    rows += "| " + std::to_string(static_cast<int>(row.code)) + " | `" + std::string(row.name) +
            "` | " + std::string(row.text) + " |\n";
  }
  EXPECT_NE(page.str().find("|---|---|---|\n" + rows + "\n"), std::string::npos) << rows;
}

}  // namespace
}  // namespace smev::cli
