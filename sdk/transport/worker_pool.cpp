#include "sdk/transport/worker_pool.hpp"

#include <system_error>
#include <utility>

#include "sdk/base/threads.hpp"

namespace smev::transport {

Result<std::unique_ptr<WorkerPool>> WorkerPool::start(int threads) {
  std::unique_ptr<WorkerPool> pool(new WorkerPool());
  const SignalsBlocked blocked;
  try {
    for (int i = 0; i < threads; ++i) {
      pool->threads_.emplace_back(&WorkerPool::work, pool.get());
    }
  } catch (const std::system_error& error) {
    return fail(local_error(ErrorCode::internal, std::string("no thread: ") + error.what()));
  }
  return pool;
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::post(std::function<void()> run, std::function<void()> drop) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      waiting_.push_back({std::move(run), std::move(drop)});
      changed_.notify_one();
      return;
    }
  }
  drop();
}

void WorkerPool::stop() {
  std::deque<Job> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(waiting_);
    changed_.notify_all();
  }
  for (Job& job : dropped) {
    job.drop();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

void WorkerPool::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) {
      return;
    }
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    job.run();
  }
}

}  // namespace smev::transport
