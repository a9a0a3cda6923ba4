#include "sdk/elk/update_from_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "sdk/base/text.hpp"
#include "sdk/elk/json.hpp"
#include "sdk/elk/json_tree.hpp"
#include "sdk/elk/lexical.hpp"
#include "sdk/elk/nearest_name.hpp"

namespace smev::elk {
namespace {

using Kind = CsvColumn::Kind;

constexpr std::string_view kApplicant = "order.applicant";
constexpr std::string_view kResults = "status.results";
constexpr std::size_t kShownNameMax = 64;
constexpr std::array kNamedKinds = {"person_by_document", "person_by_snils", "person_by_inn"};
constexpr std::array kMandatoryNames = {"order.applicant.last_name", "order.applicant.first_name"};

template <class List, class Value>
bool contains(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

Error record_error(ErrorCode code, std::string detail, std::string text) {
  Error error = local_error(code, std::move(detail), Retry::after_fix);
  error.text = std::move(text);
  return error;
}

/// What makes a record unreadable whatever its columns are.
std::optional<Error> form_error(const CsvRecord& record) {
  if (record.fault != CsvFault::none) {
    const bool limit =
        record.fault == CsvFault::too_long || record.fault == CsvFault::too_many_columns;
    return record_error(limit ? ErrorCode::limit_exceeded : ErrorCode::bad_csv, "CSV",
                        std::string(text(record.fault)));
  }
  if (is_valid_utf8(record.text)) return std::nullopt;
  return record_error(ErrorCode::bad_csv, "no UTF-8",
                      "Текст не в кодировке UTF-8 (вероятно, windows-1251): сохраните файл как "
                      "«CSV UTF-8»");
}

const CsvColumn* find_column(std::string_view name) {
  const auto& all = csv_columns();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [name](const CsvColumn& column) { return column.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string_view> column_names() {
  std::vector<std::string_view> names;
  for (const CsvColumn& column : csv_columns()) names.push_back(column.name);
  return names;
}

/// `1,12233E+10`: what a spreadsheet makes of a long number.
bool is_scientific(std::string_view cell) {
  const std::size_t letter = cell.find_first_of("Ee");
  if (letter == std::string_view::npos || letter == 0) return false;
  const std::string_view exponent = cell.substr(letter + 1);
  const bool mantissa = cell.find_first_not_of("0123456789.,") == letter && cell.front() != '.' &&
                        cell.front() != ',';
  return mantissa && exponent.size() >= 2 && exponent.front() == '+' &&
         all_ascii_digits(exponent.substr(1));
}

/// As written here, and as spreadsheets write it.
std::optional<bool> boolean_of(std::string_view cell) {
  if (contains(std::array{"true", "TRUE", "ИСТИНА"}, cell)) return true;
  if (contains(std::array{"false", "FALSE", "ЛОЖЬ"}, cell)) return false;
  return std::nullopt;
}

JsonNode text_node(std::string_view text) {
  JsonNode node{.kind = JsonNode::Kind::text};
  node.text = text;
  return node;
}

JsonNode object_node() { return JsonNode{.kind = JsonNode::Kind::object}; }

JsonNode& member(JsonNode& object, std::string_view name) {
  const auto key = std::find(object.keys.begin(), object.keys.end(), name);
  if (key != object.keys.end()) {
    return object.items[static_cast<std::size_t>(key - object.keys.begin())];
  }
  object.keys.emplace_back(name);
  object.items.push_back(object_node());
  return object.items.back();
}

/// Not longer than a list of JSON may be: what is over the rules' limit is refused there.
JsonNode list_node(std::string_view cell, const std::string& member_name) {
  JsonNode list{.kind = JsonNode::Kind::array};
  for (;;) {
    if (list.items.size() >= kJsonListMax) return list;
    const std::size_t end = std::min(cell.find(kCsvListSeparator), cell.size());
    JsonNode item = object_node();
    member(item, member_name) = text_node(trimmed(cell.substr(0, end)));
    list.items.push_back(std::move(item));
    if (end == cell.size()) return list;
    cell.remove_prefix(end + 1);
  }
}

/// One row on its way into the tree of the JSON form, which is judged there.
class Row {
 public:
  explicit Row(std::string_view applicant_kind) : applicant_kind_(applicant_kind) {
    member(root_, "order");
    member(root_, "status");
    if (!applicant_kind.empty()) place(kApplicant);
  }

  void put(const CsvColumn& column, const std::string& cell) {
    if (column.kind == Kind::applicant) return;
    const bool named = contains(kNamedKinds, applicant_kind_);
    if (!cell.empty()) {
      fill(column, cell);
    } else if (named && contains(kMandatoryNames, column.name)) {
      place(column.name) = text_node("");  // such a person has both names, one of them maybe empty
    }
  }

  UpdateReading read() { return read_update_tree(root_, std::move(faults_), ErrorCode::bad_csv); }

 private:
  void fill(const CsvColumn& column, const std::string& cell) {
    if (is_scientific(cell)) {
      faults_.add(std::string(column.name), "spreadsheet",
                  "Длинное число испорчено электронной таблицей (вид 1,23E+10): задайте столбцу "
                  "текстовый формат и введите значение заново",
                  source::kSdk);
    }
    JsonNode& node = place(column.name);
    switch (column.kind) {
      case Kind::integer:
        node = integer_node(column, cell);
        break;
      case Kind::boolean:
        node = boolean_node(column, cell);
        break;
      case Kind::list:
        node = list_node(cell, column.name == kResults ? "path" : "uuid");
        break;
      default:
        node = text_node(cell);
    }
  }

  JsonNode integer_node(const CsvColumn& column, std::string_view cell) {
    JsonNode node{.kind = JsonNode::Kind::integer};
    if (const auto number = parse_integer<std::int64_t>(cell)) {
      node.integer = *number;
    } else if (all_ascii_digits(cell)) {
      node.kind = JsonNode::Kind::big_integer;
    } else if (!is_scientific(cell)) {
      wrong_type(column, "целое число");
    }
    return node;
  }

  JsonNode boolean_node(const CsvColumn& column, std::string_view cell) {
    JsonNode node{.kind = JsonNode::Kind::boolean};
    const auto value = boolean_of(cell);
    if (!value) wrong_type(column, "true или false");
    node.boolean = value.value_or(false);
    return node;
  }

  void wrong_type(const CsvColumn& column, const char* expected) {
    faults_.add(std::string(column.name), "wrong_type", std::string("Ожидается ") + expected,
                source::kSchema);
  }

  /// Where the value of a column stands in the tree.
  JsonNode& place(std::string_view path) {
    if (path.substr(0, kApplicant.size()) == kApplicant) {
      return place_of_applicant(path.substr(std::min(path.size(), kApplicant.size() + 1)));
    }
    JsonNode* node = &root_;
    while (!path.empty()) {
      const std::size_t dot = std::min(path.find('.'), path.size());
      node = &member(*node, path.substr(0, dot));
      path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return *node;
  }

  /// Between the applicant and its fields stands the kind, which no path names. Where no kind is
  /// given, that is the fault, and its fields are nothing.
  JsonNode& place_of_applicant(std::string_view field) {
    JsonNode& applicant = member(member(root_, "order"), "applicant");
    if (applicant_kind_.empty()) return dropped_;
    JsonNode& kind = member(applicant, applicant_kind_);
    return field.empty() ? kind : member(kind, field);
  }

  std::string_view applicant_kind_;
  JsonNode root_ = object_node();
  JsonNode dropped_;
  Faults faults_;
};

}  // namespace

const std::vector<CsvColumn>& csv_columns() {
  static const std::vector<CsvColumn> columns = {
      {"order.number", Kind::text},
      {"order.elk_number", Kind::integer},
      {"order.created_elsewhere", Kind::boolean},
      {"order.service", Kind::text},
      {"order.filed_at", Kind::text},
      {kApplicant, Kind::applicant},
      {"order.applicant.document_type", Kind::integer},
      {"order.applicant.series", Kind::text},
      {"order.applicant.number", Kind::text},
      {"order.applicant.snils", Kind::text},
      {"order.applicant.birth_date", Kind::text},
      {"order.applicant.inn", Kind::text},
      {"order.applicant.esia_id", Kind::text},
      {"order.applicant.ern", Kind::text},
      {"order.applicant.ogrn", Kind::text},
      {"order.applicant.ogrnip", Kind::text},
      {"order.applicant.kpp", Kind::text},
      {"order.applicant.title", Kind::text},
      {"order.applicant.last_name", Kind::text},
      {"order.applicant.first_name", Kind::text},
      {"order.applicant.middle_name", Kind::text},
      {"order.applicant.citizenship", Kind::integer},
      {"order.region", Kind::text},
      {"order.office.name", Kind::text},
      {"order.office.address", Kind::text},
      {"order.office.frgu_code", Kind::text},
      {"order.office.channel", Kind::integer},
      {"order.sender_inn", Kind::text},
      {"order.sender_kpp", Kind::text},
      {"status.code", Kind::integer},
      {"status.at", Kind::text},
      {"status.informed", Kind::boolean},
      {"status.message_type", Kind::text},
      {kResults, Kind::list},
      {"status.data_mart_results", Kind::list},
  };
  return columns;
}

Result<CsvUpdates> CsvUpdates::under(const CsvRecord& header) {
  if (std::optional<Error> error = form_error(header)) return fail(*std::move(error));
  CsvUpdates updates;
  Faults faults;
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const std::string_view name = trimmed(header.fields[i]);
    const CsvColumn* column = find_column(name);
    if (column == nullptr) {
      const std::string meant = nearest_name(name, column_names());
      // A row of data that is taken for the header tells nobody's name.
      faults.add(meant.empty() ? fmt::format("столбец № {}", i + 1) : shown(name, kShownNameMax),
                 "unknown_field",
                 meant.empty() ? "Такого столбца нет: названия столбцов — в docs/update.md"
                               : "Такого столбца нет; вероятно, имелось в виду " + meant,
                 source::kSdk);
    } else if (contains(updates.columns_, column)) {
      faults.add(std::string(name), "duplicate_key", "Столбец указан дважды: оставьте один",
                 source::kSdk);
    }
    updates.columns_.push_back(column);
  }
  const auto require = [&](std::string_view name, bool given) {
    if (!given) faults.add(std::string(name), "missing", "Нет столбца", source::kSchema);
  };
  const auto given = [&](std::string_view name) {
    return contains(updates.columns_, find_column(name));
  };
  require("order.number", given("order.number") || given("order.elk_number"));
  require("status.code", given("status.code"));
  require("status.at", given("status.at"));
  if (!faults.empty()) return fail(validation_error(faults.take(), ErrorCode::bad_csv));
  return updates;
}

UpdateReading CsvUpdates::read(const CsvRecord& record) const {
  if (std::optional<Error> error = form_error(record)) {
    return {fail(*std::move(error)), std::nullopt};
  }
  if (record.fields.size() != columns_.size()) {
    // A separator in a value that is not in quotes would shift all that follows.
    return {fail(record_error(ErrorCode::bad_csv, "columns",
                              fmt::format("Значений {}, а столбцов {}: значение с разделителем "
                                          "внутри берут в кавычки",
                                          record.fields.size(), columns_.size()))),
            std::nullopt};
  }
  std::string_view applicant_kind;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i]->kind == Kind::applicant) applicant_kind = record.fields[i];
  }
  Row row(applicant_kind);
  for (std::size_t i = 0; i < columns_.size(); ++i) row.put(*columns_[i], record.fields[i]);
  return row.read();
}

}  // namespace smev::elk
