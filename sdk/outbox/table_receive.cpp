// Answers.

#include <fmt/format.h>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/hot_queries.hpp"
#include "sdk/outbox/row_locks.hpp"
#include "sdk/outbox/table_outbox.hpp"
#include "sdk/outbox/transitions.hpp"

namespace smev::outbox {
namespace {

struct StoredAnswer {
  std::int64_t id = 0;
  bool of_use = false;  ///< verified and to a message of ours
  bool settled = false;
};

Result<std::optional<StoredAnswer>> find_answer(Database& database, const NewAnswer& answer,
                                                const std::string& sha256) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT id, CASE WHEN verified = 1 AND stray = 0 THEN 1 ELSE 0 END, "
                             "settled FROM answers "
                             "WHERE message_id = ? AND raw_sha256 = ?",
                             answer.message_id, sha256));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return std::optional<StoredAnswer>{};
  return std::optional<StoredAnswer>(
      StoredAnswer{statement.integer(0), statement.flag(1), statement.flag(2)});
}

Result<std::int64_t> insert_answer(Database& database, TimePoint now, const NewAnswer& answer,
                                   const std::string& sha256, const RecordedAnswer& recorded) {
  SMEV_ASSIGN(
      const std::int64_t id,
      database.insert(
          "INSERT INTO answers (message_id, original_message_id, kind, content_type, raw_sha256, "
          "verdicts, verified, stray, settled, note, received) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          answer.message_id, answer.original_message_id, answer.kind, answer.content_type, sha256,
          answer.verdicts, answer.verified, recorded.stray, recorded.settled, recorded.note, now));
  SMEV_TRY(
      database.run("INSERT INTO answer_bodies (answer, raw) VALUES (?, ?)", id, Blob{answer.raw}));
  return id;
}

// The same octets again, and this time they can be used: trust was mended, or the message is known
// now.
Result<void> upgrade_answer(Database& database, const NewAnswer& answer,
                            const RecordedAnswer& recorded) {
  SMEV_TRY(
      database.run("UPDATE answers SET verified = ?, stray = ?, verdicts = ?, note = ?, "
                   "settled = CASE WHEN ? = 1 THEN 1 ELSE settled END WHERE id = ?",
                   answer.verified, recorded.stray, answer.verdicts, recorded.note,
                   recorded.settled, recorded.id));
  return {};
}

Result<void> learn(Database& database, std::int64_t order, const Settlement& settlement) {
  SMEV_TRY(
      database.run("UPDATE orders SET known_to_recipient = CASE WHEN ? = 1 THEN 1 ELSE "
                   "known_to_recipient END, "
                   "elk_number = coalesce(?, elk_number) WHERE id = ?",
                   settlement.known_to_recipient, settlement.elk_number, order));
  return {};
}

// How an update stands to the message that was answered.
struct AnsweredItem {
  std::int64_t order_id = 0;
  UpdateState state = UpdateState::queued;
  bool settled = false;   ///< an earlier answer to this message has settled it
  MessageKey latest = 0;  ///< the last message that carried the update
};

Result<AnsweredItem> read_item(Database& database, MessageKey message, UpdateId update) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT u.order_id, u.state, i.settled, "
                             "(SELECT max(message) FROM message_items WHERE update_id = u.id) "
                             "FROM message_items i JOIN updates u ON u.id = i.update_id "
                             "WHERE i.message = ? AND i.update_id = ?",
                             message, update));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) {
    return fail(misuse(fmt::format("update {} is not in the message that was answered", update)));
  }
  AnsweredItem item;
  item.order_id = statement.integer(0);
  item.state = statement.named(1, &update_state);
  item.settled = statement.flag(2);
  item.latest = statement.integer(3);
  SMEV_TRY(statement.sound());
  return item;
}

// A delivery counts from whatever message and whenever it comes. Of bad news about a message the
// first counts, and only from the last message of the update: of an earlier one it would stop or
// restart what goes another way already.
bool is_news(const AnsweredItem& item, const Settlement& settlement) {
  return settlement.event == UpdateEvent::delivered || !item.settled;
}

bool counts(const AnsweredItem& item, MessageKey message, const Settlement& settlement) {
  return settlement.event == UpdateEvent::delivered || (item.latest == message && !item.settled);
}

