#include "smev/base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace smev {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StderrLogger, writes_one_line_per_event) {
  testing::internal::CaptureStderr();
  stderr_logger()->warning("message.held", "Нужен человек", {{"message", "7"}});
  const std::string output = testing::internal::GetCapturedStderr();
  EXPECT_THAT(output,
              HasSubstr(" level=warning event=message.held text=\"Нужен человек\" message=7\n"));
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1);
  EXPECT_EQ(output.rfind("time=20", 0), 0U);
}

TEST(StderrLogger, leaves_out_what_is_below_its_least_level) {
  testing::internal::CaptureStderr();
  const auto logger = stderr_logger(LogLevel::warning);
  logger->debug("one");
  logger->info("two");
  logger->warning("three", "");
  logger->error("four", "");
  const std::string output = testing::internal::GetCapturedStderr();
  EXPECT_THAT(output, Not(HasSubstr("one")));
  EXPECT_THAT(output, Not(HasSubstr("two")));
  EXPECT_THAT(output, HasSubstr("event=three"));
  EXPECT_THAT(output, HasSubstr("event=four"));
}

TEST(StderrLogger, default_level_is_info) {
  testing::internal::CaptureStderr();
  const auto logger = stderr_logger();
  logger->debug("hidden");
  logger->info("shown");
  const std::string output = testing::internal::GetCapturedStderr();
  EXPECT_THAT(output, Not(HasSubstr("hidden")));
  EXPECT_THAT(output, HasSubstr("level=info event=shown"));
}

TEST(StderrLogger, lines_of_several_threads_stay_whole) {
  testing::internal::CaptureStderr();
  const auto logger = stderr_logger();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) logger->info("event", {{"padding", std::string(200, 'x')}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string output = testing::internal::GetCapturedStderr();
  std::size_t lines = 0;
  for (std::size_t at = 0; at < output.size(); ++lines) {
    const std::size_t end = output.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    const std::string line = output.substr(at, end - at);
    EXPECT_EQ(line.rfind("time=", 0), 0U);
    EXPECT_EQ(line.substr(line.size() - 200), std::string(200, 'x'));
    at = end + 1;
  }
  EXPECT_EQ(lines, 400U);
}

TEST(NullLogger, says_nothing) {
  testing::internal::CaptureStderr();
  null_logger()->error("event", "text");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace smev
