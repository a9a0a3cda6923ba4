// Reading, for people and for events.

#include <fmt/format.h>

#include <algorithm>

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {
namespace {

Result<AttemptRow> read_attempt(Statement& statement) {
  AttemptRow row;
  row.attempt = statement.integer(0);
  row.started = statement.moment(1);
  row.ended = statement.optional_moment(2);
  row.outcome = statement.text(3);
  row.endpoint = statement.text(4);
  row.http_status = static_cast<int>(statement.integer(5));
  row.fault = statement.text(6);
  row.text = statement.text(7);
  row.duration = Duration(statement.integer(8));
  SMEV_TRY(statement.sound());
  return row;
}

Result<AuditRow> read_audit(Statement& statement) {
  AuditRow row;
  row.at = statement.moment(0);
  row.who = statement.text(1);
  row.action = statement.text(2);
  row.update = statement.integer(3);
  row.reason = statement.text(4);
  SMEV_TRY(statement.sound());
  return row;
}

// Only the conditions that are asked for, so that each combination can use its index.
Result<std::vector<UpdateRow>> list(Database& database, const UpdateFilter& filter) {
  std::string sql = "SELECT " SMEV_UPDATE_COLUMNS
                    " FROM updates u JOIN orders o ON o.id = u.order_id WHERE u.id > ?";
  std::vector<std::string> values;
  const auto narrow = [&](const char* condition, std::string_view value) {
    sql += condition;
    values.emplace_back(value);
  };
  if (filter.state) narrow(" AND u.state = ?", name(*filter.state));
  if (filter.order) {
    narrow(" AND o.sender = ?", filter.order->sender);
    narrow(" AND o.contour = ?", name(filter.order->contour));
    narrow(" AND o.number = ?", filter.order->number);
  }
  if (filter.order_number) narrow(" AND o.number = ?", *filter.order_number);
  sql += fmt::format(" ORDER BY u.id LIMIT {}", std::max(filter.limit, 0));
  SMEV_ASSIGN(Statement statement, database.query(sql, filter.after));
  int index = 1;
  for (const std::string& value : values) statement.bind_text(++index, value);
  return read_all(statement, &read_update);
}

Result<void> count_updates(Database& database, OutboxStats& stats) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT state, count(*) FROM updates GROUP BY state"));
  while (true) {
    SMEV_ASSIGN(const bool more, statement.next());
    if (!more) return {};
    const UpdateState state = statement.named(0, &update_state);
    SMEV_TRY(statement.sound());
    const std::int64_t count = statement.integer(1);
    if (is_final(state)) stats.final += count;
    if (state == UpdateState::queued) stats.queued = count;
    if (state == UpdateState::in_flight) stats.in_flight = count;
    if (state == UpdateState::held) stats.held = count;
  }
}

Result<void> count_messages(Database& database, OutboxStats& stats) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT state, count(*) FROM messages WHERE waiting = 1 "
                             "GROUP BY state"));
  while (true) {
    SMEV_ASSIGN(const bool more, statement.next());
    if (!more) return {};
    const MessageState state = statement.named(0, &message_state);
    SMEV_TRY(statement.sound());
    const std::int64_t count = statement.integer(1);
    if (state == MessageState::accepted || state == MessageState::in_doubt) {
      stats.awaiting_answer += count;
    }
    if (state != MessageState::accepted) stats.unsent += count;
  }
}

}  // namespace

Result<std::optional<UpdateRow>> TableOutbox::find_update(UpdateId id) {
  return read([&](Database& database) { return outbox::find_update(database, id); });
}

Result<std::vector<UpdateRow>> TableOutbox::list_updates(const UpdateFilter& filter) {
  return read([&](Database& database) { return list(database, filter); });
}

Result<std::optional<OrderFacts>> TableOutbox::find_order(const OrderKey& key) {
  return read([&](Database& database) { return outbox::find_order(database, key); });
}

Result<std::vector<MessageRow>> TableOutbox::messages_of(UpdateId id) {
  return read([&](Database& database) -> Result<std::vector<MessageRow>> {
    std::vector<MessageKey> keys;
    {
      SMEV_ASSIGN(Statement statement,
                  database.query("SELECT message FROM message_items WHERE update_id = ? "
                                 "ORDER BY message",
                                 id));
      SMEV_ASSIGN(keys, read_numbers(statement));
    }
    std::vector<MessageRow> rows;
    for (const MessageKey key : keys) {
      SMEV_ASSIGN(MessageRow row, read_message(database, key));
      rows.push_back(std::move(row));
    }
    return rows;
  });
}

Result<std::vector<AttemptRow>> TableOutbox::attempts_of(const Uuid& message_id) {
  return read([&](Database& database) -> Result<std::vector<AttemptRow>> {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT attempt, started, ended, outcome, a.endpoint, http_status, "
                               "fault, text, duration_us FROM attempts a "
                               "JOIN messages m ON m.id = a.message WHERE m.message_id = ? "
                               "ORDER BY attempt",
                               message_id));
    return read_all(statement, &read_attempt);
  });
}

Result<std::vector<AnswerRow>> TableOutbox::answers_to(const Uuid& message_id) {
  return read([&](Database& database) -> Result<std::vector<AnswerRow>> {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT " SMEV_ANSWER_COLUMNS
                               " FROM answers WHERE original_message_id = ? ORDER BY id",
                               message_id));
    return read_all(statement, &read_answer);
  });
}

Result<std::vector<AnswerRow>> TableOutbox::unsettled_answers(int limit) {
  return read([&](Database& database) -> Result<std::vector<AnswerRow>> {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT " SMEV_ANSWER_COLUMNS " FROM answers "
                               "WHERE verified = 0 OR stray = 1 ORDER BY id LIMIT ?",
                               std::max(limit, 0)));
    return read_all(statement, &read_answer);
  });
}

Result<std::vector<AuditRow>> TableOutbox::audit_of(UpdateId id) {
  return read([&](Database& database) -> Result<std::vector<AuditRow>> {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT at, who, action, update_id, reason FROM audit "
                               "WHERE update_id = ? ORDER BY id",
                               id));
    return read_all(statement, &read_audit);
  });
}

Result<OutboxStats> TableOutbox::stats() {
  return read([&](Database& database) -> Result<OutboxStats> {
    OutboxStats stats;
    SMEV_TRY(count_updates(database, stats));
    SMEV_TRY(count_messages(database, stats));
    SMEV_ASSIGN(const auto blocked,
                database.number("SELECT count(*) FROM updates h JOIN updates b "
                                "ON b.order_id = h.order_id AND b.sequence > h.sequence "
                                "WHERE h.head = 1 AND h.state = 'held' AND b.state = 'queued'"));
    stats.blocked = blocked.value_or(0);
    return stats;
  });
}

}  // namespace smev::outbox
