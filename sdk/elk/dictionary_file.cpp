#include "sdk/elk/dictionary_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sdk/elk/faults.hpp"
#include "sdk/elk/lexical.hpp"

namespace smev::elk {
namespace {

constexpr std::size_t kShownTitlesMax = 10;
constexpr std::size_t kShownTitleLength = 50;

struct ColumnNames {
  DictionaryColumn column;
  std::vector<std::string_view> titles;  ///< in small letters, the stable one first
  bool needed;
};

const std::vector<ColumnNames>& column_names() {
  static const std::vector<ColumnNames> all = {
      {DictionaryColumn::code, {"code", "код"}, true},
      {DictionaryColumn::name, {"name", "наименование", "название"}, true},
      {DictionaryColumn::final, {"final"}, false},
      {DictionaryColumn::proven, {"proven"}, false},
      {DictionaryColumn::explanation, {"explanation"}, false},
  };
  return all;
}

/// Latin and Russian letters made small. Valid UTF-8 is given.
std::string small_letters(std::string_view text) {
  std::string made(text);
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto octet = static_cast<unsigned char>(made[i]);
    if (octet >= 'A' && octet <= 'Z') made[i] = static_cast<char>(octet + ('a' - 'A'));
    if (octet != 0xD0 || i + 1 == made.size()) continue;
    const auto next = static_cast<unsigned char>(made[i + 1]);
    if (next >= 0x90 && next <= 0x9F) {  // А..П
      made[i + 1] = static_cast<char>(next + 0x20);
    } else if (next >= 0xA0 && next <= 0xAF) {  // Р..Я
      made[i] = '\xD1';
      made[i + 1] = static_cast<char>(next - 0x20);
    }
  }
  return made;
}

std::string titles_text(const std::vector<std::string>& titles) {
  std::string list;
  for (std::size_t i = 0; i < std::min(titles.size(), kShownTitlesMax); ++i) {
    list += (list.empty() ? "«" : ", «") + shown(titles[i], kShownTitleLength) + "»";
  }
  return titles.size() > kShownTitlesMax ? list + ", …" : list;
}

}  // namespace

void DictionaryFaults::add(std::string field, std::string_view code, const std::string& place,
                           std::string text) {
  if (full()) return;
  list_.push_back({std::move(field), std::string(code),
                   place.empty() ? std::move(text) : place + ": " + text, source::kSdk});
}

Error DictionaryFaults::error() const {
  Error error = validation_error(list_);
  error.text = "Файл справочника не принят";
  if (full()) error.text += fmt::format(" (показаны первые {} ошибок)", kDictionaryFaultsMax);
  return error;
}

DictionaryColumns find_columns(const std::vector<std::string>& titles, std::string_view what,
                               DictionaryFaults& faults) {
  std::vector<std::string> small;
  for (const std::string& title : titles) small.push_back(small_letters(trimmed(title)));

  DictionaryColumns columns;
  for (const auto& [column, names, needed] : column_names()) {
    std::vector<std::size_t> exact;
    std::vector<std::size_t> beginning;
    for (std::size_t i = 0; i < small.size(); ++i) {
      for (const std::string_view name : names) {
        if (small[i] == name) exact.push_back(i);
        if (needed && small[i].rfind(name, 0) == 0) beginning.push_back(i);
      }
    }
    const std::vector<std::size_t>& found = exact.empty() ? beginning : exact;
    if (found.size() == 1) columns[static_cast<std::size_t>(column)] = found.front();
    const std::string name(names.front());
    if (found.size() > 1) {
      faults.add(name, "duplicate_column", "",
                 fmt::format("для «{}» подходит не один {}: оставьте один", names.back(), what));
    } else if (found.empty() && needed) {
      faults.add(name, "missing_column", "",
                 fmt::format("нужен {} «{}» (или {}), его нет; есть: {}", what, names[1], name,
                             titles_text(titles)));
    }
  }
  return columns;
}

bool has_room(const DictionaryTable& table, DictionaryFaults& faults) {
  if (table.records.size() < kDictionaryEntriesMax) return true;
  faults.add("file", "too_many", "",
             fmt::format("записей больше, чем допустимо ({})", kDictionaryEntriesMax));
  return false;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",;\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace smev::elk
