#pragma once
// The set of trust that is in force: read again when its files have changed.

#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "sdk/signature/trust_set.hpp"

namespace smev::signature {

/// Thread-safe.
class TrustStore {
 public:
  static constexpr Duration kLookPause = std::chrono::seconds(1);

  static Result<std::unique_ptr<TrustStore>> open(TrustOptions options,
                                                  std::shared_ptr<Logger> logger,
                                                  std::shared_ptr<Clock> clock);
  /// Looks at the files first, unless that was done within the last second. While one thread looks,
  /// the others go on with what there is.
  std::shared_ptr<const TrustSet> current();

 private:
  TrustStore(TrustOptions options, std::shared_ptr<Logger> logger, std::shared_ptr<Clock> clock);

  [[nodiscard]] bool begin_look();
  void look();
  [[nodiscard]] std::shared_ptr<const TrustSet> read_again();
  [[nodiscard]] std::shared_ptr<const TrustSet> made_of(std::vector<TrustFile> files);
  [[nodiscard]] std::shared_ptr<const TrustSet> take_less(const std::vector<TrustFile>& found,
                                                          const std::string& seen);
  void tell_unreadable(const std::string& faults);
  void warn_of_stale_lists(const TrustSet& set);

  const TrustOptions options_;
  const std::shared_ptr<Logger> logger_;
  const std::shared_ptr<Clock> clock_;

  std::mutex mutex_;
  std::shared_ptr<const TrustSet> set_;
  std::chrono::steady_clock::time_point looked_at_;
  bool looking_ = false;

  // Of the one thread that looks.
  std::vector<TrustFile> counting_;  // what the set is made of
  std::string imprint_;
  std::string faulty_imprint_;  // of the faulty files that were last made the best of
  std::string last_error_;
  std::set<std::string> told_stale_;  // fingerprints
};

}  // namespace smev::signature
