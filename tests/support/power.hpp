#pragma once
// The power of a simulated machine: every write, sync, and change of a directory is counted, and at
// one of them the power goes. What survives is the disks' business (CrashVfs, CrashFiles).

#include <atomic>
#include <cstdint>

namespace smev::testing {

/// What becomes of that which was not synced when the power went.
enum class Survival {
  nothing,     ///< it is forgotten
  everything,  ///< it was written after all
  some,        ///< each write and each change of a directory by the toss of a coin
  torn,        ///< each 512-octet sector of each write by the toss of a coin
};

/// Thread-safe.
class Power {
 public:
  enum class Moment {
    on,
    going,  ///< the operation was under way when the power went: it may have happened or not
    off,
  };

  /// The power goes at this operation, counted from 1 from now on; 0: never.
  void cut_at(std::uint64_t operation) {
    count_ = 0;
    cut_at_ = operation;
    off_ = false;
  }
  /// Whoever is at it now has been too late.
  void cut_now() { off_ = true; }
  [[nodiscard]] bool off() const { return off_; }
  [[nodiscard]] std::uint64_t operations() const { return count_; }

  /// Counts an operation.
  Moment operation() {
    const std::uint64_t number = ++count_;
    const std::uint64_t last = cut_at_;
    if (off_) return Moment::off;
    if (last == 0 || number < last) return Moment::on;
    return off_.exchange(true) || number > last ? Moment::off : Moment::going;
  }

 private:
  std::atomic<std::uint64_t> count_ = 0;
  std::atomic<std::uint64_t> cut_at_ = 0;
  std::atomic<bool> off_ = false;
};

}  // namespace smev::testing
