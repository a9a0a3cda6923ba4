// A dictionary as CSV, with remarks before the header.

#include <fmt/format.h>

#include <sstream>
#include <utility>

#include "sdk/base/csv.hpp"
#include "sdk/elk/dictionary_file.hpp"
#include "sdk/elk/lexical.hpp"

namespace smev::elk {
namespace {

constexpr std::string_view kRemark = "# ";
constexpr std::string_view kRevisionRemark = "# revision:";

std::string place_of(std::size_t line) { return fmt::format("строка {}", line); }

/// Takes the remarks off the front; gives the revision, if one of them tells it.
std::string take_remarks(LineReader& lines) {
  std::string revision;
  for (Line line; lines.look(kRemark.size()) == kRemark && lines.next(line);) {
    const std::string_view remark = line.text;
    if (remark.substr(0, kRevisionRemark.size()) == kRevisionRemark) {
      revision = trimmed(remark.substr(kRevisionRemark.size()));
    }
  }
  return revision;
}

bool is_whole(const CsvRecord& record, DictionaryFaults& faults) {
  if (record.fault == CsvFault::none) return true;
  const bool too_many = record.fault == CsvFault::too_many_columns;
  faults.add("file", too_many ? "too_many" : "quote", place_of(record.line),
             std::string(text(record.fault)));
  return false;
}

}  // namespace

DictionaryTable read_dictionary_csv(std::string_view text, DictionaryFaults& faults) {
  DictionaryTable table;
  std::istringstream stream{std::string(text)};
  LineReader lines(stream, kDictionaryBytesMax);
  table.revision = take_remarks(lines);
  CsvReader rows(lines,
                 {.record_bytes_max = kDictionaryBytesMax, .columns_max = kDictionaryColumnsMax});
  CsvRecord header;
  if (!rows.next(header)) {
    faults.add("file", "empty", "", "в файле нет строки с названиями столбцов");
    return table;
  }
  if (!is_whole(header, faults)) return table;
  table.columns = find_columns(header.fields, "столбец", faults);
  if (!faults.empty()) return table;

  for (CsvRecord row; !faults.full() && rows.next(row);) {
    if (!is_whole(row, faults)) continue;
    if (!has_room(table, faults)) break;
    DictionaryRecord record{place_of(row.line), {}};
    if (row.fields.size() != header.fields.size()) {
      // A separator in a name that is not in quotes would cut the name without a word.
      faults.add("file", "columns", record.place,
                 fmt::format("значений {}, а столбцов {}; значение с разделителем внутри берут в "
                             "кавычки",
                             row.fields.size(), header.fields.size()));
      continue;
    }
    for (std::size_t i = 0; i < kDictionaryColumnKinds; ++i) {
      if (table.columns[i]) record.cells[i] = std::move(row.fields[*table.columns[i]]);
    }
    table.records.push_back(std::move(record));
  }
  return table;
}

}  // namespace smev::elk
