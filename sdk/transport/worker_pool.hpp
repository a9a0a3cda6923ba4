#pragma once
// A few threads for work that blocks, such as putting files into the store.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "smev/base/result.hpp"

namespace smev::transport {

/// Thread-safe. Exactly one of `run` and `drop` is called for each job; neither may throw.
class WorkerPool {
 public:
  static Result<std::unique_ptr<WorkerPool>> start(int threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// `drop` is called instead of `run` when the pool is stopped before the job's turn.
  void post(std::function<void()> run, std::function<void()> drop);
  /// Waits for the jobs that run; drops those that wait. Not from a job.
  void stop();

 private:
  struct Job {
    std::function<void()> run;
    std::function<void()> drop;
  };

  WorkerPool() = default;
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace smev::transport
