#pragma once
// How octets on the disk are known to be those that were written. Every page of the database file
// carries a check of its own content and number in its last octets; frames of SQLite's write-ahead
// log carry SQLite's. Against accidents, not against people.

#include <cstdint>
#include <string_view>
#include <utility>

namespace smev::outbox {

/// At the end of each page; SQLite leaves them alone (SQLITE_FCNTL_RESERVE_BYTES).
inline constexpr int kPageCheckOctets = 8;

/// Any change inside of one 64-bit word changes it, and any other but for one chance in 2^64. The
/// number makes a page that lies in another's place stand out.
std::uint64_t octets_check(std::string_view octets, std::uint64_t number);

/// Of a page without its last octets.
std::uint64_t page_check(std::string_view page, std::uint64_t number);
/// Writes the check into the last octets of the page.
void seal_page(char* page, std::size_t size, std::uint64_t number);
bool is_sealed(std::string_view page, std::uint64_t number);

// --- the write-ahead log, as https://www.sqlite.org/walformat.html has it

inline constexpr std::size_t kLogHeaderOctets = 32;
inline constexpr std::size_t kFrameHeaderOctets = 24;
/// Of a frame's header, what its check is of.
inline constexpr std::size_t kFrameCheckedOctets = 8;

struct LogCheck {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  friend bool operator==(const LogCheck&, const LogCheck&) = default;
};

std::uint32_t big_endian(std::string_view octets, std::size_t offset);
/// Goes on from the check of what comes before; the size is a multiple of 8.
LogCheck log_check(std::string_view octets, LogCheck before, bool big_endian_words);

/// A header whose own check holds.
struct LogHeader {
  bool big_endian_words = false;
  std::uint32_t page_size = 0;
  std::uint64_t salt = 0;  ///< another one each time the log begins anew
  LogCheck check;
};
/// False: no header of a log, or a damaged one.
bool read_log_header(std::string_view octets, LogHeader& header);

/// The check that a frame's header states of all up to its end.
LogCheck stated_check(std::string_view frame_header);
LogCheck frame_check(std::string_view frame_header, std::string_view page, LogCheck before,
                     bool big_endian_words);

}  // namespace smev::outbox
