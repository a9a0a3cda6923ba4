// The power goes at every write and every sync of a life of the outbox, and what was not synced is
// forgotten, kept, kept in part or torn. After each cut the store must hold exactly what it held
// after the last call that returned, or after the one that was under way; nothing else. When its
// write-ahead log is then taken away, it holds the same or refuses to open.
//
//   power_cuts [--seed N] [--cuts N] [--seeds N] [--mutant NAME]
//
// Exit code 0: all held. With a mutant (a disk that does not sync) 0 means that a loss was found.

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string_view>
#include <thread>

#include "sdk/base/bytes.hpp"
#include "tests/support/crash_files.hpp"
#include "tests/support/crash_vfs.hpp"
#include "tests/support/outbox_scenario.hpp"
#include "tests/support/store_dump.hpp"

namespace smev::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<Survival, std::string_view>, 4> kSurvivals = {{
    {Survival::nothing, "nothing"},
    {Survival::everything, "everything"},
    {Survival::some, "some"},
    {Survival::torn, "torn"},
}};

struct Options {
  std::uint64_t seed = 20260416;
  std::size_t cuts = 0;   ///< at most so many of each scenario; 0: all
  std::size_t seeds = 1;  ///< throws of the coin for each cut
  std::string mutant;
};

struct Cut {
  std::uint64_t operation = 0;
  Survival survival = Survival::nothing;
  std::uint64_t seed = 0;
};

std::string_view name(Survival survival) {
  return kSurvivals[static_cast<std::size_t>(survival)].second;
}

