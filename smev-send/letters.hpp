#pragma once
// The letters by which a sender is registered, and the row of the donor directory, made from the
// profile (elk-status §7; docs/onboarding.md). What the profile lacks is a visible blank.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smev/elk/profile.hpp"

namespace smev::cli {

/// In the order in which they are sent.
enum class LetterKind { organizations_senders, tku, standard };
inline constexpr LetterKind kLetterKinds[] = {LetterKind::organizations_senders, LetterKind::tku,
                                              LetterKind::standard};

std::string_view name(LetterKind kind);       ///< "organizations-senders"
std::string_view title(LetterKind kind);      ///< what it asks for
std::string_view addressee(LetterKind kind);  ///< to whom it goes
std::optional<LetterKind> letter_kind(std::string_view name);

struct Letter {
  std::string to;
  std::string subject;
  std::string body;
  std::vector<std::string> lacking;  ///< keys that have no value, sorted; each is a blank
  bool by_hand = false;              ///< has blanks for what does not belong into a configuration
};
Letter letter(LetterKind kind, const elk::Profile& profile, const elk::Mnemonic& sender);

struct DirectoryRow {
  std::vector<std::pair<std::string_view, std::string>> attributes;  ///< of ORGANIZATIONS_SENDERS
  std::vector<std::string> lacking;
};
DirectoryRow directory_row(const elk::Profile& profile, const elk::Mnemonic& sender);
/// Titles and the row, RFC 4180.
std::string directory_csv(const DirectoryRow& row);

}  // namespace smev::cli
