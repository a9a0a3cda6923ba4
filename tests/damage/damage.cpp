// Octets of a store change on the disk, or go. Whatever it then tells must be what was stored, or
// a loud refusal that says what to do; nothing else may come out of it.
//
//   damage [--seed N] [--wounds N] [--mutant NAME]
//
// Exit code 0: all held. With a mutant (a store that is not looked after) 0 means that it was
// caught telling something else.

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <string_view>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/page_check.hpp"
#include "tests/damage/store_reading.hpp"
#include "tests/support/store_dump.hpp"

namespace smev::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSectorOctets = 512;
constexpr std::size_t kPageOctets = 4096;
constexpr std::size_t kReportedMax = 5;
constexpr std::array<std::string_view, 2> kMutants = {"sealed_again", "unmarked"};

struct Options {
  std::uint64_t seed = 20260416;
  std::size_t wounds = 3000;
  std::string mutant;
};

// --- the store, as a killed process and as one that ended in order leave it

std::string make_folder() {
  std::error_code ignored;
  const fs::path base =
      fs::is_directory("/dev/shm", ignored) ? fs::path("/dev/shm") : fs::temp_directory_path();
  std::string made = (base / "damage-XXXXXX").string();
  if (::mkdtemp(made.data()) == nullptr) std::abort();
  return made;
}

class Stores {
 public:
  Stores() {
    fs::create_directory(past.folder);
    fs::create_directory(past.inbox);
  }
  ~Stores() {
    std::error_code ignored;
    fs::remove_all(base_, ignored);
  }
  Stores(const Stores&) = delete;
  Stores& operator=(const Stores&) = delete;

  Result<void> live() {
    for (const ScenarioStep& step : outbox_scenario()) SMEV_TRY(step.run(past));
    copy(past.folder, killed());
    past.guard = nullptr;
    past.outbox = nullptr;
    copy(past.folder, ended());
    return {};
  }

  [[nodiscard]] std::string killed() const { return base_ + "/killed"; }
  [[nodiscard]] std::string ended() const { return base_ + "/ended"; }
  /// A copy to be hurt.
  [[nodiscard]] std::string copy_of(const std::string& store) const {
    std::string patient = base_ + "/patient";
    fs::remove_all(patient);
    copy(store, patient);
    return patient;
  }

 private:
  static void copy(const std::string& from, const std::string& to) {
    fs::copy(from, to, fs::copy_options::recursive);
    fs::remove(to + "/outbox.db-shm");  // it is memory
  }

  std::string base_ = make_folder();

 public:
  ScenarioWorld past{base_ + "/life"};
};

// --- wounds

struct Wound {
  std::string file;  ///< relative to the store
  std::string what;
};

std::vector<std::string> files_of(const std::string& store) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(store)) {
    const std::string name = fs::relative(entry.path(), store).string();
    if (entry.is_regular_file() && !name.ends_with(".lock")) files.push_back(name);
  }
  std::sort(files.begin(), files.end());
  return files;
}

using Random = std::mt19937_64;

std::string flip_bits(std::string& octets, std::size_t count, Random& random) {
  std::string what = "bits flipped at";
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = random() % octets.size();
    octets[at] = static_cast<char>(octets[at] ^ (1 << random() % 8));
    what += fmt::format(" {}", at);
  }
  return what;
}

std::string overwrite(std::string& octets, std::size_t unit, bool with_zeros, Random& random) {
  const std::size_t at = random() % octets.size() / unit * unit;
  const std::size_t size = std::min(unit, octets.size() - at);
  for (std::size_t i = 0; i < size; ++i) {
    octets[at + i] = with_zeros ? '\0' : static_cast<char>(random());
  }
  return fmt::format("{} octets at {} overwritten with {}", size, at,
                     with_zeros ? "zeros" : "noise");
}

// A write that went to the wrong place.
std::string misplace(std::string& octets, std::size_t unit, Random& random) {
  const std::size_t units = octets.size() / unit;
  if (units < 2) return flip_bits(octets, 1, random);
  const std::size_t from = random() % units;
  const std::size_t to = random() % units;
  octets.replace(to * unit, unit, octets.substr(from * unit, unit));
  return fmt::format("{} octets of {} also at {}", unit, from * unit, to * unit);
}

std::string hurt(std::string& octets, Random& random) {
  switch (random() % 8) {
    case 0:
    case 1:
      return flip_bits(octets, 1, random);
    case 2:
      return flip_bits(octets, 2 + random() % 15, random);
    case 3:
      return overwrite(octets, kSectorOctets, random() % 2 == 0, random);
    case 4:
      return overwrite(octets, kPageOctets, random() % 2 == 0, random);
    case 5:
      return misplace(octets, random() % 2 == 0 ? kSectorOctets : kPageOctets, random);
    case 6: {
      const std::size_t size = random() % octets.size();
      octets.resize(random() % 2 == 0 ? size : size / kPageOctets * kPageOctets);
      return fmt::format("cut off at {}", octets.size());
    }
    default: {
      std::string noise(1 + random() % kPageOctets, '\0');
      for (char& octet : noise) octet = static_cast<char>(random());
      octets += noise;
      return fmt::format("{} octets of noise at the end", noise.size());
    }
  }
}

void write_whole(const std::string& path, const std::string& octets) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << octets;
}

