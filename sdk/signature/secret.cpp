#include "sdk/signature/secret.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "sdk/signature/key_error.hpp"

namespace smev::signature {

namespace {

class OpenFile {
 public:
  // A FIFO that nobody writes to must not stop the service.
  explicit OpenFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Failure unreadable(const std::string& path, const std::string& why) {
  return key_failure("Файл не читается: " + path, path + ": " + why);
}

// One octet more than allowed is asked for, so that a file that has grown meanwhile is noticed.
bool read_all(int file, Secret& octets) {
  std::size_t have = 0;
  while (have < octets.size()) {
    const ssize_t count = ::read(file, octets.data() + have, octets.size() - have);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  octets.cut(have);
  return true;
}

}  // namespace

Result<SecretFile> read_secret_file(const std::string& path, std::size_t octets_max) {
  const auto failed = [&path] { return unreadable(path, std::system_category().message(errno)); };
  const OpenFile file(path);
  struct stat facts {};
  if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) return failed();
  if (!S_ISREG(facts.st_mode)) return unreadable(path, "not a regular file");
  SecretFile read;
  read.octets = Secret(octets_max + 1);
  if (!read_all(file.get(), read.octets)) return failed();
  if (read.octets.size() > octets_max) {
    return key_failure("Файл слишком велик: " + path,
                       path + ": more than " + std::to_string(octets_max) + " octets");
  }
  read.readable_by_all = (facts.st_mode & S_IROTH) != 0;
  return read;
}

Result<void> refuse_readable_by_all(const SecretFile& file, const std::string& path) {
  if (!file.readable_by_all) return {};
  return key_failure(
      "Файл может прочитать любой пользователь: " + path + ". Уберите это право: chmod o-r",
      path + ": readable by everyone");
}

}  // namespace smev::signature
