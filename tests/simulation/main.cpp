// The whole system in one thread, with clock, network, crashes and chance in the hand of a seed.
//
//   simulation [--seeds N] [--first N]     runs N seeds and prints what they covered
//   simulation --seed N                    runs one and prints a trace
//   simulation --mutant NAME [--seeds N]   breaks a rule; succeeds when a run notices
//
// Exit code 0: all holds (a mutant was caught); 1: not; 2: wrong arguments.

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <string_view>

#include "tests/simulation/world.hpp"

namespace smev::simulation {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::uint64_t seeds = 1000;
  std::uint64_t first = 1;
  std::optional<std::uint64_t> only;
  Mutant mutant = Mutant::none;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Arguments> read(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view key = values[i];
    const std::string_view value = values[i + 1];
    if (key == "--mutant") {
      const std::optional<Mutant> mutant = mutant_named(value);
      if (!mutant) return std::nullopt;
      arguments.mutant = *mutant;
      continue;
    }
    const std::optional<std::uint64_t> told = number(value);
    if (!told) return std::nullopt;
    if (key == "--seeds") {
      arguments.seeds = *told;
    } else if (key == "--first") {
      arguments.first = *told;
    } else if (key == "--seed") {
      arguments.only = *told;
    } else {
      return std::nullopt;
    }
  }
  return count % 2 == 1 ? std::optional(arguments) : std::nullopt;
}

void tell_usage() {
  fmt::print(stderr,
             "usage: simulation [--seeds N] [--first N] | --seed N | --mutant NAME [--seeds N]\n"
             "mutants:");
  for (const Mutant mutant : all_mutants()) fmt::print(stderr, " {}", name(mutant));
  fmt::print(stderr, "\n");
}

/// A folder in memory where there is one; goes with the object.
class Workplace {
 public:
  Workplace() {
    const fs::path memory = "/dev/shm";
    const fs::path parent =
        ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
    std::string pattern = (parent / "smev-simulation-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    place_.folder = fs::path(pattern) / "run";
    place_.fresh_database = fs::path(pattern) / "fresh.db";
    place_.result_file = fs::path(pattern) / "result.pdf";
    std::ofstream(place_.result_file) << "%PDF-1.4 result";
    const auto store = sqlite_outbox({.path = place_.fresh_database.string()}, system_clock());
    if (!store) throw std::runtime_error(store.error().describe());
  }
  ~Workplace() {
    std::error_code ignored;
    fs::remove_all(place_.folder.parent_path(), ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  const Place& begin_run() {
    fs::remove_all(place_.folder);
    fs::create_directories(place_.folder);
    return place_;
  }

 private:
  Place place_;
};

std::optional<Violation> run_one(Workplace& workplace, const RunOptions& options, Counts& counts) {
  World world(workplace.begin_run(), options);
  std::optional<Violation> violation = world.run();
  counts += world.counts();
  return violation;
}

// Every connection is in this process: locks that others would see only cost.
void keep_locks_to_ourselves() {
  sqlite3_vfs* vfs = sqlite3_vfs_find("unix-excl");
  if (vfs != nullptr) sqlite3_vfs_register(vfs, 1);
}

int run_all(const Arguments& arguments) {
  keep_locks_to_ourselves();
  Workplace workplace;
  Counts counts;
  const std::uint64_t first = arguments.only.value_or(arguments.first);
  const std::uint64_t seeds = arguments.only ? 1 : arguments.seeds;
  const bool mutated = arguments.mutant != Mutant::none;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const RunOptions options{seed, arguments.mutant, arguments.only.has_value()};
    const std::optional<Violation> violation = run_one(workplace, options, counts);
    if (!violation) continue;
    fmt::print("seed {}: {}: {}\n", seed, violation->rule, violation->text);
    if (mutated) {
      fmt::print("mutant {}: caught after {} seeds\n", name(arguments.mutant), seed - first + 1);
      return 0;
    }
    fmt::print("replay: simulation --seed {}\n", seed);
    return 1;
  }
  if (mutated) fmt::print("mutant {}: not caught by {} seeds\n", name(arguments.mutant), seeds);
  fmt::print(
      "{} seeds from {}: {} steps, {} crashes, {} updates acknowledged, {} delivered, {} closed by "
      "a person, {} messages; 0 lost, 0 twice, 0 out of order\n",
      seeds, first, counts.steps, counts.crashes, counts.submitted, counts.delivered, counts.closed,
      counts.messages);
  return mutated ? 1 : 0;
}

}  // namespace
}  // namespace smev::simulation

int main(int count, char** values) {
  const auto arguments = smev::simulation::read(count, values);
  if (!arguments) {
    smev::simulation::tell_usage();
    return 2;
  }
  try {
    const auto runtime = smev::Runtime::acquire();
    return smev::simulation::run_all(*arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "simulation: {}\n", error.what());
    return 1;
  }
}
