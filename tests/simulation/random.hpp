#pragma once
// All chance of a simulated run comes from one seed. Own arithmetic instead of the library's
// distributions, whose results differ between libraries: a seed replays everywhere.

#include <cstdint>

#include "smev/base/clock.hpp"

namespace smev::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// SplitMix64.
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  /// 0..bound-1.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  bool chance(double probability) {
    return static_cast<double>(next() >> 11U) * 0x1.0p-53 < probability;
  }
  /// Zero to `most`, each order of magnitude down to a millisecond as likely as the next.
  Duration spread(Duration most) {
    auto longest = static_cast<std::uint64_t>(most.count());
    for (std::uint64_t i = below(8); i > 0 && longest > 10'000; --i) longest /= 10;
    return Duration(static_cast<Duration::rep>(below(longest + 1)));
  }
  template <class List>
  auto& pick(List& list) {
    return list[below(list.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace smev::simulation
