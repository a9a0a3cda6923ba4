#include "smev-send/errors_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "sdk/base/file_error.hpp"

namespace smev::cli {
namespace {

constexpr mode_t kOwnerOnly = 0600;

Error errors_file_error(const std::string& path, int number) {
  Error error = local_error(ErrorCode::io,
                            "cannot write " + path + ": " + std::generic_category().message(number),
                            Retry::after_fix);
  error.text = "Не удалось записать файл ошибок";
  if (const auto cause = file_cause(number); !cause.empty()) error.text.append(": ").append(cause);
  return error;
}

// Also when the shell has opened it.
bool is_input(const std::string& path, const std::string& input) {
  struct stat there {};
  struct stat read {};
  if (::stat(path.c_str(), &there) != 0) return false;
  const int found = input == "-" ? ::fstat(STDIN_FILENO, &read) : ::stat(input.c_str(), &read);
  return found == 0 && S_ISREG(read.st_mode) && there.st_dev == read.st_dev &&
         there.st_ino == read.st_ino;
}

}  // namespace

ErrorsFile::ErrorsFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

ErrorsFile::ErrorsFile(ErrorsFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      begun_(other.begun_) {}

ErrorsFile::~ErrorsFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<ErrorsFile> ErrorsFile::create(const std::string& path, const std::string& input) {
  if (path.empty()) return ErrorsFile("", -1);
  if (is_input(path, input)) {
    Error error = local_error(ErrorCode::validation, "the input itself", Retry::after_fix);
    error.text = "Файл ошибок не может быть самим входным файлом: назовите другой";
    return fail(std::move(error));
  }
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kOwnerOnly);
  if (descriptor < 0) return fail(errors_file_error(path, errno));
  ErrorsFile file(path, descriptor);
  SMEV_TRY(file.make_private_and_empty());
  return file;
}

// A file that was there keeps its mode, and others may read it. A pipe or a device has none of its
// own.
Result<void> ErrorsFile::make_private_and_empty() {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return fail(errors_file_error(path_, errno));
  if (!S_ISREG(status.st_mode)) return {};
  if (::fchmod(descriptor_, kOwnerOnly) != 0 || ::ftruncate(descriptor_, 0) != 0) {
    return fail(errors_file_error(path_, errno));
  }
  return {};
}

Result<void> ErrorsFile::write(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(descriptor_, octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(errors_file_error(path_, errno));
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> ErrorsFile::add(const std::string& text, const UpdateSource& source) {
  if (descriptor_ < 0) return {};
  const UpdateSource::Frame frame = source.frame();
  SMEV_TRY(write((begun_ ? frame.between : frame.before) + text));
  begun_ = true;
  return {};
}

Result<void> ErrorsFile::finish(const UpdateSource& source) {
  if (descriptor_ < 0 || !begun_) return {};
  return write(source.frame().after);
}

}  // namespace smev::cli
