#include "smev-send/stop_signals.hpp"

#include <pthread.h>

#include <utility>

namespace smev::cli {

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  // Who was started with nohup outlives its terminal.
  struct sigaction hang_up {};
  const bool known = sigaction(SIGHUP, nullptr, &hang_up) == 0;
  if (known && hang_up.sa_handler != SIG_IGN) sigaddset(&signals_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

StopWatch::StopWatch(const StopSignals& signals, std::function<void()> first,
                     std::function<void()> second)
    : thread_([this, set = signals.set(), first = std::move(first), second = std::move(second)] {
        int signal = 0;
        bool asked = false;
        while (sigwait(&set, &signal) == 0 && !ended_) {
          (asked ? second : first)();
          asked = true;
        }
      }) {}

StopWatch::~StopWatch() {
  ended_ = true;
  // To that thread alone: it wakes from its wait and finds that the watch is over.
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

}  // namespace smev::cli
