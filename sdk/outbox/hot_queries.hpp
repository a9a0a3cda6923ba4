#pragma once
// What a dispatcher asks again and again, however long the backlog. INDEXED BY, because SQLite
// without statistics may prefer an index that has to be searched past everything that is held; a
// query whose index no longer fits fails to prepare.

namespace smev::outbox {

/// ?1 now, ?2 limit.
inline constexpr const char* kClaimableSql =
    "SELECT id FROM updates INDEXED BY updates_claimable WHERE head = 1 AND state = 'queued' "
    "AND not_before <= ?1 AND lease_until <= ?1 AND (deadline = '' OR deadline > ?1) "
    "ORDER BY not_before, id LIMIT ?2";
/// ?1 sender, ?2 contour. Each order with anything unfinished has a head.
inline constexpr const char* kUnfinishedOfAnotherSql =
    "SELECT u.id FROM updates u INDEXED BY updates_head JOIN orders o ON o.id = u.order_id "
    "WHERE u.head = 1 AND (o.sender <> ?1 OR o.contour <> ?2) LIMIT 1";
/// ?1 now. The first row is the next.
inline constexpr const char* kNextClaimableSql =
    "SELECT not_before FROM updates INDEXED BY updates_claimable WHERE head = 1 "
    "AND state = 'queued' AND lease_until <= ?1 "
    "AND (deadline = '' OR (deadline > ?1 AND deadline > not_before)) ORDER BY not_before, id "
    "LIMIT 1";
/// ?1 now.
inline constexpr const char* kNextLeaseEndSql =
    "SELECT lease_until FROM updates INDEXED BY updates_leased WHERE lease_until <> '' "
    "AND lease_until > ?1 ORDER BY lease_until LIMIT 1";
/// ?1 now, ?2 limit.
#define SMEV_DUE_MESSAGES_SQL                                          \
  "SELECT id FROM messages INDEXED BY messages_due WHERE waiting = 1 " \
  "AND state IN ('frozen', 'in_doubt') AND not_before <= ?1 ORDER BY not_before, id LIMIT ?2"
inline constexpr const char* kDueMessagesSql = SMEV_DUE_MESSAGES_SQL;
inline constexpr const char* kTakeDueMessagesSql = SMEV_DUE_MESSAGES_SQL " /*skip locked*/";
/// Sorts what is due: asked once in a pause of a failing endpoint.
inline constexpr const char* kTakeOldestDueMessageSql =
    "SELECT id FROM messages INDEXED BY messages_due WHERE waiting = 1 "
    "AND state IN ('frozen', 'in_doubt') AND not_before <= ?1 ORDER BY id LIMIT ?2 /*skip locked*/";
inline constexpr const char* kNextDueMessageSql =
    "SELECT not_before FROM messages INDEXED BY messages_due WHERE waiting = 1 "
    "AND state IN ('frozen', 'in_doubt') ORDER BY not_before, id LIMIT 1";
/// ?1 now.
#define SMEV_LAPSED_MESSAGES_SQL                                                \
  "SELECT id FROM messages INDEXED BY messages_leased WHERE state = 'sending' " \
  "AND lease_until <= ?1"
inline constexpr const char* kLapsedMessagesSql = SMEV_LAPSED_MESSAGES_SQL;
inline constexpr const char* kTakeLapsedMessagesSql = SMEV_LAPSED_MESSAGES_SQL " /*skip locked*/";
inline constexpr const char* kNextLapsedMessageSql =
    "SELECT lease_until FROM messages INDEXED BY messages_leased WHERE state = 'sending' "
    "ORDER BY lease_until LIMIT 1";
/// Asked after every poll that brought nothing: a count would read all that waits.
inline constexpr const char* kAwaitedSql =
    "SELECT 1 FROM messages INDEXED BY messages_waiting WHERE waiting = 1 "
    "AND state IN ('accepted', 'in_doubt') LIMIT 1";
/// ?1 now.
inline constexpr const char* kUnansweredSql =
    "SELECT id FROM messages INDEXED BY messages_awaited WHERE waiting = 1 AND state = 'accepted' "
    "AND answer_deadline <> '' AND answer_deadline <= ?1";
/// ?1 now. What a worker has claimed is on its way into a message.
inline constexpr const char* kPastDeadlineSql =
    "SELECT id FROM updates INDEXED BY updates_deadline WHERE state = 'queued' AND deadline <> '' "
    "AND deadline <= ?1 AND lease_until <= ?1";
/// ?1 now. Messages that carry what is past its deadline and that SMEV is not known to have.
inline constexpr const char* kPastDeadlineMessagesSql =
    "SELECT DISTINCT m.id FROM updates u INDEXED BY updates_deadline_in_flight "
    "JOIN message_items i ON i.update_id = u.id JOIN messages m ON m.id = i.message "
    "WHERE u.state = 'in_flight' AND u.deadline <> '' AND u.deadline <= ?1 "
    "AND m.waiting = 1 AND m.state IN ('frozen', 'in_doubt')";
/// ?1 after, ?2 until.
inline constexpr const char* kNearDeadlineSql =
    "SELECT id FROM updates INDEXED BY updates_deadline WHERE state = 'queued' AND deadline <> '' "
    "AND deadline > ?1 AND deadline <= ?2";
inline constexpr const char* kNearDeadlineInFlightSql =
    "SELECT u.id FROM updates u INDEXED BY updates_deadline_in_flight WHERE u.state = 'in_flight' "
    "AND u.deadline <> '' AND u.deadline > ?1 AND u.deadline <= ?2 AND EXISTS (SELECT 1 "
    "FROM message_items i JOIN messages m ON m.id = i.message WHERE i.update_id = u.id "
    "AND m.waiting = 1 AND m.state IN ('frozen', 'sending', 'in_doubt'))";

}  // namespace smev::outbox
