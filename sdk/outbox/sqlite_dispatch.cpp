// Claims and frozen messages.

#include <fmt/format.h>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/dispatch_lock.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/hot_queries.hpp"
#include "sdk/outbox/sqlite_outbox.hpp"
#include "sdk/outbox/transitions.hpp"

namespace smev::outbox {
namespace {

// What a dead dispatcher left: attempts that nobody ends, claims that nobody uses.
Result<void> recover(Database& database, TimePoint now) {
  SMEV_ASSIGN(Transaction transaction, Transaction::begin(database));
  std::vector<MessageKey> open;
  {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT message FROM attempts WHERE ended = ''"));
    SMEV_ASSIGN(open, read_numbers(statement));
  }
  for (const MessageKey message : open) SMEV_TRY(interrupt_attempt(database, now, message));
  SMEV_TRY(database.run("UPDATE updates SET lease_until = '' WHERE lease_until <> ''"));
  return transaction.commit();
}

Result<std::vector<UpdateId>> claimable(Database& database, TimePoint now, int limit) {
  SMEV_ASSIGN(Statement statement, database.query(kClaimableSql, now, limit));
  return read_numbers(statement);
}

Result<ClaimedUpdate> claim(Database& database, UpdateId id, TimePoint until) {
  SMEV_TRY(database.run(
      "UPDATE updates SET lease_epoch = lease_epoch + 1, lease_until = ? WHERE id = ?", until, id));
  ClaimedUpdate claimed;
  SMEV_ASSIGN(claimed.update, require_update(database, id));
  SMEV_ASSIGN(claimed.order, require_order(database, claimed.update.order_id));
  SMEV_ASSIGN(const auto epoch,
              database.number("SELECT lease_epoch FROM updates WHERE id = ?", id));
  claimed.lease_epoch = epoch.value_or(0);
  return claimed;
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
  SMEV_TRY(database.run(
      "INSERT INTO messages (message_id, state, content_type, body_sha256, schema_version, files, "
      "frozen_at) VALUES (?, 'frozen', ?, ?, ?, ?, ?)",
      message.message_id, message.content_type, sha256_hex(message.body), message.schema_version,
      files_to_json(message.files), now));
  const MessageKey key = database.last_id();
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

// A guard of a store that no other process can see.
Result<std::shared_ptr<void>> take_flag(const std::shared_ptr<std::atomic<bool>>& flag) {
  if (flag->exchange(true)) {
    return fail(local_error(ErrorCode::store_busy, "the store in memory", Retry::later));
  }
  return std::shared_ptr<void>(nullptr, [flag](void*) { flag->store(false); });
}

}  // namespace

Result<std::shared_ptr<void>> SqliteOutbox::start_dispatching() {
  SMEV_ASSIGN(std::shared_ptr<void> guard,
              place_.lock.empty() ? take_flag(dispatching_) : take_dispatch_lock(place_.lock));
  const std::lock_guard lock(mutex_);
  SMEV_TRY(recover(*database_, clock_->now()));
  files_.remove_abandoned();
  return guard;
}

Result<std::vector<ClaimedUpdate>> SqliteOutbox::claim_updates(int limit, Duration lease) {
  std::vector<ClaimedUpdate> claims;
  if (limit <= 0) return claims;
  const TimePoint now = clock_->now();
  {
    // A look first: an idle dispatcher must not stand in the way of those who submit.
    const std::lock_guard lock(mutex_);
    SMEV_ASSIGN(const std::vector<UpdateId> any, claimable(*database_, now, 1));
    if (any.empty()) return claims;
  }
  return change([&]() -> Result<std::vector<ClaimedUpdate>> {
    std::vector<ClaimedUpdate> claimed;
    SMEV_ASSIGN(const std::vector<UpdateId> ids, claimable(*database_, now, limit));
    for (const UpdateId id : ids) {
      SMEV_ASSIGN(ClaimedUpdate one, claim(*database_, id, now + lease));
      claimed.push_back(std::move(one));
    }
    return claimed;
  });
}

Result<void> SqliteOutbox::release(UpdateId update, std::int64_t lease_epoch,
                                   std::optional<TimePoint> not_before) {
  return change([&]() -> Result<void> {
    SMEV_TRY(check_claim(*database_, update, lease_epoch));
    SMEV_TRY(database_->run("UPDATE updates SET lease_until = '', not_before = ? WHERE id = ?",
                            not_before, update));
    return {};
  });
}

Result<void> SqliteOutbox::hold(UpdateId update, std::int64_t lease_epoch, HoldReason reason,
                                const std::string& text) {
  return change([&]() -> Result<void> {
    SMEV_TRY(check_claim(*database_, update, lease_epoch));
    UpdateChange stop;
    stop.event = UpdateEvent::stopped;
    stop.hold_reason = reason;
    stop.hold_text = text;
    SMEV_TRY(apply(*database_, clock_->now(), update, stop));
    return {};
  });
}

Result<void> SqliteOutbox::freeze(const std::vector<NewMessage>& messages) {
  return change(
      [&]() -> Result<void> {
        const TimePoint now = clock_->now();
        for (const NewMessage& message : messages) {
          SMEV_TRY(freeze_message(*database_, now, message));
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

Result<std::optional<TimePoint>> SqliteOutbox::next_due() {
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_->now();
  std::optional<TimePoint> earliest;
  SMEV_TRY(take_earlier(database_->query(kNextClaimableSql, now), now, earliest));
  SMEV_TRY(take_earlier(database_->query(kNextLeaseEndSql, now), now, earliest));
  SMEV_TRY(take_earlier(database_->query(kNextDueMessageSql), now, earliest));
  SMEV_TRY(take_earlier(database_->query(kNextLapsedMessageSql), now, earliest));
  return earliest;
}

}  // namespace smev::outbox
