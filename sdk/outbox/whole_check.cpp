#include "sdk/outbox/whole_check.hpp"

#include <fmt/format.h>

#include <utility>

#include "sdk/base/threads.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/sqlite_database.hpp"

namespace smev::outbox {
namespace {

// A page may be read while somebody brings it in from the log: then it is sound the next time.
constexpr int kLooksMax = 5;

// Brings the log into the file: a page that was torn there by a power cut is still whole in the
// log.
Result<void> bring_log_in(SqliteDatabase& database) {
  SMEV_ASSIGN(const auto busy, database.number("PRAGMA wal_checkpoint(FULL)"));
  static_cast<void>(busy);
  return {};
}

Result<void> check_page(SqliteDatabase& database, std::uint32_t page) {
  for (int look = 0; look < kLooksMax; ++look) {
    if (database.page_is_sound(page)) return {};
    SMEV_TRY(bring_log_in(database));
  }
  return fail(damaged(fmt::format("page {} of the database has changed on the disk", page)));
}

}  // namespace

WholeCheck::WholeCheck(std::string database, Duration busy_timeout, std::function<void()> sound)
    : database_(std::move(database)),
      busy_timeout_(busy_timeout),
      sound_(std::move(sound)),
      thread_(quiet_thread([this](const std::stop_token& stop) { run(stop); })) {}

void WholeCheck::run(const std::stop_token& stop) {
  Result<void> checked = check_all(stop);
  // Only damage counts: what keeps it from looking (a busy database, no file handles) stops no
  // work, and the next start looks again.
  if (checked && !stop.stop_requested() && sound_) sound_();
  if (checked || !is_damage(checked.error())) return;
  const std::lock_guard lock(mutex_);
  damage_ = std::move(checked).error();
  damage_->text =
      "Проверка после сбоя нашла повреждение в файле базы исходящих. Остановите отправку и "
      "восстановите базу из резервной копии.";
  damaged_ = true;
}

Result<void> WholeCheck::check_all(const std::stop_token& stop) {
  SMEV_ASSIGN(const auto database, SqliteDatabase::open(database_, busy_timeout_));
  SMEV_TRY(bring_log_in(*database));
  SMEV_ASSIGN(const std::uint32_t pages, database->pages_in_file());
  for (std::uint32_t page = 1; page <= pages && !stop.stop_requested(); ++page) {
    SMEV_TRY(check_page(*database, page));
    pages_checked_ = page;
  }
  return {};
}

Result<void> WholeCheck::verdict() const {
  if (!damaged_) return {};
  const std::lock_guard lock(mutex_);
  return fail(*damage_);
}

void WholeCheck::wait() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace smev::outbox
