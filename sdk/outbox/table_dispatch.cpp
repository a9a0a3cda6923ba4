// Claims and frozen messages.

#include <fmt/format.h>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/audit.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/hot_queries.hpp"
#include "sdk/outbox/row_locks.hpp"
#include "sdk/outbox/table_outbox.hpp"
#include "sdk/outbox/transitions.hpp"

namespace smev::outbox {
namespace {

Result<bool> anything_to_claim(Database& database, TimePoint now) {
  SMEV_ASSIGN(const auto any, database.number(kClaimableSql, now, 1));
  if (!any) return false;
  SMEV_ASSIGN(const auto pause, find_pause(database));
  return !pause;
}

Result<ClaimedUpdate> read_claim(Database& database, UpdateId id) {
  ClaimedUpdate claimed;
  SMEV_ASSIGN(claimed.update, require_update(database, id));
  SMEV_ASSIGN(claimed.order, require_order(database, claimed.update.order_id));
  SMEV_ASSIGN(const auto epoch,
              database.number("SELECT lease_epoch FROM updates WHERE id = ?", id));
  claimed.lease_epoch = epoch.value_or(0);
  return claimed;
}

std::vector<UpdateId> updates_in(const std::vector<NewMessage>& messages) {
  std::vector<UpdateId> updates;
  for (const NewMessage& message : messages) {
    for (const MessageItem& item : message.items) updates.push_back(item.update);
  }
  return updates;
}

Result<void> check_message(const NewMessage& message) {
  if (message.message_id.empty()) return fail(misuse("a message without a MessageID"));
  if (message.items.empty()) return fail(misuse("a message without updates"));
  if (message.items.size() != message.lease_epochs.size()) {
    return fail(misuse("a message with another number of leases than of updates"));
  }
  return {};
}

Result<MessageKey> insert_message(Database& database, TimePoint now, const NewMessage& message) {
  SMEV_ASSIGN(
      const MessageKey key,
      database.insert("INSERT INTO messages (message_id, state, content_type, body_sha256, "
                      "schema_version, files, frozen_at) VALUES (?, 'frozen', ?, ?, ?, ?, ?)",
                      message.message_id, message.content_type, sha256_hex(message.body),
                      message.schema_version, files_to_json(message.files), now));
  SMEV_TRY(database.run("INSERT INTO message_bodies (message, body) VALUES (?, ?)", key,
                        Blob{message.body}));
  return key;
}

Result<void> freeze_item(Database& database, TimePoint now, MessageKey message,
                         const MessageItem& item, std::int64_t lease_epoch) {
  SMEV_TRY(check_claim(database, item.update, lease_epoch));
  SMEV_ASSIGN(const bool unresolved, has_unresolved_message(database, item.update));
  if (unresolved) {
    return fail(illegal_move(fmt::format(
        "update {}: an earlier message of it is not known to be refused", item.update)));
  }
  UpdateChange change;
  change.event = UpdateEvent::frozen;
  SMEV_TRY(apply(database, now, item.update, change));
  SMEV_TRY(
      database.run("INSERT INTO message_items (message, position, update_id, is_create) "
                   "VALUES (?, ?, ?, ?)",
                   message, item.position, item.update, item.create));
  return {};
}

Result<void> freeze_message(Database& database, TimePoint now, const NewMessage& message) {
  SMEV_TRY(check_message(message));
  SMEV_ASSIGN(const MessageKey key, insert_message(database, now, message));
  for (std::size_t i = 0; i < message.items.size(); ++i) {
    SMEV_TRY(freeze_item(database, now, key, message.items[i], message.lease_epochs[i]));
  }
  return {};
}

}  // namespace

Result<std::vector<ClaimedUpdate>> TableOutbox::claim_updates(int limit, Duration lease) {
  if (limit <= 0) return std::vector<ClaimedUpdate>{};
  const TimePoint now = clock_->now();
  // A look first: an idle dispatcher must not stand in the way of those who submit.
  SMEV_ASSIGN(const bool any,
              read([&](Database& database) { return anything_to_claim(database, now); }));
  if (!any) return std::vector<ClaimedUpdate>{};
  return change([&](Database& database) -> Result<std::vector<ClaimedUpdate>> {
    std::vector<ClaimedUpdate> claimed;
    SMEV_ASSIGN(const std::vector<UpdateId> ids, lease_updates(database, now, limit, lease));
    for (const UpdateId id : ids) {
      SMEV_ASSIGN(ClaimedUpdate one, read_claim(database, id));
      claimed.push_back(std::move(one));
    }
    return claimed;
  });
}

Result<void> TableOutbox::release(UpdateId update, std::int64_t lease_epoch,
                                  std::optional<TimePoint> not_before) {
  return change([&](Database& database) -> Result<void> {
    SMEV_TRY(lock_orders_of_updates(database, {update}));
    SMEV_TRY(check_claim(database, update, lease_epoch));
    SMEV_TRY(database.run("UPDATE updates SET lease_until = '', not_before = ? WHERE id = ?",
                          not_before, update));
    return {};
  });
}

Result<void> TableOutbox::hold(UpdateId update, std::int64_t lease_epoch, HoldReason reason,
                               const std::string& text) {
  return change([&](Database& database) -> Result<void> {
    SMEV_TRY(lock_orders_of_updates(database, {update}));
    SMEV_TRY(check_claim(database, update, lease_epoch));
    UpdateChange stop;
    stop.event = UpdateEvent::stopped;
    stop.hold_reason = reason;
    stop.hold_text = text;
    SMEV_TRY(apply(database, clock_->now(), update, stop));
    return {};
  });
}

Result<void> TableOutbox::freeze(const std::vector<NewMessage>& messages) {
  return change(
      [&](Database& database) -> Result<void> {
        const TimePoint now = clock_->now();
        SMEV_TRY(lock_orders_of_updates(database, updates_in(messages)));
        for (const NewMessage& message : messages) {
          SMEV_TRY(freeze_message(database, now, message));
        }
        return {};
      },
      &kFreezePoints);
}

namespace {

// The first column of the first row, if it is earlier: a moment, or '' for "at once".
Result<void> take_earlier(Result<Statement> statement, TimePoint now,
                          std::optional<TimePoint>& earliest) {
  if (!statement) return fail(std::move(statement).error());
  SMEV_ASSIGN(const bool found, statement->next());
  if (!found) return {};
  const TimePoint due = statement->optional_moment(0).value_or(now);
  SMEV_TRY(statement->sound());
  if (!earliest || due < *earliest) earliest = due;
  return {};
}

}  // namespace

Result<std::optional<TimePoint>> TableOutbox::next_due() {
  return read([&](Database& database) -> Result<std::optional<TimePoint>> {
    const TimePoint now = clock_->now();
    std::optional<TimePoint> earliest;
    SMEV_TRY(take_earlier(database.query(kNextLapsedMessageSql), now, earliest));
    SMEV_ASSIGN(const auto pause, find_pause(database));
    if (pause) return earliest;
    SMEV_TRY(take_earlier(database.query(kNextClaimableSql, now), now, earliest));
    SMEV_TRY(take_earlier(database.query(kNextLeaseEndSql, now), now, earliest));
    SMEV_TRY(take_earlier(database.query(kNextDueMessageSql), now, earliest));
    return earliest;
  });
}

}  // namespace smev::outbox
