#pragma once
// SIGINT, SIGTERM and SIGHUP for a program that may not do real work in a signal handler: both are
// blocked, and a thread waits for them.

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace smev::cli {

/// Blocks both signals, for the rest of the process: one more that comes while the program is on
/// its way out must not turn a clean end into a killed one. Made before any other thread, so that
/// all of them inherit the mask; a signal that comes before there is a watch waits for it.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] const sigset_t& set() const { return signals_; }

 private:
  sigset_t signals_{};
};

/// Waits for the signals as long as it lives.
class StopWatch {
 public:
  /// @param first called once, from a thread of its own, at the first signal
  /// @param second called at each further one; not meant to come back
  StopWatch(const StopSignals& signals, std::function<void()> first, std::function<void()> second);
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;
  ~StopWatch();

 private:
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace smev::cli