// What is most of the store is hurt most.
const std::string& choose_file(const std::vector<std::string>& files, Random& random) {
  for (int tries = 0; tries < 3; ++tries) {
    const std::string& file = files[random() % files.size()];
    if (file == "outbox.db" || file == "outbox.db-wal") return file;
  }
  return files[random() % files.size()];
}

// The database's pages get their checks anew: as if the store had none.
void seal_again(std::string& database) {
  for (std::size_t at = 0; at + kPageOctets <= database.size(); at += kPageOctets) {
    outbox::seal_page(database.data() + at, kPageOctets, at / kPageOctets + 1);
  }
}

Wound wound(const std::string& store, const std::string& mutant, Random& random) {
  Wound wound;
  wound.file = choose_file(files_of(store), random);
  const std::string path = store + "/" + wound.file;
  Result<std::string> octets = read_file(path);
  if (!octets || octets->empty() || random() % 40 == 0) {
    fs::remove(path);
    wound.what = "removed";
  } else {
    wound.what = hurt(*octets, random);
    if (mutant == "sealed_again" && wound.file == "outbox.db") seal_again(*octets);
    write_whole(path, *octets);
  }
  if (mutant == "unmarked") fs::remove(store + "/outbox.db.mark");
  return wound;
}

// --- judging

struct Verdicts {
  std::size_t refused_at_opening = 0;
  std::size_t refused_in_reading = 0;
  std::size_t told_exactly = 0;
  std::size_t wrong = 0;
};

bool is_loud(const Told& told) {
  const ErrorCode code = told.error->code;
  const bool of_file = told.call.starts_with("file ") || told.call.starts_with("submit again ");
  return (code == ErrorCode::store ||
          (of_file && (code == ErrorCode::io || code == ErrorCode::not_found))) &&
         !told.error->text.empty();
}

// What is wrong with what was told; nothing: all of it is as it was stored, or loudly refused.
std::optional<std::string> judge(const std::vector<Told>& expected, const std::vector<Told>& found,
                                 Verdicts& verdicts) {
  if (found.size() == 1) {
    if (!is_loud(found[0])) return "open: " + found[0].error->describe();
    ++verdicts.refused_at_opening;
    return {};
  }
  bool refused = false;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i].error && !is_loud(found[i])) {
      return found[i].call + ": " + found[i].error->describe();
    }
    refused = refused || found[i].error.has_value();
    // What follows a refused write has another past.
    if (!found[i].error && found[i].text != expected[i].text &&
        !(refused && found[i].call == "claim_updates")) {
      return found[i].call + "\n  " + first_difference(expected[i].text, found[i].text);
    }
  }
  ++(refused ? verdicts.refused_in_reading : verdicts.told_exactly);
  return {};
}

int prove(const Options& options) {
  Stores stores;
  if (Result<void> lived = stores.live(); !lived) {
    fmt::print("the scenario itself fails: {}\n", lived.error().describe());
    return 1;
  }
  const std::array<std::string, 2> images = {stores.killed(), stores.ended()};
  std::map<std::string, std::vector<Told>> expected;
  for (const std::string& image : images) {
    expected[image] = read_store(stores.copy_of(image), stores.past);
  }
  fmt::print("seed {}\n", options.seed);
  Verdicts verdicts;
  std::map<std::string, std::size_t> by_file;
  Random random(options.seed);
  std::size_t made = 0;
  for (; made < options.wounds; ++made) {
    const std::string& image = images[random() % images.size()];
    const std::string patient = stores.copy_of(image);
    const Wound given = wound(patient, options.mutant, random);
    ++by_file[given.file.starts_with("files/") ? "kept files" : given.file];
    const auto fault = judge(expected[image], read_store(patient, stores.past), verdicts);
    if (!fault) continue;
    if (++verdicts.wrong <= kReportedMax) {
      fmt::print("WRONG: wound {} of a store that was {}: {}: {}\n  {}\n", made + 1,
                 image == stores.killed() ? "killed" : "ended", given.file, given.what, *fault);
    }
    if (!options.mutant.empty()) break;
  }
  std::string files;
  for (const auto& [file, count] : by_file) {
    files += fmt::format("{}{} {}", files.empty() ? "" : ", ", file, count);
  }
  fmt::print(
      "{} wounds ({}): {} refused at opening, {} refused in reading, {} told exactly, {} "
      "told wrongly\n",
      std::min(made + 1, options.wounds), files, verdicts.refused_at_opening,
      verdicts.refused_in_reading, verdicts.told_exactly, verdicts.wrong);
  if (options.mutant.empty()) return verdicts.wrong == 0 ? 0 : 1;
  fmt::print("mutant {}: {}\n", options.mutant, verdicts.wrong > 0 ? "caught" : "NOT CAUGHT");
  return verdicts.wrong > 0 ? 0 : 1;
}

int usage() {
  fmt::print(stderr, "damage [--seed N] [--wounds N] [--mutant {}]\n", fmt::join(kMutants, "|"));
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
    } else if (option == "--wounds" && is_number) {
      options.wounds = number;
    } else if (option == "--mutant" &&
               std::find(kMutants.begin(), kMutants.end(), value) != kMutants.end()) {
      options.mutant = value;
    } else {
      return usage();
    }
  }
  return prove(options);
}
