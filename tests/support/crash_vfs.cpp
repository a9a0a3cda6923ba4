#include "tests/support/crash_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "tests/support/surviving_octets.hpp"
#include "tests/support/whole_file.hpp"

namespace smev::testing {
namespace {

constexpr const char* kName = "crash";
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
constexpr int kTracked = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;

struct TrackedFile {
  SurvivingOctets octets;
  bool here = false;         ///< as SQLite sees it
  bool name_synced = false;  ///< the directory holds its name for good
};

}  // namespace

struct CrashVfs::Impl {
  explicit Impl(Power& given) : power(given) {}

  Power& power;
  sqlite3_vfs* before = nullptr;
  sqlite3_vfs* real = nullptr;
  sqlite3_vfs vfs{};
  std::atomic<std::uint64_t> writes = 0;
  std::atomic<std::uint64_t> syncs = 0;
  std::atomic<std::uint64_t> operations = 0;
  std::atomic<std::uint64_t> fail_at = 0;
  std::atomic<std::uint64_t> longest = kNoLimit;
  std::atomic<SyncLies> lies = SyncLies::none;
  std::atomic<bool> harms_neighbours = false;
  std::function<void()> on_sync;

  std::mutex mutex;  // guards what follows
  std::map<std::string, TrackedFile> files;

