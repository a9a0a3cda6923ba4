#include "bench/slow_sync.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

namespace smev::bench {
namespace {

std::atomic<Duration::rep> added_microseconds = 0;

// Each kind of file has its methods; ours are a copy with another xSync.
struct Methods {
  sqlite3_io_methods slow;
  const sqlite3_io_methods* real;
};
std::mutex mutex;
std::map<const sqlite3_io_methods*, Methods>
    known;  // by the slow ones' address, and the real ones'

int slow_sync(sqlite3_file* file, int flags) {
  std::this_thread::sleep_for(std::chrono::microseconds(added_microseconds.load()));
  const sqlite3_io_methods* real = nullptr;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [key, methods] : known) {
      if (&methods.slow == file->pMethods) real = methods.real;
    }
  }
  return real->xSync(file, flags);
}

int open_slow(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
              int* out_flags) {
  auto* real = static_cast<sqlite3_vfs*>(vfs->pAppData);
  const int code = real->xOpen(real, name, file, flags, out_flags);
  if (file->pMethods == nullptr) return code;
  const std::lock_guard lock(mutex);
  auto [entry, fresh] = known.try_emplace(file->pMethods);
  if (fresh) {
    entry->second.real = file->pMethods;
    entry->second.slow = *file->pMethods;
    entry->second.slow.xSync = slow_sync;
  }
  file->pMethods = &entry->second.slow;
  return code;
}

}  // namespace

SlowSync::SlowSync(Duration added) : before_(sqlite3_vfs_find(nullptr)), vfs_(*before_) {
  added_microseconds = added.count();
  vfs_.zName = "slow-sync";
  vfs_.pNext = nullptr;
  vfs_.pAppData = before_;
  vfs_.xOpen = open_slow;
  if (added > Duration::zero()) sqlite3_vfs_register(&vfs_, 1);
}

SlowSync::~SlowSync() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(before_, 1);
}

}  // namespace smev::bench
