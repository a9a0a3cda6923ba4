#include "sdk/outbox/file_system.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include "sdk/outbox/errors.hpp"

namespace smev::outbox {
namespace {

// Between two tries for a lock that somebody has.
constexpr auto kLockPause = std::chrono::milliseconds(2);

// statfs(2) and linux/magic.h; the kernel gives 32 bits, some of them with the highest one set.
constexpr std::array<unsigned, 15> kNetworkMagics = {
    0x00006969,  // NFS
    0x0000517B,  // SMB
    0xFF534D42,  // CIFS
    0xFE534D42,  // SMB2
    0x0000564C,  // NCP
    0x5346414F,  // AFS (OpenAFS)
    0x6B414653,  // AFS (kAFS)
    0x73757245,  // Coda
    0x00C36400,  // Ceph
    0x01161970,  // GFS2
    0x7461636F,  // OCFS2
    0x0BD00BD0,  // Lustre
    0x47504653,  // GPFS
    0x19830326,  // BeeGFS
    0xAAD7AAEA,  // PanFS
};

}  // namespace

bool is_network_file_system(long magic) {
  return std::find(kNetworkMagics.begin(), kNetworkMagics.end(), static_cast<unsigned>(magic)) !=
         kNetworkMagics.end();
}

Result<void> check_local_directory(const std::string& directory) {
  struct statfs status {};
  if (::statfs(directory.c_str(), &status) != 0) {
    return fail(system_error(errno, "statfs", directory));
  }
  const long magic = static_cast<long>(status.f_type);
  if (!is_network_file_system(magic)) return {};
  Error error = local_error(
      ErrorCode::store,
      fmt::format("{} is on a network file system (magic {:#x}), where SQLite's WAL does not work",
                  directory, static_cast<unsigned>(magic)),
      Retry::after_fix);
  error.text =
      "База исходящих лежит на сетевом диске: там она может потерять данные. Перенесите её на "
      "локальный диск.";
  return fail(std::move(error));
}

Result<FileHandle> lock_directory(const std::string& path, Duration timeout) {
  FileHandle directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open()) return fail(system_error(errno, "open", path));
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (::flock(directory.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR && errno != EWOULDBLOCK) return fail(system_error(errno, "flock", path));
    if (std::chrono::steady_clock::now() >= end) {
      return fail(sqlite_error(SQLITE_BUSY, 0, path + " is locked by who opens a store there"));
    }
    std::this_thread::sleep_for(kLockPause);
  }
  return directory;
}

}  // namespace smev::outbox
