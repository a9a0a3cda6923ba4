#include "sdk/sender/quantities.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "smev/sender/options.hpp"

namespace smev {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first: the spelling is the largest unit that divides the value.
constexpr std::array<Unit, 5> kDurations = {{{"d", 86'400'000'000},
                                             {"h", 3'600'000'000},
                                             {"m", 60'000'000},
                                             {"s", 1'000'000},
                                             {"ms", 1'000}}};
constexpr std::array<Unit, 4> kSizes = {
    {{"GiB", 1u << 30}, {"MiB", 1u << 20}, {"KiB", 1u << 10}, {"B", 1}}};

template <std::size_t N>
std::optional<std::uint64_t> parse(std::string_view text, const std::array<Unit, N>& units,
                                   std::uint64_t most) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& each : units) {
    if (each.name != unit) continue;
    if (count > most / each.factor) return std::nullopt;
    return count * each.factor;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string spell(std::uint64_t value, const std::array<Unit, N>& units) {
  for (const Unit& each : units) {
    if (value != 0 && value % each.factor == 0) {
      return std::to_string(value / each.factor) + std::string(each.name);
    }
  }
  return std::to_string(value / units.back().factor) + std::string(units.back().name);
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto parsed = parse(text, kDurations, std::numeric_limits<Duration::rep>::max());
  if (!parsed) return std::nullopt;
  return Duration(static_cast<Duration::rep>(*parsed));
}

std::string duration_text(Duration duration) {
  return spell(static_cast<std::uint64_t>(duration.count()), kDurations);
}

std::optional<std::size_t> parse_size(std::string_view text) {
  const auto parsed = parse(text, kSizes, std::numeric_limits<std::size_t>::max());
  if (!parsed) return std::nullopt;
  return static_cast<std::size_t>(*parsed);
}

std::string size_text(std::size_t bytes) { return spell(bytes, kSizes); }

}  // namespace smev
