// What did not come, or did not go, in time.

#include <algorithm>
#include <string_view>

#include "sdk/outbox/hot_queries.hpp"
#include "sdk/outbox/row_locks.hpp"
#include "sdk/outbox/table_outbox.hpp"
#include "sdk/outbox/transitions.hpp"

namespace smev::outbox {
namespace {

Result<std::vector<MessageKey>> unanswered(Database& database, TimePoint now) {
  SMEV_ASSIGN(Statement statement, database.query(kUnansweredSql, now));
  return read_numbers(statement);
}

Result<std::vector<UpdateId>> past_deadline(Database& database, TimePoint now) {
  SMEV_ASSIGN(Statement statement, database.query(kPastDeadlineSql, now));
  return read_numbers(statement);
}

Result<void> hold_unanswered(Database& database, TimePoint now, MessageKey message,
                             std::vector<UpdateId>& changed) {
  SMEV_ASSIGN(const std::vector<UpdateId> updates,
              updates_of(database, message, UpdateState::in_flight));
  UpdateChange change;
  change.hold_reason = HoldReason::unanswered;
  change.hold_text = "Ответа не было до " + DateTime(now).text() + ".";
  for (const UpdateId update : updates) {
    SMEV_ASSIGN(const bool moved, apply(database, now, update, change));
    if (moved) changed.push_back(update);
  }
  return refresh_waiting(database, message);
}

Result<std::vector<MessageKey>> carrying_overdue(Database& database, TimePoint now) {
  SMEV_ASSIGN(Statement statement, database.query(kPastDeadlineMessagesSql, now));
  return read_numbers(statement);
}

Result<void> hold_late(Database& database, TimePoint now, UpdateId update, std::string_view text,
                       std::vector<UpdateId>& changed) {
  UpdateChange stop;
  stop.hold_reason = HoldReason::deadline;
  stop.hold_text = text;
  SMEV_ASSIGN(const bool moved, apply(database, now, update, stop));
  if (moved) changed.push_back(update);
  return {};
}

// What cannot have left is given up; the others in it go in a message of their own.
Result<void> give_up_late(Database& database, TimePoint now, MessageKey message,
                          const std::vector<UpdateRow>& updates, std::vector<UpdateId>& changed) {
  for (const UpdateRow& update : updates) {
    if (update.deadline && *update.deadline <= now) {
      SMEV_TRY(hold_late(database, now, update.id, label(HoldReason::deadline), changed));
      continue;
    }
    UpdateChange back;
    back.event = UpdateEvent::returned;
    SMEV_ASSIGN(const bool moved, apply(database, now, update.id, back));
    if (moved) changed.push_back(update.id);
  }
  SMEV_TRY(apply(database, now, message, MessageEvent::superseded));
  return {};
}

Result<void> stop_late_message(Database& database, TimePoint now, MessageKey message,
                               std::vector<UpdateId>& changed) {
  SMEV_ASSIGN(const std::vector<UpdateId> ids,
              updates_of(database, message, UpdateState::in_flight));
  SMEV_ASSIGN(const std::vector<UpdateRow> updates, require_updates(database, ids));
  SMEV_ASSIGN(
      const auto frozen,
      database.number("SELECT count(*) FROM messages WHERE id = ? AND state = 'frozen'", message));
  if (frozen == 1) return give_up_late(database, now, message, updates, changed);
  // In doubt: the others still need it, and with it would go what was held.
  const bool all_late = std::all_of(updates.begin(), updates.end(), [&](const UpdateRow& update) {
    return update.deadline && *update.deadline <= now;
  });
  if (!all_late) return {};
  for (const UpdateId update : ids) {
    SMEV_TRY(hold_late(database, now, update,
                       "Срок отправки прошёл, исход прежних попыток неизвестен: сообщение могло "
                       "дойти.",
                       changed));
  }
  return refresh_waiting(database, message);
}

}  // namespace

Result<std::vector<UpdateRow>> TableOutbox::hold_overdue() {
  const TimePoint now = clock_->now();
  SMEV_ASSIGN(const bool any, read([&](Database& database) -> Result<bool> {
                SMEV_ASSIGN(const std::vector<MessageKey> messages, unanswered(database, now));
                SMEV_ASSIGN(const std::vector<UpdateId> updates, past_deadline(database, now));
                SMEV_ASSIGN(const std::vector<MessageKey> carrying,
                            carrying_overdue(database, now));
                return !messages.empty() || !updates.empty() || !carrying.empty();
              }));
  if (!any) return std::vector<UpdateRow>{};
  return change([&](Database& database) -> Result<std::vector<UpdateRow>> {
    std::vector<UpdateId> changed;
    SMEV_ASSIGN(const std::vector<MessageKey> messages,
                find_and_lock(
                    database, [&]() { return unanswered(database, now); }, &lock_messages));
    for (const MessageKey message : messages) {
      SMEV_TRY(hold_unanswered(database, now, message, changed));
    }
    SMEV_ASSIGN(
        const std::vector<UpdateId> updates,
        find_and_lock(
            database, [&]() { return past_deadline(database, now); }, &lock_orders_of_updates));
    for (const UpdateId update : updates) {
      SMEV_TRY(hold_late(database, now, update, label(HoldReason::deadline), changed));
    }
    SMEV_ASSIGN(const std::vector<MessageKey> carrying,
                find_and_lock(
                    database, [&]() { return carrying_overdue(database, now); }, &lock_messages));
    for (const MessageKey message : carrying) {
      SMEV_TRY(stop_late_message(database, now, message, changed));
    }
    return require_updates(database, changed);
  });
}

Result<std::vector<UpdateRow>> TableOutbox::near_deadline(Duration lead) {
  return read([&](Database& database) -> Result<std::vector<UpdateRow>> {
    const TimePoint now = clock_->now();
    std::vector<UpdateId> near;
    for (const char* sql : {kNearDeadlineSql, kNearDeadlineInFlightSql}) {
      SMEV_ASSIGN(Statement statement, database.query(sql, now, now + lead));
      SMEV_ASSIGN(const std::vector<UpdateId> some, read_numbers(statement));
      near.insert(near.end(), some.begin(), some.end());
    }
    return require_updates(database, near);
  });
}

}  // namespace smev::outbox
