#include "sdk/transport/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/unit/transport/tcp_server.hpp"

namespace smev::transport {
namespace {

using ::smev::testing::Event;

TEST(WorkerPool, runs_jobs_on_several_threads_at_once) {
  Event first;
  Event second;
  Event both;
  auto pool = *WorkerPool::start(2);
  pool->post(
      [&] {
        first.set();
        EXPECT_TRUE(second.wait());
      },
      [] { ADD_FAILURE(); });
  pool->post(
      [&] {
        second.set();
        EXPECT_TRUE(first.wait());
        both.set();
      },
      [] { ADD_FAILURE(); });
  EXPECT_TRUE(both.wait());
}

TEST(WorkerPool, finishes_what_runs_and_drops_what_waits) {
  Event started;
  Event go_on;
  std::atomic<int> ran = 0;
  std::atomic<int> dropped = 0;
  auto pool = *WorkerPool::start(1);
  pool->post(
      [&] {
        started.set();
        EXPECT_TRUE(go_on.wait());
        ++ran;
      },
      [&] { ++dropped; });
  ASSERT_TRUE(started.wait());
  for (int i = 0; i < 3; ++i) {
    pool->post([&] { ++ran; },
               [&] {
                 if (++dropped == 3) go_on.set();
               });
  }
  pool->stop();
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(dropped, 3);
  pool->post([&] { ++ran; }, [&] { ++dropped; });
  EXPECT_EQ(dropped, 4);
}

}  // namespace
}  // namespace smev::transport
