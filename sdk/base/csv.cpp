#include "sdk/base/csv.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace smev {
namespace {

/// Splits the lines of one record, fed one after the other.
class Splitter {
 public:
  Splitter(char separator, std::size_t columns_max)
      : separator_(separator), columns_max_(columns_max) {}

  /// False when the value goes on behind the line's end.
  bool feed(const Line& line) {
    const std::string_view text = line.text;
    std::size_t at = 0;
    for (;;) {
      if (quoted_) {
        const std::size_t quote = text.find('"', at);
        field_ += text.substr(at, quote == std::string_view::npos ? quote : quote - at);
        if (quote == std::string_view::npos) {
          field_ += line.end;
          return false;
        }
        at = quote + 1;
        if (at < text.size() && text[at] == '"') {
          field_ += '"';
          ++at;
          continue;
        }
        quoted_ = false;
        if (at < text.size() && text[at] != separator_) {
          fault_ = CsvFault::text_after_quote;
          return true;
        }
      } else if (at < text.size() && text[at] == '"') {
        quoted_ = true;
        ++at;
        continue;
      } else {
        const std::size_t end = std::min(text.find(separator_, at), text.size());
        field_ = text.substr(at, end - at);
        at = end;
      }
      keep_field();
      if (at == text.size()) return true;
      ++at;  // the separator
    }
  }

  [[nodiscard]] CsvFault fault() const { return fault_; }
  std::vector<std::string> take() { return std::move(fields_); }

 private:
  void keep_field() {
    if (fields_.size() == columns_max_) {
      fault_ = CsvFault::too_many_columns;
    } else {
      fields_.push_back(std::move(field_));
    }
    field_.clear();
  }

  char separator_;
  std::size_t columns_max_;
  std::vector<std::string> fields_;
  std::string field_;
  bool quoted_ = false;
  CsvFault fault_ = CsvFault::none;
};

bool blank(const std::vector<std::string>& fields) {
  return std::all_of(fields.begin(), fields.end(), [](const auto& field) { return field.empty(); });
}

}  // namespace

std::string_view text(CsvFault fault) {
  switch (fault) {
    case CsvFault::none:
      break;
    case CsvFault::open_quote:
      return "Кавычка открыта и не закрыта";
    case CsvFault::text_after_quote:
      return "После закрывающей кавычки есть ещё текст: кавычку внутри значения удваивают, а "
             "значение берут в кавычки целиком";
    case CsvFault::too_many_columns:
      return "Столбцов больше допустимого";
    case CsvFault::too_long:
      return "Запись длиннее допустимого";
  }
  return "";
}

bool CsvReader::take_line(Line& line) {
  if (again_.empty()) return lines_.next(line);
  line = std::move(again_.front());
  again_.pop_front();
  return true;
}

void CsvReader::find_separator(std::string_view line) {
  const bool with_quotes = line.substr(0, 1) == "\"";  // elsewhere they are characters
  bool quoted = false;
  for (const char c : line) {
    if (with_quotes && c == '"') quoted = !quoted;
    if (quoted || (c != ';' && c != ',')) continue;
    separator_ = c;
    return;
  }
  separator_ = ',';
}

bool CsvReader::next(CsvRecord& record) {
  for (Line line; take_line(line);) {
    if (separator_ == '\0' && !line.blank()) find_separator(line.text);
    read(std::move(line), record);
    if (record.fault != CsvFault::none || !blank(record.fields)) return true;
  }
  return false;
}

void CsvReader::read(Line first, CsvRecord& record) {
  record = {};
  record.line = first.number;
  record.text = first.text + std::string(first.end);
  if (first.too_long) {
    record.fault = CsvFault::too_long;
    return;
  }
  Splitter splitter(separator_, limits_.columns_max);
  std::deque<Line> further;
  std::size_t octets = record.text.size();
  bool complete = splitter.feed(first);
  while (!complete && further.size() < limits_.lines_max) {
    Line line;
    if (!take_line(line)) break;
    further.push_back(std::move(line));
    octets += further.back().text.size() + further.back().end.size();
    if (further.back().too_long || octets > limits_.record_bytes_max) break;
    complete = splitter.feed(further.back());
  }
  record.fault = complete ? splitter.fault() : CsvFault::open_quote;
  const bool lost = record.fault != CsvFault::none && record.fault != CsvFault::too_many_columns;
  if (lost) {
    again_.insert(again_.begin(), std::make_move_iterator(further.begin()),
                  std::make_move_iterator(further.end()));
    return;
  }
  for (const Line& line : further) record.text.append(line.text).append(line.end);
  record.fields = splitter.take();
}

}  // namespace smev
