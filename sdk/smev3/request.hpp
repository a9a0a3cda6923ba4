#pragma once
// What a sender says to SMEV: signed envelopes, text out.

#include <optional>
#include <string>
#include <vector>

#include "sdk/smev3/protocol.hpp"
#include "smev/base/clock.hpp"
#include "smev/base/ids.hpp"
#include "smev/base/result.hpp"
#include "smev/signature/signer.hpp"

namespace smev::smev3 {

/// RefAttachmentHeader: a file in SMEV's file store (smev3 §3.2).
struct FileReference {
  std::string uuid;         ///< directory in the store, and FSuuid in the content
  std::string hash_base64;  ///< GOST R 34.11-2012-256 of the file's octets
  std::string mime;         ///< of a form that the schema allows, e.g. application/pdf
  std::string cms_base64;   ///< detached CMS over the file
};

struct SendRequest {
  Uuid message_id;  ///< version 1
  std::optional<Uuid> reference_message_id;
  std::optional<std::string> transaction_code;  ///< at most 1500 characters
  std::optional<std::string> node_id;           ///< at most 50 characters
  std::string content;                          ///< exactly one element, of any namespace, as text
  std::vector<FileReference> files;
  bool test_message = false;  ///< TestMessage: the test contour
  /// An official's key: signs the content, which must then carry an Id (smev3 §4.1). Null: nobody.
  Signer* personal_signer = nullptr;
};

/// The queue is chosen by the signer's certificate; both names or neither narrow it (smev3 §2.4).
struct Selector {
  std::optional<std::string> namespace_uri;
  std::optional<std::string> root_element;
  std::optional<std::string> node_id;
};

/// The whole SOAP envelope, signed (Id SIGNED_BY_CALLER), without XML declaration or blanks of
/// ours.
Result<std::string> write_send_request(const Protocol& protocol, const SendRequest& request,
                                       Signer& signer);
/// `now` becomes the Timestamp, in Moscow time with milliseconds.
Result<std::string> write_get_response(const Protocol& protocol, const Selector& selector,
                                       TimePoint now, Signer& signer);
/// `target`: id of the received message. `accepted` false says that its signature was refused.
Result<std::string> write_ack(const Protocol& protocol, const std::string& target, bool accepted,
                              Signer& signer);

}  // namespace smev::smev3
