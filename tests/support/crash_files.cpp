#include "tests/support/crash_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/surviving_octets.hpp"
#include "tests/support/whole_file.hpp"

namespace fs = std::filesystem;

namespace smev::testing {
namespace {

struct Inode {
  SurvivingOctets octets;
};
using File = std::shared_ptr<Inode>;  // none: a directory

/// A change of names that its directory has not been synced since.
struct NameChange {
  std::string gone;  ///< empty: nothing goes
  std::string made;  ///< empty: nothing comes
  File file;

  [[nodiscard]] std::string directory() const {
    return fs::path(made.empty() ? gone : made).parent_path().string();
  }
};

struct OpenFile {
  File file;              ///< none: a directory
  std::string directory;  ///< its path
  std::uint64_t offset = 0;
};

}  // namespace

struct CrashFiles::Impl {
  Impl(Power& given, std::string folder) : power(given), root(std::move(folder)) {}

  Power& power;
  std::string root;
  bool file_syncs_lie = false;
  bool directory_syncs_lie = false;
  std::map<std::string, File> now;     // names as the program sees them
  std::map<std::string, File> synced;  // and as the disk has them
  std::vector<NameChange> changes;
  std::map<int, OpenFile> open;

  [[nodiscard]] bool looks_after(std::string_view path) const {
    return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
  }

  static void apply(const NameChange& change, std::map<std::string, File>& names) {
    if (!change.gone.empty()) names.erase(change.gone);
    if (!change.made.empty()) names[change.made] = change.file;
  }
  void change_names(NameChange change) {
    apply(change, now);
    changes.push_back(std::move(change));
  }
  void sync_directory(const std::string& directory) {
    std::vector<NameChange> left;
    for (NameChange& change : changes) {
      if (change.directory() == directory) {
        apply(change, synced);
      } else {
        left.push_back(std::move(change));
      }
    }
    changes = std::move(left);
  }
  // What is there and was not made under our eyes is on the disk.
  void take_as_found(const std::string& path, bool directory) {
    if (now.count(path) != 0) return;
    File file;
    if (!directory) {
      file = std::make_shared<Inode>(Inode{SurvivingOctets(whole_file(path))});
    }
    now[path] = file;
    synced[path] = file;
  }
};

namespace {

CrashFiles::Impl* disk = nullptr;

int power_is_gone() {
  errno = EIO;
  return -1;
}

}  // namespace

CrashFiles::CrashFiles(Power& power, std::string root)
    : impl_(std::make_unique<Impl>(power, std::move(root))) {
  disk = impl_.get();
}
CrashFiles::~CrashFiles() { disk = nullptr; }
void CrashFiles::lie_about_file_syncs(bool lies) { impl_->file_syncs_lie = lies; }
void CrashFiles::lie_about_directory_syncs(bool lies) { impl_->directory_syncs_lie = lies; }

void CrashFiles::restart(Survival survival, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::map<std::string, File> left = impl_->synced;
  for (const NameChange& change : impl_->changes) {
    const bool survives =
        survival == Survival::everything || (survival != Survival::nothing && random() % 2 == 0);
    if (survives) Impl::apply(change, left);
  }
  // From the deepest: a directory goes after what is in it, unless there is more in it.
  for (auto name = impl_->now.rbegin(); name != impl_->now.rend(); ++name) {
    std::error_code ignored;
    fs::remove(name->first, ignored);
  }
  for (const auto& [path, file] : left) {
    // Under a directory whose own name is lost there is nothing.
    if (!fs::exists(fs::path(path).parent_path())) continue;
    if (file == nullptr) {
      fs::create_directory(path);
    } else {
      std::ofstream(path, std::ios::binary) << file->octets.after_the_cut(survival, random);
    }
  }
  impl_->now.clear();
  impl_->synced.clear();
  impl_->changes.clear();
  impl_->open.clear();
}

}  // namespace smev::testing

// --- the calls. The linker turns `open` of the program's objects into `__wrap_open`, and gives the
// library's as `__real_open`.

using smev::testing::disk;
using smev::testing::File;
using smev::testing::Inode;
using smev::testing::Power;

extern "C" {

int __real_open(const char* path, int flags, ...);
int __real_mkostemp(char* path, int flags);
int __real_close(int descriptor);
ssize_t __real_write(int descriptor, const void* octets, size_t count);
ssize_t __real_pwrite(int descriptor, const void* octets, size_t count, off_t offset);
int __real_fsync(int descriptor);
int __real_rename(const char* from, const char* to);
int __real_mkdir(const char* path, mode_t mode);
int __real_unlink(const char* path);

int __wrap_open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = static_cast<mode_t>(va_arg(arguments, int));
    va_end(arguments);
  }
  if (disk == nullptr || !disk->looks_after(path)) return __real_open(path, flags, mode);
  if (disk->power.off()) return smev::testing::power_is_gone();
  const bool there = fs::exists(path);
  const bool directory = fs::is_directory(path);
  if (there) disk->take_as_found(path, directory);
  if (!there && (flags & O_CREAT) != 0 && disk->power.operation() != Power::Moment::on) {
    return smev::testing::power_is_gone();
  }
  const int descriptor = __real_open(path, flags, mode);
  if (descriptor < 0) return descriptor;
  if (!there) disk->change_names({"", path, std::make_shared<Inode>()});
  disk->open[descriptor] = {disk->now[path], directory ? path : "", 0};
  return descriptor;
}

