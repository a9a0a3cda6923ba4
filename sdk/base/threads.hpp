#pragma once
// Threads of the library take no signals: those are the program's, whose handler or sigwait expects
// them on its own threads. Those that tell of a fault of the thread itself stay.

#include <csignal>
#include <thread>
#include <utility>

namespace smev {

/// What is begun while it lives inherits that.
class SignalsBlocked {
 public:
  SignalsBlocked();
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

/// As std::jthread's constructor. Throws std::system_error.
template <class Work>
std::jthread quiet_thread(Work work) {
  const SignalsBlocked blocked;
  return std::jthread(std::move(work));
}

}  // namespace smev
