#pragma once
// The durable store over one SQLite file. One connection behind one mutex; other processes come and
// go beside it.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sdk/outbox/dispatch_lock.hpp"
#include "sdk/outbox/group_commit.hpp"
#include "sdk/outbox/place_watch.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "sdk/outbox/sqlite_place.hpp"
#include "sdk/outbox/sqlite_schema.hpp"
#include "sdk/outbox/table_outbox.hpp"
#include "sdk/outbox/whole_check.hpp"

namespace smev::outbox {

/// The files of an open store; nothing is watched of one in memory.
struct StoreWatch {
  PlaceWatch database;
  PlaceWatch log;
};

class SqliteOutbox final : public TableOutbox {
 public:
  SqliteOutbox(StorePlace place, StoreWatch watch, std::unique_ptr<SqliteDatabase> database,
               KeptFiles files, std::shared_ptr<Clock> clock)
      : TableOutbox(std::move(files), std::move(clock)),
        place_(std::move(place)),
        watch_(std::move(watch)),
        database_(std::move(database)),
        group_(*database_, mutex_,
               {[this] { return check_before(); }, [this] { return check_version(*database_); },
                [this] { return check_after(); }}) {}

  Result<std::shared_ptr<void>> start_dispatching() override;
  /// The look at the whole file after an unclean end, if there was one; for tests.
  [[nodiscard]] std::shared_ptr<WholeCheck> whole_check();

 protected:
  Result<void> run_reading(const Work& work) override;
  Result<void> run_change(const Work& work, const CommitPoints* points) override;
  Result<std::vector<UpdateId>> lease_updates(Database& database, TimePoint now, int limit,
                                              Duration lease) override;
  Result<std::vector<std::string>> check_engine(Database& database) override;
  Result<bool> owns_files() override;

 private:
  Result<void> check_before();
  Result<void> check_after();
  Result<void> check_dispatching();
  Result<std::shared_ptr<void>> take_lock();

  StorePlace place_;
  StoreWatch watch_;
  std::mutex mutex_;  // guards database_
  std::unique_ptr<SqliteDatabase> database_;
  GroupCommit group_;
  std::mutex dispatch_mutex_;  // guards what follows
  std::weak_ptr<DispatchLock> lock_;
  std::shared_ptr<WholeCheck> whole_check_;
  // Of a store in memory: shared with the guard, which may outlive the store.
  std::shared_ptr<std::atomic<bool>> dispatching_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace smev::outbox
