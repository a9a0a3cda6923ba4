#include "smev/elk/dictionary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/base/text.hpp"
#include "sdk/elk/dictionary_file.hpp"
#include "sdk/elk/faults.hpp"
#include "sdk/elk/lexical.hpp"

namespace smev::elk {
namespace {

constexpr std::size_t kShownCodeLength = 50;
constexpr std::size_t kRevisionLength = 50;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct KindRow {
  DictionaryKind kind;
  std::string_view name;
  std::string_view title;
  std::string_view esnsi_id;
  std::string_view esnsi_code;  ///< as an export names itself; empty where it is not known
  bool numeric;
};
constexpr std::array<KindRow, kDictionaryKinds.size()> kKinds = {{
    {DictionaryKind::statuses, "statuses", "ЕЛК.Статусы", "7212", "ELK_STATUS", true},
    {DictionaryKind::channels, "channels", "ЕЛК.Канал приёма", "7213", "", true},
    {DictionaryKind::identity_documents, "identity_documents",
     "ЕЛК.Тип документа, удостоверяющего личность", "7211", "", true},
    {DictionaryKind::citizenships, "citizenships", "ЕЛК.Гражданство", "7210", "", true},
    {DictionaryKind::document_types, "document_types", "ЕЛК.Типы документов (вложений)", "7246", "",
     false},
    {DictionaryKind::message_types, "message_types", "ЕЛК.Шаблоны уведомлений", "7293", "", false},
    {DictionaryKind::result_codes, "result_codes", "Коды результата ЕЛК", "", "", true},
}};

constexpr std::size_t index_of(DictionaryKind kind) { return static_cast<std::size_t>(kind); }

constexpr bool in_order_of_enumeration() {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (index_of(kKinds[i].kind) != i || kDictionaryKinds[i] != kKinds[i].kind) return false;
  }
  return true;
}
static_assert(in_order_of_enumeration(), "one row per DictionaryKind, in its order");

const KindRow& row_of(DictionaryKind kind) { return kKinds[index_of(kind)]; }

/// The code as entries have it; nothing when it is no number where numbers are wanted.
std::optional<std::string> canonical_code(DictionaryKind kind, std::string_view code) {
  code = trimmed(code);
  if (!has_numeric_codes(kind)) return std::string(code);
  const auto number = parse_integer<std::int16_t>(code);
  return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

bool before(DictionaryKind kind, std::string_view a, std::string_view b) {
  if (!has_numeric_codes(kind)) return a < b;
  return parse_integer<std::int16_t>(a) < parse_integer<std::int16_t>(b);
}

/// What can be seen of a file before its form is looked at.
void check_octets(std::string_view text, DictionaryFaults& faults) {
  if (text.substr(0, 2) == "PK") {
    faults.add("file", "format", "",
               "это архив (ZIP или книга XLSX): распакуйте его, а книгу сохраните как CSV UTF-8");
    return;
  }
  if (is_valid_utf8(text)) return;
  const bool utf16 = text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF";
  std::size_t line = 1;
  for (std::size_t end = 0; end != std::string_view::npos; ++line) {
    end = text.find('\n');
    if (!is_valid_utf8(text.substr(0, end))) break;
    text.remove_prefix(end + 1);
  }
  faults.add("file", "encoding", fmt::format("строка {}", line),
             fmt::format("файл не в кодировке UTF-8 (похоже на {}): сохраните его в UTF-8",
                         utf16 ? "UTF-16" : "Windows-1251"));
}

Result<DictionaryTable> read_table(std::string_view text, DictionaryFaults& faults) {
  check_octets(text, faults);
  if (!faults.empty()) return DictionaryTable{};
  const std::string_view start = trimmed(text.substr(0, 4096));
  if (!start.empty() && start.front() == '<') return read_dictionary_xml(text, faults);
  return read_dictionary_csv(text, faults);
}

}  // namespace

std::string_view name(DictionaryKind kind) { return row_of(kind).name; }
std::string_view title(DictionaryKind kind) { return row_of(kind).title; }
std::string_view esnsi_id(DictionaryKind kind) { return row_of(kind).esnsi_id; }
bool has_numeric_codes(DictionaryKind kind) { return row_of(kind).numeric; }

std::optional<DictionaryKind> dictionary_kind(std::string_view name) {
  for (const KindRow& row : kKinds) {
    if (row.name == name) return row.kind;
  }
  return std::nullopt;
}

// --- from records to entries --------------------------------------------------------------------

class DictionaryBuilder {
 public:
  DictionaryBuilder(DictionaryKind kind, DictionaryFaults& faults) : kind_(kind), faults_(faults) {
    made_.kind_ = kind;
  }

