// What a person at the console asks: how much, since when, and what stands in the way.

#include <algorithm>

#include "sdk/outbox/audit.hpp"
#include "sdk/outbox/counts.hpp"
#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {
namespace {

Result<std::int64_t> count(Result<std::optional<std::int64_t>> number) {
  if (!number) return fail(std::move(number).error());
  return number->value_or(0);
}

Result<std::optional<TimePoint>> moment(Result<Statement> statement) {
  if (!statement) return fail(std::move(statement).error());
  SMEV_ASSIGN(const bool found, statement->next());
  if (!found) return std::optional<TimePoint>{};
  const std::optional<TimePoint> value = statement->optional_moment(0);
  SMEV_TRY(statement->sound());
  return value;
}

// Ids rise as updates are submitted, so that the oldest is found without reading the others.
Result<std::optional<TimePoint>> oldest(Database& database, UpdateState state) {
  return moment(database.query(
      "SELECT submitted_at FROM updates WHERE state = ? ORDER BY id LIMIT 1", name(state)));
}

Result<void> count_heads(Database& database, TimePoint now, OutboxOverview& overview) {
  SMEV_ASSIGN(overview.ready, count(database.number("SELECT count(*) FROM updates WHERE head = 1 "
                                                    "AND state = 'queued' AND not_before <= ?",
                                                    now)));
  SMEV_ASSIGN(overview.deferred,
              count(database.number("SELECT count(*) FROM updates WHERE head = 1 "
                                    "AND state = 'queued' AND not_before > ?",
                                    now)));
  SMEV_ASSIGN(overview.blocked_orders,
              count(database.number("SELECT count(*) FROM updates WHERE head = 1 "
                                    "AND state = 'held'")));
  return {};
}

Result<void> count_held(Database& database, OutboxOverview& overview) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT hold_reason, count(*), min(held_since) FROM updates "
                             "WHERE state = 'held' GROUP BY hold_reason ORDER BY hold_reason"));
  while (true) {
    SMEV_ASSIGN(const bool more, statement.next());
    if (!more) return {};
    const HoldReason reason = statement.named(0, &hold_reason);
    const TimePoint since = statement.moment(2);
    SMEV_TRY(statement.sound());
    overview.held_by_reason.emplace_back(reason, statement.integer(1));
    overview.oldest_held = std::min(overview.oldest_held.value_or(since), since);
  }
}

Result<void> count_answers(Database& database, OutboxOverview& overview) {
  SMEV_ASSIGN(overview.unsettled_answers,
              count(database.number("SELECT count(*) FROM answers "
                                    "WHERE verified = 0 OR stray = 1")));
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT coalesce(min(received), ''), count(*) FROM answers "
                             "WHERE verified = 1 AND stray = 0 AND acknowledged = ''"));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return {};
  overview.oldest_unacknowledged = statement.optional_moment(0);
  overview.unacknowledged_answers = statement.integer(1);
  return statement.sound();
}

// What rests for long may have been written down by a clock that was ahead.
Result<void> count_rests(Database& database, TimePoint now, OutboxOverview& overview) {
  SMEV_ASSIGN(Statement statement,
              database.query(
                  "SELECT coalesce(min(not_before), ''), coalesce(max(not_before), ''), count(*) "
                  "FROM messages WHERE waiting = 1 AND state IN ('frozen', 'in_doubt') "
                  "AND not_before > ?",
                  now));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return {};
  overview.earliest_try = statement.optional_moment(0);
  overview.latest_try = statement.optional_moment(1);
  overview.resting_messages = statement.integer(2);
  return statement.sound();
}

Result<BlockedOrder> read_blocked(Statement& statement) {
  BlockedOrder blocked;
  SMEV_ASSIGN(blocked.head, read_update(statement));
  blocked.waiting = statement.integer(kUpdateColumns);
  return blocked;
}

}  // namespace

Result<OutboxOverview> TableOutbox::overview() {
  const TimePoint now = clock_->now();
  return read([&](Database& database) -> Result<OutboxOverview> {
    OutboxOverview overview;
    SMEV_ASSIGN(overview.counts, count_all(database));
    SMEV_TRY(count_heads(database, now, overview));
    SMEV_TRY(count_held(database, overview));
    SMEV_ASSIGN(overview.in_doubt,
                count(database.number("SELECT count(*) FROM messages WHERE waiting = 1 "
                                      "AND state = 'in_doubt'")));
    SMEV_TRY(count_answers(database, overview));
    SMEV_TRY(count_rests(database, now, overview));
    SMEV_ASSIGN(overview.oldest_queued, oldest(database, UpdateState::queued));
    SMEV_ASSIGN(overview.oldest_in_flight, oldest(database, UpdateState::in_flight));
    SMEV_ASSIGN(overview.pause, find_pause(database));
    return overview;
  });
}

Result<std::vector<BlockedOrder>> TableOutbox::blocked_orders(UpdateId after, int limit) {
  return read([&](Database& database) -> Result<std::vector<BlockedOrder>> {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT " SMEV_UPDATE_COLUMNS
                               ", (SELECT count(*) FROM updates b WHERE b.order_id = u.order_id "
                               "AND b.sequence > u.sequence AND b.state IN ('queued', 'held')) "
                               "FROM updates u JOIN orders o ON o.id = u.order_id "
                               "WHERE u.state = 'held' AND u.head = 1 AND u.id > ? "
                               "ORDER BY u.id LIMIT ?",
                               after, std::max(limit, 0)));
    return read_all(statement, &read_blocked);
  });
}

}  // namespace smev::outbox
