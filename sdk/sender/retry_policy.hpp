#pragma once
// What follows from one attempt: a pure function of its outcome and of what is on record. Retry
// lives in the outbox; this only says when and whether.

#include "smev/outbox/outbox.hpp"
#include "smev/sender/options.hpp"
#include "smev/transport/transport.hpp"

namespace smev {

/// What the policy may know besides the outcome.
struct RetrySituation {
  TimePoint now{};
  double random = 0;  ///< 0..1, drawn by the caller
  RetryOptions retry;
  Duration answer_deadline{};  ///< how long an accepted message may stay without an answer
};

/// A longer pause that the other side asks for is cut to this.
inline constexpr Duration kRetryAfterMax = std::chrono::hours(24);

/// Full jitter: the pause after the `tries`-th try is uniform in [0, min(cap, base·2^(tries-1))].
Duration backoff(const RetryOptions& retry, int tries, double random);
/// No pause lasts longer.
Duration longest_pause(const RetryOptions& retry);
/// The pause after SMEV's limit of calls.
Duration throttled_pause(const RetryOptions& retry, const Transmission& transmission);

/// Fills everything of the outcome but attempt and lease.
AttemptOutcome judge(const MessageRow& message, const Transmission& transmission,
                     const RetrySituation& situation);

/// An attempt that was not made, because the id is too old to be offered (design §3).
AttemptOutcome judge_stale(const MessageRow& message, const std::string& text);
/// An attempt that was not made, because a file of the message is gone or changed.
AttemptOutcome judge_missing_file(const MessageRow& message, const Error& error);

}  // namespace smev