  void take(const DictionaryTable& table) {
    check_owner(table.esnsi_code);
    take_revision(table.revision);
    for (const DictionaryRecord& record : table.records) {
      if (faults_.full()) return;
      take(record);
    }
    std::sort(made_.entries_.begin(), made_.entries_.end(),
              [this](const auto& a, const auto& b) { return before(kind_, a.code, b.code); });
  }

  /// A loaded dictionary is complete: one without entries would say that no code is right.
  void refuse_empty() {
    if (made_.entries_.empty() && faults_.empty()) {
      faults_.add("file", "empty", "", "в файле нет ни одной записи");
    }
  }

  void fill_from(const Dictionary& other, const DictionaryTable& table) {
    for (DictionaryEntry& entry : made_.entries_) {
      const DictionaryEntry* known = other.find(entry.code);
      if (known == nullptr) continue;
      if (!table.tells(DictionaryColumn::final)) entry.final = known->final;
      if (!table.tells(DictionaryColumn::explanation)) entry.explanation = known->explanation;
    }
  }

  void mark_built_in() { made_.built_in_ = true; }
  static void mark_loaded(Dictionary& dictionary, const std::string& path) {
    dictionary.path_ = path;
    std::error_code unknown;
    const auto written = std::filesystem::last_write_time(path, unknown);
    if (unknown) return;
    dictionary.written_at_ =
        std::chrono::floor<TimePoint::duration>(std::chrono::file_clock::to_sys(written));
  }

  Dictionary made() { return std::move(made_); }

 private:
  void take(const DictionaryRecord& record) {
    DictionaryEntry entry;
    const auto code = take_code(record);
    const auto name = take_text(record, DictionaryColumn::name, "name");
    const auto explanation = take_text(record, DictionaryColumn::explanation, "explanation");
    const auto final = take_flag(record, DictionaryColumn::final, "final", false);
    const auto proven = take_flag(record, DictionaryColumn::proven, "proven", true);
    if (!code || !name || !explanation || !final || !proven) return;
    made_.entries_.push_back({*code, *name, *final, *proven, *explanation});
  }

  std::optional<std::string> take_code(const DictionaryRecord& record) {
    const std::string_view written = trimmed(record[DictionaryColumn::code]);
    if (written.empty()) {
      faults_.add("code", "missing", record.place, "код не указан");
      return std::nullopt;
    }
    if (!check(record, "code", written, {.most = kDictionaryCodeMax, .one_line = true})) {
      return std::nullopt;
    }
    const std::string seen = shown(written, kShownCodeLength);
    auto code = canonical_code(kind_, written);
    if (!code) {
      faults_.add("code", "pattern", record.place,
                  fmt::format("код «{}» — не целое число от -32768 до 32767", seen));
      return std::nullopt;
    }
    const auto [first, added] = places_.emplace(*code, record.place);
    if (!added) {
      faults_.add("code", "duplicate", record.place,
                  fmt::format("код «{}» уже был: {}", seen, first->second));
      return std::nullopt;
    }
    return code;
  }

  std::optional<std::string> take_text(const DictionaryRecord& record, DictionaryColumn column,
                                       const char* field) {
    const std::string text = one_line(trimmed(record[column]));
    if (!check(record, field, text, {.most = kDictionaryTextMax})) return std::nullopt;
    return text;
  }

  std::optional<bool> take_flag(const DictionaryRecord& record, DictionaryColumn column,
                                const char* field, bool otherwise) {
    const std::string_view text = trimmed(record[column]);
    if (text.empty()) return otherwise;
    const auto flag = parse_boolean(text);
    if (!flag) faults_.add(field, "pattern", record.place, "ожидается true или false");
    return flag;
  }

  bool check(const DictionaryRecord& record, const char* field, std::string_view text,
             const TextLimits& limits) {
    Faults found;
    if (check_text(found, field, text, limits)) return true;
    for (const FieldFault& fault : found.take()) {
      faults_.add(field, fault.code, record.place, fault.text);
    }
    return false;
  }

