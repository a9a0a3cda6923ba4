#pragma once
// One dispatcher among others over the same database: registered under a random name, kept alive by
// a heartbeat that prolongs its leases, deregistered when it goes. Of one that has died, others
// take the leases over when they have run out.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "sdk/outbox/postgres_pool.hpp"
#include "smev/base/clock.hpp"

namespace smev::outbox {

class PostgresDispatcher {
 public:
  /// Registers, and frees what dispatchers have left that are not alive.
  static Result<std::shared_ptr<PostgresDispatcher>> start(std::shared_ptr<PostgresPool> pool,
                                                           std::string owner, Duration lease,
                                                           std::shared_ptr<Clock> clock);
  PostgresDispatcher(const PostgresDispatcher&) = delete;
  PostgresDispatcher& operator=(const PostgresDispatcher&) = delete;
  ~PostgresDispatcher();

 private:
  PostgresDispatcher(std::shared_ptr<PostgresPool> pool, std::string owner, Duration lease,
                     std::shared_ptr<Clock> clock);
  Result<void> register_owner();
  Result<void> beat(PostgresDatabase& database);
  Result<void> leave();
  void run(const std::stop_token& stop);

  std::shared_ptr<PostgresPool> pool_;
  std::string owner_;
  Duration lease_;
  std::shared_ptr<Clock> clock_;
  std::mutex mutex_;
  std::condition_variable_any stopping_;
  std::jthread heart_;
};

}  // namespace smev::outbox
