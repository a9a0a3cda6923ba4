// Attempts: each written down before the first octet leaves, and ended when its outcome is known.

#include <fmt/format.h>

#include "sdk/outbox/audit.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/hot_queries.hpp"
#include "sdk/outbox/row_locks.hpp"
#include "sdk/outbox/table_outbox.hpp"
#include "sdk/outbox/transitions.hpp"

namespace smev::outbox {
namespace {

Result<std::vector<MessageKey>> take_due_messages(Database& database, const char* sql,
                                                  TimePoint now, int limit) {
  SMEV_ASSIGN(Statement statement, database.query(sql, now, limit));
  return read_numbers(statement);
}

// Messages whose worker has not ended its attempt within the lease.
Result<std::vector<MessageKey>> take_lapsed_messages(Database& database, TimePoint now) {
  SMEV_ASSIGN(Statement statement, database.query(kTakeLapsedMessagesSql, now));
  return read_numbers(statement);
}

Result<bool> anything_to_start(Database& database, TimePoint now) {
  SMEV_ASSIGN(const auto lapsed, database.number(kLapsedMessagesSql, now));
  if (lapsed) return true;
  SMEV_ASSIGN(const auto due, database.number(kDueMessagesSql, now, 1));
  if (!due) return false;
  SMEV_ASSIGN(const auto pause, find_pause(database));
  return !pause;
}

Result<StartedAttempt> start_attempt(Database& database, TimePoint now, TimePoint until,
                                     MessageKey key) {
  MessageChange change;
  change.attempt_begins = true;
  change.lease_until = to_utc_text(until);
  SMEV_TRY(apply(database, now, key, MessageEvent::attempt_started, change));
  StartedAttempt started;
  SMEV_ASSIGN(started.message, read_message(database, key));
  SMEV_ASSIGN(const auto epoch,
              database.number("SELECT lease_epoch FROM messages WHERE id = ?", key));
  started.lease_epoch = epoch.value_or(0);
  started.attempt = started.message.attempts;
  SMEV_TRY(database.run("INSERT INTO attempts (message, attempt, started) VALUES (?, ?, ?)", key,
                        started.attempt, now));
  return started;
}

Result<void> lock_messages_of(Database& database, const std::vector<AttemptOutcome>& outcomes) {
  if (!database.locks_rows()) return {};
  std::vector<MessageKey> keys;
  for (const AttemptOutcome& outcome : outcomes) {
    SMEV_ASSIGN(const auto key, find_message_key(database, outcome.message_id.text()));
    if (key) keys.push_back(*key);
  }
  return lock_messages(database, keys);
}

struct MessageBefore {
  MessageKey key = 0;
  MessageState state = MessageState::frozen;
  int doubtful_attempts = 0;
};

// The message of an attempt that is open and this worker's to end.
Result<MessageBefore> check_attempt(Database& database, const AttemptOutcome& outcome) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT id, state, doubtful_attempts, lease_epoch, ended "
                             "FROM messages JOIN attempts ON message = id "
                             "WHERE message_id = ? AND attempt = ?",
                             outcome.message_id, outcome.attempt));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) {
    return fail(not_found(
        fmt::format("attempt {} of message {}", outcome.attempt, outcome.message_id.text())));
  }
  MessageBefore message;
  message.key = statement.integer(0);
  message.state = statement.named(1, &message_state);
  message.doubtful_attempts = static_cast<int>(statement.integer(2));
  SMEV_TRY(statement.sound());
  if (statement.integer(3) != outcome.lease_epoch || !statement.text(4).empty()) {
    return fail(
        stale_lease(fmt::format("attempt {} of message {}: epoch {} has passed", outcome.attempt,
                                outcome.message_id.text(), outcome.lease_epoch)));
  }
  return message;
}

