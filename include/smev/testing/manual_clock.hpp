#pragma once
/// A clock that stands still until the test moves it. Thread-safe. `now` and `steady` advance
/// together; `set` moves wall time alone, as a correction of the machine's clock does.

#include <mutex>

#include "smev/base/clock.hpp"

namespace smev::testing {

class ManualClock final : public Clock {
 public:
  /// 2026-04-16 07:47:33 UTC unless given.
  explicit ManualClock(TimePoint start = TimePoint(std::chrono::seconds(1776325653)))
      : now_(start) {}

  [[nodiscard]] TimePoint now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }

  void advance(Duration duration) {
    const std::lock_guard lock(mutex_);
    now_ += duration;
    steady_ += duration;
  }
  void set(TimePoint now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
  }

 private:
  mutable std::mutex mutex_;
  TimePoint now_;
  std::chrono::steady_clock::time_point steady_{};
};

}  // namespace smev::testing
