#include "sdk/outbox/checked_vfs.hpp"

#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "sdk/outbox/commit_mark.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/page_check.hpp"
#include "sdk/outbox/sqlite_place.hpp"

namespace smev::outbox {
namespace {

constexpr const char* kName = "smev-checked";
constexpr int kSmallestPage = 512;
constexpr int kLargestPage = 65536;
constexpr std::string_view kFileMagic("SQLite format 3\0", 16);
constexpr std::size_t kReservedOctetsAt = 20;   // in the header of a database file
constexpr std::size_t kGatheredMax = 0x1ffff;   // SQLite's own VFS cuts the rest off
constexpr std::size_t kPagesAfterCommitAt = 4;  // in the header of a frame; 0: no commit
constexpr std::size_t kSaltAt = 8;
constexpr int kWriteLock = 0;  // of a log, in the shared memory

// What a file is to the checks.
enum class Kind { database, log, other };

struct CheckedFile {
  sqlite3_file base;
  std::unique_ptr<char[]> memory;  ///< of the file of the VFS below
  Kind kind = Kind::other;
  bool sealed = true;  ///< a new database is; one that is there says so in its header
  bool header_known = false;
  LogHeader header;
  std::string scratch;
  bool gathers = false;  ///< of a database: its log is written in whole commits
  std::string gathered;  ///< of a log: what is still to be written, in one piece
  sqlite3_int64 gathered_at = 0;
  bool commit_begun = false;  ///< the header of the frame that commits is the last of it
  std::optional<std::uint64_t> committed_salt;
  /// Of a log its database, of a database its log; nothing when the other is not ours.
  CheckedFile* partner = nullptr;