int __wrap_mkostemp(char* path, int flags) {
  if (disk == nullptr || !disk->looks_after(path)) return __real_mkostemp(path, flags);
  if (disk->power.operation() != Power::Moment::on) return smev::testing::power_is_gone();
  const int descriptor = __real_mkostemp(path, flags);
  if (descriptor < 0) return descriptor;
  disk->change_names({"", path, std::make_shared<Inode>()});
  disk->open[descriptor] = {disk->now[path], "", 0};
  return descriptor;
}

int __wrap_close(int descriptor) {
  if (disk != nullptr) disk->open.erase(descriptor);
  return __real_close(descriptor);
}

ssize_t __wrap_pwrite(int descriptor, const void* octets, size_t count, off_t offset) {
  const bool ours = disk != nullptr && disk->open.count(descriptor) != 0;
  if (!ours) return __real_pwrite(descriptor, octets, count, offset);
  const Power::Moment moment = disk->power.operation();
  if (moment == Power::Moment::off) return smev::testing::power_is_gone();
  disk->open[descriptor].file->octets.write(static_cast<std::uint64_t>(offset),
                                            {static_cast<const char*>(octets), count});
  if (moment == Power::Moment::going) return smev::testing::power_is_gone();
  return __real_pwrite(descriptor, octets, count, offset);
}

ssize_t __wrap_write(int descriptor, const void* octets, size_t count) {
  const bool ours = disk != nullptr && disk->open.count(descriptor) != 0;
  if (!ours) return __real_write(descriptor, octets, count);
  const Power::Moment moment = disk->power.operation();
  if (moment == Power::Moment::off) return smev::testing::power_is_gone();
  smev::testing::OpenFile& file = disk->open[descriptor];
  file.file->octets.write(file.offset, {static_cast<const char*>(octets), count});
  if (moment == Power::Moment::going) return smev::testing::power_is_gone();
  const ssize_t written = __real_write(descriptor, octets, count);
  if (written > 0) file.offset += static_cast<std::uint64_t>(written);
  return written;
}

// The real file is not synced: its power stays on.
int __wrap_fsync(int descriptor) {
  const bool ours = disk != nullptr && disk->open.count(descriptor) != 0;
  if (!ours) return __real_fsync(descriptor);
  if (disk->power.operation() != Power::Moment::on) return smev::testing::power_is_gone();
  const smev::testing::OpenFile& file = disk->open[descriptor];
  if (file.file != nullptr) {
    if (!disk->file_syncs_lie) file.file->octets.sync();
  } else if (!disk->directory_syncs_lie) {
    disk->sync_directory(file.directory);
  }
  return 0;
}

int __wrap_rename(const char* from, const char* to) {
  if (disk == nullptr || !disk->looks_after(to)) return __real_rename(from, to);
  const Power::Moment moment = disk->power.operation();
  if (moment == Power::Moment::off) return smev::testing::power_is_gone();
  const int outcome = __real_rename(from, to);
  if (outcome == 0) {
    const File file = disk->now[from];
    disk->change_names({from, to, file});
  }
  return moment == Power::Moment::going ? smev::testing::power_is_gone() : outcome;
}

int __wrap_mkdir(const char* path, mode_t mode) {
  if (disk == nullptr || !disk->looks_after(path)) return __real_mkdir(path, mode);
  const Power::Moment moment = disk->power.operation();
  if (moment == Power::Moment::off) return smev::testing::power_is_gone();
  const int outcome = __real_mkdir(path, mode);
  if (outcome == 0) disk->change_names({"", path, nullptr});
  return moment == Power::Moment::going ? smev::testing::power_is_gone() : outcome;
}

int __wrap_unlink(const char* path) {
  if (disk == nullptr || !disk->looks_after(path)) return __real_unlink(path);
  const Power::Moment moment = disk->power.operation();
  if (moment == Power::Moment::off) return smev::testing::power_is_gone();
  const int outcome = __real_unlink(path);
  if (outcome == 0) disk->change_names({path, "", nullptr});
  return moment == Power::Moment::going ? smev::testing::power_is_gone() : outcome;
}

}  // extern "C"
