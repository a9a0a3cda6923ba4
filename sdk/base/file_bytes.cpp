// Whole files: read within a limit, written so that a power cut leaves the old content or the new.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/base/file_error.hpp"

namespace smev {
namespace {

constexpr std::size_t kChunkBytes = 64U << 10;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool open() const { return number_ >= 0; }
  // Some file systems (NFS) tell of a lost write only here.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

Error io_error(const char* verb, const std::string& path, int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return local_error(
      code,
      std::string("cannot ") + verb + " " + path + ": " + std::generic_category().message(number),
      Retry::after_fix);
}

Error not_read(const char* verb, const std::string& path, int number) {
  Error error = io_error(verb, path, number);
  error.text = unreadable_text(number);
  return error;
}

Error not_regular(const std::string& path, bool folder) {
  Error error =
      local_error(ErrorCode::io, "cannot read " + path + ": not a regular file", Retry::after_fix);
  error.text = unreadable_text(folder ? EISDIR : EINVAL);
  return error;
}

// A folder that is not there is no thing that was asked for and not found.
Error not_written(const std::string& path, int number) {
  Error error = local_error(ErrorCode::io,
                            "cannot write " + path + ": " + std::generic_category().message(number),
                            Retry::after_fix);
  error.text = unwritable_text(number);
  return error;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool write_all(int descriptor, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(descriptor, octets.data(), octets.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<void> sync_folder(const std::string& folder) {
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open()) return fail(io_error("open folder", folder, errno));
  if (::fsync(directory.get()) != 0) return fail(io_error("sync folder", folder, errno));
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit_bytes) {
  // A FIFO that nobody writes to must not stop the program, nor a device that never ends fill it.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.open()) return fail(not_read("open", path, errno));
  std::string octets;
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fail(not_read("read", path, errno));
  if (!S_ISREG(status.st_mode)) return fail(not_regular(path, S_ISDIR(status.st_mode)));
  if (static_cast<std::size_t>(status.st_size) <= limit_bytes) {
    octets.reserve(static_cast<std::size_t>(status.st_size));
  }
  std::array<char, kChunkBytes> chunk;
  for (;;) {
    const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return fail(not_read("read", path, errno));
    }
    if (count == 0) return octets;
    if (static_cast<std::size_t>(count) > limit_bytes - octets.size()) {
      return fail(local_error(ErrorCode::limit_exceeded,
                              path + " is larger than " + std::to_string(limit_bytes) + " bytes",
                              Retry::after_fix));
    }
    octets.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

Result<void> write_file_durably(const std::string& path, std::string_view octets,
                                unsigned permissions) {
  std::string beside = path + ".new-XXXXXX";
  Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (!file.open()) return fail(not_written(path, errno));
  if (!write_all(file.get(), octets) || ::fchmod(file.get(), permissions) != 0 ||
      ::fsync(file.get()) != 0 || !file.close() || ::rename(beside.c_str(), path.c_str()) != 0) {
    const Error error = not_written(path, errno);
    ::unlink(beside.c_str());
    return fail(error);
  }
  return sync_folder(folder_of(path));
}

Result<void> remove_file_durably(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return fail(io_error("remove", path, errno));
  return sync_folder(folder_of(path));
}

}  // namespace smev
