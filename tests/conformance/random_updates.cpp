// Prints random updates that pass the rules, one JSON document a line:
//
//   random_updates COUNT [SEED]

#include <cstdlib>
#include <iostream>

#include "sdk/elk/json.hpp"
#include "tests/unit/elk/random_update.hpp"

int main(int argc, char** argv) {
  using smev::elk::testing::RandomUpdates;
  const int count = argc > 1 ? std::atoi(argv[1]) : 1;
  RandomUpdates random(argc > 2 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10))
                                : smev::elk::testing::test_seed());
  for (int i = 0; i < count; ++i) {
    std::cout << smev::elk::to_json(random.next(i % RandomUpdates::kKinds)) << '\n';
  }
}
