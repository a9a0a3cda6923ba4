#include "sdk/outbox/counts.hpp"

namespace smev::outbox {
namespace {

Result<void> count_updates(Database& database, const char* sql, OutboxStats& stats) {
  SMEV_ASSIGN(Statement statement, database.query(sql));
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

Result<OutboxStats> count(Database& database, const char* updates_sql) {
  OutboxStats stats;
  SMEV_TRY(count_updates(database, updates_sql, stats));
  SMEV_TRY(count_messages(database, stats));
  SMEV_ASSIGN(const auto blocked,
              database.number("SELECT count(*) FROM updates h JOIN updates b "
                              "ON b.order_id = h.order_id AND b.sequence > h.sequence "
                              "WHERE h.head = 1 AND h.state = 'held' AND b.state = 'queued'"));
  stats.blocked = blocked.value_or(0);
  return stats;
}

}  // namespace

Result<OutboxStats> count_all(Database& database) {
  return count(database, "SELECT state, count(*) FROM updates GROUP BY state");
}

Result<OutboxStats> count_open(Database& database) {
  return count(database,
               "SELECT state, count(*) FROM updates "
               "WHERE state IN ('queued', 'in_flight', 'held') GROUP BY state");
}

}  // namespace smev::outbox
