#pragma once
// One dispatcher per SQLite file: a lock that goes with the process, however it ends. Its file also
// tells the next one how this one ended.

#include <atomic>
#include <memory>
#include <string>

#include "sdk/outbox/file_handle.hpp"
#include "sdk/outbox/place_watch.hpp"
#include "smev/base/result.hpp"

namespace smev::outbox {

class DispatchLock {
 public:
  /// `store_busy` when somebody has it, in this process or another.
  static Result<std::shared_ptr<DispatchLock>> take(const std::string& path);
  /// Gives it back, and writes down that this was in order; not while somebody's unclean end before
  /// it is to be looked into.
  ~DispatchLock();
  DispatchLock(const DispatchLock&) = delete;
  DispatchLock& operator=(const DispatchLock&) = delete;

  /// Whoever had it before was killed, or the machine stopped under it.
  [[nodiscard]] bool was_left_open() const { return was_left_open_; }
  /// That was looked into, and all is sound.
  void note_sound() { sound_ = true; }
  /// That nobody has put another lock in its place, which a second dispatcher could take.
  [[nodiscard]] Result<void> check_in_place() const { return place_.check(); }

 private:
  DispatchLock(FileHandle file, PlaceWatch place)
      : file_(std::move(file)), place_(std::move(place)) {}
  Result<void> note_start(const std::string& path);

  FileHandle file_;
  PlaceWatch place_;
  bool was_left_open_ = false;
  std::atomic<bool> sound_ = false;
};

}  // namespace smev::outbox
