#include "sdk/sender/retry_policy.hpp"

#include <algorithm>
#include <cmath>

#include "sdk/sender/retry_class.hpp"
#include "sdk/sender/verdict_json.hpp"

namespace smev {
namespace {

using Outcome = Transmission::Outcome;

constexpr std::string_view kStaleMessageId = "StaleMessageId";

void stop_updates(AttemptOutcome& outcome, MessageEvent event, HoldReason reason,
                  std::string text) {
  outcome.event = event;
  outcome.update_event = UpdateEvent::stopped;
  outcome.hold_reason = reason;
  outcome.hold_text = std::move(text);
}

// Only a message that cannot have been accepted may be replaced; one in doubt waits for a person.
void give_up_id(AttemptOutcome& outcome, const MessageRow& message) {
  if (message.doubtful_attempts == 0) {
    outcome.event = MessageEvent::superseded;
    outcome.update_event = UpdateEvent::returned;
    return;
  }
  stop_updates(outcome, MessageEvent::superseded, HoldReason::stale_in_doubt,
               "Идентификатор сообщения устарел, а исход прежних попыток неизвестен.");
}

void judge_refusal(AttemptOutcome& outcome, const MessageRow& message, const Error& error,
                   const RetrySituation& situation) {
  if (error.fault && error.fault->name == kStaleMessageId) {
    give_up_id(outcome, message);
    // Of a wrong clock every new id would be as stale as this one.
    outcome.not_before = situation.now + situation.retry.throttled;
    return;
  }
  stop_updates(outcome, MessageEvent::refused, HoldReason::refused, error.text);
}

void judge_duplicate(AttemptOutcome& outcome, const MessageRow& message) {
  if (message.doubtful_attempts > 0) {
    outcome.event = MessageEvent::accepted;
    return;
  }
  stop_updates(outcome, MessageEvent::refused, HoldReason::foreign_duplicate,
               "СМЭВ знает этот идентификатор, а прежней нашей попытки с ним нет.");
}

std::optional<Duration> asked_pause(const Transmission& transmission) {
  if (!transmission.retry_after) return std::nullopt;
  return std::clamp(*transmission.retry_after, Duration::zero(), kRetryAfterMax);
}

AttemptOutcome described(const MessageRow& message, const Transmission& transmission) {
  AttemptOutcome outcome;
  outcome.message_id = message.message_id;
  outcome.outcome = name(transmission.outcome);
  outcome.endpoint = transmission.endpoint;
  outcome.http_status = transmission.http_status;
  outcome.duration = transmission.duration;
  outcome.receipt = transmission.receipt;
  outcome.verdicts = to_json(transmission.verdicts);
  if (transmission.error) {
    const Error& error = *transmission.error;
    const bool named = error.fault && !error.fault->name.empty();
    outcome.fault = named ? error.fault->name : std::string(name(error.code));
    outcome.text = error.detail;
  }
  return outcome;
}

}  // namespace

Duration backoff(const RetryOptions& retry, int tries, double random) {
  const int doublings = std::clamp(tries - 1, 0, 40);
  const double longest = std::min(std::ldexp(static_cast<double>(retry.base.count()), doublings),
                                  static_cast<double>(retry.cap.count()));
  return Duration(static_cast<Duration::rep>(longest * random));
}

Duration longest_pause(const RetryOptions& retry) {
  return std::max({retry.base, retry.cap, retry.throttled, kRetryAfterMax});
}

Duration throttled_pause(const RetryOptions& retry, const Transmission& transmission) {
  return asked_pause(transmission).value_or(retry.throttled);
}

AttemptOutcome judge(const MessageRow& message, const Transmission& transmission,
                     const RetrySituation& situation) {
  AttemptOutcome outcome = described(message, transmission);
  const Duration growing = backoff(situation.retry, message.tries + 1, situation.random);
  const TimePoint retry_at = situation.now + asked_pause(transmission).value_or(growing);
  switch (retry_class(transmission)) {
    case RetryClass::none:
      outcome.event = MessageEvent::accepted;
      break;
    case RetryClass::duplicate:
      judge_duplicate(outcome, message);
      break;
    case RetryClass::permanent:
      judge_refusal(outcome, message, *transmission.error, situation);
      break;
    case RetryClass::throttled:
      outcome.event = MessageEvent::not_taken;
      outcome.not_before = situation.now + throttled_pause(situation.retry, transmission);
      outcome.costs_try = false;
      break;
    case RetryClass::local:
      outcome.event = MessageEvent::not_taken;
      outcome.not_before = situation.now + situation.retry.base;
      outcome.costs_try = false;
      break;
    case RetryClass::transient:
      outcome.event = MessageEvent::not_taken;
      outcome.not_before = retry_at;
      break;
    case RetryClass::in_doubt:
      outcome.event = MessageEvent::doubt;
      outcome.not_before = retry_at;
      break;
  }
  if (outcome.event == MessageEvent::accepted) {
    outcome.answer_deadline = situation.now + situation.answer_deadline;
  }
  return outcome;
}

AttemptOutcome judge_stale(const MessageRow& message, const std::string& text) {
  AttemptOutcome outcome;
  outcome.message_id = message.message_id;
  outcome.outcome = name(Outcome::not_sent);
  outcome.fault = "stale";
  outcome.text = text;
  give_up_id(outcome, message);
  return outcome;
}

AttemptOutcome judge_missing_file(const MessageRow& message, const Error& error) {
  AttemptOutcome outcome;
  outcome.message_id = message.message_id;
  outcome.outcome = name(Outcome::not_sent);
  outcome.fault = name(error.code);
  outcome.text = error.detail;
  // Not refused: an earlier attempt may have arrived, and then no other message may be made.
  stop_updates(outcome, MessageEvent::not_taken, HoldReason::file_missing, error.text);
  return outcome;
}

}  // namespace smev
