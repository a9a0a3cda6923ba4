#pragma once
// A disk for SQLite that knows what was synced. Files are real, and SQLite reads what it has
// written; but when the power goes (Power) every call fails, and after `restart` the files hold
// what was synced, and of the rest whatever survived. Locks and shared memory are those of the real
// VFS.
//
// While it lives it is SQLite's default VFS. One at a time.

#include <cstdint>
#include <functional>
#include <memory>

#include "tests/support/power.hpp"

namespace smev::testing {

/// Which syncs a disk says it has done and has not: a test of tests.
enum class SyncLies {
  none,
  log,  ///< those of the write-ahead log: what synchronous=NORMAL leaves out
  all,  ///< what synchronous=OFF leaves out
};

class CrashVfs {
 public:
  explicit CrashVfs(Power& power);
  ~CrashVfs();
  CrashVfs(const CrashVfs&) = delete;
  CrashVfs& operator=(const CrashVfs&) = delete;

  [[nodiscard]] std::uint64_t writes() const;
  [[nodiscard]] std::uint64_t syncs() const;

  /// After every file was closed: the files become what the cut has left of them, and the power is
  /// on again.
  void restart(Survival survival, std::uint64_t seed);

  /// The n-th write or sync from now on fails once, as of a bad disk; 0: none. Half of such a write
  /// is done.
  void fail_at(std::uint64_t operation);
  /// No file can become longer than so many octets, until there is `room`; what fits of a write is
  /// done.
  void fill_up_at(std::uint64_t octets);
  void room();
  void lie_about_syncs(SyncLies lies);
  /// Files that are opened from now on do not promise that a write spares the sectors beside it.
  void harm_neighbours();
  /// Called in each sync, before it is done.
  void on_sync(std::function<void()> callback);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace smev::testing
