#pragma once
// What is left of a file: what was synced, and of the changes since then whatever survived.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/power.hpp"

namespace smev::testing {

class SurvivingOctets {
 public:
  explicit SurvivingOctets(std::string synced = {}) : synced_(std::move(synced)) {}

  void write(std::uint64_t offset, std::string octets) {
    changes_.push_back({offset, std::move(octets), std::nullopt});
  }
  void truncate(std::uint64_t size) { changes_.push_back({0, {}, size}); }
  void sync() {
    for (const Change& change : changes_) apply(change, synced_);
    changes_.clear();
  }
  [[nodiscard]] bool all_synced() const { return changes_.empty(); }

  [[nodiscard]] std::string after_the_cut(Survival survival, std::mt19937_64& random) const {
    std::string left = synced_;
    for (const Change& change : changes_) {
      if (survival == Survival::torn && !change.truncated_to) {
        tear(change, left, random);
      } else if (survival == Survival::everything ||
                 (survival != Survival::nothing && random() % 2 == 0)) {
        apply(change, left);
      }
    }
    return left;
  }

 private:
  static constexpr std::uint64_t kSectorOctets = 512;

  struct Change {
    std::uint64_t offset;
    std::string octets;
    std::optional<std::uint64_t> truncated_to;
  };

  static void put(std::uint64_t offset, std::string_view octets, std::string& file) {
    if (file.size() < offset + octets.size()) file.resize(offset + octets.size(), '\0');
    file.replace(offset, octets.size(), octets);
  }

  static void apply(const Change& change, std::string& file) {
    if (change.truncated_to) {
      file.resize(*change.truncated_to, '\0');
    } else {
      put(change.offset, change.octets, file);
    }
  }

  // A disk writes whole sectors, in whatever order.
  static void tear(const Change& change, std::string& file, std::mt19937_64& random) {
    const std::string_view octets = change.octets;
    for (std::uint64_t done = 0; done < octets.size();) {
      const std::uint64_t at = change.offset + done;
      const std::uint64_t part =
          std::min<std::uint64_t>(octets.size() - done, kSectorOctets - at % kSectorOctets);
      if (random() % 2 == 0) put(at, octets.substr(done, part), file);
      done += part;
    }
  }

  std::string synced_;
  std::vector<Change> changes_;
};

}  // namespace smev::testing