  /// Another dictionary under this name would call every code wrong.
  void check_owner(const std::string& esnsi_code) {
    if (esnsi_code.empty()) return;
    for (const KindRow& row : kKinds) {
      const bool named = row.esnsi_code == esnsi_code;
      if (row.esnsi_code.empty() || named == (row.kind == kind_)) continue;
      faults_.add("file", "other_dictionary", "",
                  fmt::format("это выгрузка другого справочника ЕСНСИ: «{}»; {} — это {}",
                              shown(esnsi_code, kShownCodeLength), row.esnsi_code, row.name));
    }
  }

  void take_revision(const std::string& revision) {
    Faults unfit;
    const std::string_view text = trimmed(revision);
    if (check_text(unfit, "revision", text, {.most = kRevisionLength, .one_line = true})) {
      made_.revision_ = text;
    }
  }

  DictionaryKind kind_;
  DictionaryFaults& faults_;
  Dictionary made_;
  std::map<std::string, std::string> places_;  ///< where each code stands
};

// --- one dictionary -----------------------------------------------------------------------------

const Dictionary& Dictionary::built_in(DictionaryKind kind) {
  static const std::vector<Dictionary> all = [] {
    std::vector<Dictionary> made;
    for (const DictionaryKind each : kDictionaryKinds) {
      DictionaryFaults faults;
      DictionaryBuilder builder(each, faults);
      builder.take(read_dictionary_csv(built_in_csv(name(each)), faults));
      if (!faults.empty()) {
        std::fprintf(stderr, "smev: built-in dictionary %s: %s\n", std::string(name(each)).c_str(),
                     faults.error().describe().c_str());
        std::abort();
      }
      builder.mark_built_in();
      made.push_back(builder.made());
    }
    return made;
  }();
  return all[index_of(kind)];
}

Result<Dictionary> Dictionary::read(DictionaryKind kind, std::string_view text) {
  if (text.size() > kDictionaryBytesMax) {
    return fail(local_error(ErrorCode::limit_exceeded,
                            fmt::format("a dictionary of more than {} bytes", kDictionaryBytesMax),
                            Retry::after_fix));
  }
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  DictionaryFaults faults;
  SMEV_ASSIGN(const DictionaryTable table, read_table(text, faults));
  DictionaryBuilder builder(kind, faults);
  builder.take(table);
  builder.refuse_empty();
  if (!faults.empty()) return fail(faults.error());
  builder.fill_from(built_in(kind), table);
  return builder.made();
}

Result<Dictionary> Dictionary::load(DictionaryKind kind, const std::string& path) {
  SMEV_ASSIGN(const std::string text, read_file(path, kDictionaryBytesMax));
  SMEV_ASSIGN(Dictionary made, read(kind, text));
  DictionaryBuilder::mark_loaded(made, path);
  return made;
}

const DictionaryEntry* Dictionary::find(std::string_view code) const {
  const auto wanted = canonical_code(kind_, code);
  if (!wanted) return nullptr;
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), *wanted,
                                   [this](const DictionaryEntry& entry, const std::string& value) {
                                     return before(kind_, entry.code, value);
                                   });
  return at != entries_.end() && at->code == *wanted ? &*at : nullptr;
}

std::string Dictionary::to_csv() const {
  const bool with_final = kind_ == DictionaryKind::statuses;
  const bool with_explanation = kind_ == DictionaryKind::result_codes;
  const bool with_proven = std::any_of(entries_.begin(), entries_.end(),
                                       [](const DictionaryEntry& each) { return !each.proven; });
  std::string csv = revision_.empty() ? "" : fmt::format("# revision: {}\n", revision_);
  csv += fmt::format("code,name{}{}{}\n", with_final ? ",final" : "",
                     with_explanation ? ",explanation" : "", with_proven ? ",proven" : "");
  for (const DictionaryEntry& entry : entries_) {
    csv += csv_field(entry.code) + ',' + csv_field(entry.name);
    if (with_final) csv += entry.final ? ",true" : ",false";
    if (with_explanation) csv += ',' + csv_field(entry.explanation);
    if (with_proven) csv += entry.proven ? ",true" : ",false";
    csv += '\n';
  }
  return csv;
}

}  // namespace smev::elk
