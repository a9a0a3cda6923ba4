#pragma once
// The files of a message: what is said of them in its headers against what lies in the file store.

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "mock-smev/account.hpp"
#include "mock-smev/answers.hpp"
#include "mock-smev/fault.hpp"
#include "mock-smev/file_store.hpp"
#include "sdk/smev3/protocol.hpp"
#include "sdk/xml/document.hpp"
#include "smev/signature/verifier.hpp"

namespace smev::mock {

/// Contents inside the message, together (smev3 §3.1).
inline constexpr std::size_t kInlineAttachmentsBytesMax = 5u << 20;

/// Attachments inside the message: the two lists must fit, and be small. Nothing: all is well.
std::optional<Fault> check_inline_attachments(const smev3::Protocol& protocol,
                                              const xml::Element& request);

/// What judges the files.
struct FileChecks {
  const FileStore& store;
  Verifier& verifier;  ///< whose certificates may sign a file
  TimePoint now{};
};

/// The files of every RefAttachmentHeader, by uuid, put aside so that later uploads don't touch
/// them; or why SMEV refuses the message: file missing or changed (SMEV-201), signature wrong
/// (SMEV-100).
std::variant<std::map<std::string, ResultFile>, AsyncRejection> claim_files(
    const smev3::Protocol& protocol, const xml::Element& data, const std::string& message_id,
    const FileChecks& checks);

}  // namespace smev::mock
