#include "sdk/sender/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace smev {
namespace {

using namespace std::chrono_literals;
using Passage = CircuitBreaker::Passage;

const TimePoint kNow = TimePoint(std::chrono::hours(500'000));

RetryOptions retry() {
  RetryOptions options;
  options.breaker_failures = 3;
  options.breaker_pause = 30s;
  options.cap = 2min;
  return options;
}

CircuitBreaker fresh() { return CircuitBreaker(retry(), {"http://smev", 0, std::nullopt}); }

CircuitBreaker closed_way() {
  CircuitBreaker breaker = fresh();
  for (int i = 0; i < 3; ++i) breaker.failed(kNow);
  return breaker;
}

TEST(CircuitBreaker, lets_everything_pass_until_the_failures_are_many) {
  CircuitBreaker breaker = fresh();
  EXPECT_FALSE(breaker.failed(kNow));
  EXPECT_FALSE(breaker.failed(kNow));
  EXPECT_EQ(breaker.passage(kNow), Passage::all);
  EXPECT_TRUE(breaker.failed(kNow));
  EXPECT_EQ(breaker.passage(kNow), Passage::none);
  EXPECT_EQ(breaker.closed_for(kNow + 10s), 20s);
}

TEST(CircuitBreaker, a_success_between_failures_begins_the_count_anew) {
  CircuitBreaker breaker = fresh();
  breaker.failed(kNow);
  breaker.failed(kNow);
  EXPECT_FALSE(breaker.succeeded()) << "nothing was kept";
  breaker.failed(kNow);
  EXPECT_EQ(breaker.passage(kNow), Passage::all);
}

TEST(CircuitBreaker, after_the_pause_one_probe_and_its_failure_doubles_the_pause_up_to_the_cap) {
  CircuitBreaker breaker = closed_way();
  TimePoint now = kNow;
  for (const Duration pause : {Duration(30s), Duration(60s), Duration(2min), Duration(2min)}) {
    EXPECT_EQ(breaker.closed_for(now), pause);
    now += pause;
    EXPECT_EQ(breaker.passage(now), Passage::probe);
    EXPECT_TRUE(breaker.failed(now));
  }
}

TEST(CircuitBreaker, a_probe_that_succeeds_opens_the_way) {
  CircuitBreaker breaker = closed_way();
  EXPECT_TRUE(breaker.succeeded());
  EXPECT_EQ(breaker.passage(kNow), Passage::all);
  EXPECT_EQ(breaker.circuit(), (Circuit{"http://smev", 0, std::nullopt}));
}

TEST(CircuitBreaker, what_was_under_way_when_it_closed_does_not_lengthen_the_pause) {
  CircuitBreaker breaker = closed_way();
  EXPECT_FALSE(breaker.failed(kNow + 5s));
  EXPECT_EQ(breaker.closed_for(kNow), 30s);
}

TEST(CircuitBreaker, goes_on_after_a_restart_where_it_was) {
  const CircuitBreaker before = closed_way();
  CircuitBreaker after(retry(), before.circuit());
  EXPECT_EQ(after.passage(kNow + 29s), Passage::none);
  EXPECT_EQ(after.passage(kNow + 30s), Passage::probe);
  after.failed(kNow + 30s);
  EXPECT_EQ(after.closed_for(kNow + 30s), 60s) << "the failures are remembered too";
}

TEST(CircuitBreaker, a_limit_of_calls_closes_the_way_at_once) {
  CircuitBreaker breaker = fresh();
  EXPECT_TRUE(breaker.throttled(kNow, 5min));
  EXPECT_EQ(breaker.closed_for(kNow), 5min);
  EXPECT_FALSE(breaker.throttled(kNow, 1min)) << "a shorter pause does not count";
  EXPECT_EQ(breaker.passage(kNow + 5min), Passage::probe);
}

TEST(CircuitBreaker, a_clock_that_was_set_back_does_not_close_the_way_for_years) {
  const CircuitBreaker breaker = closed_way();
  EXPECT_EQ(breaker.passage(kNow - 1000h), Passage::probe);
}

}  // namespace
}  // namespace smev