Result<void> settle_one(Database& database, TimePoint now, MessageKey message,
                        const Settlement& settlement, std::vector<UpdateId>& changed) {
  if (settlement.event != UpdateEvent::delivered && settlement.event != UpdateEvent::stopped &&
      settlement.event != UpdateEvent::returned) {
    return fail(
        illegal_move("an answer cannot make an update " + std::string(name(settlement.event))));
  }
  SMEV_ASSIGN(const AnsweredItem item, read_item(database, message, settlement.update));
  SMEV_TRY(learn(database, item.order_id, settlement));
  std::optional<int> code;
  if (is_news(item, settlement)) code = settlement.result_code;
  SMEV_TRY(
      database.run("UPDATE message_items SET settled = 1, result_code = coalesce(?, result_code) "
                   "WHERE message = ? AND update_id = ?",
                   code, message, settlement.update));
  if (!counts(item, message, settlement)) return {};
  UpdateChange change;
  change.event = settlement.event;
  change.hold_reason = settlement.hold_reason;
  change.hold_text = settlement.hold_text;
  change.result_code = settlement.result_code;
  change.forced_kind = settlement.forced_kind;
  SMEV_ASSIGN(const bool moved, apply(database, now, settlement.update, change));
  if (moved) changed.push_back(settlement.update);
  if (item.latest == message) return {};
  // Delivered by an earlier message: the last one need not go any more.
  return withdraw_if_idle(database, now, item.latest);
}

// What the answer should have named and did not.
Result<void> hold_unnamed(Database& database, TimePoint now, MessageKey message,
                          std::vector<UpdateId>& changed) {
  SMEV_ASSIGN(const std::vector<UpdateId> left,
              updates_of(database, message, UpdateState::in_flight));
  for (const UpdateId update : left) {
    SMEV_ASSIGN(const AnsweredItem item, read_item(database, message, update));
    if (item.latest != message) continue;
    UpdateChange change;
    change.hold_reason = HoldReason::not_in_answer;
    change.hold_text = label(HoldReason::not_in_answer);
    SMEV_ASSIGN(const bool moved, apply(database, now, update, change));
    if (moved) changed.push_back(update);
  }
  return {};
}

Result<std::vector<UpdateRow>> settle(Database& database, TimePoint now, MessageKey message,
                                      const std::vector<Settlement>& settlements) {
  std::vector<UpdateId> changed;
  SMEV_TRY(apply(database, now, message, MessageEvent::answered));
  for (const Settlement& settlement : settlements) {
    SMEV_TRY(settle_one(database, now, message, settlement, changed));
  }
  SMEV_TRY(hold_unnamed(database, now, message, changed));
  return require_updates(database, changed);
}

// What an update replaced stands at its place, and carried the same status or what should have been
// it; what was given up and submitted again carried the very same. A code other than 0 says that
// nothing came of the message.
Result<std::vector<std::string>> others_that_may_have_acted(Database& database, MessageKey message,
                                                            const UpdateRow& update) {
  SMEV_ASSIGN(
      Statement statement,
      database.query(
          "SELECT m.message_id FROM updates k "
          "JOIN message_items i ON i.update_id = k.id JOIN messages m ON m.id = i.message "
          "WHERE k.order_id = ? AND ((k.sequence = ? AND k.revision <= ?) OR (k.payload = ? "
          "AND k.settled_at <> '' AND k.state <> 'delivered')) "
          "AND m.id <> ? AND coalesce(i.result_code, 0) = 0 "
          "AND (m.accepted_at <> '' OR m.answered_at <> '' OR m.doubtful_attempts > 0) "
          "ORDER BY m.id",
          update.order_id, update.sequence, update.revision, update.payload, message));
  return read_all<std::string>(statement,
                               [](Statement& row) -> Result<std::string> { return row.text(0); });
}

Result<AnsweredUpdate> read_answered(Statement& statement) {
  AnsweredUpdate answered;
  SMEV_ASSIGN(answered.update, read_update(statement));
  answered.item.update = answered.update.id;
  answered.item.order_number = answered.update.order.number;
  answered.item.position = static_cast<int>(statement.integer(kUpdateColumns));
  answered.item.create = statement.flag(kUpdateColumns + 1);
  if (const auto code = statement.optional_integer(kUpdateColumns + 2)) {
    answered.item.result_code = static_cast<int>(*code);
  }
  return answered;
}

Result<std::vector<AnsweredUpdate>> answered_updates(Database& database, MessageKey message) {
  std::vector<AnsweredUpdate> updates;
  {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT " SMEV_UPDATE_COLUMNS
                               ", i.position, i.is_create, i.result_code FROM message_items i "
                               "JOIN updates u ON u.id = i.update_id "
                               "JOIN orders o ON o.id = u.order_id "
                               "WHERE i.message = ? ORDER BY i.position",
                               message));
    SMEV_ASSIGN(updates, read_all(statement, &read_answered));
  }
  for (AnsweredUpdate& each : updates) {
    SMEV_ASSIGN(each.order, require_order(database, each.update.order_id));
    if (!each.item.create) continue;
    SMEV_ASSIGN(each.may_have_acted, others_that_may_have_acted(database, message, each.update));
  }
  return updates;
}

