#pragma once
// A life of an outbox in small steps, each one call that changes something: what the proofs of
// power cuts and of damage run through. The same steps give the same database, octet for octet.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "smev/base/ids.hpp"
#include "smev/outbox/outbox.hpp"
#include "smev/testing/manual_clock.hpp"

namespace smev::testing {

/// What a sender and its surroundings remember while the scenario runs.
struct ScenarioWorld {
  explicit ScenarioWorld(std::string place);

  [[nodiscard]] std::string database() const { return folder + "/outbox.db"; }
  Result<void> open();
  NewUpdate update(const std::string& order);

  std::string folder;  ///< the store's; what is submitted lies in `inbox`
  std::string inbox;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<IdSource> ids = seeded_ids(clock, 11);
  std::shared_ptr<Outbox> outbox;
  std::shared_ptr<void> guard;
  std::vector<ClaimedUpdate> claims;
  std::vector<StartedAttempt> started;
  std::map<std::string, Uuid> messages;  ///< the latest of each order
  std::map<std::string, UpdateId> updates;
  std::map<std::string, std::string> kept;  ///< SHA-256 of files kept, and their content
  std::vector<NewUpdate> given;             ///< every update that was submitted
  std::int64_t answer = 0;
  int submitted = 0;
};

struct ScenarioStep {
  std::string name;
  std::function<Result<void>(ScenarioWorld&)> run;
};
const std::vector<ScenarioStep>& outbox_scenario();

/// Sends and settles whatever can be, as a dispatcher after a restart: that the store can go on.
Result<void> go_on(ScenarioWorld& world);

}  // namespace smev::testing
