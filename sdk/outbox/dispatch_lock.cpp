#include "sdk/outbox/dispatch_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/file_handle.hpp"

namespace smev::outbox {
namespace {

constexpr mode_t kLockMode = 0660;

}  // namespace

Result<std::shared_ptr<void>> take_dispatch_lock(const std::string& lock_path) {
  // Not inherited by a program that this one starts: it would keep the lock beyond our end.
  FileHandle file(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kLockMode));
  if (!file.open()) return fail(system_error(errno, "open", lock_path));
  int outcome = 0;
  do {
    outcome = ::flock(file.get(), LOCK_EX | LOCK_NB);
  } while (outcome != 0 && errno == EINTR);
  if (outcome == 0) return std::shared_ptr<void>(std::make_shared<FileHandle>(std::move(file)));
  if (errno != EWOULDBLOCK) return fail(system_error(errno, "flock", lock_path));
  return fail(local_error(ErrorCode::store_busy, lock_path + " is locked", Retry::later));
}

}  // namespace smev::outbox
