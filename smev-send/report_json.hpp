#pragma once
// The JSON of --json: one document a command, its fields stable (docs/smev-send.md). A field that
// has no value is null, never absent. Nothing in it tells who the applicant is.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/elk/onboarding.hpp"
#include "smev-send/letters.hpp"
#include "smev-send/signatures.hpp"
#include "smev/elk/dictionary.hpp"
#include "smev/sender/sender.hpp"

namespace smev::cli {

/// A wrong command line is no ErrorCode of the SDK.
inline constexpr std::string_view kUsageCode = "usage";

std::string error_json(const Error& error);
std::string error_json(const Error& error, std::string_view code);
std::string update_json(const UpdateRow& update);
/// An update that was submitted; without a row it was only checked.
std::string submitted_json(const std::optional<UpdateRow>& update, bool repeat,
                           const std::vector<FieldFault>& warnings);
/// Where a record of a list stands.
struct RecordPlace {
  std::size_t number = 0;
  std::optional<std::size_t> line;
};
std::string record_json(const RecordPlace& place, const std::optional<UpdateRow>& update,
                        bool repeat, const std::vector<FieldFault>& warnings);
std::string record_json(const RecordPlace& place, const Error& error);
/// @param next_after where the next page begins; 0: there is none
std::string list_json(const std::vector<UpdateRow>& updates, UpdateId next_after);
std::string report_json(const UpdateReport& report);
std::string drain_json(const DrainReport& report);
std::string event_json(const Event& event);

/// Against the dictionary that was in use before.
struct DictionaryChange {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
};
std::string dictionaries_json(const elk::Dictionaries& dictionaries);
std::string dictionary_json(const elk::Dictionary& dictionary);
std::string entry_json(const elk::Dictionary& dictionary, const elk::DictionaryEntry& entry);
std::string loaded_json(const elk::Dictionary& dictionary, const DictionaryChange& change);

std::string verify_json(const VerifyReport& report);

/// A key that has been opened, its trial signature made and verified.
struct OpenedKey {
  KeyKind kind{};
  const Signer& signer;
  int days_left = 0;
};
std::string key_json(const OpenedKey& key);

std::string checklist_json(const std::vector<elk::ChecklistLine>& lines);
/// Which letters there are, in the order in which they are sent.
std::string letters_json();
std::string letter_json(LetterKind kind, const Letter& letter);
std::string row_json(const DirectoryRow& row);

}  // namespace smev::cli
