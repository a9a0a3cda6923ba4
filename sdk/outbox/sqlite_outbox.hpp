#pragma once
// The durable store over one SQLite file. One connection behind one mutex; other processes come and
// go beside it.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sdk/outbox/group_commit.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {

/// Where the store keeps what; a store in memory has a directory that goes with it.
struct StorePlace {
  std::string database;
  std::string lock;  ///< empty: nobody else can see this store
  std::string files;
  std::shared_ptr<void> temporary;  ///< removes the directory of a store in memory
};

class SqliteOutbox final : public TableOutbox {
 public:
  SqliteOutbox(StorePlace place, std::unique_ptr<SqliteDatabase> database, KeptFiles files,
               std::shared_ptr<Clock> clock)
      : TableOutbox(std::move(files), std::move(clock)),
        place_(std::move(place)),
        database_(std::move(database)),
        group_(*database_, mutex_) {}

  Result<std::shared_ptr<void>> start_dispatching() override;

 protected:
  Result<void> run_reading(const Work& work) override;
  Result<void> run_change(const Work& work, const CommitPoints* points) override;
  Result<std::vector<UpdateId>> lease_updates(Database& database, TimePoint now, int limit,
                                              Duration lease) override;

 private:
  StorePlace place_;
  std::mutex mutex_;  // guards database_
  std::unique_ptr<SqliteDatabase> database_;
  GroupCommit group_;
  // Of a store in memory: shared with the guard, which may outlive the store.
  std::shared_ptr<std::atomic<bool>> dispatching_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace smev::outbox
