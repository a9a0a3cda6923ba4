#include "sdk/outbox/database.hpp"

#include "sdk/outbox/errors.hpp"

namespace smev::outbox {

Result<void> Statement::finish() {
  while (true) {
    SMEV_ASSIGN(const bool more, next());
    if (!more) return {};
  }
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (cursor_->is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<std::string> Statement::optional_text(int column) const {
  if (cursor_->is_null(column)) return std::nullopt;
  return text(column);
}

TimePoint Statement::moment(int column) {
  Result<TimePoint> moment = parse_utc_text(text(column));
  if (!moment) note_damage(column);
  return moment.value_or(TimePoint{});
}

std::optional<TimePoint> Statement::optional_moment(int column) {
  if (text(column).empty()) return std::nullopt;
  return moment(column);
}

Uuid Statement::uuid(int column) {
  Result<Uuid> uuid = Uuid::parse(text(column));
  if (!uuid) note_damage(column);
  return uuid.value_or(Uuid{});
}

void Statement::note_damage(int column) {
  if (damaged_column_ < 0) damaged_column_ = column;
}

Result<void> Statement::sound() const {
  if (damaged_column_ < 0) return {};
  return fail(damaged("unreadable value in column " + cursor_->column_name(damaged_column_)));
}

Error Database::nothing_inserted(std::string_view sql) {
  return misuse("no id came back from: " + std::string(sql.substr(0, sql.find('('))));
}

}  // namespace smev::outbox