Result<void> lock_answered(Database& database, const std::vector<NewAnswer>& answers) {
  if (!database.locks_rows()) return {};
  std::vector<MessageKey> messages;
  for (const NewAnswer& answer : answers) {
    if (!answer.verified || !answer.check) continue;
    SMEV_ASSIGN(const auto message, find_message_key(database, answer.original_message_id));
    if (message) messages.push_back(*message);
  }
  return lock_messages(database, messages);
}

std::string both(const std::string& one, const std::string& other) {
  return one + (one.empty() || other.empty() ? "" : "; ") + other;
}

Result<RecordedAnswer> record(Database& database, TimePoint now, const NewAnswer& answer,
                              const std::string& sha256) {
  SMEV_ASSIGN(const auto message, find_message_key(database, answer.original_message_id));
  SMEV_ASSIGN(const auto stored, find_answer(database, answer, sha256));
  const bool of_use = answer.verified && message;
  SettledAnswer meant;
  if (of_use && answer.check && !(stored && stored->settled)) {
    SMEV_ASSIGN(const std::vector<AnsweredUpdate> about, answered_updates(database, *message));
    meant = answer.check(about);
  }
  RecordedAnswer recorded;
  recorded.stray = !message;
  recorded.settled = !meant.settlements.empty();
  recorded.note = both(answer.note, meant.note);
  if (stored) {
    recorded.id = stored->id;
    recorded.repeated = !recorded.settled && (stored->of_use || !of_use);
    if (recorded.repeated) return recorded;
    SMEV_TRY(upgrade_answer(database, answer, recorded));
  } else {
    SMEV_ASSIGN(recorded.id, insert_answer(database, now, answer, sha256, recorded));
  }
  if (recorded.settled) {
    SMEV_ASSIGN(recorded.changed, settle(database, now, *message, meant.settlements));
  }
  return recorded;
}

}  // namespace

Result<std::optional<MessageRow>> TableOutbox::find_message(const Uuid& message_id) {
  return read([&](Database& database) -> Result<std::optional<MessageRow>> {
    SMEV_ASSIGN(const auto key, find_message_key(database, message_id.text()));
    if (!key) return std::optional<MessageRow>{};
    SMEV_ASSIGN(MessageRow row, read_message(database, *key, Body::left));
    return std::optional<MessageRow>(std::move(row));
  });
}

Result<std::vector<RecordedAnswer>> TableOutbox::record_answers(
    const std::vector<NewAnswer>& answers) {
  std::vector<std::string> hashes;
  for (const NewAnswer& answer : answers) hashes.push_back(sha256_hex(answer.raw));
  return change(
      [&](Database& database) -> Result<std::vector<RecordedAnswer>> {
        const TimePoint now = clock_->now();
        SMEV_TRY(lock_answers(database, hashes));
        SMEV_TRY(lock_answered(database, answers));
        std::vector<RecordedAnswer> all;
        for (std::size_t i = 0; i < answers.size(); ++i) {
          SMEV_ASSIGN(RecordedAnswer recorded, record(database, now, answers[i], hashes[i]));
          all.push_back(std::move(recorded));
        }
        return all;
      },
      &kAnswerPoints);
}

Result<void> TableOutbox::mark_acknowledged(const std::vector<std::int64_t>& answers) {
  if (answers.empty()) return {};
  return change(
      [&](Database& database) -> Result<void> {
        const TimePoint now = clock_->now();
        for (const std::int64_t answer : answers) {
          SMEV_TRY(
              database.run("UPDATE answers SET acknowledged = ? "
                           "WHERE id = ? AND acknowledged = ''",
                           now, answer));
        }
        return {};
      },
      &kAcknowledgedPoints);
}

Result<bool> TableOutbox::awaits_answers() {
  return read([](Database& database) -> Result<bool> {
    SMEV_ASSIGN(const auto any, database.number(kAwaitedSql));
    return any.has_value();
  });
}

Result<std::vector<AnswerRow>> TableOutbox::unacknowledged() {
  return read([&](Database& database) -> Result<std::vector<AnswerRow>> {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT " SMEV_ANSWER_COLUMNS
                               " FROM answers INDEXED BY answers_unacknowledged WHERE verified = 1 "
                               "AND stray = 0 AND acknowledged = '' ORDER BY id"));
    return read_all(statement, &read_answer);
  });
}

}  // namespace smev::outbox
