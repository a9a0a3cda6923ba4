#include "sdk/outbox/postgres_pool.hpp"

#include "sdk/outbox/postgres_errors.hpp"

namespace smev::outbox {
namespace {

// All connections at work for so long: the database stands still.
constexpr auto kBorrowWaitMax = std::chrono::seconds(30);

}  // namespace

Result<PostgresPool::Borrowed> PostgresPool::borrow() {
  {
    std::unique_lock lock(mutex_);
    const bool free = changed_.wait_for(
        lock, kBorrowWaitMax, [&] { return !idle_.empty() || connections_ < connections_max_; });
    if (!free) return fail(postgres_lost("all connections of the pool are busy"));
    while (!idle_.empty()) {
      std::unique_ptr<PostgresDatabase> database = std::move(idle_.back());
      idle_.pop_back();
      if (database->usable()) return Borrowed(*this, std::move(database));
      --connections_;
    }
    ++connections_;
  }
  Result<std::unique_ptr<PostgresDatabase>> opened = PostgresDatabase::open(place_);
  if (opened) return Borrowed(*this, std::move(*opened));
  const std::lock_guard lock(mutex_);
  --connections_;
  changed_.notify_one();
  return fail(std::move(opened).error());
}

void PostgresPool::give_back(std::unique_ptr<PostgresDatabase> database) {
  const bool lost = database->trouble() == PostgresTrouble::lost;
  std::vector<std::unique_ptr<PostgresDatabase>> given_up;  // closed when nobody waits for that
  const std::lock_guard lock(mutex_);
  if (lost || !database->usable()) {
    --connections_;
    // What was opened before the fault is most likely lost as well, and would be found out one by
    // one.
    if (lost) {
      connections_ -= static_cast<int>(idle_.size());
      given_up.swap(idle_);
    }
  } else {
    idle_.push_back(std::move(database));
  }
  changed_.notify_all();
}

}  // namespace smev::outbox
