#pragma once
// Signatures of files as they lie on disk: made, checked, and the octets that are digested shown.
// Neither an outbox nor a network is needed.

#include <optional>
#include <string>
#include <vector>

#include "smev/signature/verifier.hpp"

namespace smev::cli {

/// What was found about one signature of a file.
struct SignatureFinding {
  SignatureVerdict verdict;
  std::string element;  ///< local name of what must be signed; empty: not found, or a file
  bool known_place = true;
  /// It lies inside of what a trusted signature covers (SMEV hands on the sender's): its own
  /// certificate need not be trusted.
  bool vouched = false;
  /// It would hold without the blanks inside SignedInfo: a copy that was stored with indents.
  bool holds_without_blanks = false;
  std::optional<bool> second_opinion;  ///< of xmlsec1, for XML whose form was taken

  [[nodiscard]] bool holds() const;
};

struct VerifyReport {
  std::string file;
  std::vector<SignatureFinding> findings;

  /// There are signatures, and all hold.
  [[nodiscard]] bool holds() const;
  /// The two implementations contradict each other: a bug of ours, or of xmlsec1.
  [[nodiscard]] bool disagrees() const;
};

struct VerifyHow {
  bool strip_blanks = false;
  bool trust = true;                  ///< false: it is left out
  std::optional<TimePoint> trust_at;  ///< nothing: when the message says that it was sent, else now
};

/// A message: XML, or the HTTP body of SMEV's answer (multipart, XOP parts put back).
Result<VerifyReport> verify_message(const std::string& path, Verifier& verifier,
                                    const VerifyHow& how);
/// A file with a detached signature beside it.
Result<VerifyReport> verify_detached(const std::string& path, const std::string& signature_path,
                                     Verifier& verifier, const VerifyHow& how);

}  // namespace smev::cli
