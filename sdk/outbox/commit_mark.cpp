#include "sdk/outbox/commit_mark.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/page_check.hpp"

namespace smev::outbox {
namespace {

constexpr mode_t kMode = 0660;
constexpr std::string_view kMagic = "smevmark";

// As it lies in the file; of this machine only, so in its order of octets.
struct Record {
  std::array<char, 8> magic{};
  Committed committed;
  std::uint64_t check = 0;
};
static_assert(sizeof(Record) == 32, "without gaps, whose octets would be anything");

std::uint64_t check_of(const Record& record) {
  return octets_check({reinterpret_cast<const char*>(&record), offsetof(Record, check)}, 0);
}

// False when there is less.
bool read_exactly(int descriptor, char* to, std::size_t size, std::uint64_t offset) {
  while (size > 0) {
    const ssize_t count = ::pread(descriptor, to, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    to += count;
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool write_record(int descriptor, const Committed& committed) noexcept {
  Record record;
  std::copy(kMagic.begin(), kMagic.end(), record.magic.begin());
  record.committed = committed;
  record.check = check_of(record);
  return ::pwrite(descriptor, &record, sizeof(record), 0) == sizeof(record);
}

std::optional<Committed> read_record(int descriptor) {
  std::array<char, sizeof(Record)> octets{};
  if (!read_exactly(descriptor, octets.data(), octets.size(), 0)) return {};
  Record record;
  std::memcpy(&record, octets.data(), octets.size());
  if (std::string_view(record.magic.data(), record.magic.size()) != kMagic) return {};
  if (record.check != check_of(record)) return {};
  return record.committed;
}

bool all_zero(std::string_view octets) {
  return std::all_of(octets.begin(), octets.end(), [](char octet) { return octet == 0; });
}

// Every frame of the mark is there, with the checks that SQLite gave it.
bool frames_hold(int log, const LogHeader& header, std::uint64_t frames) {
  std::string frame(kFrameHeaderOctets + header.page_size, '\0');
  LogCheck check = header.check;
  std::uint64_t offset = kLogHeaderOctets;
  for (std::uint64_t i = 0; i < frames; ++i, offset += frame.size()) {
    if (!read_exactly(log, frame.data(), frame.size(), offset)) return false;
    const std::string_view whole = frame;
    const std::string_view head = whole.substr(0, kFrameHeaderOctets);
    const std::uint64_t salt =
        static_cast<std::uint64_t>(big_endian(head, 8)) << 32 | big_endian(head, 12);
    check = frame_check(head, whole.substr(kFrameHeaderOctets), check, header.big_endian_words);
    if (salt != header.salt || check != stated_check(head)) return false;
  }
  return true;
}

}  // namespace

Result<CommitMark> CommitMark::open(const std::string& path) {
  // It is read before each writing; only its owner may ask that this leaves no trace.
  FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOATIME, kMode));
  if (!file.open() && errno == EPERM) {
    file = FileHandle(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode));
  }
  if (!file.open()) return fail(system_error(errno, "open", path));
  return CommitMark(std::move(file));
}

std::optional<Committed> CommitMark::read(const std::string& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file.open() ? read_record(file.get()) : std::nullopt;
}

std::optional<Committed> CommitMark::said() const { return read_record(file_.get()); }

void CommitMark::note(const Committed& committed) noexcept {
  if (!write_record(file_.get(), committed) || synced_salt_ == committed.salt) return;
  if (::fsync(file_.get()) == 0) synced_salt_ = committed.salt;
}

bool CommitMark::take_back() noexcept {
  synced_salt_.reset();
  return write_record(file_.get(), {}) && ::fsync(file_.get()) == 0;
}

bool CommitMark::take_back(const std::string& path) noexcept {
  FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.open()) return errno == ENOENT;
  return CommitMark(std::move(file)).take_back();
}

LogState examine_log(const std::string& log_path, const std::optional<Committed>& mark) {
  const FileHandle log(::open(log_path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, kLogHeaderOctets> octets{};
  if (!log.open() || !read_exactly(log.get(), octets.data(), octets.size(), 0)) {
    return LogState::empty;
  }
  if (all_zero({octets.data(), octets.size()})) return LogState::empty;
  LogHeader header;
  if (!read_log_header({octets.data(), octets.size()}, header)) return LogState::damaged;
  if (!mark || mark->frames == 0 || mark->salt != header.salt) return LogState::holds;
  if (frames_hold(log.get(), header, mark->frames)) return LogState::holds;
  // Unless somebody has just begun it anew: then everything is in the database file.
  LogHeader again;
  const bool readable = read_exactly(log.get(), octets.data(), octets.size(), 0) &&
                        read_log_header({octets.data(), octets.size()}, again);
  return readable && again.salt != header.salt ? LogState::holds : LogState::damaged;
}

}  // namespace smev::outbox
