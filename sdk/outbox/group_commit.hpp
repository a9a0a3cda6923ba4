#pragma once
// Many changes, one commit: those that come while a commit is being synced share the next one. Each
// is durable when `run` returns, and an error takes back that change alone.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "sdk/outbox/sqlite_database.hpp"

namespace smev::outbox {

class GroupCommit {
 public:
  /// Changes in one commit at most: bounds how long the first of them waits for the last.
  static constexpr std::size_t kChangesMax = 256;

  /// `database_mutex` guards the connection; readers take it too.
  GroupCommit(Database& database, std::mutex& database_mutex)
      : database_(database), database_mutex_(database_mutex) {}

  /// Runs `change` inside a transaction, on this thread or on that of another caller, and once more
  /// when the transaction was lost: it must begin anew each time. It must not call `run`.
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
  using Group = std::vector<Job*>;

  Group take_group();
  void run_group(const Group& group);
  /// False when the transaction is lost: nothing of it was kept, and nobody has been told.
  bool run_together(const Group& group);
  void run_alone(Job& job);

  Database& database_;
  std::mutex& database_mutex_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Job*> waiting_;
  bool leading_ = false;
  std::atomic<std::uint64_t> commits_ = 0;
};

}  // namespace smev::outbox
