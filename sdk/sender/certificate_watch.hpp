#pragma once
// How long the certificate still lasts, told in time: who gets a new one needs weeks.

#include <optional>

#include "sdk/sender/core.hpp"

namespace smev {

class CertificateWatch {
 public:
  explicit CertificateWatch(const SenderParts& parts) : parts_(parts) {}

  /// Warns in the log when another threshold has been passed since the last look. Cheap; for one
  /// thread.
  void look();
  /// Nothing when there is no signer. Thread-safe.
  [[nodiscard]] std::optional<int> days_left() const;

 private:
  const SenderParts& parts_;
  int level_ = 0;
};

}  // namespace smev
