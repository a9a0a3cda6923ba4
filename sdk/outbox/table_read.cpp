// Reading, for people and for events.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "sdk/outbox/audit.hpp"
#include "sdk/outbox/counts.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/hot_queries.hpp"
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
  row.receipt = statement.text(9);
  row.verdicts = statement.text(10);
  SMEV_TRY(statement.sound());
  return row;
}

// Only the conditions that are asked for, so that each combination can use its index.
class Selection {
 public:
  explicit Selection(const UpdateFilter& filter) : filter_(filter) {
    if (filter.state) narrow("u.state = {}", name(*filter.state));
    // Only what is held has a reason: the index by state narrows it at once.
    if (filter.hold_reason) {
      narrow("u.state = 'held' AND u.hold_reason = {}", name(*filter.hold_reason));
    }
    if (filter.order) {
      narrow("o.sender = {}", filter.order->sender);
      narrow("o.contour = {}", name(filter.order->contour));
      narrow("o.number = {}", filter.order->number);
    }
    if (filter.order_number) narrow("o.number = {}", *filter.order_number);
    if (filter.submitted_since) {
      narrow("u.submitted_at >= {}", to_utc_text(*filter.submitted_since));
    }
    if (filter.submitted_before) {
      narrow("u.submitted_at < {}", to_utc_text(*filter.submitted_before));
    }
    if (filter.fault) narrow(kFault, *filter.fault);
  }

  Result<Statement> run(Database& database, const std::string& columns) const {
    const std::string sql = "SELECT " + columns +
                            " FROM updates u JOIN orders o ON o.id = u.order_id WHERE u.id > ?1" +
                            conditions_ + " ORDER BY u.id LIMIT ?2";
    SMEV_ASSIGN(Statement statement,
                database.query(sql, filter_.after, std::max(filter_.limit, 0)));
    int index = 2;
    for (const std::string& value : values_) statement.bind_text(++index, value);
    return statement;
  }

 private:
  // "Contains" and the rest, as both databases understand it.
  static constexpr const char* kFault =
      "(replace(u.hold_text, {0}, '') <> u.hold_text OR CAST(u.result_code AS TEXT) = {0} "
      "OR EXISTS (SELECT 1 FROM message_items i JOIN attempts a ON a.message = i.message "
      "WHERE i.update_id = u.id AND a.fault = {0} AND i.message = (SELECT max(l.message) "
      "FROM message_items l WHERE l.update_id = u.id)))";

  void narrow(const char* condition, std::string_view value) {
    values_.emplace_back(value);
    conditions_ +=
        " AND " + fmt::format(fmt::runtime(condition), "?" + std::to_string(values_.size() + 2));
  }

  const UpdateFilter& filter_;
  std::string conditions_;
  std::vector<std::string> values_;
};

}  // namespace

Result<std::optional<UpdateRow>> TableOutbox::find_update(UpdateId id) {
  return read([&](Database& database) { return outbox::find_update(database, id); });
}

Result<std::optional<UpdateRow>> TableOutbox::unfinished_of_another(const std::string& sender,
                                                                    Contour contour) {
  return read([&](Database& database) -> Result<std::optional<UpdateRow>> {
    SMEV_ASSIGN(const auto id,
                database.number(kUnfinishedOfAnotherSql, sender, smev::name(contour)));
    if (!id) return std::optional<UpdateRow>{};
    return outbox::find_update(database, *id);
  });
}

Result<std::vector<UpdateRow>> TableOutbox::list_updates(const UpdateFilter& filter) {
  return read([&](Database& database) -> Result<std::vector<UpdateRow>> {
    SMEV_ASSIGN(Statement statement, Selection(filter).run(database, SMEV_UPDATE_COLUMNS));
    return read_all(statement, &read_update);
  });
}

Result<std::vector<UpdateId>> TableOutbox::select_updates(const UpdateFilter& filter) {
  return read([&](Database& database) -> Result<std::vector<UpdateId>> {
    SMEV_ASSIGN(Statement statement, Selection(filter).run(database, "u.id"));
    return read_numbers(statement);
  });
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
                               "fault, text, duration_us, receipt, verdicts FROM attempts a "
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
                database.query(SMEV_AUDIT_SELECT "WHERE a.update_id = ? ORDER BY a.id", id));
    return read_all(statement, &read_audit);
  });
}

Result<std::vector<AuditRow>> TableOutbox::audit_log(const AuditPage& page) {
  return read([&](Database& database) -> Result<std::vector<AuditRow>> {
    SMEV_ASSIGN(Statement statement,
                database.query(SMEV_AUDIT_SELECT "WHERE a.id < ? ORDER BY a.id DESC LIMIT ?",
                               page.before > 0 ? page.before : INT64_MAX, std::max(page.limit, 0)));
    return read_all(statement, &read_audit);
  });
}

Result<OutboxStats> TableOutbox::stats() {
  return read([](Database& database) { return count_all(database); });
}

Result<OutboxStats> TableOutbox::open_stats() {
  return read([](Database& database) { return count_open(database); });
}

}  // namespace smev::outbox
