#include "sdk/sender/circuit_breaker.hpp"

#include <algorithm>

#include "sdk/sender/retry_policy.hpp"

namespace smev {

// A wall clock that was set back must not close the way for longer than any pause lasts.
Duration CircuitBreaker::closed_for(TimePoint now) const {
  if (!circuit_.open_until || *circuit_.open_until <= now) return Duration::zero();
  const Duration left = *circuit_.open_until - now;
  return left > longest_pause(retry_) ? Duration::zero() : left;
}

CircuitBreaker::Passage CircuitBreaker::passage(TimePoint now) const {
  if (!circuit_.open_until) return Passage::all;
  return closed_for(now) > Duration::zero() ? Passage::none : Passage::probe;
}

bool CircuitBreaker::succeeded() {
  const bool was_open = circuit_.open_until.has_value();
  circuit_.failures = 0;
  circuit_.open_until.reset();
  return was_open;
}

bool CircuitBreaker::failed(TimePoint now) {
  // What was under way when the way was closed tells nothing new.
  if (passage(now) == Passage::none) return false;
  circuit_.failures = std::min(circuit_.failures + 1, retry_.breaker_failures + 60);
  if (circuit_.failures < retry_.breaker_failures && !circuit_.open_until) return false;
  RetryOptions growing = retry_;
  growing.base = retry_.breaker_pause;
  const int times = std::max(circuit_.failures - retry_.breaker_failures + 1, 1);
  circuit_.open_until = now + backoff(growing, times, 1.0);
  return true;
}

bool CircuitBreaker::throttled(TimePoint now, Duration pause) {
  const TimePoint until = now + pause;
  if (circuit_.open_until && *circuit_.open_until >= until && passage(now) == Passage::none) {
    return false;
  }
  circuit_.open_until = until;
  return true;
}

}  // namespace smev
