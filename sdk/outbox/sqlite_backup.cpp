// A copy of a database that others write to.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "sdk/base/file_error.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/file_handle.hpp"
#include "sdk/outbox/place_watch.hpp"
#include "sdk/outbox/sqlite_opening.hpp"
#include "sdk/outbox/sqlite_place.hpp"
#include "sdk/outbox/sqlite_schema.hpp"
#include "smev/outbox/outbox.hpp"

namespace smev {
namespace outbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnnamed = ".part-";
constexpr std::size_t kUnnamedEnd = 6;  // letters that mkostemp chooses

// By errno.
Error unwritable(std::string_view what, const std::string& path) {
  const int error_number = errno;
  Error error = system_error(error_number, what, path);
  if (!is_disk_full(error_number)) error.text = unwritable_text(error_number);
  return error;
}

bool lock(const FileHandle& file) { return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0; }

void remove_with_journal(const std::string& path) {
  ::unlink((path + "-journal").c_str());
  ::unlink(path.c_str());
}

// Removed unless it got its name; locked, so that one whose process was killed can be told.
class UnnamedCopy {
 public:
  static Result<UnnamedCopy> create(const std::string& beside) {
    std::string path = beside + kUnnamed + std::string(kUnnamedEnd, 'X');
    FileHandle file(::mkostemp(path.data(), O_CLOEXEC));  // readable by its owner alone
    if (!file.open()) return fail(unwritable("create", beside));
    if (!lock(file)) return fail(unwritable("lock", path));
    // Somebody may have taken it for abandoned before it was locked.
    SMEV_ASSIGN(const PlaceWatch place, PlaceWatch::over(file.get(), path));
    SMEV_TRY(place.check());
    return UnnamedCopy(std::move(path), std::move(file));
  }
  UnnamedCopy(UnnamedCopy&& other) noexcept
      : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)) {}
  UnnamedCopy& operator=(UnnamedCopy&&) = delete;
  ~UnnamedCopy() {
    if (!path_.empty()) remove_with_journal(path_);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  Result<void> give_name(const std::string& name) {
    if (::rename(path_.c_str(), name.c_str()) != 0) return fail(unwritable("rename", name));
    path_.clear();
    return {};
  }

 private:
  UnnamedCopy(std::string path, FileHandle file) : path_(std::move(path)), file_(std::move(file)) {}
  std::string path_;
  FileHandle file_;
};

// What backups of this name have left that were killed.
void remove_abandoned(const std::string& target) {
  std::error_code unknown;
  const std::string start = target + kUnnamed;
  for (fs::directory_iterator entry(fs::path(target).parent_path(), unknown), end;
       !unknown && entry != end; entry.increment(unknown)) {
    const std::string path = entry->path().string();
    if (!path.starts_with(start) || path.size() != start.size() + kUnnamedEnd) continue;
    const FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (file.open() && lock(file)) remove_with_journal(path);
  }
}

// The disk of the copies is another one, mostly.
Error of_copy(Error error) {
  if (error.text == kDiskFullText) {
    error.text =
        "На диске, куда пишется копия, нет места: копия не сделана. База исходящих и отправка не "
        "затронуты.";
  }
  return error;
}

Failure refused(std::string text, std::string detail) {
  Error error = local_error(ErrorCode::io, std::move(detail), Retry::after_fix);
  error.text = std::move(text);
  return fail(std::move(error));
}

// The absolute path of a name that is free now, and not one that SQLite or the store would take for
// its own.
Result<std::string> free_path(const std::string& path, const StorePlace& place) {
  SMEV_ASSIGN(const std::string target, resolve_links(path));
  for (const char* suffix : {"", "-journal", kLogSuffix, "-shm", kMarkSuffix, kLockSuffix}) {
    if (target != place.database + suffix) continue;
    return refused("Это имя занято самой базой исходящих, копия туда не пишется: " + path,
                   path + " belongs to the database");
  }
  std::error_code unknown;
  if (!fs::exists(fs::symlink_status(path, unknown))) return target;
  return refused("Такой файл уже есть, поверх него копия не пишется: " + path,
                 path + " is there already");
}

// A copy that cannot be read back is none.
Result<void> check_copy(const std::string& path) {
  SMEV_ASSIGN(auto copy, SqliteDatabase::open(path, Duration{}));
  SMEV_TRY(schema_version(*copy));
  SMEV_ASSIGN(Statement statement, copy->query("PRAGMA quick_check(1)"));
  SMEV_ASSIGN(const bool found, statement.next());
  if (found && statement.text(0) == "ok") return {};
  return fail(damaged("the copy of the database: quick_check: " + statement.text(0)));
}

Result<void> sync_path(const std::string& path, int flags) {
  const FileHandle file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file.open()) return fail(system_error(errno, "open", path));
  // Some file systems cannot sync a directory.
  if (::fsync(file.get()) != 0 && errno != EINVAL) return fail(system_error(errno, "fsync", path));
  return {};
}

Result<void> copy_to(const std::string& target, const StorePlace& place, Duration busy_timeout) {
  SMEV_ASSIGN(UnnamedCopy copy, UnnamedCopy::create(target));
  {
    SMEV_ASSIGN(const OpenedDatabase opened, open_as_it_is(place, busy_timeout));
    if (opened.version == 0) return fail(damaged("there are no tables in the database"));
    SMEV_TRY(opened.database->copy_into(copy.path()));
  }
  SMEV_TRY(check_copy(copy.path()));
  SMEV_TRY(sync_path(copy.path(), O_RDONLY));
  SMEV_TRY(copy.give_name(target));
  return sync_path(fs::path(target).parent_path().string(), O_RDONLY | O_DIRECTORY);
}

}  // namespace
}  // namespace outbox

Result<SqliteBackup> back_up_sqlite(const SqliteOptions& options, const std::string& to) {
  using namespace outbox;
  SMEV_ASSIGN(const StorePlace place, place_that_is_there(options.path));
  SMEV_ASSIGN(const std::string target, free_path(to, place));
  remove_abandoned(target);
  if (Result<void> made = copy_to(target, place, options.busy_timeout); !made) {
    return fail(of_copy(std::move(made).error()));
  }
  SqliteBackup backup;
  backup.path = to;
  std::error_code unknown;
  backup.bytes = fs::file_size(target, unknown);
  backup.files = place.files;
  return backup;
}

}  // namespace smev
