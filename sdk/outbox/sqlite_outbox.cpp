#include "sdk/outbox/sqlite_outbox.hpp"

#include <array>
#include <filesystem>

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/hot_queries.hpp"
#include "sdk/outbox/sqlite_opening.hpp"
#include "sdk/outbox/sqlite_schema.hpp"
#include "sdk/outbox/transitions.hpp"

namespace smev {
namespace outbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kInMemory = ":memory:";
// What lies beside a database that is used, or was.
constexpr std::array<std::string_view, 3> kTraces = {kLockSuffix, kMarkSuffix, kLogSuffix};
constexpr Duration kWholeCheckBusyTimeout = std::chrono::seconds(10);

Result<std::unique_ptr<SqliteDatabase>> open_in_memory(const StorePlace& place,
                                                       Duration busy_timeout) {
  SMEV_ASSIGN(auto database, SqliteDatabase::open(place.database, busy_timeout));
  SMEV_TRY(ensure_schema(*database));
  return database;
}

Result<StoreWatch> watch_over(const StorePlace& place) {
  StoreWatch watch;
  SMEV_ASSIGN(watch.database, PlaceWatch::over(place.database));
  SMEV_ASSIGN(watch.log, PlaceWatch::over(place.database + kLogSuffix));
  return watch;
}

// What a dead dispatcher left: attempts that nobody ends, claims that nobody uses.
Result<void> recover(Database& database, TimePoint now) {
  std::vector<MessageKey> open;
  {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT message FROM attempts WHERE ended = ''"));
    SMEV_ASSIGN(open, read_numbers(statement));
  }
  for (const MessageKey message : open) SMEV_TRY(interrupt_attempt(database, now, message));
  SMEV_TRY(database.run("UPDATE updates SET lease_until = '' WHERE lease_until <> ''"));
  return {};
}

// A guard of a store that no other process can see.
Result<std::shared_ptr<void>> take_flag(const std::shared_ptr<std::atomic<bool>>& flag) {
  if (flag->exchange(true)) {
    return fail(local_error(ErrorCode::store_busy, "the store in memory", Retry::later));
  }
  return std::shared_ptr<void>(nullptr, [flag](void*) { flag->store(false); });
}

}  // namespace

// Before a dispatcher acts on what it reads: that it is still the only one, on a sound file.
Result<void> SqliteOutbox::check_dispatching() {
  const std::lock_guard lock(dispatch_mutex_);
  if (whole_check_) SMEV_TRY(whole_check_->verdict());
  if (const std::shared_ptr<DispatchLock> held = lock_.lock()) return held->check_in_place();
  return {};
}

// So that nothing is written in vain.
Result<void> SqliteOutbox::check_before() {
  SMEV_TRY(watch_.database.check());
  return check_dispatching();
}

// It is known now where it went: nobody is told that a change is durable when it is in a file that
// has lost its name.
Result<void> SqliteOutbox::check_after() {
  SMEV_TRY(watch_.database.check());
  return watch_.log.check();
}

Result<void> SqliteOutbox::run_reading(const Work& work) {
  SMEV_TRY(check_before());
  const std::lock_guard lock(mutex_);
  SMEV_ASSIGN(Transaction transaction, Transaction::begin_reading(*database_));
  SMEV_TRY(work(*database_));
  return transaction.commit();
}

Result<void> SqliteOutbox::run_change(const Work& work, const CommitPoints* points) {
  return group_.run([&]() { return work(*database_); }, points);
}

Result<std::shared_ptr<void>> SqliteOutbox::take_lock() {
  if (place_.lock.empty()) return take_flag(dispatching_);
  SMEV_ASSIGN(std::shared_ptr<DispatchLock> taken, DispatchLock::take(place_.lock));
  const std::lock_guard lock(dispatch_mutex_);
  lock_ = taken;
  if (taken->was_left_open()) {
    whole_check_ = std::make_shared<WholeCheck>(
        place_.database, kWholeCheckBusyTimeout, [lock = std::weak_ptr(taken)] {
          if (const std::shared_ptr<DispatchLock> held = lock.lock()) held->note_sound();
        });
  }
  return std::shared_ptr<void>(std::move(taken));
}

std::shared_ptr<WholeCheck> SqliteOutbox::whole_check() {
  const std::lock_guard lock(dispatch_mutex_);
  return whole_check_;
}

Result<std::shared_ptr<void>> SqliteOutbox::start_dispatching() {
  SMEV_TRY(watch_.database.check());
  SMEV_ASSIGN(std::shared_ptr<void> guard, take_lock());
  SMEV_TRY(run_change([now = clock_->now()](Database& database) { return recover(database, now); },
                      nullptr));
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

Result<std::vector<std::string>> SqliteOutbox::check_engine(Database& database) {
  std::vector<std::string> faults;
  SMEV_ASSIGN(Statement pages, database.query("PRAGMA quick_check(100)"));
  while (true) {
    SMEV_ASSIGN(const bool more, pages.next());
    if (!more) break;
    if (pages.text(0) != "ok") faults.push_back("quick_check: " + pages.text(0));
  }
  SMEV_ASSIGN(Statement links, database.query("PRAGMA foreign_key_check"));
  while (true) {
    SMEV_ASSIGN(const bool more, links.next());
    if (!more) return faults;
    faults.push_back("row " + std::to_string(links.integer(1)) + " of " + links.text(0) +
                     " refers to nothing in " + links.text(2));
  }
}

// Every outbox that was ever opened has a mark beside it, and one that was dispatched a lock.
// Looking into the databases themselves would drop the locks that this process may have on them.
Result<bool> SqliteOutbox::owns_files() {
  if (place_.lock.empty()) return true;
  std::error_code fault;
  const fs::path folder = fs::path(place_.database).parent_path();
  for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    const std::string path = entry->path().string();
    for (const std::string_view suffix : kTraces) {
      if (!path.ends_with(suffix)) continue;
      const std::string database = path.substr(0, path.size() - suffix.size());
      std::error_code unknown;
      if (database != place_.database && fs::exists(database, unknown)) return false;
    }
  }
  if (fault) return fail(system_error(fault.value(), "list", folder.string()));
  return true;
}

}  // namespace outbox

Result<std::shared_ptr<Outbox>> sqlite_outbox(const SqliteOptions& options,
                                              std::shared_ptr<Clock> clock) {
  const bool in_memory = options.path == outbox::kInMemory;
  SMEV_ASSIGN(outbox::StorePlace place,
              in_memory ? outbox::place_in_memory() : outbox::place_on_disk(options.path));
  SMEV_ASSIGN(auto database, in_memory ? outbox::open_in_memory(place, options.busy_timeout)
                                       : outbox::open_store(place, options.busy_timeout));
  SMEV_ASSIGN(auto files, outbox::KeptFiles::open(place.files, options.file_bytes_max));
  outbox::StoreWatch watch;
  if (!in_memory) {
    SMEV_ASSIGN(watch, outbox::watch_over(place));
  }
  return std::shared_ptr<Outbox>(std::make_shared<outbox::SqliteOutbox>(
      std::move(place), std::move(watch), std::move(database), std::move(files), std::move(clock)));
}

}  // namespace smev
