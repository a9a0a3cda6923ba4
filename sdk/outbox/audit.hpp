#pragma once
// What people did, kept for ever: the database itself refuses to change or erase a row of it.

#include <string>
#include <string_view>

#include "sdk/outbox/rows.hpp"

namespace smev::outbox {

/// Actions that are no event of an update.
inline constexpr std::string_view kPaused = "paused";
inline constexpr std::string_view kResumed = "resumed";
inline constexpr std::string_view kReplaced = "replaced";
inline constexpr std::string_view kReplacement = "replacement";
inline constexpr std::string_view kHurried = "hurried";
inline constexpr std::string_view kPruned = "pruned";

/// Nobody decides without a name and a reason.
Result<void> check_named(const std::string& who, const std::string& reason);

/// About one update.
Result<void> write_audit(Database& database, TimePoint now, const UpdateRow& update,
                         std::string_view action, const std::string& who,
                         const std::string& reason);
/// About the outbox as a whole.
Result<void> write_audit(Database& database, TimePoint now, std::string_view action,
                         const std::string& who, const std::string& reason);

#define SMEV_AUDIT_SELECT                                                                 \
  "SELECT a.id, a.at, a.who, a.action, a.update_id, a.sequence, coalesce(o.number, ''), " \
  "a.reason FROM audit a LEFT JOIN orders o ON o.id = a.order_id "
Result<AuditRow> read_audit(Statement& statement);

/// Who has paused dispatching; nothing: it goes on.
Result<std::optional<Pause>> find_pause(Database& database);

}  // namespace smev::outbox
