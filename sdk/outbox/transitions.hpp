#pragma once
// The one place that changes a state: reads it, asks the table, writes it, and keeps in step what
// hangs on it (head flags, leases, what a message waits for). Always inside the caller's
// transaction.

#include <optional>
#include <string>
#include <vector>

#include "sdk/outbox/database.hpp"
#include "sdk/outbox/rows.hpp"

namespace smev::outbox {

struct UpdateChange {
  UpdateEvent event = UpdateEvent::stopped;
  HoldReason hold_reason = HoldReason::none;  ///< with `stopped`: not none
  std::string hold_text;
  std::optional<int> result_code;
  ForcedKind forced_kind = ForcedKind::none;  ///< with `returned`: a conversion
  std::optional<TimePoint> not_before;        ///< with `returned`
};

/// Whether the state changed; `illegal_transition` when the table has no such move.
Result<bool> apply(Database& database, TimePoint now, UpdateId update, const UpdateChange& change);

/// What else changes of a message with its state; what is not given stays.
struct MessageChange {
  bool attempt_begins = false;  ///< under a lease of its own
  bool doubtful_attempt = false;
  bool costs_try = false;
  std::optional<std::string> endpoint;
  std::optional<std::string> lease_until;  ///< moments as they are stored, '' for none
  std::optional<std::string> not_before;
  std::optional<std::string> answer_deadline;
  friend bool operator==(const MessageChange&, const MessageChange&) = default;
};

/// The message's state after the event. A message that will not be offered again stops waiting.
Result<MessageState> apply(Database& database, TimePoint now, MessageKey message,
                           MessageEvent event, const MessageChange& change = {});

/// A message waits while an update is in flight in it.
Result<void> refresh_waiting(Database& database, MessageKey message);

/// A message in which nothing is in flight any more stops waiting; when it cannot have left, it is
/// superseded.
Result<void> withdraw_if_idle(Database& database, TimePoint now, MessageKey message);

/// Closes an attempt that nobody will end any more: its message is in doubt, and due at once.
Result<void> interrupt_attempt(Database& database, TimePoint now, MessageKey message);

/// `stale_lease` unless the update is claimed under this epoch: each claim begins a new one, and
/// whatever ends a claim empties its lease.
Result<void> check_claim(Database& database, UpdateId update, std::int64_t lease_epoch);

/// Messages of the update that are in `state` and that nothing waits for.
Result<std::vector<MessageKey>> idle_messages(Database& database, UpdateId update,
                                              MessageState state);

/// What of the update's messages certainly did not leave will not leave any more.
Result<void> give_up_unsent(Database& database, TimePoint now, UpdateId update);

/// Whether an earlier message of the update may have reached SMEV, or may yet, and is not known to
/// be refused or answered.
Result<bool> has_unresolved_message(Database& database, UpdateId update);

/// Whether a message of the update may have put its status into the account, or may yet: it is not
/// known to be refused, given up unsent, or answered with a code other than 0 for this very update.
Result<bool> may_be_shown(Database& database, UpdateId update);

}  // namespace smev::outbox
