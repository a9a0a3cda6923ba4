#include "sdk/outbox/transitions.hpp"

#include <fmt/format.h>

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/row_locks.hpp"

namespace smev::outbox {
namespace {

struct UpdateBefore {
  UpdateState state = UpdateState::queued;
  std::int64_t order_id = 0;
  std::int64_t sequence = 0;
  bool head = false;
  HoldReason hold_reason = HoldReason::none;
  std::string hold_text;
  std::optional<TimePoint> held_since;
  std::optional<std::int64_t> result_code;
  ForcedKind forced_kind = ForcedKind::none;
  std::int64_t conversions = 0;
  std::optional<TimePoint> not_before;
  std::optional<TimePoint> deadline;
};

Result<UpdateBefore> read_before(Database& database, UpdateId update) {
  SMEV_ASSIGN(
      Statement statement,
      database.query("SELECT state, order_id, sequence, head, hold_reason, hold_text, "
                     "result_code, forced_kind, conversions, not_before, deadline, held_since "
                     "FROM updates WHERE id = ? /*lock*/",
                     update));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return fail(not_found("update " + std::to_string(update)));
  UpdateBefore row;
  row.state = statement.named(0, &update_state);
  row.order_id = statement.integer(1);
  row.sequence = statement.integer(2);
  row.head = statement.flag(3);
  row.hold_reason = statement.named(4, &hold_reason);
  row.hold_text = statement.text(5);
  row.result_code = statement.optional_integer(6);
  row.forced_kind = statement.named(7, &forced_kind);
  row.conversions = statement.integer(8);
  row.not_before = statement.optional_moment(9);
  row.deadline = statement.optional_moment(10);
  row.held_since = statement.optional_moment(11);
  SMEV_TRY(statement.sound());
  return row;
}

// What the row says after the event, its state apart.
UpdateBefore changed(UpdateBefore row, UpdateState after, const UpdateChange& change,
                     TimePoint now) {
  // A stop says all that is known: a code of an earlier one would stand beside another reason.
  if (change.result_code || change.event == UpdateEvent::stopped) {
    row.result_code = change.result_code;
  }
  // Another reason does not make the wait any shorter.
  if (after != UpdateState::held) row.held_since.reset();
  if (after == UpdateState::held && !row.held_since) row.held_since = now;
  if (change.event == UpdateEvent::stopped) {
    row.hold_reason = change.hold_reason;
    row.hold_text = change.hold_text;
  } else if (after != UpdateState::held) {
    row.hold_reason = HoldReason::none;
    row.hold_text.clear();
  }
  if (change.event == UpdateEvent::returned && after == UpdateState::queued) {
    row.not_before = change.not_before;
    row.result_code.reset();
    if (change.forced_kind != ForcedKind::none) {
      row.forced_kind = change.forced_kind;
      ++row.conversions;
    }
  }
  if (change.event == UpdateEvent::requeued) {
    row.not_before.reset();
    row.result_code.reset();
    // A deadline that is over would stop it again at once.
    if (row.deadline && *row.deadline <= now) row.deadline.reset();
  }
  return row;
}

// The next update of the order, if there is one, becomes its head; it may stand at the same place,
// when it replaces the one that was closed.
Result<void> pass_head_on(Database& database, const UpdateBefore& closed) {
  SMEV_TRY(
      database.run("UPDATE updates SET head = 1 WHERE id = (SELECT id FROM updates "
                   "WHERE order_id = ? AND sequence >= ? "
                   "AND settled_at = '' ORDER BY sequence LIMIT 1)",
                   closed.order_id, closed.sequence));
  return {};
}

bool may_be_offered(MessageState state) {
  switch (state) {
    case MessageState::frozen:
    case MessageState::sending:
    case MessageState::in_doubt:
    case MessageState::accepted:
      return true;
    case MessageState::answered:
    case MessageState::refused:
    case MessageState::superseded:
      return false;
  }
  return false;
}

}  // namespace

Result<bool> apply(Database& database, TimePoint now, UpdateId update, const UpdateChange& change) {
  SMEV_ASSIGN(const UpdateBefore before, read_before(database, update));
  const std::optional<UpdateState> after = next(before.state, change.event);
  if (!after) {
    return fail(illegal_move(fmt::format("update {}: {} in state {}", update,
                                         smev::name(change.event), smev::name(before.state))));
  }
  const bool moved = *after != before.state;
  if (!moved && is_final(before.state)) return false;
  if (change.event == UpdateEvent::stopped && change.hold_reason == HoldReason::none) {
    return fail(misuse(fmt::format("update {}: stopped without a reason", update)));
  }
  const UpdateBefore row = changed(before, *after, change, now);
  const bool closed = is_final(*after);
  // Whoever has a claim on it loses it with the state that it was claimed in.
  SMEV_TRY(database.run(
      "UPDATE updates SET state = ?, head = ?, hold_reason = ?, hold_text = ?, result_code = ?, "
      "forced_kind = ?, conversions = ?, not_before = ?, deadline = ?, settled_at = ?, "
      "held_since = ?, lease_until = '' WHERE id = ?",
      smev::name(*after), before.head && !closed, smev::name(row.hold_reason), row.hold_text,
      row.result_code, name(row.forced_kind), row.conversions, row.not_before, row.deadline,
      closed ? std::optional<TimePoint>(now) : std::nullopt, row.held_since, update));
  if (closed && before.head) SMEV_TRY(pass_head_on(database, before));
  return moved;
}

Result<MessageState> apply(Database& database, TimePoint now, MessageKey message,
                           MessageEvent event, const MessageChange& change) {
  MessageState before{};
  {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT state FROM messages WHERE id = ? /*lock*/", message));
    SMEV_ASSIGN(const bool found, statement.next());
    if (!found) return fail(damaged("message " + std::to_string(message) + " is missing"));
    before = statement.named(0, &message_state);
    SMEV_TRY(statement.sound());
  }
  const std::optional<MessageState> after = next(before, event);
  if (!after) {
    return fail(illegal_move(
        fmt::format("message {}: {} in state {}", message, smev::name(event), smev::name(before))));
  }
  const bool moved = *after != before;
  if (!moved && change == MessageChange{}) return before;
  const bool accepted = moved && *after == MessageState::accepted;
  const bool answered = moved && *after == MessageState::answered;
  SMEV_TRY(database.run(
      "UPDATE messages SET state = ?1, waiting = CASE WHEN ?2 = 1 THEN waiting ELSE 0 END, "
      "accepted_at = CASE WHEN ?3 = 1 THEN ?5 ELSE accepted_at END, "
      "answered_at = CASE WHEN ?4 = 1 THEN ?5 ELSE answered_at END, "
      "attempts = attempts + ?7, lease_epoch = lease_epoch + ?7, "
      "doubtful_attempts = doubtful_attempts + ?8, tries = tries + ?9, "
      "endpoint = coalesce(?10, endpoint), lease_until = coalesce(?11, lease_until), "
      "not_before = coalesce(?12, not_before), "
      "answer_deadline = coalesce(?13, answer_deadline) WHERE id = ?6",
      smev::name(*after), may_be_offered(*after), accepted, answered, now, message,
      change.attempt_begins, change.doubtful_attempt, change.costs_try, change.endpoint,
      change.lease_until, change.not_before, change.answer_deadline));
  return *after;
}

Result<void> refresh_waiting(Database& database, MessageKey message) {
  // Whoever moved another update of the message has to be seen.
  SMEV_TRY(lock_message(database, message));
  SMEV_TRY(
      database.run("UPDATE messages SET waiting = CASE WHEN EXISTS (SELECT 1 FROM message_items i "
                   "JOIN updates u ON u.id = i.update_id WHERE i.message = messages.id "
                   "AND u.state = 'in_flight') THEN 1 ELSE 0 END "
                   "WHERE id = ? AND state <> 'answered' AND state <> 'refused' "
                   "AND state <> 'superseded'",
                   message));
  return {};
}

Result<void> withdraw_if_idle(Database& database, TimePoint now, MessageKey message) {
  SMEV_TRY(refresh_waiting(database, message));
  SMEV_ASSIGN(const auto unsent,
              database.number("SELECT count(*) FROM messages WHERE id = ? AND state = 'frozen' "
                              "AND waiting = 0",
                              message));
  if (unsent == 1) SMEV_TRY(apply(database, now, message, MessageEvent::superseded));
  return {};
}

Result<void> interrupt_attempt(Database& database, TimePoint now, MessageKey message) {
  SMEV_TRY(database.run(
      "UPDATE attempts SET ended = ?, outcome = 'interrupted' WHERE message = ? AND ended = ''",
      now, message));
  // An answer may have come meanwhile: then nothing is in doubt.
  SMEV_ASSIGN(const std::int64_t doubtful,
              database.run(
                  "UPDATE messages SET doubtful_attempts = doubtful_attempts + 1, not_before = '', "
                  "lease_until = '' "
                  "WHERE id = ? AND state = 'sending'",
                  message));
  if (doubtful == 0) return {};
  SMEV_TRY(apply(database, now, message, MessageEvent::doubt));
  return {};
}

Result<void> check_claim(Database& database, UpdateId update, std::int64_t lease_epoch) {
  SMEV_ASSIGN(
      Statement statement,
      database.query("SELECT lease_epoch, lease_until FROM updates WHERE id = ? /*lock*/", update));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return fail(not_found("update " + std::to_string(update)));
  if (statement.integer(0) == lease_epoch && !statement.text(1).empty()) return {};
  return fail(stale_lease(fmt::format("update {}: epoch {} has passed", update, lease_epoch)));
}

Result<std::vector<MessageKey>> idle_messages(Database& database, UpdateId update,
                                              MessageState state) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT m.id FROM message_items i JOIN messages m "
                             "ON m.id = i.message WHERE i.update_id = ? AND m.state = ? "
                             "AND m.waiting = 0",
                             update, name(state)));
  return read_numbers(statement);
}

