#include "sdk/sender/inbox_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>

namespace smev {
namespace {

namespace fs = std::filesystem;
using outbox::FileHandle;

// The kernel gives up when something is renamed on the way; whoever does it on purpose does not
// keep the sender busy.
constexpr int kRenamedTries = 16;

Failure refused(ErrorCode code, std::string text, const std::string& detail) {
  Error error = local_error(code, "file of the inbox: " + detail, Retry::after_fix);
  error.text = std::move(text);
  return fail(std::move(error));
}

Failure elsewhere() {
  return refused(ErrorCode::io,
                 "Файл должен лежать в каталоге, который указан у отправителя в "
                 "outbox.inbox_files; ссылки на пути к нему — только относительные и не из него.",
                 "not in its folder");
}

Failure not_opened(int error_number, const std::string& given) {
  const std::string detail = fmt::format("errno {}", error_number);
  switch (error_number) {
    case EXDEV:
    case ELOOP:
      return elsewhere();
    case ENOENT:
    case ENOTDIR:
      return refused(ErrorCode::not_found, "По этому пути файла нет: " + given, detail);
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return fail(local_error(ErrorCode::store, "file of the inbox: " + detail, Retry::later));
    default:
      return refused(ErrorCode::io,
                     "Файл не читается или это не обычный файл, проверьте путь и права: " + given,
                     detail);
  }
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end() && rest != path.end();
}

std::string descriptor_path(const FileHandle& handle) {
  return fmt::format("/proc/self/fd/{}", handle.get());
}

// What an absolute path is within the folder, as the settings spell it or as it is without links.
std::optional<std::string> within(const std::string& folder, const std::string& path) {
  if (path.find('\0') != std::string::npos) return std::nullopt;
  if (!fs::path(path).is_absolute()) return path;
  const fs::path given = fs::path(path).lexically_normal();
  std::error_code ignored;
  for (const fs::path& spelled : {fs::path(folder), fs::canonical(folder, ignored)}) {
    // Without the empty last part that a slash at the end makes.
    const fs::path root = (spelled / ".").lexically_normal().parent_path();
    if (is_inside(given, root)) return given.lexically_relative(root).string();
  }
  return std::nullopt;
}

struct Wish {
  FileHandle folder;
  std::string path;  ///< from there
};

Result<Wish> wish_for(const std::string& folder, const std::string& path) {
  Wish wish;
  wish.folder = FileHandle(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!wish.folder.open()) {
    return refused(ErrorCode::io, "Каталог outbox.inbox_files у отправителя не открывается.",
                   fmt::format("its folder: errno {}", errno));
  }
  std::optional<std::string> place = within(folder, path);
  if (!place) return elsewhere();
  wish.path = std::move(*place);
  return wish;
}

// errno as open() leaves it.
FileHandle open_beneath(const Wish& wish) {
  struct open_how how {};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long descriptor = -1;
  for (int tries = 0; tries < kRenamedTries; ++tries) {
    descriptor = ::syscall(SYS_openat2, wish.folder.get(), wish.path.c_str(), &how, sizeof how);
    if (descriptor >= 0 || (errno != EAGAIN && errno != EINTR)) break;
  }
  return FileHandle(static_cast<int>(descriptor));
}

// ENOSYS: an older kernel; the others are what sandboxes say of a call that they do not know.
bool is_unknown_call(int error_number) {
  return error_number == ENOSYS || error_number == EPERM || error_number == EINVAL;
}

}  // namespace

Result<InboxFile> InboxFile::open(const std::string& folder, const std::string& path) {
  SMEV_ASSIGN(const Wish wish, wish_for(folder, path));
  FileHandle place = open_beneath(wish);
  if (place.open()) return for_reading(std::move(place), path);
  if (is_unknown_call(errno)) return open_and_look(folder, path);
  return not_opened(errno, path);
}

// O_PATH: nothing of the file is touched before its place is known. Why it cannot be opened is not
// told: that would tell what there is elsewhere.
Result<InboxFile> InboxFile::open_and_look(const std::string& folder, const std::string& path) {
  SMEV_ASSIGN(const Wish wish, wish_for(folder, path));
  FileHandle place(::openat(wish.folder.get(), wish.path.c_str(), O_PATH | O_CLOEXEC));
  if (!place.open()) return elsewhere();
  std::error_code fault;
  const fs::path root = fs::read_symlink(descriptor_path(wish.folder), fault);
  if (fault) return elsewhere();
  const fs::path found = fs::read_symlink(descriptor_path(place), fault);
  if (fault || !is_inside(found, root)) return elsewhere();
  return for_reading(std::move(place), path);
}

// A device or a pipe is not opened: to open it may be to do something.
Result<InboxFile> InboxFile::for_reading(FileHandle place, const std::string& given) {
  struct stat status {};
  if (::fstat(place.get(), &status) != 0) return not_opened(errno, given);
  if (!S_ISREG(status.st_mode)) return not_opened(EINVAL, given);
  FileHandle file(::open(descriptor_path(place).c_str(), O_RDONLY | O_CLOEXEC));
  if (file.open()) return InboxFile(std::move(file), given);
  if (errno != ENOENT) return not_opened(errno, given);
  return refused(ErrorCode::io, "Отправитель не может открыть файл: в системе нет /proc.",
                 "no /proc");
}

std::string InboxFile::path() const { return descriptor_path(handle_); }

}  // namespace smev
