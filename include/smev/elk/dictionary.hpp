#pragma once
/// Dictionaries of the information type: what its codes mean. The library carries small ones of
/// what is known; each can be replaced by the export of ЕСНСИ (docs/dictionaries.md). All sets are
/// open: a code that no dictionary names is no fault by itself.
///
/// Values: immutable once made, cheap to copy, safe to read from many threads.

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"

namespace smev::elk {

enum class DictionaryKind {
  statuses,            ///< Status::code
  channels,            ///< Office::channel
  identity_documents,  ///< PersonByDocument::document_type
  citizenships,        ///< citizenship of a person
  document_types,      ///< document_type of a result
  message_types,       ///< Status::message_type
  result_codes,        ///< what ЕЛК answers; ours, ЕСНСИ has no such dictionary
};
/// In the order of the enumeration.
inline constexpr std::array kDictionaryKinds = {
    DictionaryKind::statuses,           DictionaryKind::channels,
    DictionaryKind::identity_documents, DictionaryKind::citizenships,
    DictionaryKind::document_types,     DictionaryKind::message_types,
    DictionaryKind::result_codes};

/// The stable name, also of the file in a folder of dictionaries: "statuses".
std::string_view name(DictionaryKind kind);
std::optional<DictionaryKind> dictionary_kind(std::string_view name);
/// As ЕСНСИ calls it, in Russian: «ЕЛК.Статусы».
std::string_view title(DictionaryKind kind);
/// Number in ЕСНСИ ("7212"); empty for the one of our own.
std::string_view esnsi_id(DictionaryKind kind);
/// Whether its codes are numbers of xs:short (else they are texts).
bool has_numeric_codes(DictionaryKind kind);

struct DictionaryEntry {
  std::string code{};         ///< a number without plus and leading zeros, where codes are numbers
  std::string name{};         ///< may be empty
  bool final = false;         ///< statuses: the order ends with it
  bool proven = true;         ///< false: named by the portal; that this type takes it is not proven
  std::string explanation{};  ///< result codes: cause and next step, Russian; may be empty

  friend bool operator==(const DictionaryEntry&, const DictionaryEntry&) = default;
};

/// Limits of a file with a dictionary.
inline constexpr std::size_t kDictionaryBytesMax = 16u << 20;
inline constexpr std::size_t kDictionaryEntriesMax = 10'000;
inline constexpr std::size_t kDictionaryCodeMax = 255;    ///< characters
inline constexpr std::size_t kDictionaryTextMax = 4'000;  ///< characters: name, explanation
inline constexpr std::size_t kDictionaryColumnsMax = 100;
inline constexpr std::size_t kDictionaryFaultsMax = 100;  ///< told about one file

class Dictionary {
 public:
  /// The one that the library carries.
  static const Dictionary& built_in(DictionaryKind kind);
  /// Reads the text of a file: simple-classifier XML of ЕСНСИ, or CSV. Faults come all at once (up
  /// to kDictionaryFaultsMax), each with its line or record. What a file does not tell (`final`,
  /// `explanation`) is taken from the built-in entry of the same code.
  ///
  /// Errors: validation with `fields`, bad_xml, limit_exceeded.
  static Result<Dictionary> read(DictionaryKind kind, std::string_view text);
  /// The same for a file; also not_found and io.
  static Result<Dictionary> load(DictionaryKind kind, const std::string& path);

  [[nodiscard]] DictionaryKind kind() const { return kind_; }
  /// Ordered by code: numbers by value, texts by octets.
  [[nodiscard]] const std::vector<DictionaryEntry>& entries() const { return entries_; }
  /// Null when there is none.
  [[nodiscard]] const DictionaryEntry* find(std::string_view code) const;
  [[nodiscard]] const DictionaryEntry* find(int code) const { return find(std::to_string(code)); }

  [[nodiscard]] bool is_built_in() const { return built_in_; }
  /// Where it was loaded from, and when that file was last written; empty otherwise.
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::optional<TimePoint>& written_at() const { return written_at_; }
  /// Revision in ЕСНСИ, when the file tells.
  [[nodiscard]] const std::string& revision() const { return revision_; }

  /// The canonical form, which `read` takes: UTF-8, commas, LF.
  [[nodiscard]] std::string to_csv() const;

 private:
  friend class DictionaryBuilder;
  Dictionary() = default;

  DictionaryKind kind_ = DictionaryKind::statuses;
  bool built_in_ = false;
  std::vector<DictionaryEntry> entries_;
  std::string revision_;
  std::string path_;
  std::optional<TimePoint> written_at_;
};

/// One dictionary of each kind.
class Dictionaries {
 public:
  /// The built-in ones.
  Dictionaries();
  /// Those of a folder, each in a file of its own name (`statuses.csv`); the others are built in.
  ///
  /// Errors: config; a fault names its file in `field`. A file of the folder that is no dictionary
  /// (`status.csv`) is a fault too: it would be thought to be in use.
  static Result<Dictionaries> load_folder(const std::string& path);

  [[nodiscard]] const Dictionary& of(DictionaryKind kind) const;
  [[nodiscard]] Dictionaries with(Dictionary loaded) const;
  /// Empty when no folder was loaded.
  [[nodiscard]] const std::string& folder() const { return folder_; }

  /// True only when the dictionary was loaded, and so is complete, and has no such code. For a
  /// warning, not for a refusal: ЕСНСИ may have moved on since the export.
  [[nodiscard]] bool lacks(DictionaryKind kind, std::string_view code) const;
  [[nodiscard]] bool lacks(DictionaryKind kind, int code) const {
    return lacks(kind, std::to_string(code));
  }

 private:
  std::array<std::shared_ptr<const Dictionary>, kDictionaryKinds.size()> all_;
  std::string folder_;
};

}  // namespace smev::elk
