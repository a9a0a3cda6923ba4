#pragma once
// Everything that goes wrong by chance, in one place: the world turns it all off for the quiet
// period at the end.

#include <string_view>

#include "tests/simulation/random.hpp"
#include "tests/simulation/run_log.hpp"

namespace smev::simulation {

/// How often what happens in this run; drawn once, so that runs differ in kind.
struct Weather {
  double network_loss = 0;   ///< of a request, and again of its answer
  double network_delay = 0;  ///< of each way
  double smev_fault = 0;     ///< a synchronous fault
  double refusal = 0;        ///< ЕЛК or SMEV says no
  double odd_answer = 0;     ///< lost, late, twice, silent about an order, unreadable
  double tampering = 0;      ///< an answer whose signature fails
  double crash = 0;          ///< for each round
  double store_error = 0;    ///< for each round
};

class Chaos {
 public:
  Chaos(Random& random, RunLog& log) : random_(random), log_(log) {}

  Weather weather;

  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] bool quiet() const { return quiet_; }
  bool happens(double probability) { return !quiet_ && random_.chance(probability); }

  /// The process will end at one of its next calls.
  void arm_crash() { calls_to_crash_ = 1 + static_cast<int>(random_.below(12)); }
  /// The disk will refuse one of its next writes.
  void arm_store_error() { calls_to_error_ = 1 + static_cast<int>(random_.below(6)); }
  void disarm() { calls_to_crash_ = calls_to_error_ = 0; }
  void calm_down() {
    quiet_ = true;
    disarm();
  }

  /// A place where the code calls out.
  void point(std::string_view name) {
    if (calls_to_crash_ == 0 || --calls_to_crash_ > 0) return;
    log_.trace("-- crash at {}", name);
    throw Crash{};
  }
  bool disk_refuses() {
    if (calls_to_error_ == 0 || --calls_to_error_ > 0) return false;
    log_.trace("-- the disk refuses");
    return true;
  }

 private:
  Random& random_;
  RunLog& log_;
  bool quiet_ = false;
  int calls_to_crash_ = 0;
  int calls_to_error_ = 0;
};

}  // namespace smev::simulation
