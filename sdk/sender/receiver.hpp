#pragma once
// The way back: poll, verify, store and settle in one commit, then acknowledge. Never the other way
// round.

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sdk/sender/core.hpp"

namespace smev {

class Receiver {
 public:
  Receiver(SenderParts& parts, EventSink& events, Bell& bell);

  /// Acknowledges what a crash left stored and unacknowledged.
  Result<void> acknowledge_stored();
  /// Takes what has come. True when others may wait behind it. An error of the store is returned;
  /// one of the network is logged and counts as an empty queue.
  Result<bool> round();
  /// Marks in the store what was acknowledged since: after the last round.
  Result<void> finish() { return mark_acknowledged(); }
  /// How long to wait after an empty round: short while an answer is awaited.
  Result<Duration> pause();

 private:
  /// What came in one go.
  struct Batch {
    std::vector<IncomingMessage> messages;
    bool more = false;     ///< the queue was not seen to be empty
    bool is_back = false;  ///< the first call that succeeded after others had failed
  };
  enum class Acknowledged { done, refused, away };

  Batch gather();
  Result<bool> take(std::span<IncomingMessage> messages);
  Result<bool> conclude(std::span<const IncomingMessage> messages,
                        const std::vector<RecordedAnswer>& recorded);
  bool tell(const IncomingMessage& incoming, const RecordedAnswer& recorded);
  Result<void> mark_acknowledged();
  Acknowledged acknowledge(std::int64_t answer, const std::string& message_id);
  void name_update(const std::string& message_id, Event& event);
  void report_unsettled(Event::Kind kind, const IncomingMessage& incoming, std::string text);
  void note_failure(const Error& error);
  [[nodiscard]] bool is_throttled() const;

  SenderParts& parts_;
  EventSink& events_;
  Bell& bell_;
  std::vector<std::int64_t> acknowledged_;  // and not yet marked
  bool others_wait_ = false;                // the last round left more behind
  bool empty_is_quick_ = false;             // that nothing has come is said at once
  bool one_by_one_ = false;                 // the next message is given after the Ack alone
  int network_errors_ = 0;                  // in a row
  std::optional<std::chrono::steady_clock::time_point> throttled_until_;
};

}  // namespace smev
