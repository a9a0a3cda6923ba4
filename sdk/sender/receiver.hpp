#pragma once
// The way back: poll, verify, store and settle in one commit, then acknowledge. Never the other way
// round.

#include <mutex>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "sdk/sender/core.hpp"

namespace smev {

class Receiver {
 public:
  Receiver(SenderParts& parts, EventSink& events, Bell& bell);

  /// Acknowledges what a crash left stored and unacknowledged.
  Result<void> acknowledge_stored();
  /// Asks once. True when a message was taken off the queue, so that another may wait behind it.
  /// An error of the store is returned; one of the network is logged and counts as an empty queue.
  Result<bool> round();
  /// Marks in the store what was acknowledged since: after the last round.
  Result<void> finish() { return mark_acknowledged(); }
  /// How long to wait after an empty round: short while an answer is awaited.
  Result<Duration> pause();

 private:
  /// Acknowledged answers that are marked in one commit. Those that a crash leaves unmarked are
  /// acknowledged again at the next start.
  static constexpr std::size_t kMarkedTogether = 64;

  Result<bool> poll();
  Result<void> mark_acknowledged();
  Result<bool> take(const IncomingMessage& incoming);
  Result<bool> acknowledge(std::int64_t answer, const std::string& message_id);
  void report_unsettled(Event::Kind kind, const IncomingMessage& incoming, std::string text);

  SenderParts& parts_;
  EventSink& events_;
  Bell& bell_;
  void note_failure(const Error& error);
  [[nodiscard]] bool is_throttled() const;

  std::vector<std::int64_t> acknowledged_;  // and not yet marked
  int network_errors_ = 0;                  // in a row
  std::optional<std::chrono::steady_clock::time_point> throttled_until_;
};

}  // namespace smev
