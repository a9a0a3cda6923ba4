#include "sdk/outbox/group_commit.hpp"

#include <algorithm>

namespace smev::outbox {
namespace {

/// The points of the group's kinds, each once.
std::vector<const CommitPoints*> points_of(const std::vector<const CommitPoints*>& all) {
  std::vector<const CommitPoints*> points;
  for (const CommitPoints* each : all) {
    if (each != nullptr && std::find(points.begin(), points.end(), each) == points.end()) {
      points.push_back(each);
    }
  }
  return points;
}

}  // namespace

// Whoever finds no leader leads: takes what waits, itself included, and commits it while others
// gather behind.
Result<void> GroupCommit::run(const std::function<Result<void>()>& change,
                              const CommitPoints* points) {
  Job job{change, points, {}};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&job);
  while (!job.outcome) {
    if (leading_) {
      changed_.wait(lock);
      continue;
    }
    leading_ = true;
    const Group group = take_group();
    lock.unlock();
    run_group(group);
    lock.lock();
    leading_ = false;
    changed_.notify_all();
  }
  return *job.outcome;
}

std::size_t GroupCommit::waiting() {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

GroupCommit::Group GroupCommit::take_group() {
  const std::size_t count = std::min(waiting_.size(), kChangesMax);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  Group group(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return group;
}

void GroupCommit::run_group(const Group& group) {
  const std::lock_guard lock(database_mutex_);
  if (group.size() > 1 && run_together(group)) return;
  for (Job* job : group) run_alone(*job);
}

void GroupCommit::run_alone(Job& job) {
  const auto work = [&]() -> Result<void> {
    SMEV_ASSIGN(Transaction transaction, Transaction::begin(database_));
    SMEV_TRY(job.change());
    ++commits_;
    return transaction.commit(points_of({job.points}));
  };
  job.outcome = work();
}

bool GroupCommit::run_together(const Group& group) {
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction) return false;
  std::vector<Result<void>> outcomes;
  std::vector<const CommitPoints*> points;
  for (const Job* job : group) {
    Result<Savepoint> savepoint = Savepoint::begin(database_);
    if (!savepoint) return false;
    Result<void> outcome = job->change();
    if (outcome) {
      if (!savepoint->release()) return false;
      points.push_back(job->points);
    } else if (!savepoint->roll_back()) {
      return false;  // SQLite has rolled back the whole, as it does on a full disk
    }
    outcomes.push_back(std::move(outcome));
  }
  if (!points.empty()) {
    ++commits_;
    if (!transaction->commit(points_of(points))) return false;
  }
  for (std::size_t i = 0; i < group.size(); ++i) group[i]->outcome = std::move(outcomes[i]);
  return true;
}

}  // namespace smev::outbox
