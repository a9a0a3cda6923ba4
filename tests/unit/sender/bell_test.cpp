#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "sdk/sender/core.hpp"

namespace smev {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLong = 1h;
constexpr Duration kNotAtAll = 0s;

TEST(Bell, a_ring_ends_the_wait_of_everybody_who_has_not_seen_it) {
  Bell bell;
  unsigned long one = 0;
  unsigned long other = 0;
  std::jthread waiter([&] { bell.wait(kLong, one); });
  bell.ring();
  bell.wait(kLong, other);
  waiter.join();
  EXPECT_EQ(one, 1u);
  EXPECT_EQ(other, 1u);
}

TEST(Bell, what_rang_before_it_was_looked_at_does_not_end_the_wait) {
  Bell bell;
  bell.ring();
  unsigned long seen = bell.rings();
  bell.wait(kNotAtAll, seen);
  EXPECT_EQ(seen, 1u);
  bell.ring();
  bell.wait(kLong, seen);
  EXPECT_EQ(seen, 2u);
}

TEST(Bell, only_a_stop_ends_a_wait_for_it) {
  Bell bell;
  auto waiting = std::async(std::launch::async, [&] { bell.wait_for_stop(kLong); });
  bell.ring();
  EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout);
  bell.stop();
  waiting.get();
  unsigned long seen = bell.rings();
  bell.wait(kLong, seen);
  EXPECT_TRUE(bell.stopped());
}

TEST(Bell, what_must_be_waited_for_even_then_is_not_ended_by_a_stop) {
  Bell bell;
  bell.stop();
  unsigned long seen = bell.rings();
  auto waiting = std::async(std::launch::async, [&] { bell.wait_for_ring(kLong, seen); });
  EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout);
  bell.ring();
  waiting.get();
}

}  // namespace
}  // namespace smev
