// CSV as RFC 4180 has it, with comma or semicolon, any line end, and remarks before the header.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sdk/elk/dictionary_file.hpp"
#include "sdk/elk/lexical.hpp"

namespace smev::elk {
namespace {

constexpr std::string_view kRemark = "# ";
constexpr std::string_view kRevisionRemark = "# revision:";

std::string place_of(std::size_t line) { return fmt::format("строка {}", line); }

struct Row {
  std::size_t line = 0;  ///< where it begins, from 1
  std::vector<std::string> fields;

  /// Spreadsheets leave rows of separators behind.
  [[nodiscard]] bool blank() const {
    return std::all_of(fields.begin(), fields.end(), [](const auto& each) { return each.empty(); });
  }
};

class Rows {
 public:
  Rows(std::string_view text, DictionaryFaults& faults) : rest_(text), faults_(faults) {}

  /// Takes the remarks off the front; gives the revision, if one of them tells it.
  std::string take_remarks() {
    std::string revision;
    while (rest_.substr(0, kRemark.size()) == kRemark) {
      const std::string_view remark = rest_.substr(0, rest_.find_first_of("\r\n"));
      if (remark.substr(0, kRevisionRemark.size()) == kRevisionRemark) {
        revision = trimmed(remark.substr(kRevisionRemark.size()));
      }
      rest_.remove_prefix(remark.size());
      take_line_end();
    }
    return revision;
  }

  /// The separator that comes first in the header, outside quotes.
  void find_separator() {
    bool quoted = false;
    for (const char c : rest_) {
      if (c == '"') quoted = !quoted;
      if (quoted) continue;
      if (c == '\n' || c == '\r') return;
      if (c == ',' || c == ';') {
        separator_ = c;
        return;
      }
    }
  }

  /// False at the end, and where the rows can no longer be told apart (a fault says so).
  bool next(Row& row) {
    do {
      if (rest_.empty()) return false;
      row = {line_, {}};
      if (!take_fields(row)) return false;
    } while (row.blank());
    return true;
  }

 private:
  bool take_fields(Row& row) {
    for (;;) {
      if (row.fields.size() == kDictionaryColumnsMax) {
        faults_.add("file", "too_many", place_of(row.line),
                    fmt::format("столбцов больше, чем допустимо ({})", kDictionaryColumnsMax));
        return false;
      }
      std::string field;
      if (!take_field(field)) return false;
      row.fields.push_back(std::move(field));
      if (take_line_end()) return true;
      rest_.remove_prefix(1);  // the separator
    }
  }

  bool take_field(std::string& field) {
    if (rest_.empty() || rest_.front() != '"') {
      const std::size_t end = rest_.find_first_of(separator_ == ',' ? ",\r\n" : ";\r\n");
      field = rest_.substr(0, end);
      rest_.remove_prefix(field.size());
      return true;
    }
    const std::size_t begun = line_;
    rest_.remove_prefix(1);
    for (;;) {
      const std::size_t end = rest_.find('"');
      if (end == std::string_view::npos) {
        faults_.add("file", "quote", place_of(begun), "кавычка открыта и не закрыта");
        return false;
      }
      count_lines(rest_.substr(0, end));
      field += rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      if (rest_.empty() || rest_.front() != '"') break;
      field += '"';
      rest_.remove_prefix(1);
    }
    if (rest_.empty() || rest_.front() == separator_ || rest_.front() == '\r' ||
        rest_.front() == '\n') {
      return true;
    }
    faults_.add("file", "quote", place_of(line_),
                "после закрывающей кавычки есть ещё текст; кавычку внутри значения удваивают");
    return false;
  }

  /// True at the end of the text too.
  bool take_line_end() {
    if (rest_.empty()) return true;
    if (rest_.front() != '\r' && rest_.front() != '\n') return false;
    rest_.remove_prefix(rest_.substr(0, 2) == "\r\n" ? 2 : 1);
    ++line_;
    return true;
  }

  void count_lines(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n' || (text[i] == '\r' && text.substr(i, 2) != "\r\n")) ++line_;
    }
  }

  std::string_view rest_;
  DictionaryFaults& faults_;
  char separator_ = ',';
  std::size_t line_ = 1;
};

}  // namespace

DictionaryTable read_dictionary_csv(std::string_view text, DictionaryFaults& faults) {
  DictionaryTable table;
  Rows rows(text, faults);
  table.revision = rows.take_remarks();
  rows.find_separator();
  Row header;
  if (!rows.next(header)) {
    faults.add("file", "empty", "", "в файле нет строки с названиями столбцов");
    return table;
  }
  table.columns = find_columns(header.fields, "столбец", faults);
  if (!faults.empty()) return table;

  for (Row row; !faults.full() && rows.next(row);) {
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