  [[nodiscard]] sqlite3_file* below() const {
    return reinterpret_cast<sqlite3_file*>(memory.get());
  }
};

CheckedFile& checked(sqlite3_file* file) { return *reinterpret_cast<CheckedFile*>(file); }
sqlite3_file* below(sqlite3_file* file) { return checked(file).below(); }
const sqlite3_io_methods& methods_below(sqlite3_file* file) { return *below(file)->pMethods; }

bool is_page(int size, sqlite3_int64 offset) {
  return size >= kSmallestPage && size <= kLargestPage && (size & (size - 1)) == 0 &&
         offset % size == 0;
}

std::uint64_t page_number(int size, sqlite3_int64 offset) {
  return static_cast<std::uint64_t>(offset / size) + 1;
}

// The header of a database file passes by each time it is opened, and when it is written.
void learn_header(CheckedFile& file, std::string_view octets, sqlite3_int64 offset) {
  if (offset != 0 || octets.size() <= kReservedOctetsAt) return;
  file.sealed = octets.starts_with(kFileMagic) && octets[kReservedOctetsAt] == kPageCheckOctets;
}

int close_file(sqlite3_file* file) {
  if (CheckedFile* partner = checked(file).partner; partner != nullptr) partner->partner = nullptr;
  const int code = methods_below(file).xClose(below(file));
  checked(file).~CheckedFile();
  return code;
}

// --- the database file

int read_page(CheckedFile& file, char* to, int size, sqlite3_int64 offset) {
  const int code = file.below()->pMethods->xRead(file.below(), to, size, offset);
  // SQLite reads the header of a file that may be empty; beyond that it reads what it has written.
  if (code == SQLITE_IOERR_SHORT_READ && offset > 0 && file.sealed && is_page(size, offset)) {
    return SQLITE_IOERR_DATA;
  }
  if (code != SQLITE_OK) return code;
  const std::string_view octets(to, static_cast<std::size_t>(size));
  learn_header(file, octets, offset);
  if (!file.sealed || !is_page(size, offset)) return code;
  return is_sealed(octets, page_number(size, offset)) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int write_page(CheckedFile& file, const char* from, int size, sqlite3_int64 offset) {
  learn_header(file, {from, static_cast<std::size_t>(size)}, offset);
  if (!file.sealed || !is_page(size, offset)) {
    return file.below()->pMethods->xWrite(file.below(), from, size, offset);
  }
  // SQLite's own copy stays as it is: it takes checks of it for its log.
  file.scratch.assign(from, static_cast<std::size_t>(size));
  seal_page(file.scratch.data(), file.scratch.size(), page_number(size, offset));
  return file.below()->pMethods->xWrite(file.below(), file.scratch.data(), size, offset);
}

// --- the log

// SQLite writes a log frame by frame, each in two pieces. Where commits are gathered, they are put
// together until the frame that commits, or until anybody could look: until then nobody does, for
// the frames are not in the shared index, and whoever wrote them has the lock. What was put
// together of a change that came to nothing is forgotten with that lock.
int write_gathered(CheckedFile& file) {
  if (file.gathered.empty()) return SQLITE_OK;
  const int code = file.below()->pMethods->xWrite(
      file.below(), file.gathered.data(), static_cast<int>(file.gathered.size()), file.gathered_at);
  if (code == SQLITE_OK) file.gathered.clear();
  return code;
}

bool begins_commit(std::string_view octets) {
  return octets.size() == kFrameHeaderOctets && big_endian(octets, kPagesAfterCommitAt) != 0;
}

int gather(CheckedFile& file, std::string_view octets, sqlite3_int64 offset) {
  const auto end = file.gathered_at + static_cast<sqlite3_int64>(file.gathered.size());
  if (offset != end || file.gathered.size() + octets.size() > kGatheredMax) {
    if (const int code = write_gathered(file); code != SQLITE_OK) return code;
  }
  if (file.gathered.empty()) file.gathered_at = offset;
  file.gathered += octets;
  return SQLITE_OK;
}

int write_log(CheckedFile& file, std::string_view octets, sqlite3_int64 offset) {
  const bool ends_commit = std::exchange(file.commit_begun, begins_commit(octets));
  if (file.commit_begun) {
    file.committed_salt = static_cast<std::uint64_t>(big_endian(octets, kSaltAt)) << 32 |
                          big_endian(octets, kSaltAt + 4);
  }
  if (const int code = gather(file, octets, offset); code != SQLITE_OK) return code;
  const bool gathers = file.partner != nullptr && file.partner->gathers;
  return ends_commit || !gathers ? write_gathered(file) : SQLITE_OK;
}

bool read_below(CheckedFile& file, std::string& to, std::size_t size, sqlite3_int64 offset) {
  to.resize(size);
  return file.below()->pMethods->xRead(file.below(), to.data(), static_cast<int>(size), offset) ==
         SQLITE_OK;
}

// Where a frame's page begins, for pages of this size.
bool is_page_of_frame(int size, sqlite3_int64 offset) {
  const sqlite3_int64 frame = size + static_cast<sqlite3_int64>(kFrameHeaderOctets);
  const sqlite3_int64 first = kLogHeaderOctets + kFrameHeaderOctets;
  return is_page(size, 0) && offset >= first && (offset - first) % frame == 0;
}

// The check of all before this frame, as it was written there.
bool check_before(CheckedFile& file, int size, sqlite3_int64 frame, LogCheck& before) {
  std::string octets;
  if (frame == static_cast<sqlite3_int64>(kLogHeaderOctets)) {
    LogHeader header;
    if (!read_below(file, octets, kLogHeaderOctets, 0) || !read_log_header(octets, header)) {
      return false;
    }
    before = header.check;
    return true;
  }
  const auto frame_octets = static_cast<sqlite3_int64>(kFrameHeaderOctets) + size;
  if (!read_below(file, octets, kFrameHeaderOctets, frame - frame_octets)) return false;
  before = stated_check(octets);
  return true;
}

bool words_known(CheckedFile& file) {
  if (file.header_known) return true;
  std::string octets;
  file.header_known =
      read_below(file, octets, kLogHeaderOctets, 0) && read_log_header(octets, file.header);
  return file.header_known;
}

int read_log(CheckedFile& file, char* to, int size, sqlite3_int64 offset) {
  if (!is_page_of_frame(size, offset)) {
    return file.below()->pMethods->xRead(file.below(), to, size, offset);
  }
  const auto frame = offset - static_cast<sqlite3_int64>(kFrameHeaderOctets);
  const auto page = static_cast<std::size_t>(size);
  LogCheck before;
  if (!words_known(file) || !check_before(file, size, frame, before) ||
      !read_below(file, file.scratch, kFrameHeaderOctets + page, frame)) {
    return SQLITE_IOERR_DATA;
  }
  const std::string_view whole = file.scratch;
  const std::string_view head = whole.substr(0, kFrameHeaderOctets);
  const std::string_view content = whole.substr(kFrameHeaderOctets);
  if (frame_check(head, content, before, file.header.big_endian_words) != stated_check(head)) {
    return SQLITE_IOERR_DATA;
  }
  std::memcpy(to, content.data(), content.size());
  return SQLITE_OK;
}

// --- methods of a file

// SQLite knows one errno that means "full"; a quota and a limit of size are others, and by the time
// that it has taken the change back, errno is of something else.
int full_or(int code, sqlite3_file* file) {
  int error_number = 0;
  if (code == SQLITE_IOERR_WRITE) {
    methods_below(file).xFileControl(below(file), SQLITE_FCNTL_LAST_ERRNO, &error_number);
  }
  return is_disk_full(error_number) ? SQLITE_FULL : code;
}

int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  if (const int code = full_or(write_gathered(checked(file)), file); code != SQLITE_OK) return code;
  switch (checked(file).kind) {
    case Kind::database:
      return read_page(checked(file), static_cast<char*>(to), size, offset);
    case Kind::log:
      return read_log(checked(file), static_cast<char*>(to), size, offset);
    case Kind::other:
      break;
  }
  return methods_below(file).xRead(below(file), to, size, offset);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  if (checked(file).kind == Kind::database) {
    const int code = write_page(checked(file), static_cast<const char*>(from), size, offset);
    return full_or(code, file);
  }
  if (checked(file).kind == Kind::log) {
    const std::string_view octets(static_cast<const char*>(from), static_cast<std::size_t>(size));
    return full_or(write_log(checked(file), octets, offset), file);
  }
  return full_or(methods_below(file).xWrite(below(file), from, size, offset), file);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = full_or(write_gathered(checked(file)), file); code != SQLITE_OK) return code;
  return methods_below(file).xTruncate(below(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
  if (const int code = full_or(write_gathered(checked(file)), file); code != SQLITE_OK) return code;
  return methods_below(file).xSync(below(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  if (const int code = full_or(write_gathered(checked(file)), file); code != SQLITE_OK) return code;
  return methods_below(file).xFileSize(below(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return methods_below(file).xLock(below(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return methods_below(file).xUnlock(below(file), level);
}
int check_reserved_lock(sqlite3_file* file, int* result) {
  return methods_below(file).xCheckReservedLock(below(file), result);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
  return methods_below(file).xFileControl(below(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return methods_below(file).xSectorSize(below(file)); }
int device_characteristics(sqlite3_file* file) {
  return methods_below(file).xDeviceCharacteristics(below(file));
}
int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  return methods_below(file).xShmMap(below(file), region, size, extend, memory);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  constexpr int kGivesBack = SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE;
  CheckedFile* log = checked(file).partner;
  if (log != nullptr && offset == kWriteLock && (flags & kGivesBack) == kGivesBack) {
    log->gathered.clear();
    log->commit_begun = false;
  }
  return methods_below(file).xShmLock(below(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { methods_below(file).xShmBarrier(below(file)); }
int shm_unmap(sqlite3_file* file, int remove) {
  return methods_below(file).xShmUnmap(below(file), remove);
}

// Version 2: without memory mapping, which would show pages before they are looked at.
constexpr sqlite3_io_methods kMethods = {2,
                                         close_file,
                                         read_file,
                                         write_file,
                                         truncate_file,
                                         sync_file,
                                         file_size,
                                         lock_file,
                                         unlock_file,
                                         check_reserved_lock,
                                         file_control,
                                         sector_size,
                                         device_characteristics,
                                         shm_map,
                                         shm_lock,
                                         shm_barrier,
                                         shm_unmap,
                                         nullptr,
                                         nullptr};

bool is_ours(sqlite3_file* file) { return file != nullptr && file->pMethods == &kMethods; }

// --- the VFS

sqlite3_vfs* vfs_below() { return sqlite3_vfs_find(nullptr); }

Kind kind_of(int flags) {
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return Kind::database;
  return (flags & SQLITE_OPEN_WAL) != 0 ? Kind::log : Kind::other;
}

int open_file(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* vfs = vfs_below();
  file->pMethods = nullptr;
  auto memory =
      std::unique_ptr<char[]>(new (std::nothrow) char[static_cast<std::size_t>(vfs->szOsFile)]());
  if (!memory) return SQLITE_NOMEM;
  auto* below_file = reinterpret_cast<sqlite3_file*>(memory.get());
  const int code = vfs->xOpen(vfs, name, below_file, flags, out_flags);
  if (below_file->pMethods == nullptr) return code;
  auto* self = new (file) CheckedFile{};
  self->memory = std::move(memory);
  self->kind = kind_of(flags);
  self->base.pMethods = &kMethods;
  if (self->kind == Kind::log) {
    if (sqlite3_file* database = sqlite3_database_file_object(name); is_ours(database)) {
      self->partner = &checked(database);
      self->partner->partner = self;
    }
  }
  return code;
}

// SQLite removes a log when all of it is in the database file, while nobody else has that open. A
// log whose mark cannot be taken back stays, or its absence would pass for a loss.
int delete_file(sqlite3_vfs*, const char* name, int sync_directory) {
  std::string path = name;
  if (path.ends_with(kLogSuffix)) {
    path.resize(path.size() - std::strlen(kLogSuffix));
    if (!CommitMark::take_back(path + kMarkSuffix)) return SQLITE_IOERR_DELETE;
  }
  return vfs_below()->xDelete(vfs_below(), name, sync_directory);
}
int access_file(sqlite3_vfs*, const char* name, int flags, int* result) {
  return vfs_below()->xAccess(vfs_below(), name, flags, result);
}
int full_pathname(sqlite3_vfs*, const char* name, int size, char* full) {
  return vfs_below()->xFullPathname(vfs_below(), name, size, full);
}
int randomness(sqlite3_vfs*, int size, char* octets) {
  return vfs_below()->xRandomness(vfs_below(), size, octets);
}
int sleep_for(sqlite3_vfs*, int microseconds) {
  return vfs_below()->xSleep(vfs_below(), microseconds);
}
int current_time(sqlite3_vfs*, double* now) { return vfs_below()->xCurrentTime(vfs_below(), now); }
int last_error(sqlite3_vfs*, int size, char* text) {
  return vfs_below()->xGetLastError(vfs_below(), size, text);
}

sqlite3_vfs make_vfs() {
  sqlite3_vfs vfs{};
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(CheckedFile);
  vfs.mxPathname = vfs_below()->mxPathname;
  vfs.zName = kName;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_pathname;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep_for;
  vfs.xCurrentTime = current_time;
  vfs.xGetLastError = last_error;
  return vfs;
}

}  // namespace

void gather_commits(sqlite3* connection) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (!is_ours(file)) return;
  // Where a write may harm the sectors beside it, SQLite ends each commit with frames of its own.
  const int kind = methods_below(file).xDeviceCharacteristics(below(file));
  checked(file).gathers = (kind & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
}

std::optional<std::uint64_t> committed_salt(sqlite3_file* log) {
  return is_ours(log) ? checked(log).committed_salt : std::nullopt;
}

const char* checked_vfs() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_initialize();
    static sqlite3_vfs vfs = make_vfs();
    sqlite3_vfs_register(&vfs, 0);
  });
  return kName;
}

}  // namespace smev::outbox