Result<void> give_up_unsent(Database& database, TimePoint now, UpdateId update) {
  SMEV_ASSIGN(const std::vector<MessageKey> unsent,
              idle_messages(database, update, MessageState::frozen));
  for (const MessageKey message : unsent) {
    SMEV_TRY(apply(database, now, message, MessageEvent::superseded));
  }
  return {};
}

Result<bool> has_unresolved_message(Database& database, UpdateId update) {
  SMEV_ASSIGN(
      const auto count,
      database.number("SELECT count(*) FROM message_items i JOIN messages m ON m.id = i.message "
                      "WHERE i.update_id = ? AND m.state <> 'answered' AND m.state <> 'refused' "
                      "AND (m.state <> 'superseded' OR m.doubtful_attempts > 0)",
                      update));
  return count.value_or(0) > 0;
}

// An answer without a code for the update refuses it only when it refuses the message as a whole:
// one that leaves the update out, or cannot be read, may stand for a status that is written.
Result<bool> may_be_shown(Database& database, UpdateId update) {
  SMEV_ASSIGN(const bool unresolved, has_unresolved_message(database, update));
  if (unresolved) return true;
  SMEV_ASSIGN(
      const auto answered,
      database.number(
          "SELECT count(*) FROM message_items i JOIN messages m ON m.id = i.message "
          "WHERE i.update_id = ? AND m.state = 'answered' AND coalesce(i.result_code, 0) = 0 "
          "AND (NOT EXISTS (SELECT 1 FROM answers a WHERE a.original_message_id = m.message_id "
          "AND a.settled = 1) OR EXISTS (SELECT 1 FROM answers a "
          "WHERE a.original_message_id = m.message_id AND a.settled = 1 "
          "AND a.kind NOT IN ('rejected', 'async_status')))",
          update));
  if (answered.value_or(0) > 0) return true;
  // SMEV refused it as one that it has, and who sent that one is not known.
  SMEV_ASSIGN(const auto foreign, database.number("SELECT count(*) FROM updates WHERE id = ? "
                                                  "AND hold_reason = 'foreign_duplicate'",
                                                  update));
  return foreign.value_or(0) > 0;
}

}  // namespace smev::outbox