  bool fails_now() {
    const std::uint64_t number = ++operations;
    return fail_at != 0 && number == fail_at;
  }
};

namespace {

// SQLite hands back what it was given as a sqlite3_file; the real file follows it in memory.
struct CrashFile {
  sqlite3_file base;
  CrashVfs::Impl* disk;
  int type;              ///< SQLITE_OPEN_MAIN_DB, ...
  TrackedFile* tracked;  ///< none: a temporary file
  sqlite3_file* real;
};

CrashFile& crash_file(sqlite3_file* file) { return *reinterpret_cast<CrashFile*>(file); }
sqlite3_file* real_file(sqlite3_file* file) { return crash_file(file).real; }
bool is_off(sqlite3_file* file) { return crash_file(file).disk->power.off(); }

// The first sync of a log or journal is one of its directory too, as the real VFS does it; that of
// a database is not.
void sync_names(CrashVfs::Impl& disk, const CrashFile& file) {
  if (file.type == SQLITE_OPEN_MAIN_DB || file.tracked->name_synced) return;
  for (auto entry = disk.files.begin(); entry != disk.files.end();) {
    entry->second.name_synced = entry->second.here;
    entry = entry->second.here ? std::next(entry) : disk.files.erase(entry);
  }
}

bool is_a_lie(const CrashFile& file) {
  const SyncLies lies = file.disk->lies;
  return lies == SyncLies::all || (lies == SyncLies::log && file.type == SQLITE_OPEN_WAL);
}

int close_file(sqlite3_file* file) {
  sqlite3_file* real = real_file(file);
  return real->pMethods != nullptr ? real->pMethods->xClose(real) : SQLITE_OK;
}

int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  if (is_off(file)) return SQLITE_IOERR_READ;
  return real_file(file)->pMethods->xRead(real_file(file), to, size, offset);
}

// How much of a write there is room for: a file that is longer already is only not made longer.
std::uint64_t room_for(sqlite3_file* real, std::uint64_t offset, std::uint64_t size,
                       std::uint64_t longest) {
  sqlite3_int64 length = 0;
  if (real->pMethods->xFileSize(real, &length) != SQLITE_OK) return 0;
  const std::uint64_t end = std::max(longest, static_cast<std::uint64_t>(length));
  return offset >= end ? 0 : std::min(size, end - offset);
}

int write_octets(CrashFile& file, std::string_view octets, sqlite3_int64 offset) {
  if (octets.empty()) return SQLITE_OK;
  {
    const std::lock_guard lock(file.disk->mutex);
    file.tracked->octets.write(static_cast<std::uint64_t>(offset), std::string(octets));
  }
  return file.real->pMethods->xWrite(file.real, octets.data(), static_cast<int>(octets.size()),
                                     offset);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  CrashFile& self = crash_file(file);
  CrashVfs::Impl& disk = *self.disk;
  if (self.tracked == nullptr) return self.real->pMethods->xWrite(self.real, from, size, offset);
  const Power::Moment moment = disk.power.operation();
  if (moment == Power::Moment::off) return SQLITE_IOERR_WRITE;
  ++disk.writes;
  const std::string_view octets(static_cast<const char*>(from), static_cast<std::size_t>(size));
  if (disk.fails_now()) {
    write_octets(self, octets.substr(0, octets.size() / 2), offset);
    return SQLITE_IOERR_WRITE;
  }
  const std::uint64_t fits =
      room_for(self.real, static_cast<std::uint64_t>(offset), octets.size(), disk.longest);
  if (fits < octets.size()) {
    write_octets(self, octets.substr(0, fits), offset);
    return SQLITE_FULL;
  }
  if (moment == Power::Moment::on) return write_octets(self, octets, offset);
  const std::lock_guard lock(disk.mutex);
  self.tracked->octets.write(static_cast<std::uint64_t>(offset), std::string(octets));
  return SQLITE_IOERR_WRITE;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  CrashFile& self = crash_file(file);
  if (self.tracked == nullptr) return self.real->pMethods->xTruncate(self.real, size);
  const Power::Moment moment = self.disk->power.operation();
  if (moment == Power::Moment::off) return SQLITE_IOERR_TRUNCATE;
  {
    const std::lock_guard lock(self.disk->mutex);
    self.tracked->octets.truncate(static_cast<std::uint64_t>(size));
  }
  if (moment == Power::Moment::going) return SQLITE_IOERR_TRUNCATE;
  return self.real->pMethods->xTruncate(self.real, size);
}

// The real file is not synced: its power stays on.
int sync_file(sqlite3_file* file, int) {
  CrashFile& self = crash_file(file);
  CrashVfs::Impl& disk = *self.disk;
  if (self.tracked == nullptr) return SQLITE_OK;
  if (disk.on_sync) disk.on_sync();
  if (disk.power.operation() != Power::Moment::on) return SQLITE_IOERR_FSYNC;
  ++disk.syncs;
  if (disk.fails_now()) return SQLITE_IOERR_FSYNC;
  if (is_a_lie(self)) return SQLITE_OK;
  const std::lock_guard lock(disk.mutex);
  self.tracked->octets.sync();
  sync_names(disk, self);
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  if (is_off(file)) return SQLITE_IOERR_FSTAT;
  return real_file(file)->pMethods->xFileSize(real_file(file), size);
}

int lock_file(sqlite3_file* file, int level) {
  if (is_off(file)) return SQLITE_IOERR_LOCK;
  return real_file(file)->pMethods->xLock(real_file(file), level);
}

int unlock_file(sqlite3_file* file, int level) {
  return real_file(file)->pMethods->xUnlock(real_file(file), level);
}

int check_reserved_lock(sqlite3_file* file, int* result) {
  if (is_off(file)) return SQLITE_IOERR_CHECKRESERVEDLOCK;
  return real_file(file)->pMethods->xCheckReservedLock(real_file(file), result);
}

int file_control(sqlite3_file* file, int operation, void* argument) {
  return real_file(file)->pMethods->xFileControl(real_file(file), operation, argument);
}

int sector_size(sqlite3_file* file) {
  return real_file(file)->pMethods->xSectorSize(real_file(file));
}

// As in real life: that a torn write spares the sectors beside it.
int device_characteristics(sqlite3_file* file) {
  const int real = real_file(file)->pMethods->xDeviceCharacteristics(real_file(file));
  const bool harms = crash_file(file).disk->harms_neighbours;
  return harms ? real & ~SQLITE_IOCAP_POWERSAFE_OVERWRITE : real;
}

int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  if (is_off(file)) return SQLITE_IOERR_SHMMAP;
  return real_file(file)->pMethods->xShmMap(real_file(file), region, size, extend, memory);
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  if (is_off(file) && (flags & SQLITE_SHM_UNLOCK) == 0) return SQLITE_IOERR_SHMLOCK;
  return real_file(file)->pMethods->xShmLock(real_file(file), offset, count, flags);
}

void shm_barrier(sqlite3_file* file) { real_file(file)->pMethods->xShmBarrier(real_file(file)); }

int shm_unmap(sqlite3_file* file, int remove) {
  return real_file(file)->pMethods->xShmUnmap(real_file(file), remove);
}

const sqlite3_io_methods kMethods = [] {
  sqlite3_io_methods methods{};
  methods.iVersion = 2;  // without memory mapping: every read and write is seen
  methods.xClose = close_file;
  methods.xRead = read_file;
  methods.xWrite = write_file;
  methods.xTruncate = truncate_file;
  methods.xSync = sync_file;
  methods.xFileSize = file_size;
  methods.xLock = lock_file;
  methods.xUnlock = unlock_file;
  methods.xCheckReservedLock = check_reserved_lock;
  methods.xFileControl = file_control;
  methods.xSectorSize = sector_size;
  methods.xDeviceCharacteristics = device_characteristics;
  methods.xShmMap = shm_map;
  methods.xShmLock = shm_lock;
  methods.xShmBarrier = shm_barrier;
  methods.xShmUnmap = shm_unmap;
  return methods;
}();

CrashVfs::Impl& disk_of(sqlite3_vfs* vfs) { return *static_cast<CrashVfs::Impl*>(vfs->pAppData); }

