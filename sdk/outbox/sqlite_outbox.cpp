#include "sdk/outbox/sqlite_outbox.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>

#include <cerrno>
#include <filesystem>

#include "sdk/outbox/dispatch_lock.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/file_handle.hpp"
#include "sdk/outbox/file_system.hpp"
#include "sdk/outbox/hot_queries.hpp"
#include "sdk/outbox/sqlite_schema.hpp"
#include "sdk/outbox/transitions.hpp"

namespace smev {
namespace outbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kInMemory = ":memory:";
constexpr const char* kFilesFolder = "files";
constexpr const char* kLockSuffix = ".lock";
constexpr mode_t kDatabaseMode = 0660;

Result<StorePlace> place_in_memory() {
  std::error_code fault;
  const fs::path parent = fs::temp_directory_path(fault);
  if (fault) return fail(system_error(fault.value(), "find", "the directory for temporary files"));
  std::string folder = (parent / "smev-outbox-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return fail(system_error(errno, "mkdtemp", folder));
  StorePlace place;
  place.database = kInMemory;
  place.files = folder + "/" + kFilesFolder;
  place.temporary = std::shared_ptr<void>(nullptr, [folder](void*) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  });
  return place;
}

Result<StorePlace> place_on_disk(const std::string& path) {
  if (path.empty()) {
    return fail(
        local_error(ErrorCode::config, "the path of the outbox is empty", Retry::after_fix));
  }
  std::error_code fault;
  const fs::path absolute = fs::absolute(path, fault);
  if (fault) return fail(system_error(fault.value(), "resolve", path));
  StorePlace place;
  place.database = absolute.string();
  place.lock = place.database + kLockSuffix;
  place.files = (absolute.parent_path() / kFilesFolder).string();
  SMEV_TRY(check_local_directory(absolute.parent_path().string()));
  return place;
}

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

// Two processes may open a store that is not there yet: one after the other.
Result<FileHandle> lock_directory(const std::string& path) {
  FileHandle directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open()) return fail(system_error(errno, "open", path));
  while (::flock(directory.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return fail(system_error(errno, "flock", path));
  }
  return directory;
}

Result<std::unique_ptr<SqliteDatabase>> open_database(const StorePlace& place,
                                                      Duration busy_timeout) {
  if (place.lock.empty()) {
    SMEV_ASSIGN(auto database, SqliteDatabase::open(place.database, busy_timeout));
    SMEV_TRY(ensure_schema(*database));
    return database;
  }
  const std::string folder = fs::path(place.database).parent_path().string();
  SMEV_ASSIGN(const FileHandle directory, lock_directory(folder));
  SMEV_TRY(create_file(place.database, directory.get()));
  SMEV_ASSIGN(auto database, SqliteDatabase::open(place.database, busy_timeout));
  SMEV_TRY(ensure_schema(*database));
  return database;
}

// What a dead dispatcher left: attempts that nobody ends, claims that nobody uses.
Result<void> recover(Database& database, TimePoint now) {
  SMEV_ASSIGN(Transaction transaction, Transaction::begin(database));
  std::vector<MessageKey> open;
  {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT message FROM attempts WHERE ended = ''"));
    SMEV_ASSIGN(open, read_numbers(statement));
  }
  for (const MessageKey message : open) SMEV_TRY(interrupt_attempt(database, now, message));
  SMEV_TRY(database.run("UPDATE updates SET lease_until = '' WHERE lease_until <> ''"));
  return transaction.commit();
}

// A guard of a store that no other process can see.
Result<std::shared_ptr<void>> take_flag(const std::shared_ptr<std::atomic<bool>>& flag) {
  if (flag->exchange(true)) {
    return fail(local_error(ErrorCode::store_busy, "the store in memory", Retry::later));
  }
  return std::shared_ptr<void>(nullptr, [flag](void*) { flag->store(false); });
}

}  // namespace

Result<void> SqliteOutbox::run_reading(const Work& work) {
  const std::lock_guard lock(mutex_);
  return work(*database_);
}

Result<void> SqliteOutbox::run_change(const Work& work, const CommitPoints* points) {
  return group_.run([&]() { return work(*database_); }, points);
}

Result<std::shared_ptr<void>> SqliteOutbox::start_dispatching() {
  SMEV_ASSIGN(std::shared_ptr<void> guard,
              place_.lock.empty() ? take_flag(dispatching_) : take_dispatch_lock(place_.lock));
  const std::lock_guard lock(mutex_);
  SMEV_TRY(recover(*database_, clock_->now()));
  files_.remove_abandoned();
  return guard;
}

Result<std::vector<UpdateId>> SqliteOutbox::lease_updates(Database& database, TimePoint now,
                                                          int limit, Duration lease) {
  std::vector<UpdateId> ids;
  {
    SMEV_ASSIGN(Statement statement, database.query(kClaimableSql, now, limit));
    SMEV_ASSIGN(ids, read_numbers(statement));
  }
  for (const UpdateId id : ids) {
    SMEV_TRY(database.run(
        "UPDATE updates SET lease_epoch = lease_epoch + 1, lease_until = ? WHERE id = ?",
        now + lease, id));
  }
  return ids;
}

}  // namespace outbox

Result<std::shared_ptr<Outbox>> sqlite_outbox(const SqliteOptions& options,
                                              std::shared_ptr<Clock> clock) {
  const bool in_memory = options.path == outbox::kInMemory;
  SMEV_ASSIGN(outbox::StorePlace place,
              in_memory ? outbox::place_in_memory() : outbox::place_on_disk(options.path));
  SMEV_ASSIGN(auto database, outbox::open_database(place, options.busy_timeout));
  SMEV_ASSIGN(auto files, outbox::KeptFiles::open(place.files, options.file_bytes_max));
  return std::shared_ptr<Outbox>(std::make_shared<outbox::SqliteOutbox>(
      std::move(place), std::move(database), std::move(files), std::move(clock)));
}

}  // namespace smev
