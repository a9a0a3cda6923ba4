#include "sdk/outbox/sqlite_opening.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/file_handle.hpp"
#include "sdk/outbox/file_system.hpp"
#include "sdk/outbox/sqlite_schema.hpp"

namespace smev::outbox {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kDatabaseMode = 0660;

// Makes the file with the group's rights on it, which SQLite then gives to its log as well. Never
// opens one that is there: closing it would drop the locks that another connection of this process
// has.
Result<void> create_file(const std::string& path, int directory) {
  const FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kDatabaseMode));
  if (!file.open()) {
    if (errno == EEXIST) return {};
    return fail(system_error(errno, "create", path));
  }
  if (::fsync(file.get()) != 0 || ::fsync(directory) != 0) {
    return fail(system_error(errno, "fsync", path));
  }
  return {};
}

Failure lost(std::string text, std::string detail) {
  Error error = damaged(std::move(detail));
  error.text = std::move(text);
  return fail(std::move(error));
}

// A store that was here does not become a new one because its file is empty.
Result<void> check_not_emptied(const StorePlace& place, const std::optional<Committed>& mark) {
  std::error_code fault;
  const auto size = fs::file_size(place.database, fault);
  if (fault) return fail(system_error(fault.value(), "stat", place.database));
  if (!mark || size > 0) return {};
  return lost(
      "Файл базы исходящих пропал или опустел, хотя в нём были данные. Восстановите базу из "
      "резервной копии. Чтобы начать с пустой базы, удалите рядом с ней файл с окончанием .mark.",
      place.database + " is empty, and its mark says that it was not");
}

// That nothing of what was committed is missing from the log. Somebody who removes it has taken the
// mark back before.
Result<void> check_committed(SqliteDatabase& database, const StorePlace& place, LogState log,
                             const std::optional<Committed>& mark) {
  const bool lost_log =
      log == LogState::empty && mark && mark->frames > 0 && CommitMark::read(place.mark) == mark;
  const bool damaged_log = log == LogState::damaged;
  if (!damaged_log && !lost_log) return {};
  database.leave_log();
  // A copy that was put in the place of its base looks the same: it is not what the mark is about.
  return lost(
      fmt::format("В журнале базы исходящих (файл с окончанием -wal) нет части того, что было "
                  "сохранено: он повреждён, обрезан или удалён. Восстановите базу из резервной "
                  "копии. Если копия уже стоит на месте базы, уберите в сторону то, что осталось "
                  "от прежней: {0}.mark, {0}-wal и {0}-shm. Иначе их не трогайте.",
                  place.database),
      damaged_log ? "frames of the log are damaged or missing" : "the log is missing");
}

// SQLite would mix a log that belongs to another file into this one.
Result<void> check_own_log(SqliteDatabase& database, const StorePlace& place, LogState log) {
  if (log != LogState::holds || database.has_log()) return {};
  database.leave_log();
  return lost(fmt::format("Рядом с базой исходящих лежит журнал другой базы ({0}-wal): похоже, "
                          "копию поставили на место базы, не убрав её журнала. Уберите в сторону "
                          "{0}-wal, {0}-shm и {0}.mark и откройте снова.",
                          place.database),
              "the log belongs to another database file");
}

// The file is there, and the directory is locked.
Result<std::unique_ptr<SqliteDatabase>> open_examined(const StorePlace& place,
                                                      const std::optional<Committed>& mark,
                                                      Duration busy_timeout) {
  SMEV_TRY(check_not_emptied(place, mark));
  const LogState log = examine_log(place.database + kLogSuffix, mark);
  SMEV_ASSIGN(auto database, SqliteDatabase::open(place.database, busy_timeout));
  SMEV_TRY(check_committed(*database, place, log, mark));
  SMEV_TRY(check_own_log(*database, place, log));
  return database;
}

// Last of all: the end of a connection with a mark waits for the directory, which is locked here.
Result<void> keep_mark(SqliteDatabase& database, const StorePlace& place, int directory) {
  SMEV_ASSIGN(CommitMark kept, CommitMark::open(place.mark));
  // What is synced there later is of use only under its name.
  if (!kept.said()) static_cast<void>(::fsync(directory));
  database.keep_mark(std::move(kept));
  return {};
}

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> open_store(const StorePlace& place, Duration busy_timeout) {
  const std::string folder = fs::path(place.database).parent_path().string();
  SMEV_ASSIGN(const FileHandle directory, lock_directory(folder, busy_timeout));
  SMEV_TRY(create_file(place.database, directory.get()));
  const std::optional<Committed> mark = CommitMark::read(place.mark);
  SMEV_ASSIGN(auto database, open_examined(place, mark, busy_timeout));
  SMEV_TRY(ensure_schema(*database));
  // SQLite makes the log when it first reads in this mode; from then on it is watched.
  SMEV_TRY(database->number("SELECT count(*) FROM orders WHERE id = 0"));
  SMEV_TRY(keep_mark(*database, place, directory.get()));
  return database;
}

Result<OpenedDatabase> open_as_it_is(const StorePlace& place, Duration busy_timeout) {
  const std::string folder = fs::path(place.database).parent_path().string();
  SMEV_ASSIGN(const FileHandle directory, lock_directory(folder, busy_timeout));
  const std::optional<Committed> mark = CommitMark::read(place.mark);
  OpenedDatabase opened;
  SMEV_ASSIGN(opened.database, open_examined(place, mark, busy_timeout));
  SMEV_ASSIGN(opened.version, schema_version(*opened.database));
  // A file of another program, or of before there were marks, gets none.
  if (mark) SMEV_TRY(keep_mark(*opened.database, place, directory.get()));
  return opened;
}

}  // namespace smev::outbox
