#include "sdk/outbox/dispatch_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "sdk/outbox/errors.hpp"

namespace smev::outbox {
namespace {

constexpr mode_t kLockMode = 0660;
// What the file holds while a dispatcher works; after an end in order it is empty.
constexpr char kAtWork = '+';

Result<void> lock(const FileHandle& file, const std::string& path) {
  int outcome = 0;
  do {
    outcome = ::flock(file.get(), LOCK_EX | LOCK_NB);
  } while (outcome != 0 && errno == EINTR);
  if (outcome == 0) return {};
  if (errno != EWOULDBLOCK) return fail(system_error(errno, "flock", path));
  return fail(local_error(ErrorCode::store_busy, path + " is locked", Retry::later));
}

Result<void> sync_directory_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const FileHandle directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open() || ::fsync(directory.get()) != 0) {
    return fail(system_error(errno, "fsync", folder));
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<DispatchLock>> DispatchLock::take(const std::string& path) {
  // Not inherited by a program that this one starts: it would keep the lock beyond our end.
  FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kLockMode));
  if (!file.open()) return fail(system_error(errno, "open", path));
  SMEV_TRY(lock(file, path));
  SMEV_ASSIGN(PlaceWatch place, PlaceWatch::over(file.get(), path));
  // Somebody may have taken the file away between the opening and the locking.
  SMEV_TRY(place.check());
  std::shared_ptr<DispatchLock> taken(new DispatchLock(std::move(file), std::move(place)));
  SMEV_TRY(taken->note_start(path));
  return taken;
}

// On the disk before the first work, so that a power cut leaves it to be found.
Result<void> DispatchLock::note_start(const std::string& path) {
  char before = '\0';
  was_left_open_ = ::pread(file_.get(), &before, 1, 0) == 1;
  if (was_left_open_) return {};
  if (::pwrite(file_.get(), &kAtWork, 1, 0) != 1 || ::fsync(file_.get()) != 0) {
    return fail(system_error(errno, "write", path));
  }
  return sync_directory_of(path);
}

DispatchLock::~DispatchLock() {
  if (was_left_open_ && !sound_) return;
  // Not synced: if this is lost, the next one looks once too often.
  static_cast<void>(::ftruncate(file_.get(), 0) == 0);
}

}  // namespace smev::outbox
