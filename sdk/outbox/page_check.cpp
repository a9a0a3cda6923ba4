#include "sdk/outbox/page_check.hpp"

#include <array>
#include <cstring>

namespace smev::outbox {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::size_t kLanes = 4;  // side by side, because a product takes its time
constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15u;
constexpr std::uint32_t kLogMagic = 0x377F0682;  // the last bit tells the order of octets
constexpr std::uint32_t kLogVersion = 3007000;

// Each step is a bijection of the state for a given word, and of the word for a given state.
std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
  state = (state ^ word) * kOdd;
  return state ^ (state >> 29);
}

std::uint64_t word_at(const char* octets) {
  std::uint64_t word = 0;
  std::memcpy(&word, octets, kWord);
  return word;
}

std::uint32_t native_word(std::string_view octets, std::size_t offset) {
  const auto* at = reinterpret_cast<const unsigned char*>(octets.data() + offset);
  return static_cast<std::uint32_t>(at[0]) | static_cast<std::uint32_t>(at[1]) << 8 |
         static_cast<std::uint32_t>(at[2]) << 16 | static_cast<std::uint32_t>(at[3]) << 24;
}

}  // namespace

std::uint64_t octets_check(std::string_view octets, std::uint64_t number) {
  std::array<std::uint64_t, kLanes> lanes = {number + 1, number + 2, number + 3, number + 4};
  const char* at = octets.data();
  std::size_t left = octets.size();
  for (; left >= kLanes * kWord; left -= kLanes * kWord, at += kLanes * kWord) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = mix(lanes[lane], word_at(at + lane * kWord));
    }
  }
  for (; left >= kWord; left -= kWord, at += kWord) lanes[0] = mix(lanes[0], word_at(at));
  std::uint64_t tail = 0;
  std::memcpy(&tail, at, left);
  std::uint64_t check = mix(lanes[0], tail);
  for (std::size_t lane = 1; lane < kLanes; ++lane) check = mix(check, lanes[lane]);
  return mix(check, octets.size());
}

std::uint64_t page_check(std::string_view page, std::uint64_t number) {
  return octets_check(page.substr(0, page.size() - kPageCheckOctets), number);
}

void seal_page(char* page, std::size_t size, std::uint64_t number) {
  const std::uint64_t check = page_check({page, size}, number);
  std::memcpy(page + size - kPageCheckOctets, &check, kPageCheckOctets);
}

bool is_sealed(std::string_view page, std::uint64_t number) {
  return page_check(page, number) == word_at(page.data() + page.size() - kPageCheckOctets);
}

std::uint32_t big_endian(std::string_view octets, std::size_t offset) {
  const auto* at = reinterpret_cast<const unsigned char*>(octets.data() + offset);
  return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
         static_cast<std::uint32_t>(at[2]) << 8 | static_cast<std::uint32_t>(at[3]);
}

LogCheck log_check(std::string_view octets, LogCheck before, bool big_endian_words) {
  constexpr std::size_t kPair = 8;
  LogCheck check = before;
  for (std::size_t at = 0; at + kPair <= octets.size(); at += kPair) {
    const auto word = [&](std::size_t offset) {
      return big_endian_words ? big_endian(octets, offset) : native_word(octets, offset);
    };
    check.first += word(at) + check.second;
    check.second += word(at + kPair / 2) + check.first;
  }
  return check;
}

bool read_log_header(std::string_view octets, LogHeader& header) {
  if (octets.size() < kLogHeaderOctets) return false;
  const std::uint32_t magic = big_endian(octets, 0);
  if ((magic & ~1u) != kLogMagic || big_endian(octets, 4) != kLogVersion) return false;
  header.big_endian_words = (magic & 1u) != 0;
  header.page_size = big_endian(octets, 8);
  header.salt = static_cast<std::uint64_t>(big_endian(octets, 16)) << 32 | big_endian(octets, 20);
  header.check = {big_endian(octets, 24), big_endian(octets, 28)};
  return log_check(octets.substr(0, 24), {}, header.big_endian_words) == header.check;
}

LogCheck stated_check(std::string_view frame_header) {
  return {big_endian(frame_header, 16), big_endian(frame_header, 20)};
}

LogCheck frame_check(std::string_view frame_header, std::string_view page, LogCheck before,
                     bool big_endian_words) {
  const LogCheck header =
      log_check(frame_header.substr(0, kFrameCheckedOctets), before, big_endian_words);
  return log_check(page, header, big_endian_words);
}

}  // namespace smev::outbox
