#include "sdk/outbox/group_commit.hpp"

#include <algorithm>
#include <utility>

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

Result<void> GroupCommit::run(const std::function<Result<void>()>& change,
                              const CommitPoints* points) {
  Job job{change, points, {}};
  bool leads = false;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&job);
    leads = !std::exchange(leading_, true);
  }
  if (!leads) job.woken.get_future().wait();
  if (!job.outcome) lead(job);
  return *std::move(job.outcome);
}

// Takes what waits, itself included, and commits it while others gather behind. Then the first of
// those leads, and it is woken first: the disk should not wait for the rest to learn their outcome.
void GroupCommit::lead(Job& own) {
  const Group group = take_group();
  run_group(group);
  Job* next = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!waiting_.empty()) next = waiting_.front();
    leading_ = next != nullptr;
  }
  if (next != nullptr) next->woken.set_value();
  for (Job* job : group) {
    if (job != &own) job->woken.set_value();
  }
}

std::size_t GroupCommit::waiting() {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

GroupCommit::Group GroupCommit::take_group() {
  const std::lock_guard lock(mutex_);
  const std::size_t count = std::min(waiting_.size(), kChangesMax);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  Group group(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return group;
}

void GroupCommit::run_group(const Group& group) {
  const std::lock_guard lock(database_mutex_);
  if (const Result<void> fit = checks_.before(); !fit) {
    for (Job* job : group) job->outcome = fit;
    return;
  }
  if (group.size() == 1 || !run_together(group)) {
    for (Job* job : group) run_alone(*job);
  }
  if (const Result<void> kept = checks_.after(); !kept) {
    for (Job* job : group) {
      if (*job->outcome) job->outcome = kept;
    }
  }
}

void GroupCommit::run_alone(Job& job) {
  const auto work = [&]() -> Result<void> {
    SMEV_ASSIGN(Transaction transaction, Transaction::begin(database_));
    SMEV_TRY(checks_.within());
    SMEV_TRY(job.change());
    ++commits_;
    return transaction.commit(points_of({job.points}));
  };
  job.outcome = work();
}

bool GroupCommit::run_together(const Group& group) {
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction || !checks_.within()) return false;
  std::vector<Result<void>> outcomes;
  std::vector<const CommitPoints*> points;
  for (const Job* job : group) {
    const std::int64_t before = database_.rows_changed();
    Result<void> outcome = job->change();
    if (outcome) {
      points.push_back(job->points);
    } else if (database_.rows_changed() != before || !database_.in_transaction()) {
      return false;
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
