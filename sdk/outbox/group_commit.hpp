#pragma once
// Many changes, one commit: those that come while a commit is being synced share the next one. Each
// is durable when `run` returns, and an error takes back that change alone.
//
// Who comes alone commits on its own thread; what gathers behind it is left to a thread of the
// group's, begun when it is needed first, so that nobody works on for others whose own change is
// done.
//
// There are no savepoints: they would copy every page that a change touches. A change that fails
// before it has changed a row has nothing to take back; when one fails later, the whole transaction
// is given up and each change is run alone.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "sdk/outbox/sqlite_database.hpp"

namespace smev::outbox {

class GroupCommit {
 public:
  /// Changes in one commit at most: bounds how long the first of them waits for the last.
  static constexpr std::size_t kChangesMax = 256;

  /// What has to hold, asked once for a whole group.
  struct Checks {
    std::function<Result<void>()> before;  ///< else nothing is done
    std::function<Result<void>()> within;  ///< the transaction; else nothing is done
    std::function<Result<void>()> after;   ///< else nobody is told that it was
  };

  /// `database_mutex` guards the connection; readers take it too.
  GroupCommit(SqliteDatabase& database, std::mutex& database_mutex, Checks checks)
      : database_(database), database_mutex_(database_mutex), checks_(std::move(checks)) {}
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;
  /// Nobody may be in `run` any more.
  ~GroupCommit();

  /// Runs `change` inside a transaction, on this thread or on the group's own, and once more when
  /// the transaction was lost: it must begin anew each time. It must not call `run`.
  Result<void> run(const std::function<Result<void>()>& change,
                   const CommitPoints* points = nullptr);

  /// Commits made so far.
  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  /// Changes that wait for the commit after the one under way.
  [[nodiscard]] std::size_t waiting();

 private:
  struct Job {
    const std::function<Result<void>()>& change;
    const CommitPoints* points;
    std::optional<Result<void>> outcome;
  };
  using Jobs = std::vector<Job*>;
  /// Those that wait for one commit. The first is woken by who committed, and wakes the others: the
  /// disk must not wait for that.
  struct Group {
    Jobs jobs;
    std::promise<void> decided;
    std::future<void> outcome{decided.get_future()};
    std::promise<void> told;
    std::shared_future<void> known{told.get_future()};
  };

  std::shared_ptr<Group> join(Job& job);
  void hand_over();
  void work();
  void run_waiting(std::unique_lock<std::mutex>& lock);
  void run_group(const Jobs& jobs);
  /// False when the transaction is lost: nothing of it was kept, and nobody has been told.
  bool run_together(const Jobs& jobs);
  void run_alone(Job& job);

  SqliteDatabase& database_;
  std::mutex& database_mutex_;
  const Checks checks_;
  std::atomic<std::uint64_t> commits_ = 0;
  std::mutex mutex_;  // guards what follows
  std::deque<std::shared_ptr<Group>> waiting_;
  bool busy_ = false;        ///< somebody commits: who comes now waits
  bool for_thread_ = false;  ///< what waits is the thread's
  bool ended_ = false;
  std::condition_variable handed_over_;
  std::jthread thread_;  ///< the last: it uses the others
};

}  // namespace smev::outbox
