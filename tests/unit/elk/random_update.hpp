#pragma once
// Random updates that pass the rules: every kind of applicant, texts at their limits and with
// characters that XML and JSON must escape, dates in every written form. A seed replays them.

#include <random>
#include <string>
#include <vector>

#include "smev/elk/update.hpp"

namespace smev::elk::testing {

/// $SMEV_TEST_SEED, else a fresh one.
unsigned test_seed();

class RandomUpdates {
 public:
  static constexpr int kKinds = 9;

  explicit RandomUpdates(unsigned seed) : engine_(seed) {}

  /// @param kind index of the applicant's kind in the variant
  Update next(int kind);

  std::string inn_of_organization();
  std::string inn_of_person();
  std::string ogrn();
  std::string ogrnip();
  std::string snils();
  int number(int least, int most);
  bool coin() { return number(0, 1) == 1; }

 private:
  std::string digits(int count);
  std::string completed(std::string digits, int missing, bool (*holds)(std::string_view));
  std::string text(int least, int most, bool one_line);
  std::string name();
  std::optional<std::string> maybe_name();
  std::optional<std::int16_t> maybe_short();
  std::int16_t any_short();
  std::string birth_date();
  Applicant applicant(int kind);
  DateTime written(TimePoint moment);
  Status status(TimePoint moment);
  Office office();

  std::mt19937 engine_;
};

}  // namespace smev::elk::testing
