#pragma once
// A file with a dictionary, as far as its form goes: records with their places. What makes them a
// dictionary (codes, duplicates, lengths) is judged in dictionary.cpp.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/result.hpp"
#include "smev/elk/dictionary.hpp"

namespace smev::elk {

/// Faults of one file, no more than kDictionaryFaultsMax of them.
class DictionaryFaults {
 public:
  /// @param place "строка 12" or "запись 3"; empty: the file as a whole
  void add(std::string field, std::string_view code, const std::string& place, std::string text);
  /// Nothing more will be taken: whoever finds faults may stop.
  [[nodiscard]] bool full() const { return list_.size() >= kDictionaryFaultsMax; }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] Error error() const;

 private:
  std::vector<FieldFault> list_;
};

/// What a column of CSV or an attribute of ЕСНСИ holds.
enum class DictionaryColumn { code, name, final, proven, explanation };
inline constexpr std::size_t kDictionaryColumnKinds = 5;
/// Where each stands among the titles of a file.
using DictionaryColumns = std::array<std::optional<std::size_t>, kDictionaryColumnKinds>;

/// Titles are taken in Russian and in English, whatever their case: «Код» or `code`, «Наименование»
/// or `name`; when there is no such one, the only title that begins so («Код статуса»).
/// @param what "столбец" or "атрибут", for the faults
DictionaryColumns find_columns(const std::vector<std::string>& titles, std::string_view what,
                               DictionaryFaults& faults);

/// The cells of one record, by DictionaryColumn; an absent one is empty.
struct DictionaryRecord {
  std::string place;
  std::array<std::string, kDictionaryColumnKinds> cells;

  [[nodiscard]] const std::string& operator[](DictionaryColumn column) const {
    return cells[static_cast<std::size_t>(column)];
  }
};

struct DictionaryTable {
  std::string revision;    ///< empty when the file does not tell
  std::string esnsi_code;  ///< the classifier's own code, "ELK_STATUS"; XML only
  DictionaryColumns columns;
  std::vector<DictionaryRecord> records;

  [[nodiscard]] bool tells(DictionaryColumn column) const {
    return columns[static_cast<std::size_t>(column)].has_value();
  }
};

/// Both take valid UTF-8 without a byte order mark.
DictionaryTable read_dictionary_csv(std::string_view text, DictionaryFaults& faults);
/// Errors: bad_xml, limit_exceeded.
Result<DictionaryTable> read_dictionary_xml(std::string_view text, DictionaryFaults& faults);

/// Whether another record may follow; tells of too many of them.
bool has_room(const DictionaryTable& table, DictionaryFaults& faults);

/// One field of CSV, in quotes where it needs them.
std::string csv_field(std::string_view text);

/// The text of dictionaries/NAME.csv; empty when there is none.
std::string_view built_in_csv(std::string_view name);

}  // namespace smev::elk
