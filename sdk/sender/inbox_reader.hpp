#pragma once
// Updates that a department has written into the store's inbox inside its own transaction: each is
// submitted like any other, and told apart from there: accepted, or refused with its faults.

#include <functional>
#include <optional>
#include <string>

#include "sdk/sender/core.hpp"

namespace smev {

class InboxReader {
 public:
  using Submit = std::function<Result<UpdateId>(const elk::Update&, const SubmitOptions&)>;

  InboxReader(SenderParts& parts, Submit submit) : parts_(parts), submit_(std::move(submit)) {}

  /// After an error that will not pass by itself the inbox is left alone for so long.
  static constexpr Duration kStuckPause = std::chrono::seconds(10);

  /// Takes what waits, in its order. True when there may be more. An error is that of a store that
  /// is away: what was not settled waits and is taken again, and its key makes that once. Any other
  /// stops the inbox, so that nothing overtakes, and not the sending: it is logged as inbox.stuck.
  Result<bool> round();
  /// What stopped the inbox and has not passed since.
  [[nodiscard]] const std::optional<Error>& trouble() const { return trouble_; }

 private:
  Result<bool> take();
  Result<InboxVerdict> judge(const InboxEntry& entry);

  SenderParts& parts_;
  Submit submit_;
  std::int64_t entry_ = 0;  ///< at hand, or the last one
  std::optional<Error> trouble_;
  std::chrono::steady_clock::time_point tried_again_{};
};

/// {"code", "text", "faults": [{"field", "code", "text"}]}: no personal data, as in errors.
std::string faults_to_json(const Error& error);

}  // namespace smev
