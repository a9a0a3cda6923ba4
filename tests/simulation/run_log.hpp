#pragma once
// What a simulated run tells: a trace for people, and the first broken rule.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "smev/testing/manual_clock.hpp"

namespace smev::simulation {

/// The end of a simulated process: thrown where the code calls out, caught by the world alone.
struct Crash {};

struct Violation {
  std::string rule;
  std::string text;
};

class RunLog {
 public:
  RunLog(const testing::ManualClock& clock, bool traced) : clock_(clock), traced_(traced) {}

  template <class... Args>
  void trace(fmt::format_string<Args...> format, Args&&... args) {
    if (traced_) write(fmt::format(format, std::forward<Args>(args)...));
  }
  /// The first one counts: what follows it is its consequence.
  void violate(std::string rule, std::string text) {
    trace("VIOLATION {}: {}", rule, text);
    if (!violation_) violation_ = Violation{std::move(rule), std::move(text)};
  }
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }

 private:
  void write(const std::string& line) const {
    fmt::print("{} {}\n", to_utc_text(clock_.now()), line);
  }

  const testing::ManualClock& clock_;
  bool traced_;
  std::optional<Violation> violation_;
};

}  // namespace smev::simulation
