#pragma once
// The durable store over PostgreSQL, for many senders on many machines. A piece of work borrows a
// connection; rows are locked as row_locks.hpp says, and what loses against somebody else begins
// anew, a bounded number of times.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sdk/outbox/postgres_dispatcher.hpp"
#include "sdk/outbox/postgres_pool.hpp"
#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {

class PostgresOutbox final : public TableOutbox {
 public:
  PostgresOutbox(std::shared_ptr<PostgresPool> pool, Duration lease, KeptFiles files,
                 std::shared_ptr<Clock> clock);

  Result<std::shared_ptr<void>> start_dispatching() override;
  Result<std::vector<InboxEntry>> take_inbox(const std::string& sender, Contour contour,
                                             int limit) override;
  Result<void> settle_inbox(std::int64_t entry, const InboxVerdict& verdict) override;

 protected:
  Result<void> run_reading(const Work& work) override;
  Result<void> run_change(const Work& work, const CommitPoints* points) override;
  Result<std::vector<UpdateId>> lease_updates(Database& database, TimePoint now, int limit,
                                              Duration lease) override;
  Result<void> leased(Database& database, const std::vector<MessageKey>& messages, TimePoint now,
                      Duration lease) override;

 private:
  [[nodiscard]] std::string owner();

  std::shared_ptr<PostgresPool> pool_;
  Duration lease_;
  std::mutex mutex_;   // guards what follows
  std::string owner_;  ///< of leases: of the dispatcher when there is one, else of this object
  std::weak_ptr<PostgresDispatcher> dispatcher_;
};

}  // namespace smev::outbox
