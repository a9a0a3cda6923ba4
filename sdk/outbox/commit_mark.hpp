#pragma once
// How far the write-ahead log was committed, in a small file beside the database. A log whose end
// is missing or damaged looks to SQLite like one whose last commits were never finished, and SQLite
// drops them without a word; the mark tells that they had been finished.
//
// The mark is written after each commit and synced with the first of each log: it says no more than
// the truth even when the power goes, at most less. It is taken back, on the disk, when all of the
// log is in the database file, and always before the log is removed. So a mark that names something
// needs its log, after a restart of the machine too.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sdk/outbox/file_handle.hpp"
#include "smev/base/result.hpp"

namespace smev::outbox {

struct Committed {
  std::uint64_t salt = 0;    ///< of the log
  std::uint64_t frames = 0;  ///< that were committed; 0: nothing is known
  friend bool operator==(const Committed&, const Committed&) = default;
};

class CommitMark {
 public:
  /// Made when it is not there.
  static Result<CommitMark> open(const std::string& path);
  /// Nothing: it is not there, or unreadable.
  static std::optional<Committed> read(const std::string& path);

  /// Never an error: without it only damage is noticed less well. On the disk when this returns if
  /// it is the first of its log.
  void note(const Committed& committed) noexcept;
  /// What is said there now, by whichever process was the last to note.
  [[nodiscard]] std::optional<Committed> said() const;
  /// The log need not be there any more; on the disk when this returns true.
  bool take_back() noexcept;
  /// The same for a mark that may not be there.
  static bool take_back(const std::string& path) noexcept;

 private:
  explicit CommitMark(FileHandle file) : file_(std::move(file)) {}
  FileHandle file_;
  /// Of the log whose mark is on the disk, as far as this handle knows.
  std::optional<std::uint64_t> synced_salt_;
};

/// What a log is, beside its mark.
enum class LogState {
  holds,    ///< everything that the mark names, or is another one than the mark is about
  empty,    ///< there is nothing in it
  damaged,  ///< what was committed is not in it any more
};
/// Looks at each frame that the mark names. Others may write at the same time.
LogState examine_log(const std::string& log_path, const std::optional<Committed>& mark);

}  // namespace smev::outbox
