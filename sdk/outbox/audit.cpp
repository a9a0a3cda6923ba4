#include "sdk/outbox/audit.hpp"

#include "sdk/base/text.hpp"
#include "sdk/outbox/errors.hpp"

namespace smev::outbox {
namespace {

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

}  // namespace

Result<void> check_named(const std::string& who, const std::string& reason) {
  std::vector<FieldFault> faults;
  if (is_blank(who)) faults.push_back({"who", "missing", "Укажите, кто принял решение.", ""});
  if (is_blank(reason)) faults.push_back({"reason", "missing", "Укажите причину решения.", ""});
  const auto check_text = [&faults](const std::string& value, const char* field, std::size_t max) {
    if (!is_valid_utf8(value) || value.find('\0') != std::string::npos) {
      faults.push_back({field, "pattern", "Значение должно быть текстом в UTF-8.", ""});
    } else if (utf8_length(value) > max) {
      faults.push_back({field, "too_long", "Не больше " + std::to_string(max) + " знаков.", ""});
    }
  };
  check_text(who, "who", Outbox::kWhoMax);
  check_text(reason, "reason", Outbox::kReasonMax);
  if (faults.empty()) return {};
  return fail(validation_error(std::move(faults)));
}

Result<void> write_audit(Database& database, TimePoint now, const UpdateRow& update,
                         std::string_view action, const std::string& who,
                         const std::string& reason) {
  SMEV_TRY(
      database.run("INSERT INTO audit (at, who, action, update_id, order_id, sequence, reason) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?)",
                   now, who, action, update.id, update.order_id, update.sequence, reason));
  return {};
}

Result<void> write_audit(Database& database, TimePoint now, std::string_view action,
                         const std::string& who, const std::string& reason) {
  return write_audit(database, now, UpdateRow{}, action, who, reason);
}

Result<AuditRow> read_audit(Statement& statement) {
  AuditRow row;
  row.id = statement.integer(0);
  row.at = statement.moment(1);
  row.who = statement.text(2);
  row.action = statement.text(3);
  row.update = statement.integer(4);
  row.sequence = statement.integer(5);
  row.order_number = statement.text(6);
  row.reason = statement.text(7);
  SMEV_TRY(statement.sound());
  return row;
}

Result<std::optional<Pause>> find_pause(Database& database) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT action, at, who, reason FROM audit "
                             "WHERE action IN ('paused', 'resumed') ORDER BY id DESC LIMIT 1"));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found || statement.text(0) != kPaused) return std::optional<Pause>{};
  Pause pause;
  pause.since = statement.moment(1);
  pause.who = statement.text(2);
  pause.reason = statement.text(3);
  SMEV_TRY(statement.sound());
  return std::optional<Pause>(std::move(pause));
}

}  // namespace smev::outbox
