// A set of dictionaries, and the folder it is loaded from.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "sdk/base/text.hpp"
#include "sdk/elk/faults.hpp"
#include "smev/elk/dictionary.hpp"

namespace smev::elk {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".csv";

std::string file_name(DictionaryKind kind) { return std::string(name(kind)) + ".csv"; }

std::string nearest_name(const std::string& stem) {
  const auto distance = [&](DictionaryKind kind) { return edit_distance(stem, name(kind)); };
  const auto best = std::min_element(kDictionaryKinds.begin(), kDictionaryKinds.end(),
                                     [&](auto a, auto b) { return distance(a) < distance(b); });
  return file_name(*best);
}

Error folder_error(const std::string& path, std::vector<FieldFault> faults) {
  Error error = validation_error(std::move(faults), ErrorCode::config);
  error.text = "Каталог справочников не читается";
  error.detail = path;
  return error;
}

/// Files that look like dictionaries and are none of ours.
void refuse_strangers(const std::vector<fs::path>& files, std::vector<FieldFault>& faults) {
  for (const fs::path& file : files) {
    const std::string extension = file.extension().string();
    if (extension != kExtension && extension != ".xml") continue;
    const std::string stem = file.stem().string();
    if (extension == kExtension && dictionary_kind(stem)) continue;
    faults.push_back(
        {file.filename().string(), "unknown_file",
         extension == kExtension
             ? fmt::format("справочника с таким именем нет; возможно, нужен {}", nearest_name(stem))
             : "здесь читаются только файлы CSV: загрузите выгрузку командой "
               "smev-send dict load",
         source::kSdk});
  }
}

/// The regular files of a folder, by name.
Result<std::vector<fs::path>> files_of(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    files.push_back(at->path());
  }
  if (problem) {
    Error error = folder_error(folder, {});
    error.text = problem == std::errc::no_such_file_or_directory
                     ? "Каталога справочников нет: создайте его"
                     : "Каталог справочников не читается";
    error.detail += ": " + problem.message();
    return fail(std::move(error));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Dictionaries::Dictionaries() {
  static const auto built_in = [] {
    decltype(all_) made;
    for (std::size_t i = 0; i < made.size(); ++i) {
      // They live as long as the program: nothing to count.
      made[i] = std::shared_ptr<const Dictionary>(std::shared_ptr<void>(),
                                                  &Dictionary::built_in(kDictionaryKinds[i]));
    }
    return made;
  }();
  all_ = built_in;
}

Result<Dictionaries> Dictionaries::load_folder(const std::string& path) {
  SMEV_ASSIGN(const std::vector<fs::path> files, files_of(path));
  std::vector<FieldFault> faults;
  refuse_strangers(files, faults);
  Dictionaries loaded;
  for (const fs::path& file : files) {
    const auto kind = dictionary_kind(file.stem().string());
    if (!kind || file.extension() != kExtension) continue;
    const std::string file_name = file.filename().string();
    std::error_code unknown;
    if (!fs::is_regular_file(file, unknown)) {
      faults.push_back({file_name, "unreadable", "это не обычный файл", source::kSdk});
      continue;
    }
    Result<Dictionary> dictionary = Dictionary::load(*kind, file.string());
    if (dictionary) {
      loaded = loaded.with(*std::move(dictionary));
      continue;
    }
    const Error& error = dictionary.error();
    for (const FieldFault& fault : error.fields) {
      faults.push_back({file_name, fault.code, fault.text, fault.source});
    }
    if (error.fields.empty()) {
      faults.push_back({file_name, std::string(name(error.code)),
                        fmt::format("{} ({})", error.text, error.detail), source::kSdk});
    }
  }
  if (!faults.empty()) return fail(folder_error(path, std::move(faults)));
  loaded.folder_ = path;
  return loaded;
}

const Dictionary& Dictionaries::of(DictionaryKind kind) const {
  return *all_[static_cast<std::size_t>(kind)];
}

Dictionaries Dictionaries::with(Dictionary loaded) const {
  Dictionaries made = *this;
  auto& place = made.all_[static_cast<std::size_t>(loaded.kind())];
  place = std::make_shared<const Dictionary>(std::move(loaded));
  return made;
}

bool Dictionaries::lacks(DictionaryKind kind, std::string_view code) const {
  const Dictionary& dictionary = of(kind);
  return !dictionary.is_built_in() && dictionary.find(code) == nullptr;
}

}  // namespace smev::elk
