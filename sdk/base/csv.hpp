#pragma once
// CSV as RFC 4180 has it, record by record out of a stream; `;` does as well as `,`, any line end
// does, and the rows of separators that spreadsheets leave behind are passed over.
//
// A record that cannot be read stops nothing: reading goes on at the line after the one on which it
// began, so that a quote that was forgotten does not swallow what follows.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/line_reader.hpp"

namespace smev {

enum class CsvFault {
  none,
  open_quote,        ///< no quote ends the value before the input or a limit of the record does
  text_after_quote,  ///< between the quote that ends a value and the separator
  too_many_columns,
  too_long,  ///< more octets than a record may have
};
/// Russian, for the operator; empty for `none`.
std::string_view text(CsvFault fault);

struct CsvLimits {
  std::size_t record_bytes_max = 8u << 20;
  std::size_t columns_max = 1000;
  std::size_t lines_max = 10'000;  ///< further lines of one record, inside quotes
};

struct CsvRecord {
  std::size_t line = 0;             ///< where it begins, from 1
  std::vector<std::string> fields;  ///< of no use when there is a fault
  std::string text;  ///< as it stands, line end included; with a fault, its first line; nothing of
                     ///< a line that is too long
  CsvFault fault = CsvFault::none;
};

class CsvReader {
 public:
  /// `lines` outlives the reader; its own limit is the record's. The separator is the first `;` or
  /// `,` outside quotes in the first line that has anything.
  explicit CsvReader(LineReader& lines, const CsvLimits& limits = {})
      : lines_(lines), limits_(limits) {}

  /// The next record that is not blank; false at the end.
  bool next(CsvRecord& record);
  /// Known after the first record.
  [[nodiscard]] char separator() const { return separator_; }

 private:
  bool take_line(Line& line);
  void find_separator(std::string_view line);
  void read(Line first, CsvRecord& record);

  LineReader& lines_;
  CsvLimits limits_;
  std::deque<Line> again_;  ///< were read in vain, for a quote that nothing ended
  char separator_ = '\0';
};

}  // namespace smev
