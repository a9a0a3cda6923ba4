#include "sdk/outbox/group_commit.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "sdk/base/threads.hpp"

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

GroupCommit::~GroupCommit() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  handed_over_.notify_one();
}

Result<void> GroupCommit::run(const std::function<Result<void>()>& change,
                              const CommitPoints* points) {
  Job job{change, points, {}};
  std::shared_ptr<Group> group;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(busy_, true)) {
      group = join(job);
      first = group->jobs.size() == 1;
    }
  }
  if (!group) {
    run_group({&job});
    hand_over();
  } else if (first) {
    group->outcome.wait();
    group->told.set_value();
  } else {
    group->known.wait();
  }
  return *std::move(job.outcome);
}

std::shared_ptr<GroupCommit::Group> GroupCommit::join(Job& job) {
  if (waiting_.empty() || waiting_.back()->jobs.size() == kChangesMax) {
    waiting_.push_back(std::make_shared<Group>());
  }
  waiting_.back()->jobs.push_back(&job);
  return waiting_.back();
}

// Whoever was alone goes on its way; those that came meanwhile are the thread's, if there can be
// one.
void GroupCommit::hand_over() {
  std::unique_lock lock(mutex_);
  if (waiting_.empty()) {
    busy_ = false;
    return;
  }
  try {
    if (!thread_.joinable()) thread_ = quiet_thread([this] { work(); });
  } catch (const std::system_error&) {
    return run_waiting(lock);
  }
  for_thread_ = true;
  handed_over_.notify_one();
}

void GroupCommit::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    handed_over_.wait(lock, [this] { return ended_ || for_thread_; });
    if (ended_) return;
    run_waiting(lock);
    for_thread_ = false;
  }
}

void GroupCommit::run_waiting(std::unique_lock<std::mutex>& lock) {
  while (!waiting_.empty()) {
    const std::shared_ptr<Group> group = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    run_group(group->jobs);
    group->decided.set_value();
    lock.lock();
  }
  busy_ = false;
}

std::size_t GroupCommit::waiting() {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& group : waiting_) count += group->jobs.size();
  return count;
}

void GroupCommit::run_group(const Jobs& jobs) {
  const std::lock_guard lock(database_mutex_);
  if (const Result<void> fit = checks_.before(); !fit) {
    for (Job* job : jobs) job->outcome = fit;
    return;
  }
  if (jobs.size() == 1 || !run_together(jobs)) {
    for (Job* job : jobs) run_alone(*job);
  }
  if (const Result<void> kept = checks_.after(); !kept) {
    for (Job* job : jobs) {
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

bool GroupCommit::run_together(const Jobs& jobs) {
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction || !checks_.within()) return false;
  std::vector<Result<void>> outcomes;
  std::vector<const CommitPoints*> points;
  for (const Job* job : jobs) {
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
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i]->outcome = std::move(outcomes[i]);
  return true;
}

}  // namespace smev::outbox
