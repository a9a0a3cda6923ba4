#include "sdk/outbox/errors.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <system_error>

#include "sdk/base/file_error.hpp"

namespace smev::outbox {
namespace {

constexpr const char* kDamagedPage =
    "Файл базы исходящих повреждён: прочитано не то, что было записано. Так бывает и от другой "
    "программы, открывшей базу не только для чтения (sqlite3 без -readonly). Остановите отправку и "
    "восстановите базу из резервной копии.";

constexpr const char* kDamagedFile =
    "Файл базы исходящих повреждён или это не база. Остановите отправку и восстановите базу из "
    "резервной копии.";

constexpr const char* kDamagedRow =
    "Запись в базе исходящих повреждена. Остановите отправку и восстановите базу из резервной "
    "копии.";

Error with_text(ErrorCode code, const char* text, std::string detail, Retry retry) {
  Error error = local_error(code, std::move(detail), retry);
  if (text != nullptr) error.text = text;
  return error;
}

}  // namespace

const char* const kDiskFullText =
    "На диске нет места: данные не записаны. Освободите место: отправка продолжится сама, а подачу "
    "нужно повторить. Ранее принятое сохранено.";

bool is_disk_full(int error_number) {
  return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
}

Error system_error(int error_number, std::string_view what, const std::string& path) {
  std::string detail =
      fmt::format("{} {}: {}", what, path, std::generic_category().message(error_number));
  if (is_disk_full(error_number)) {
    return with_text(ErrorCode::io, kDiskFullText, std::move(detail), Retry::later);
  }
  Error error = local_error(ErrorCode::io, std::move(detail), Retry::after_fix);
  if (const std::string_view cause = file_cause(error_number); !cause.empty()) {
    error.text.append(": ").append(cause);
  }
  return error;
}

Error sqlite_error(int code, int error_number, std::string detail) {
  detail = fmt::format("SQLite {}: {}", code, detail);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return with_text(ErrorCode::store, kDiskFullText, std::move(detail), Retry::later);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return with_text(ErrorCode::store, "База исходящих занята другим процессом. Повторите позже.",
                       std::move(detail), Retry::later);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return with_text(ErrorCode::store, kDamagedFile, std::move(detail), Retry::after_fix);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return with_text(ErrorCode::store,
                       "Нет доступа к файлу базы исходящих. Проверьте путь и права на каталог.",
                       std::move(detail), Retry::after_fix);
    case SQLITE_IOERR:
      if (code == SQLITE_IOERR_DATA) {  // checked_vfs: not what was written
        return with_text(ErrorCode::store, kDamagedPage, std::move(detail), Retry::after_fix);
      }
      // Of the memory that processes share (a file beside the database) it is the only reason.
      if (is_disk_full(error_number) || code == SQLITE_IOERR_SHMSIZE) {
        return with_text(ErrorCode::store, kDiskFullText, std::move(detail), Retry::later);
      }
      return with_text(ErrorCode::store,
                       "Ошибка чтения или записи диска под базой исходящих. Проверьте диск.",
                       std::move(detail), Retry::after_fix);
    default:
      return with_text(ErrorCode::store, nullptr, std::move(detail), Retry::never);
  }
}

Error damaged(std::string detail) {
  return with_text(ErrorCode::store, kDamagedRow, std::move(detail), Retry::after_fix);
}

bool is_damage(const Error& error) {
  return error.text == kDamagedPage || error.text == kDamagedFile || error.text == kDamagedRow;
}

Error not_found(std::string detail) { return local_error(ErrorCode::not_found, std::move(detail)); }

Error stale_lease(std::string detail) {
  return local_error(ErrorCode::stale_lease, std::move(detail));
}

Error illegal_move(std::string detail) {
  return local_error(ErrorCode::illegal_transition, std::move(detail));
}

Error misuse(std::string detail) { return local_error(ErrorCode::internal, std::move(detail)); }

Result<void> without_throwing(const std::function<Result<void>()>& work) {
  try {
    return work();
  } catch (const std::exception& thrown) {
    return fail(misuse(std::string("an exception inside the outbox: ") + thrown.what()));
  } catch (...) {
    return fail(misuse("an exception inside the outbox"));
  }
}

}  // namespace smev::outbox
