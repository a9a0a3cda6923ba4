#include "sdk/outbox/kept_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <vector>

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/file_handle.hpp"
#include "sdk/outbox/sha256_stream.hpp"

namespace smev::outbox {
namespace {

constexpr std::size_t kChunkBytes = 1u << 20;
constexpr std::size_t kHexDigits = 64;
constexpr mode_t kDirectoryMode = 0770;
// The dispatcher may be another user of the same group; the directory's mode follows the umask.
constexpr mode_t kFileMode = 0640;
constexpr std::string_view kTemporaryPrefix = ".incoming-";
// Whoever removes a file holds it alone, whoever puts one in place shares it.
constexpr const char* kLockName = ".lock";
constexpr mode_t kLockMode = 0660;

// A name that came from a row or a caller becomes a path only when it is a hash.
bool is_sha256(std::string_view text) {
  return text.size() == kHexDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Of what we write ourselves: no fault of the file that was given.
Failure store_failed(int error_number, std::string_view what, const std::string& path) {
  Error error = system_error(error_number, what, path);
  error.code = ErrorCode::store;
  return fail(std::move(error));
}

Result<FileHandle> open_for_reading(const std::string& path) {
  FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.open()) return file;
  const int error_number = errno;
  Error error = system_error(error_number, "open", path);
  if (error_number == ENOENT) error.code = ErrorCode::not_found;
  return fail(std::move(error));
}

Result<void> sync_directory(const std::string& path) {
  const FileHandle directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open() || ::fsync(directory.get()) != 0) {
    return store_failed(errno, "fsync", path);
  }
  return {};
}

Result<void> write_all(int descriptor, std::string_view octets, const std::string& path) {
  while (!octets.empty()) {
    const ssize_t written = ::write(descriptor, octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return store_failed(errno, "write", path);
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

using Take = std::function<Result<void>(std::string_view octets)>;

Result<void> read_all(int descriptor, const std::string& path, const Take& take) {
  std::vector<char> chunk(kChunkBytes);
  while (true) {
    const ssize_t count = ::read(descriptor, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(system_error(errno, "read", path));
    if (count == 0) return {};
    SMEV_TRY(take({chunk.data(), static_cast<std::size_t>(count)}));
  }
}

Error too_large(std::uint64_t limit) {
  Error error =
      local_error(ErrorCode::limit_exceeded, fmt::format("a result file may have {} bytes", limit),
                  Retry::after_fix);
  error.text = fmt::format("Файл результата больше допустимого размера ({} байт).", limit);
  return error;
}

Result<FileHandle> lock_root(const std::string& root, int operation) {
  const std::string path = root + "/" + kLockName;
  const int access = operation == LOCK_EX ? O_RDWR : O_RDONLY;
  FileHandle file(::open(path.c_str(), access | O_CREAT | O_CLOEXEC, kLockMode));
  if (!file.open()) return store_failed(errno, "open", path);
  while (::flock(file.get(), operation) != 0) {
    if (errno != EINTR) return store_failed(errno, "flock", path);
  }
  return file;
}

Result<FileHandle> open_regular(const std::string& path, std::uint64_t file_bytes_max) {
  SMEV_ASSIGN(FileHandle file, open_for_reading(path));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fail(system_error(errno, "stat", path));
  if (!S_ISREG(status.st_mode)) {
    return fail(local_error(ErrorCode::io, path + " is no regular file", Retry::after_fix));
  }
  if (static_cast<std::uint64_t>(status.st_size) > file_bytes_max) {
    return fail(too_large(file_bytes_max));
  }
  return file;
}

Result<StoredFile> read_hashed(const FileHandle& source, const std::string& path,
                               std::uint64_t file_bytes_max, const Take& take) {
  StoredFile read;
  Sha256Stream hash;
  // The file may grow while it is read.
  SMEV_TRY(read_all(source.get(), path, [&](std::string_view octets) -> Result<void> {
    read.size += octets.size();
    if (read.size > file_bytes_max) return fail(too_large(file_bytes_max));
    hash.add(octets);
    return take(octets);
  }));
  SMEV_ASSIGN(read.sha256, hash.hex());
  return read;
}

// Removed unless it was renamed.
class TemporaryFile {
 public:
  static Result<TemporaryFile> create(const std::string& folder) {
    std::string path = folder + "/" + std::string(kTemporaryPrefix) + "XXXXXX";
    FileHandle handle(::mkostemp(path.data(), O_CLOEXEC));
    if (!handle.open()) return store_failed(errno, "create", path);
    return TemporaryFile(std::move(path), std::move(handle));
  }
  TemporaryFile(TemporaryFile&&) = default;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    // After a rename the name is gone; of a moved-from one the handle is.
    if (handle_.open()) ::unlink(path_.c_str());
  }
  [[nodiscard]] int descriptor() const { return handle_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  TemporaryFile(std::string path, FileHandle handle)
      : path_(std::move(path)), handle_(std::move(handle)) {}
  std::string path_;
  FileHandle handle_;
};

}  // namespace

Result<KeptFiles> KeptFiles::open(std::string root, std::uint64_t file_bytes_max) {
  if (::mkdir(root.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return fail(system_error(errno, "mkdir", root));
  }
  SMEV_TRY(sync_directory(std::filesystem::path(root).parent_path().string()));
  return KeptFiles(std::move(root), file_bytes_max);
}

std::string KeptFiles::folder_of(const std::string& sha256) const {
  return root_ + "/" + sha256.substr(0, 2);
}

std::string KeptFiles::path_of(const std::string& sha256) const {
  return folder_of(sha256) + "/" + sha256;
}

Result<StoredFile> hash_file(const std::string& path, std::uint64_t file_bytes_max) {
  SMEV_ASSIGN(const FileHandle source, open_regular(path, file_bytes_max));
  return read_hashed(source, path, file_bytes_max,
                     [](std::string_view) -> Result<void> { return {}; });
}

Result<StoredFile> KeptFiles::keep(const std::string& path) const {
  SMEV_ASSIGN(const FileHandle source, open_regular(path, file_bytes_max_));
  SMEV_ASSIGN(const TemporaryFile temporary, TemporaryFile::create(root_));
  SMEV_ASSIGN(StoredFile kept,
              read_hashed(source, path, file_bytes_max_, [&](std::string_view octets) {
                return write_all(temporary.descriptor(), octets, temporary.path());
              }));
  if (::fchmod(temporary.descriptor(), kFileMode) != 0 || ::fsync(temporary.descriptor()) != 0) {
    return store_failed(errno, "fsync", temporary.path());
  }
  SMEV_TRY(put_in_place(temporary.path(), kept.sha256));
  return kept;
}

Result<void> KeptFiles::put_in_place(const std::string& temporary,
                                     const std::string& sha256) const {
  const std::string folder = folder_of(sha256);
  if (::mkdir(folder.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return store_failed(errno, "mkdir", folder);
  }
  SMEV_ASSIGN(const FileHandle lock, lock_root(root_, LOCK_SH));
  // The same content replaces itself, which heals a damaged copy.
  if (::rename(temporary.c_str(), path_of(sha256).c_str()) != 0) {
    return store_failed(errno, "rename", path_of(sha256));
  }
  SMEV_TRY(sync_directory(folder));
  // Also when the folder was there: another process may have made it and not synced it yet.
  return sync_directory(root_);
}

Result<void> KeptFiles::check_there(const StoredFile& file) const {
  if (!is_sha256(file.sha256)) return fail(misuse("a kept file is named by its SHA-256"));
  const std::string path = path_of(file.sha256);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return fail(not_found("kept file " + file.sha256));
    return fail(system_error(errno, "stat", path));
  }
  if (static_cast<std::uint64_t>(status.st_size) != file.size) {
    return fail(local_error(ErrorCode::io,
                            fmt::format("kept file {} has {} bytes, expected {}", file.sha256,
                                        status.st_size, file.size),
                            Retry::after_fix));
  }
  return {};
}

// One file that is missing is one file's fault; that none can be read says nothing of any: their
// disk is not mounted, or this process may open no more.
Error KeptFiles::not_read(Error error) const {
  std::error_code failed;
  const bool others = !std::filesystem::is_empty(root_, failed) && !failed;
  if (error.code == ErrorCode::not_found && others) return error;
  error.code = ErrorCode::store;
  error.retry = Retry::later;
  error.text =
      "Каталог файлов результата недоступен: отправка обновлений с файлами подождёт. "
      "Проверьте, что он подключён и что у службы есть на него права.";
  return error;
}

Result<std::string> KeptFiles::verified_path(const std::string& sha256) const {
  if (!is_sha256(sha256)) return fail(not_found("a kept file is named by its SHA-256"));
  std::string path = path_of(sha256);
  const Result<FileHandle> file = open_for_reading(path);
  if (!file) return fail(not_read(file.error()));
  Sha256Stream hash;
  const Result<void> read =
      read_all(file->get(), path, [&](std::string_view octets) -> Result<void> {
        hash.add(octets);
        return {};
      });
  if (!read) return fail(not_read(read.error()));
  SMEV_ASSIGN(const std::string found, hash.hex());
  if (found == sha256) return path;
  Error error =
      local_error(ErrorCode::io, fmt::format("kept file {} has another content: {}", sha256, found),
                  Retry::after_fix);
  error.text = "Сохранённый файл результата изменён или повреждён.";
  return fail(std::move(error));
}

Result<bool> KeptFiles::remove_unused(const std::string& sha256) const {
  if (!is_sha256(sha256)) return fail(misuse("a kept file is named by its SHA-256"));
  SMEV_ASSIGN(const FileHandle lock, lock_root(root_, LOCK_EX));
  const std::string path = path_of(sha256);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return false;
    return store_failed(errno, "stat", path);
  }
  const auto written = std::chrono::system_clock::from_time_t(status.st_mtime);
  if (std::chrono::system_clock::now() - written < kFileStays) return false;
  if (::unlink(path.c_str()) != 0) return store_failed(errno, "unlink", path);
  return true;
}

void KeptFiles::remove_abandoned() const {
  namespace fs = std::filesystem;
  std::error_code ignored;
  for (fs::directory_iterator entry(root_, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    if (!entry->path().filename().string().starts_with(kTemporaryPrefix)) continue;
    std::error_code unreadable;
    const auto written = entry->last_write_time(unreadable);
    if (!unreadable && fs::file_time_type::clock::now() - written > kFileStays) {
      fs::remove(entry->path(), unreadable);
    }
  }
}

}  // namespace smev::outbox
