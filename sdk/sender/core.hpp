#pragma once
// What the facade, the dispatcher and the receiver share: the parts, the events, the wish to stop.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "sdk/base/runtime.hpp"
#include "sdk/sender/information_type.hpp"
#include "smev/sender/sender.hpp"

namespace smev {

struct SenderParts {
  SenderOptions options;
  std::shared_ptr<Runtime> runtime;
  std::unique_ptr<InformationType> type;

  // Shorthands: open() has filled them all.
  Outbox& outbox() const { return *options.outbox; }
  Transport& transport() const { return *options.transport; }
  Clock& clock() const { return *options.clock; }
  IdSource& ids() const { return *options.ids; }
  Logger& logger() const { return *options.logger; }
};

/// Hands events to the user's callback, one at a time, and writes them to the log. A callback that
/// submits is called for that event within its own call; what it throws goes to the log.
class EventSink {
 public:
  explicit EventSink(const SenderParts& parts) : parts_(parts) {}

  void set_callback(std::function<void(const Event&)> callback);
  void give(Event event);
  /// The event of an update whose state has just changed.
  void give_changed(const UpdateRow& update, const std::string& message_id);

 private:
  void call(const Event& event);

  const SenderParts& parts_;
  std::recursive_mutex mutex_;
  std::shared_ptr<const std::function<void(const Event&)>> callback_;  ///< may replace itself
};

/// A wait that any thread can end: there is work, or it is time to stop.
class Bell {
 public:
  void ring();
  void stop();
  [[nodiscard]] bool stopped() const;
  void reset();
  /// Returns after `timeout`, a ring since the last wait of this caller, or a stop.
  /// `seen` is the caller's own memory of the last ring.
  void wait(Duration timeout, unsigned long& seen);
  /// The same, but a stop does not end it: for what must be waited for even then.
  void wait_for_ring(Duration timeout, unsigned long& seen);
  /// Returns after `timeout` or a stop; a ring wakes nobody who waits here.
  void wait_for_stop(Duration timeout);
  /// How often it rang: who looks at this before looking for work misses nothing by waiting after.
  [[nodiscard]] unsigned long rings() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable rung_;
  std::condition_variable ended_;
  unsigned long rings_ = 0;
  bool stopped_ = false;
};

}  // namespace smev
