#include "smev/base/ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>

#include "sdk/base/bytes.hpp"

namespace smev {
namespace {

constexpr std::size_t kUuidLength = 36;
// 100 ns ticks from 15 October 1582 (RFC 4122 §4.1.4) to 1970.
constexpr std::int64_t kTicksToUnixEpoch = 0x01B21DD213814000;
constexpr std::int64_t kTicksPerMicrosecond = 10;
constexpr std::int64_t kMaxTicks = (std::int64_t{1} << 60) - 1;
constexpr unsigned kSequences = 1U << 14;
constexpr std::uint64_t kNodeMask = (std::uint64_t{1} << 48) - 1;
constexpr std::uint64_t kMulticastBit = std::uint64_t{1} << 40;

// Clamped to what 60 bits can say (years 1582 to 5236).
std::int64_t ticks_of(TimePoint moment) {
  const std::int64_t micros = std::clamp<std::int64_t>(
      moment.time_since_epoch().count(), -kTicksToUnixEpoch / kTicksPerMicrosecond,
      (kMaxTicks - kTicksToUnixEpoch) / kTicksPerMicrosecond);
  return micros * kTicksPerMicrosecond + kTicksToUnixEpoch;
}

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool is_hyphen_place(std::size_t index) {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

std::uint64_t hex_value(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char digit : digits) {
    value = value * 16 + static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  }
  return value;
}

// SplitMix64: spreads a seed, so that neighbouring seeds give unlike nodes.
std::uint64_t spread(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31);
}

}  // namespace

class UuidBuilder {
 public:
  static Uuid version_1(std::int64_t ticks, unsigned sequence, std::uint64_t node) {
    const auto time = static_cast<std::uint64_t>(ticks);
    return Uuid(fmt::format("{:08x}-{:04x}-1{:03x}-{:04x}-{:012x}", time & 0xFFFFFFFFU,
                            (time >> 32) & 0xFFFFU, (time >> 48) & 0xFFFU, 0x8000U | sequence,
                            node));
  }
};

Result<Uuid> Uuid::parse(std::string_view text) {
  bool good = text.size() == kUuidLength;
  for (std::size_t i = 0; good && i < text.size(); ++i) {
    good = is_hyphen_place(i) ? text[i] == '-' : is_lower_hex(text[i]);
  }
  if (!good) {
    return fail(local_error(ErrorCode::validation, "no UUID in lower-case 8-4-4-4-12 form",
                            Retry::after_fix));
  }
  return Uuid(std::string(text));
}

int Uuid::version() const {
  return empty() ? 0 : static_cast<int>(hex_value(std::string_view(text_).substr(14, 1)));
}

std::optional<TimePoint> Uuid::time() const {
  if (version() != 1) return std::nullopt;
  const std::string_view text = text_;
  const std::uint64_t ticks = hex_value(text.substr(15, 3)) << 48 |
                              hex_value(text.substr(9, 4)) << 32 | hex_value(text.substr(0, 8));
  const std::int64_t since_1970 = static_cast<std::int64_t>(ticks) - kTicksToUnixEpoch;
  return TimePoint{std::chrono::floor<std::chrono::microseconds>(
      std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>{since_1970})};
}

namespace {

class TimeBasedIds final : public IdSource {
 public:
  TimeBasedIds(std::shared_ptr<Clock> clock, std::uint64_t node, std::uint64_t sequence)
      : clock_(std::move(clock)),
        node_((node & kNodeMask) | kMulticastBit),
        sequence_(static_cast<unsigned>(sequence % kSequences)) {}

  Uuid next() override {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = ticks_of(clock_->now());
    if (now < last_reading_) step_sequence();
    last_reading_ = now;
    // A clock that stands still, or whose time is used up, is counted on by single ticks.
    last_given_ = std::max(now, last_given_ + 1);
    highest_given_ = std::max(highest_given_, last_given_);
    return UuidBuilder::version_1(last_given_, sequence_, node_);
  }

 private:
  // Another sequence makes times that were given already unused again. When all sequences have been
  // used, only times beyond the highest one given are new for sure.
  void step_sequence() {
    sequence_ = (sequence_ + 1) % kSequences;
    if (++sequences_used_ == kSequences) {
      sequences_used_ = 0;
      floor_ = highest_given_;
    }
    last_given_ = floor_;
  }

  std::mutex mutex_;
  std::shared_ptr<Clock> clock_;
  std::uint64_t node_;
  unsigned sequence_;
  unsigned sequences_used_ = 0;
  std::int64_t last_reading_ = 0;
  std::int64_t last_given_ = -1;
  std::int64_t highest_given_ = -1;
  std::int64_t floor_ = -1;
};

}  // namespace

std::shared_ptr<IdSource> time_based_ids(std::shared_ptr<Clock> clock) {
  return std::make_shared<TimeBasedIds>(std::move(clock), random_number(), random_number());
}

std::shared_ptr<IdSource> seeded_ids(std::shared_ptr<Clock> clock, unsigned long long seed) {
  std::uint64_t state = seed;
  const std::uint64_t node = spread(state);
  const std::uint64_t sequence = spread(state);
  return std::make_shared<TimeBasedIds>(std::move(clock), node, sequence);
}

}  // namespace smev
