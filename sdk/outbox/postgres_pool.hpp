#pragma once
// A few connections that many threads share. Thread-safe.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "sdk/outbox/postgres_database.hpp"

namespace smev::outbox {

class PostgresPool {
 public:
  PostgresPool(PostgresPlace place, int connections_max)
      : place_(std::move(place)), connections_max_(connections_max) {}

  /// A connection for one piece of work; goes back when this goes, unless it is of no use any more.
  class Borrowed {
   public:
    Borrowed(PostgresPool& pool, std::unique_ptr<PostgresDatabase> database)
        : pool_(&pool), database_(std::move(database)) {}
    Borrowed(Borrowed&&) noexcept = default;
    Borrowed& operator=(Borrowed&&) = delete;
    ~Borrowed() {
      if (database_) pool_->give_back(std::move(database_));
    }
    PostgresDatabase& operator*() const { return *database_; }
    PostgresDatabase* operator->() const { return database_.get(); }

   private:
    PostgresPool* pool_;
    std::unique_ptr<PostgresDatabase> database_;
  };

  /// One at rest, or a new one; waits for one while all are in use.
  Result<Borrowed> borrow();
  [[nodiscard]] const PostgresPlace& place() const { return place_; }

 private:
  void give_back(std::unique_ptr<PostgresDatabase> database);

  PostgresPlace place_;
  int connections_max_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<std::unique_ptr<PostgresDatabase>> idle_;
  int connections_ = 0;  ///< at rest and in use
};

}  // namespace smev::outbox