// Read before SQLite opens it: closing it later would drop the locks that SQLite has on it.
TrackedFile& track(CrashVfs::Impl& disk, const std::string& path) {
  const bool there = std::filesystem::exists(path);
  const std::lock_guard lock(disk.mutex);
  auto [entry, fresh] = disk.files.try_emplace(path);
  TrackedFile& file = entry->second;
  if (fresh && there) {
    file.octets = SurvivingOctets(whole_file(path));
    file.name_synced = true;
  } else if (!fresh && !there) {
    file.octets.truncate(0);  // its name was taken away, and the file is made anew
  }
  file.here = true;
  return file;
}

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
              int* out_flags) {
  CrashVfs::Impl& disk = disk_of(vfs);
  auto* self = new (file)
      CrashFile{{},
                &disk,
                flags & kTracked,
                nullptr,
                reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(CrashFile))};
  std::memset(self->real, 0, static_cast<std::size_t>(disk.real->szOsFile));
  if (disk.power.off()) return SQLITE_CANTOPEN;
  if (name != nullptr && (flags & kTracked) != 0) self->tracked = &track(disk, name);
  const int code = disk.real->xOpen(disk.real, name, self->real, flags, out_flags);
  if (self->real->pMethods != nullptr) self->base.pMethods = &kMethods;
  return code;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  CrashVfs::Impl& disk = disk_of(vfs);
  const Power::Moment moment = disk.power.operation();
  if (moment == Power::Moment::off) return SQLITE_IOERR_DELETE;
  {
    const std::lock_guard lock(disk.mutex);
    const auto entry = disk.files.find(name);
    if (entry != disk.files.end()) {
      entry->second.here = false;
      if (sync_directory != 0 && moment == Power::Moment::on && disk.lies != SyncLies::all) {
        disk.files.erase(entry);
      }
    }
  }
  if (moment == Power::Moment::going) return SQLITE_IOERR_DELETE;
  return disk.real->xDelete(disk.real, name, 0);
}

int access_file(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  CrashVfs::Impl& disk = disk_of(vfs);
  if (disk.power.off()) return SQLITE_IOERR_ACCESS;
  return disk.real->xAccess(disk.real, name, flags, result);
}

}  // namespace

CrashVfs::CrashVfs(Power& power) : impl_(std::make_unique<Impl>(power)) {
  impl_->before = sqlite3_vfs_find(nullptr);
  impl_->real = sqlite3_vfs_find("unix");
  impl_->vfs = *impl_->real;
  impl_->vfs.zName = kName;
  impl_->vfs.pNext = nullptr;
  impl_->vfs.pAppData = impl_.get();
  impl_->vfs.szOsFile = static_cast<int>(sizeof(CrashFile)) + impl_->real->szOsFile;
  impl_->vfs.xOpen = open_file;
  impl_->vfs.xDelete = delete_file;
  impl_->vfs.xAccess = access_file;
  // What is not overridden (names, time, random) takes its own VFS and needs nothing of it.
  sqlite3_vfs_register(&impl_->vfs, 1);
}

CrashVfs::~CrashVfs() {
  sqlite3_vfs_unregister(&impl_->vfs);
  sqlite3_vfs_register(impl_->before, 1);
}

std::uint64_t CrashVfs::writes() const { return impl_->writes; }
std::uint64_t CrashVfs::syncs() const { return impl_->syncs; }

void CrashVfs::fail_at(std::uint64_t operation) {
  impl_->operations = 0;
  impl_->fail_at = operation;
}

void CrashVfs::fill_up_at(std::uint64_t octets) { impl_->longest = octets; }
void CrashVfs::room() { impl_->longest = kNoLimit; }
void CrashVfs::lie_about_syncs(SyncLies lies) { impl_->lies = lies; }
void CrashVfs::harm_neighbours() { impl_->harms_neighbours = true; }
void CrashVfs::on_sync(std::function<void()> callback) { impl_->on_sync = std::move(callback); }

void CrashVfs::restart(Survival survival, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto survives = [&] {
    return survival == Survival::everything || (survival != Survival::nothing && random() % 2 == 0);
  };
  const std::lock_guard lock(impl_->mutex);
  for (auto& [path, file] : impl_->files) {
    const std::string left = file.octets.after_the_cut(survival, random);
    const bool there =
        file.here == file.name_synced ? file.here : (survives() ? file.here : file.name_synced);
    std::error_code ignored;
    std::filesystem::remove(path + "-shm", ignored);  // it was memory
    if (there) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << left;
    } else {
      std::filesystem::remove(path, ignored);
    }
  }
  impl_->files.clear();
  impl_->power.cut_at(0);
}

}  // namespace smev::testing
