#pragma once
// The way out: claim heads, compose, freeze, transmit, write down how it ended. One thread decides
// and writes; the transport's threads only leave outcomes for it, so that a round's outcomes share
// a commit.

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "sdk/base/bytes.hpp"
#include "sdk/sender/circuit_breaker.hpp"
#include "sdk/sender/core.hpp"
#include "sdk/sender/retry_policy.hpp"

namespace smev {

class Dispatcher {
 public:
  /// `seed`: of the jitter between attempts; a simulation gives its own.
  Dispatcher(SenderParts& parts, EventSink& events, Bell& bell,
             std::uint64_t seed = random_number());
  /// Waits until the transport has reported every message that it was given.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// One round. True when it did something, so that another may follow at once. An error is the
  /// store's, or `config` when an update of another sender turns up.
  Result<bool> round();
  /// How long a round may wait for news.
  Result<Duration> pause();
  /// Writes down what is still under way; nothing new is started.
  Result<void> finish();
  /// A moment for the reports that come right behind the first: they share a commit.
  void await_reports();

 private:
  Result<void> look_at_deadlines();
  Result<void> warn_of_deadlines();
  Result<bool> compose_claimed();
  [[nodiscard]] bool composing_rests() const;
  Result<void> check_claims(const std::vector<ClaimedUpdate>& claims);
  Result<void> release(const std::vector<ClaimedUpdate>& claims,
                       std::optional<TimePoint> not_before);
  Result<void> add_message(const std::vector<ClaimedUpdate>& claims,
                           std::vector<NewMessage>& messages);
  Result<PreparedMessage> prepare(const OutgoingMessage& message);
  Result<NewMessage> make_message(const std::vector<ClaimedUpdate>& claims);
  Result<void> give_up(const ClaimedUpdate& claim, const Error& error);
  Result<void> freeze(const std::vector<NewMessage>& messages);
  Result<bool> send_due();
  Result<std::vector<StartedAttempt>> start_allowed();
  Result<CircuitBreaker*> breaker();
  Result<void> note_health(const Transmission& transmission, bool& changed);
  Result<void> keep_circuit();
  void transmit(std::vector<PreparedMessage> messages);
  Result<std::optional<PreparedMessage>> ready(const StartedAttempt& started);
  RetrySituation situation();
  void tell_failures();
  Result<bool> collect();
  Result<void> look_for_pause();
  Result<bool> goes_alone(const ClaimedUpdate& claim);
  Result<void> write_outcomes(std::vector<AttemptOutcome> outcomes);

  SenderParts& parts_;
  EventSink& events_;
  Bell& bell_;
  std::mt19937_64 random_;
  std::map<Uuid, StartedAttempt> under_way_;
  std::optional<std::chrono::steady_clock::time_point> overdue_checked_;
  std::optional<std::chrono::steady_clock::time_point> rests_until_;
  int claimed_at_once_;
  std::map<std::string, int> failures_;  // of attempts, by fault, not told yet
  std::optional<std::chrono::steady_clock::time_point> failures_told_;
  bool paused_ = false;
  std::set<UpdateId> warned_;  // of their deadline
  std::optional<CircuitBreaker> breaker_;

  std::condition_variable half_done_;
  std::mutex mutex_;  // guards what follows
  std::vector<std::pair<Uuid, Transmission>> done_;
  std::size_t unreported_ = 0;  // messages that the transport has and has not reported
};

}  // namespace smev
