#include "sdk/base/kill_point.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>

namespace smev {
namespace {

#ifdef SMEV_KILL_POINTS

// Runs in the child of a death test: five visits, then an orderly end.
void visit_five_times(const char* order) {
  if (order != nullptr) ::setenv("SMEV_KILL_AT", order, 1);
  for (int visit = 1; visit <= 5; ++visit) {
    SMEV_KILL_POINT("test.other");
    SMEV_KILL_POINT("test.point");
    std::fprintf(stderr, "survived %d;", visit);
  }
  std::_Exit(0);
}

class KillPointDeathTest : public testing::Test {
 protected:
  // The order is read once per process: each child must start anew.
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(KillPointDeathTest, kills_at_the_visit_that_was_ordered) {
  EXPECT_EXIT(visit_five_times("test.point:3"), testing::KilledBySignal(SIGKILL), "survived 2;$");
}

TEST_F(KillPointDeathTest, kills_at_the_first_visit_without_a_number) {
  EXPECT_EXIT(visit_five_times("test.point"), testing::KilledBySignal(SIGKILL), "^$");
}

TEST_F(KillPointDeathTest, other_points_do_not_count) {
  EXPECT_EXIT(visit_five_times("test.elsewhere:1"), testing::ExitedWithCode(0), "survived 5;");
  EXPECT_EXIT(visit_five_times("test.poin:1"), testing::ExitedWithCode(0), "survived 5;");
}

TEST_F(KillPointDeathTest, visits_beyond_those_made_leave_the_process_alone) {
  EXPECT_EXIT(visit_five_times("test.point:6"), testing::ExitedWithCode(0), "survived 5;");
}

TEST_F(KillPointDeathTest, nothing_ordered_nothing_killed) {
  EXPECT_EXIT(visit_five_times(nullptr), testing::ExitedWithCode(0), "survived 5;");
}

TEST_F(KillPointDeathTest, unreadable_order_ends_the_program_loudly) {
  for (const char* order : {"test.point:", "test.point:0", "test.point:x", "test.point:-1"}) {
    EXPECT_EXIT(visit_five_times(order), testing::KilledBySignal(SIGABRT), "is not point:visit");
  }
}

#else

TEST(KillPoint, is_nothing_in_this_build) {
  SMEV_KILL_POINT("test.point");
  SUCCEED();
}

#endif

}  // namespace
}  // namespace smev
