#pragma once
// The way out: claim heads, compose, freeze, transmit, write down how it ended. One thread decides
// and writes; the transport's threads only leave outcomes for it, so that a round's outcomes share
// a commit.

#include <map>
#include <mutex>
#include <random>
#include <vector>

#include "sdk/sender/core.hpp"
#include "sdk/sender/retry_policy.hpp"

namespace smev {

class Dispatcher {
 public:
  Dispatcher(SenderParts& parts, EventSink& events, Bell& bell);
  /// Waits until every attempt under way has been reported.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// One round. True when it did something, so that another may follow at once. An error is the
  /// store's.
  Result<bool> round();
  /// How long a round may wait for news.
  Result<Duration> pause();
  /// Writes down what is still under way; nothing new is started.
  Result<void> finish();

 private:
  Result<bool> compose_claimed();
  Result<void> add_message(const std::vector<ClaimedUpdate>& claims,
                           std::vector<NewMessage>& messages);
  Result<NewMessage> make_message(const std::vector<ClaimedUpdate>& claims);
  Result<void> give_up(const ClaimedUpdate& claim, const Error& error);
  Result<void> freeze(const std::vector<NewMessage>& messages);
  Result<bool> send_due();
  Result<std::optional<PreparedMessage>> ready(const StartedAttempt& started);
  Result<bool> collect();
  Result<void> look_for_pause();
  Result<bool> goes_alone(const ClaimedUpdate& claim);
  Result<void> write_outcomes(std::vector<AttemptOutcome> outcomes);

  SenderParts& parts_;
  EventSink& events_;
  Bell& bell_;
  std::mt19937_64 random_;
  std::map<Uuid, StartedAttempt> under_way_;
  TimePoint overdue_checked_{};
  bool paused_ = false;

  std::mutex mutex_;
  std::vector<std::pair<Uuid, Transmission>> done_;  // guarded by mutex_
};

}  // namespace smev
