#pragma once
// Spares an endpoint that fails: after some failures in a row nothing is sent for a while, then one
// message as a probe. Pure: who uses it keeps what it says (Outbox::keep_circuit), so that a
// restart goes on where it was.

#include "smev/outbox/outbox.hpp"
#include "smev/sender/options.hpp"

namespace smev {

class CircuitBreaker {
 public:
  enum class Passage {
    all,
    probe,  ///< one message, the oldest, and nothing else until it is reported
    none,
  };

  CircuitBreaker(const RetryOptions& retry, Circuit kept)
      : retry_(retry), circuit_(std::move(kept)) {}

  [[nodiscard]] Passage passage(TimePoint now) const;
  /// When the way is closed: how long still.
  [[nodiscard]] Duration closed_for(TimePoint now) const;

  // Each gives true when the circuit has to be kept.
  bool succeeded();
  bool failed(TimePoint now);
  bool throttled(TimePoint now, Duration pause);

  [[nodiscard]] const Circuit& circuit() const { return circuit_; }

 private:
  RetryOptions retry_;
  Circuit circuit_;
};

}  // namespace smev
