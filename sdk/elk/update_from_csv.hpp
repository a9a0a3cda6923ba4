#pragma once
// The CSV form of an update (docs/update.md): one row is one update with one status. A column is
// named as the faults name the field: order.applicant.snils, status.at. An empty cell is an absent
// field.
//
// Errors: bad_csv, with the faults of the columns or cells where there are such (codes: those of
// the JSON form, and spreadsheet), else with a text; limit_exceeded. Only the form is judged here;
// see rules.hpp.

#include <string_view>
#include <vector>

#include "sdk/base/csv.hpp"
#include "sdk/elk/json.hpp"
#include "smev/base/result.hpp"
#include "smev/elk/update.hpp"

namespace smev::elk {

/// Between the paths of status.results and the identifiers of status.data_mart_results.
inline constexpr char kCsvListSeparator = '|';

struct CsvColumn {
  enum class Kind {
    text,
    integer,
    boolean,
    applicant,  ///< names the applicant's kind
    list,       ///< texts with kCsvListSeparator between them
  };
  std::string_view name;
  Kind kind = Kind::text;
};
/// Every column that there may be.
const std::vector<CsvColumn>& csv_columns();

class CsvUpdates {
 public:
  /// All faults of the header at once: nothing can be read under a wrong one.
  static Result<CsvUpdates> under(const CsvRecord& header);

  [[nodiscard]] UpdateReading read(const CsvRecord& record) const;

 private:
  std::vector<const CsvColumn*> columns_;  ///< in the order of the file
};

}  // namespace smev::elk
