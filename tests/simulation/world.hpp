#pragma once
// One simulated run: a sender that crashes and starts again, submitters, persons, SMEV, the clock.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sdk/base/runtime.hpp"
#include "sdk/sender/core.hpp"
#include "smev/sender/sender.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/judge.hpp"
#include "tests/simulation/mutants.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/smev_model.hpp"
#include "tests/simulation/watched_outbox.hpp"

namespace smev::simulation {

/// Where runs keep their store: in memory, and a fresh database to begin with.
struct Place {
  std::filesystem::path folder;
  std::filesystem::path fresh_database;
  std::filesystem::path result_file;
};

struct RunOptions {
  std::uint64_t seed = 0;
  Mutant mutant = Mutant::none;
  bool traced = false;
};

/// What a run has seen, so that a proof can tell what it covered.
struct Counts {
  long steps = 0;
  long submitted = 0;
  long crashes = 0;
  long delivered = 0;
  long closed = 0;
  long messages = 0;

  Counts& operator+=(const Counts& other);
};

class World {
 public:
  World(const Place& place, const RunOptions& options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  std::optional<Violation> run();
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct OrderPlan;
  struct Process;

  void draw_plan();
  void draw_options();
  void draw_order();
  SenderOptions sender_options();

  void open_store();
  void start_process();
  void end_process();
  /// Runs code of a process; false when it died.
  template <class Work>
  bool in_process(Work work);

  void step();
  /// True when there was something to do.
  bool dispatch();
  void receive();
  void pass_time(Duration duration);
  void pass_random_time();
  void move_wall_clock();
  void submit();
  elk::Update make_update(OrderPlan& order, StatusNumber number);
  void trouble();

  void operate();
  void decide(UpdateId id, UpdateEvent event);
  void decide_at_random(const LedgerEntry& entry);
  /// As docs/outbox.md tells; false when there is nothing to do yet.
  bool decide_by_the_book(const LedgerEntry& entry);
  [[nodiscard]] bool is_open(StatusNumber number) const;

  void quiet_period();
  bool work_until_quiet(int rounds_max);
  [[nodiscard]] Duration until_next_event();
  bool resolve_all();

  [[nodiscard]] bool broken() const { return log_.violation().has_value(); }

  Place place_;
  RunOptions run_options_;
  Counts counts_;
  testing::ManualClock clock_;
  std::shared_ptr<Clock> clock_handle_;
  Random random_;
  RunLog log_;
  Chaos chaos_;
  Judge judge_;
  SmevModel smev_;
  Network network_;
  std::shared_ptr<IdSource> ids_;
  std::shared_ptr<MutantTransport> transport_;
  std::shared_ptr<MutantOutbox> mutant_outbox_;
  std::shared_ptr<WatchedOutbox> outbox_;

  SenderOptions options_;
  int pollers_ = 1;
  std::filesystem::path database_;
  int incarnation_ = 0;
  std::unique_ptr<StoreProbe> probe_;
  std::shared_ptr<Outbox> store_;
  std::unique_ptr<Process> process_;
  std::optional<Sender> submitter_;

  std::vector<OrderPlan> orders_;
  StatusNumber next_number_ = 1;
};

}  // namespace smev::simulation