// A machine that is used once.
class Machine {
 public:
  Machine() {
    // A disk in memory, if there is one: what is proved does not depend on the real one.
    std::error_code ignored;
    const fs::path base =
        fs::is_directory("/dev/shm", ignored) ? fs::path("/dev/shm") : fs::temp_directory_path();
    std::string made = (base / "power-cuts-XXXXXX").string();
    if (::mkdtemp(made.data()) == nullptr) std::abort();
    base_ = made;
    fs::create_directory(folder());
    fs::create_directory(folder() + ".in");
    files_ = std::make_unique<CrashFiles>(power, folder());
  }
  ~Machine() {
    files_.reset();
    std::error_code ignored;
    fs::remove_all(base_, ignored);
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  [[nodiscard]] std::string folder() const { return base_ + "/store"; }
  void restart(const Cut& cut) {
    files_->restart(cut.survival, cut.seed);
    vfs.restart(cut.survival, cut.seed);
  }
  void break_durability(const std::string& mutant) {
    if (mutant == "nothing_synced") vfs.lie_about_syncs(SyncLies::all);
    if (mutant == "log_not_synced") vfs.lie_about_syncs(SyncLies::log);
    if (mutant == "files_not_synced") files_->lie_about_file_syncs(true);
    if (mutant == "folders_not_synced") files_->lie_about_directory_syncs(true);
  }
  /// For the time in which the files and SQLite are at work on several threads.
  void leave_files_alone() { files_.reset(); }

  Power power;
  CrashVfs vfs{power};

 private:
  std::string base_;
  std::unique_ptr<CrashFiles> files_ = nullptr;
};

constexpr std::array<std::string_view, 4> kMutants = {"nothing_synced", "log_not_synced",
                                                      "files_not_synced", "folders_not_synced"};

using Fault = std::optional<std::string>;  ///< nothing: all holds

Fault said(std::string_view what, const Error& error) {
  return fmt::format("{}: {} ({})", what, error.text, error.detail);
}

// --- one sender, every operation

struct Reference {
  std::uint64_t operations = 0;
  std::uint64_t writes = 0;
  std::uint64_t syncs = 0;
  std::vector<std::string> dumps;  ///< after each step
};

Result<Reference> run_through() {
  Machine machine;
  ScenarioWorld world(machine.folder());
  Reference reference;
  machine.power.cut_at(0);
  for (const ScenarioStep& step : outbox_scenario()) {
    if (Result<void> done = step.run(world); !done) {
      Error error = done.error();
      error.detail = step.name + ": " + error.detail;
      return fail(std::move(error));
    }
    reference.dumps.push_back(dump_database(world.database()));
  }
  reference.operations = machine.power.operations();
  reference.writes = machine.vfs.writes();
  reference.syncs = machine.vfs.syncs();
  return reference;
}

// The steps that returned before the power went.
std::size_t run_until_the_cut(ScenarioWorld& world, Power& power) {
  std::size_t done = 0;
  for (const ScenarioStep& step : outbox_scenario()) {
    // A step that has returned after the cut needed no disk: it counts as the one under way.
    if (!step.run(world) || power.off()) break;
    ++done;
  }
  world.guard = nullptr;
  world.outbox = nullptr;
  return done;
}

Fault check_database(const ScenarioWorld& world, const Reference& reference, std::size_t done) {
  const std::string found = dump_database(world.database());
  // Opening alone makes an empty store.
  const std::string& before = reference.dumps[done == 0 ? 0 : done - 1];
  const std::string& after = reference.dumps[std::min(done, reference.dumps.size() - 1)];
  if (found == before || found == after) return {};
  return "the store holds something else\n  " + first_difference(before, found);
}

Fault check_kept_files(ScenarioWorld& world) {
  for (const auto& [sha256, content] : world.kept) {
    const Result<std::string> path = world.outbox->file_path(sha256);
    if (!path) return said("a kept file is lost", path.error());
    const Result<std::string> octets = read_file(*path);
    if (!octets || *octets != content) return "a kept file has another content";
  }
  return {};
}

Fault check_after_restart(ScenarioWorld& world, const Reference& reference, std::size_t done) {
  if (Result<void> opened = world.open(); !opened) return said("cannot open", opened.error());
  if (Fault fault = check_database(world, reference, done)) return fault;
  if (Fault fault = check_kept_files(world)) return fault;
  if (Result<void> went = go_on(world); !went) return said("cannot go on", went.error());
  const std::string integrity = check_integrity(world.database());
  if (integrity != "ok") return "integrity_check: " + integrity;
  return {};
}

Fault cut_one_sender(const Reference& reference, const Cut& cut, const std::string& mutant) {
  Machine machine;
  machine.break_durability(mutant);
  ScenarioWorld world(machine.folder());
  machine.power.cut_at(cut.operation);
  const std::size_t done = run_until_the_cut(world, machine.power);
  if (!machine.power.off()) machine.power.cut_now();
  machine.restart(cut);
  Fault fault = check_after_restart(world, reference, done);
  const auto& steps = outbox_scenario();
  if (fault && done < steps.size()) *fault += "\n  the power went at: " + steps[done].name;
  return fault;
}

// Whoever loses the log after the cut is told so, unless all that returned is in the database file.
struct LogLoss {
  Fault fault;
  bool refused = false;
};

LogLoss lose_log_after_cut(const Reference& reference, const Cut& cut) {
  Machine machine;
  ScenarioWorld world(machine.folder());
  machine.power.cut_at(cut.operation);
  const std::size_t done = run_until_the_cut(world, machine.power);
  if (!machine.power.off()) machine.power.cut_now();
  machine.restart(cut);
  std::error_code ignored;
  fs::remove(world.database() + "-wal", ignored);
  LogLoss loss;
  if (const Result<void> opened = world.open(); opened) {
    loss.fault = check_database(world, reference, done);
  } else if (opened.error().text.find("-wal") != std::string::npos) {
    loss.refused = true;
  } else {
    loss.fault = said("cannot open", opened.error());
  }
  return loss;
}

// --- many senders that share their commits

constexpr int kThreads = 4;
constexpr int kSubmitsEach = 8;
// Others gather behind the one that syncs.
constexpr int kYieldsInSync = 300;

struct Promise {
  NewUpdate update;
  std::optional<Submitted> given;  ///< nothing: the call has not returned well
};

NewUpdate update_of(int thread, int index) {
  NewUpdate update;
  // All share one order, and each has one of its own.
  update.order = {"TEST01", Contour::test,
                  index % 2 == 0 ? "shared" : "own of " + std::to_string(thread)};
  update.type = "elk/status/1.0.2";
  update.payload = fmt::format("{} {}", thread, index);
  update.payload_digest = sha256_hex(update.payload);
  update.idempotency_key = update.payload;
  return update;
}

std::vector<Promise> submit_from_threads(Outbox& outbox, Power& power) {
  std::vector<std::vector<Promise>> each(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kSubmitsEach && !power.off(); ++i) {
        Promise promise{update_of(t, i), std::nullopt};
        Result<Submitted> submitted = outbox.submit(promise.update, {});
        if (submitted) promise.given = *submitted;
        each[static_cast<std::size_t>(t)].push_back(std::move(promise));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<Promise> all;
  for (auto& promises : each) all.insert(all.end(), promises.begin(), promises.end());
  return all;
}

// Sequences without gaps, and each thread's updates of an order in its own order.
Fault check_sequences(const std::vector<UpdateRow>& rows) {
  std::map<std::string, std::map<std::int64_t, std::string>> orders;
  for (const UpdateRow& row : rows) {
    if (!orders[row.order.number].emplace(row.sequence, row.payload).second) {
      return fmt::format("sequence {} of {} was given twice", row.sequence, row.order.number);
    }
  }
  for (const auto& [order, updates] : orders) {
    std::map<std::string, std::string> latest;  // of each thread
    std::int64_t expected = 1;
    for (const auto& [sequence, payload] : updates) {
      if (sequence != expected++)
        return fmt::format("order {} has a gap at {}", order, expected - 1);
      std::string& before = latest[payload.substr(0, 1)];
      if (payload <= before) return fmt::format("order {}: {} after {}", order, payload, before);
      before = payload;
    }
  }
  return {};
}

Fault check_promises(Outbox& outbox, const std::vector<Promise>& promises) {
  for (const Promise& promise : promises) {
    if (!promise.given) continue;
    const auto row = outbox.find_update(promise.given->id);
    if (!row) return said("cannot read", row.error());
    if (!*row) return "an acknowledged update is lost: " + promise.update.payload;
    if ((*row)->payload != promise.update.payload || (*row)->sequence != promise.given->sequence) {
      return "an acknowledged update is another one now: " + promise.update.payload;
    }
  }
  // Whoever was not told tries again with the same key.
  for (const Promise& promise : promises) {
    const auto again = outbox.submit(promise.update, {});
    if (!again) return said("cannot submit again", again.error());
    if (promise.given && (again->id != promise.given->id || !again->duplicate)) {
      return "an acknowledged update was taken twice: " + promise.update.payload;
    }
  }
  return {};
}

struct GroupCut {
  Fault fault;
  std::uint64_t operations = 0;
  std::uint64_t syncs = 0;
  std::size_t acknowledged = 0;
};

GroupCut cut_many_senders(const Cut& cut, const std::string& mutant) {
  Machine machine;
  machine.break_durability(mutant);
  machine.leave_files_alone();
  ScenarioWorld world(machine.folder());
  GroupCut result;
  if (Result<void> opened = world.open(); !opened) {
    result.fault = said("cannot open", opened.error());
    return result;
  }
  machine.vfs.on_sync([] {
    for (int i = 0; i < kYieldsInSync; ++i) std::this_thread::yield();
  });
  const std::uint64_t syncs_before = machine.vfs.syncs();
  machine.power.cut_at(cut.operation);
  const std::vector<Promise> promises = submit_from_threads(*world.outbox, machine.power);
  result.operations = machine.power.operations();
  result.syncs = machine.vfs.syncs() - syncs_before;
  result.acknowledged = static_cast<std::size_t>(std::count_if(
      promises.begin(), promises.end(), [](const Promise& one) { return one.given.has_value(); }));
  machine.power.cut_now();
  world.outbox = nullptr;
  machine.vfs.on_sync({});
  machine.vfs.restart(cut.survival, cut.seed);

  if (Result<void> opened = world.open(); !opened) {
    result.fault = said("cannot open", opened.error());
    return result;
  }
  if (const auto rows = world.outbox->list_updates({}); rows) {
    result.fault = check_sequences(*rows);
  } else {
    result.fault = said("cannot read", rows.error());
  }
  if (!result.fault) result.fault = check_promises(*world.outbox, promises);
  const std::string integrity = check_integrity(world.database());
  if (!result.fault && integrity != "ok") result.fault = "integrity_check: " + integrity;
  return result;
}

// --- the whole

std::vector<Cut> all_cuts(std::uint64_t operations, const Options& options) {
  std::vector<Cut> cuts;
  std::mt19937_64 random(options.seed);
  for (const auto& [survival, text] : kSurvivals) {
    const bool by_chance = survival == Survival::some || survival == Survival::torn;
    for (std::uint64_t operation = 1; operation <= operations; ++operation) {
      for (std::size_t i = 0; i < (by_chance ? options.seeds : 1); ++i) {
        cuts.push_back({operation, survival, random()});
      }
    }
  }
  std::shuffle(cuts.begin(), cuts.end(), random);
  if (options.cuts != 0 && options.cuts < cuts.size()) cuts.resize(options.cuts);
  return cuts;
}

void report(const char* scenario, const Cut& cut, const std::string& fault) {
  fmt::print(
      "LOST in {}: power cut at operation {}, of what was not synced survives {}, seed {}\n"
      "  {}\n",
      scenario, cut.operation, name(cut.survival), cut.seed, fault);
}

constexpr std::size_t kReportedMax = 5;

std::size_t prove_one_sender(const Options& options, const Reference& reference) {
  std::size_t lost = 0;
  std::map<std::string_view, std::size_t> counts;
  for (const Cut& cut : all_cuts(reference.operations, options)) {
    ++counts[name(cut.survival)];
    const Fault fault = cut_one_sender(reference, cut, options.mutant);
    if (!fault) continue;
    if (++lost <= kReportedMax) report("one sender", cut, *fault);
    if (!options.mutant.empty()) break;
  }
  std::size_t cuts = 0;
  std::string by_survival;
  for (const auto& [survival, count] : counts) {
    cuts += count;
    by_survival += fmt::format("{}{} {}", by_survival.empty() ? "" : ", ", survival, count);
  }
  fmt::print(
      "one sender: {} steps, {} operations ({} writes and {} syncs of SQLite), {} cuts ({}), {} "
      "losses\n",
      outbox_scenario().size(), reference.operations, reference.writes, reference.syncs, cuts,
      by_survival, lost);
  return lost;
}

std::size_t prove_log_losses(const Options& options, const Reference& reference) {
  std::size_t unnoticed = 0;
  std::size_t refused = 0;
  const std::vector<Cut> cuts = all_cuts(reference.operations, options);
  for (const Cut& cut : cuts) {
    const LogLoss loss = lose_log_after_cut(reference, cut);
    if (loss.refused) ++refused;
    if (loss.fault && ++unnoticed <= kReportedMax) report("log losses", cut, *loss.fault);
  }
  fmt::print("log losses: {} cuts, {} refused, {} unnoticed\n", cuts.size(), refused, unnoticed);
  return unnoticed;
}

std::size_t prove_many_senders(const Options& options) {
  const GroupCut whole = cut_many_senders({}, "");
  if (whole.fault) {
    report("many senders", {}, *whole.fault);
    return 1;
  }
  Options fewer = options;
  fewer.cuts = options.cuts == 0 ? 0 : std::max<std::size_t>(options.cuts / 4, 1);
  std::size_t lost = 0;
  std::size_t cuts = 0;
  std::size_t acknowledged = 0;
  std::uint64_t syncs = 0;
  for (const Cut& cut : all_cuts(whole.operations, fewer)) {
    ++cuts;
    const GroupCut result = cut_many_senders(cut, options.mutant);
    acknowledged += result.acknowledged;
    syncs += result.syncs;
    if (!result.fault) continue;
    if (++lost <= kReportedMax) report("many senders", cut, *result.fault);
    if (!options.mutant.empty()) break;
  }
  fmt::print("many senders: {} threads, {} cuts, {} updates acknowledged by {} syncs, {} losses\n",
             kThreads, cuts, acknowledged, syncs, lost);
  return lost;
}

int prove(const Options& options) {
  const Result<Reference> reference = run_through();
  if (!reference) {
    fmt::print("the scenario itself fails: {}\n", reference.error().describe());
    return 1;
  }
  fmt::print("seed {}\n", options.seed);
  std::size_t lost = prove_one_sender(options, *reference);
  // What is broken in the mutant may not concern the other scenario.
  if (options.mutant.empty()) lost += prove_log_losses(options, *reference);
  if (options.mutant.empty() || lost == 0) lost += prove_many_senders(options);
  if (!options.mutant.empty()) {
    fmt::print("mutant {}: {}\n", options.mutant, lost > 0 ? "caught" : "NOT CAUGHT");
    return lost > 0 ? 0 : 1;
  }
  fmt::print("{} losses\n", lost);
  return lost == 0 ? 0 : 1;
}

int usage() {
  fmt::print(stderr,
             "power_cuts [--seed N] [--cuts N] [--seeds N] [--mutant NAME]\n"
             "  --cuts N    at most N cuts of the first scenario, a quarter of the second; 0: all\n"
             "  --seeds N   throws of the coin for each cut by chance\n"
             "  --mutant    {}\n",
             fmt::join(kMutants, ", "));
  return 2;
}

}  // namespace
}  // namespace smev::testing

int main(int argc, char** argv) {
  using namespace smev::testing;
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc) return usage();
    const std::string value = argv[i + 1];
    char* end = nullptr;
    const unsigned long long number = std::strtoull(value.c_str(), &end, 10);
    const bool is_number = !value.empty() && *end == '\0';
    if (option == "--seed" && is_number) {
      options.seed = number;
    } else if (option == "--cuts" && is_number) {
      options.cuts = number;
    } else if (option == "--seeds" && is_number && number > 0) {
      options.seeds = number;
    } else if (option == "--mutant" &&
               std::find(kMutants.begin(), kMutants.end(), value) != kMutants.end()) {
      options.mutant = value;
    } else {
      return usage();
    }
  }
  return prove(options);
}