Result<void> close_attempt(Database& database, TimePoint now, MessageKey key,
                           const AttemptOutcome& outcome) {
  SMEV_TRY(database.run(
      "UPDATE attempts SET ended = ?, outcome = ?, endpoint = ?, http_status = ?, fault = ?, "
      "text = ?, duration_us = ?, verdicts = ?, receipt = ? WHERE message = ? AND attempt = ?",
      now, outcome.outcome, outcome.endpoint, outcome.http_status, outcome.fault, outcome.text,
      static_cast<std::int64_t>(outcome.duration.count()), outcome.verdicts, Blob{outcome.receipt},
      key, outcome.attempt));
  return {};
}

// What the outcome means, given the earlier attempts: the worker knows of its own attempt only.
struct Verdict {
  MessageEvent event = MessageEvent::doubt;
  bool counts_as_doubt = false;
  std::optional<UpdateEvent> update_event;
  HoldReason hold_reason = HoldReason::none;
  std::string hold_text;
};

Result<Verdict> judge(const AttemptOutcome& outcome, const MessageBefore& message) {
  Verdict verdict{outcome.event, outcome.event == MessageEvent::doubt, outcome.update_event,
                  outcome.hold_reason, outcome.hold_text};
  const bool earlier_doubt = message.doubtful_attempts > 0;
  if (verdict.event == MessageEvent::attempt_started || verdict.event == MessageEvent::answered) {
    return fail(illegal_move("an attempt cannot end with " + std::string(name(verdict.event))));
  }
  if (verdict.update_event && *verdict.update_event != UpdateEvent::stopped &&
      *verdict.update_event != UpdateEvent::returned) {
    return fail(illegal_move("the end of an attempt cannot make an update " +
                             std::string(name(*verdict.update_event))));
  }
  if (verdict.event == MessageEvent::not_taken && earlier_doubt) {
    verdict.event = MessageEvent::doubt;
  }
  // Who refuses a message now need not have looked whether it was taken before: what is said of the
  // sender or of the octets comes ahead of that check. Only the same message may go again.
  if (verdict.event == MessageEvent::refused && earlier_doubt) {
    verdict.event = MessageEvent::doubt;
    verdict.update_event = UpdateEvent::stopped;
    verdict.hold_reason = HoldReason::refused_in_doubt;
  }
  // A message that is given up leaves no update behind.
  if (verdict.event == MessageEvent::superseded && !verdict.update_event) {
    verdict.update_event = UpdateEvent::returned;
  }
  if (verdict.event == MessageEvent::refused && !verdict.update_event) {
    verdict.update_event = UpdateEvent::stopped;
    if (verdict.hold_reason == HoldReason::none) verdict.hold_reason = HoldReason::refused;
  }
  // Another message only when no attempt of this one can have been accepted.
  if (verdict.event == MessageEvent::superseded && earlier_doubt &&
      verdict.update_event == UpdateEvent::returned) {
    verdict.update_event = UpdateEvent::stopped;
    verdict.hold_reason = HoldReason::stale_in_doubt;
    verdict.hold_text = label(HoldReason::stale_in_doubt);
  }
  return verdict;
}

Result<void> write_verdict(Database& database, TimePoint now, MessageKey key,
                           const Verdict& verdict, const AttemptOutcome& outcome) {
  MessageChange change;
  change.doubtful_attempt = verdict.counts_as_doubt;
  change.costs_try = outcome.costs_try;
  change.endpoint = outcome.endpoint;
  change.lease_until = "";
  change.not_before = outcome.not_before ? to_utc_text(*outcome.not_before) : "";
  if (outcome.answer_deadline) change.answer_deadline = to_utc_text(*outcome.answer_deadline);
  SMEV_TRY(apply(database, now, key, verdict.event, change));
  return {};
}

