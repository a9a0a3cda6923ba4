#include "smev-send/stop_signals.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <future>

namespace smev::cli {
namespace {

bool is_blocked(int signal) {
  sigset_t mask{};
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return sigismember(&mask, signal) == 1;
}

class Watched : public testing::TestWithParam<int> {};

TEST_P(Watched, first_signal_and_second_signal_are_told_apart) {
  const StopSignals signals;
  std::promise<void> first;
  std::promise<void> second;
  const StopWatch watch(
      signals, [&] { first.set_value(); }, [&] { second.set_value(); });
  ::kill(::getpid(), GetParam());
  first.get_future().get();
  ::kill(::getpid(), GetParam());
  second.get_future().get();
}

INSTANTIATE_TEST_SUITE_P(StopSignals, Watched, testing::Values(SIGINT, SIGTERM));

TEST(StopSignals, signal_before_the_watch_waits_for_it) {
  const StopSignals signals;
  ::kill(::getpid(), SIGTERM);
  std::promise<void> first;
  const StopWatch watch(
      signals, [&] { first.set_value(); }, [] {});
  first.get_future().get();
}

TEST(StopSignals, watch_that_ends_calls_nobody) {
  const StopSignals signals;
  bool called = false;
  {
    const StopWatch watch(
        signals, [&] { called = true; }, [&] { called = true; });
  }
  EXPECT_FALSE(called);
}

TEST(StopSignals, one_more_signal_on_the_way_out_does_not_kill) {
  sigset_t set{};
  {
    const StopSignals signals;
    set = signals.set();
  }
  ASSERT_EQ(kill(getpid(), SIGTERM), 0);
  EXPECT_TRUE(is_blocked(SIGTERM));
  EXPECT_TRUE(is_blocked(SIGINT));
  const timespec at_once{};
  EXPECT_EQ(sigtimedwait(&set, nullptr, &at_once), SIGTERM);
}

}  // namespace
}  // namespace smev::cli
