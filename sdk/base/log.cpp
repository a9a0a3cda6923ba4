#include "smev/base/log.hpp"

#include <unistd.h>

#include <cerrno>
#include <exception>
#include <mutex>

#include "sdk/base/log_line.hpp"

namespace smev {
namespace {

class NullLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view, std::string_view, const std::vector<LogField>&) override {}
};

class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(LogLevel least) : least_(least) {}

  void write(LogLevel level, std::string_view event, std::string_view text,
             const std::vector<LogField>& fields) override {
    if (level < least_) return;
    try {
      const std::string line = log_line(clock_->now(), level, event, text, fields) + "\n";
      const std::lock_guard lock(mutex_);
      put(line);
    } catch (const std::exception&) {
      // A log line that cannot be made for want of memory must not stop the work it tells of.
    }
  }

 private:
  static void put(std::string_view line) {
    while (!line.empty()) {
      const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;
      line.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  LogLevel least_;
  std::shared_ptr<Clock> clock_ = system_clock();
  std::mutex mutex_;
};

}  // namespace

std::shared_ptr<Logger> null_logger() { return std::make_shared<NullLogger>(); }
std::shared_ptr<Logger> stderr_logger(LogLevel least) {
  return std::make_shared<StderrLogger>(least);
}

}  // namespace smev