Result<void> move_updates(Database& database, TimePoint now, MessageKey key, const Verdict& verdict,
                          const AttemptOutcome& outcome, std::vector<UpdateId>& changed) {
  UpdateChange change;
  change.event = *verdict.update_event;
  change.hold_reason = verdict.hold_reason;
  change.hold_text = verdict.hold_text;
  change.not_before = outcome.not_before;
  SMEV_ASSIGN(const std::vector<UpdateId> updates,
              updates_of(database, key, UpdateState::in_flight));
  for (const UpdateId update : updates) {
    SMEV_ASSIGN(const bool moved, apply(database, now, update, change));
    if (moved) changed.push_back(update);
  }
  return refresh_waiting(database, key);
}

Result<void> finish_attempt(Database& database, TimePoint now, const AttemptOutcome& outcome,
                            std::vector<UpdateId>& changed) {
  SMEV_ASSIGN(const MessageBefore message, check_attempt(database, outcome));
  SMEV_ASSIGN(const Verdict verdict, judge(outcome, message));
  SMEV_TRY(close_attempt(database, now, message.key, outcome));
  // The answer came before the receipt and has said all; when SMEV took the message is still
  // evidence.
  if (message.state == MessageState::answered) {
    SMEV_TRY(database.run(
        "UPDATE messages SET lease_until = '', endpoint = ?, accepted_at = CASE WHEN ? = 1 "
        "AND accepted_at = '' THEN ? ELSE accepted_at END WHERE id = ?",
        outcome.endpoint, verdict.event == MessageEvent::accepted, now, message.key));
    return {};
  }
  SMEV_TRY(write_verdict(database, now, message.key, verdict, outcome));
  if (!verdict.update_event) return {};
  return move_updates(database, now, message.key, verdict, outcome, changed);
}

}  // namespace

Result<std::vector<StartedAttempt>> TableOutbox::start_attempts(int limit, Duration lease) {
  return start_due(kTakeDueMessagesSql, limit, lease);
}

Result<std::vector<StartedAttempt>> TableOutbox::start_oldest_attempt(Duration lease) {
  return start_due(kTakeOldestDueMessageSql, 1, lease);
}

Result<std::vector<StartedAttempt>> TableOutbox::start_due(const char* sql, int limit,
                                                           Duration lease) {
  if (limit <= 0) return std::vector<StartedAttempt>{};
  const TimePoint now = clock_->now();
  SMEV_ASSIGN(const bool any,
              read([&](Database& database) { return anything_to_start(database, now); }));
  if (!any) return std::vector<StartedAttempt>{};
  return change(
      [&](Database& database) -> Result<std::vector<StartedAttempt>> {
        std::vector<StartedAttempt> begun;
        SMEV_ASSIGN(const std::vector<MessageKey> lapsed, take_lapsed_messages(database, now));
        for (const MessageKey key : lapsed) SMEV_TRY(interrupt_attempt(database, now, key));
        SMEV_ASSIGN(const auto pause, find_pause(database));
        if (pause) return begun;
        SMEV_ASSIGN(const std::vector<MessageKey> due,
                    take_due_messages(database, sql, now, limit));
        for (const MessageKey key : due) {
          SMEV_ASSIGN(StartedAttempt attempt, start_attempt(database, now, now + lease, key));
          begun.push_back(std::move(attempt));
        }
        SMEV_TRY(leased(database, due, now, lease));
        return begun;
      },
      &kAttemptStartedPoints);
}

Result<std::vector<UpdateRow>> TableOutbox::finish_attempts(
    const std::vector<AttemptOutcome>& outcomes) {
  if (outcomes.empty()) return std::vector<UpdateRow>{};
  return change(
      [&](Database& database) -> Result<std::vector<UpdateRow>> {
        const TimePoint now = clock_->now();
        std::vector<UpdateId> changed;
        SMEV_TRY(lock_messages_of(database, outcomes));
        for (const AttemptOutcome& outcome : outcomes) {
          SMEV_TRY(finish_attempt(database, now, outcome, changed));
        }
        return require_updates(database, changed);
      },
      &kAttemptFinishedPoints);
}

}  // namespace smev::outbox
