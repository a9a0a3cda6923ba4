#pragma once
// Looks at every page of the database file beside the work, after a dispatcher was killed or the
// machine stopped under it: a page that nobody reads today may be the one that is wanted in a year.

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"

namespace smev::outbox {

class WholeCheck {
 public:
  /// Starts on a thread and a connection of its own; the end of the object ends it early. `sound`
  /// is called on that thread when all was looked at and nothing found.
  WholeCheck(std::string database, Duration busy_timeout, std::function<void()> sound = {});
  WholeCheck(const WholeCheck&) = delete;
  WholeCheck& operator=(const WholeCheck&) = delete;

  /// The damage that was found so far, if any. Costs nothing.
  [[nodiscard]] Result<void> verdict() const;
  /// Until all was looked at.
  void wait();
  [[nodiscard]] std::uint32_t pages_checked() const { return pages_checked_; }

 private:
  void run(const std::stop_token& stop);
  Result<void> check_all(const std::stop_token& stop);

  std::string database_;
  Duration busy_timeout_;
  std::function<void()> sound_;
  std::atomic<std::uint32_t> pages_checked_ = 0;
  std::atomic<bool> damaged_ = false;
  mutable std::mutex mutex_;
  std::optional<Error> damage_;  // guarded by mutex_
  std::jthread thread_;          // the last: it uses all of the above
};

}  // namespace smev::outbox
