#pragma once
// Everything that a store tells through its interface, call by call, as text.

#include <optional>
#include <string>
#include <vector>

#include "tests/support/outbox_scenario.hpp"

namespace smev::testing {

struct Told {
  std::string call;
  std::string text;            ///< what was given; empty when it was refused
  std::optional<Error> error;  ///< why it was refused
};

/// Opens the store of `folder`, reads all of it, and does what a dispatcher and a submitter do
/// next. `past` is the world that has filled the store: what to ask for. Stops at the opening if
/// that is refused.
std::vector<Told> read_store(const std::string& folder, const ScenarioWorld& past);

}  // namespace smev::testing
