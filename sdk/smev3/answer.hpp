#pragma once
// What SMEV says back, read by namespace, never by prefix. Reading is lenient; signatures are not:
// every verdict belongs to the very element that is handed out.

#include <optional>
#include <string>
#include <vector>

#include "sdk/smev3/protocol.hpp"
#include "sdk/xml/document.hpp"
#include "smev/base/error.hpp"
#include "smev/base/result.hpp"
#include "smev/signature/verifier.hpp"

namespace smev::smev3 {

/// An HTTP answer, as it came.
struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// MessageMetadata.
struct Metadata {
  std::string message_id;
  std::string message_type;
  std::string sender;     ///< mnemonic
  std::string recipient;  ///< mnemonic
  std::string sending_timestamp;
  std::string status;  ///< "requestIsQueued"
};

/// The receipt of a SendRequest, with SMEV's signature over it judged.
struct Receipt {
  Metadata metadata;
  SignatureVerdict verdict;  ///< role SMEVSignature
};

enum class AnswerKind {
  content,       ///< MessagePrimaryContent
  rejected,      ///< RequestRejected by the recipient
  status,        ///< RequestStatus of the recipient
  async_status,  ///< AsyncProcessingStatus of SMEV itself
  unreadable,    ///< none of these
};
std::string_view name(AnswerKind kind);

struct Rejection {
  std::string code;  ///< ACCESS_DENIED, NO_DATA, UNKNOWN_REQUEST_DESCRIPTION, FAILURE
  std::string description;
};

/// One message out of the response queue.
struct Answer {
  std::string message_id;           ///< to be acknowledged: MessageMetadata/MessageId
  std::string original_message_id;  ///< of our request; may be empty
  std::string original_transaction_code;
  Metadata metadata;
  AnswerKind kind = AnswerKind::unreadable;
  std::string content;            ///< the business element as XML text, when kind is content
  std::string content_namespace;  ///< of that element
  std::string content_root;       ///< its local name
  std::vector<Rejection> rejections;
  int status_code = 0;             ///< RequestStatus
  std::string status_description;  ///< RequestStatus, or StatusDetails of an async status
  std::string status_category;     ///< async status: "requestIsRejectedBySmev"
  std::optional<SmevFault> fault;  ///< async status
  /// SMEVSignature first; SenderInformationSystemSignature and PersonalSignature when they are
  /// there. Trust is asked of the first only: SMEV's signature covers the others.
  std::vector<SignatureVerdict> verdicts;

  /// SMEV's signature holds and is trusted, and no signature inside is broken.
  [[nodiscard]] bool verified() const;
  /// Why it is not verified or cannot be read; English, empty when all is well.
  [[nodiscard]] std::string problem() const;
};

/// A SOAP fault of either generation, classified by the detail element, then Code and Description,
/// then text (smev3 §6.1). Its `retry` and `origin` follow the fault's meaning. A fault without a
/// name that is recognised all the same gets its name.
Error fault_error(const SmevFault& fault);

/// Each of these takes the HTTP answer whole: unwraps multipart, reads the envelope, turns SOAP
/// faults (smev_fault), HTML and other statuses (http), and broken XML (bad_answer) into errors.
/// After a send, an answer that is no SOAP leaves the message in doubt (Retry::same_id_now); after
/// a read it is tried again later. SMEV's certificate is judged at the time that the signed
/// metadata state, as far as it can be believed (trust_moment.hpp), else at `now`. The envelope is
/// what counts: a SOAP answer is read whatever its status and content type.
Result<Receipt> read_send_response(const Protocol& protocol, const HttpAnswer& http,
                                   Verifier& verifier, TimePoint now);
/// Nothing: the queue is empty.
Result<std::optional<Answer>> read_get_response(const Protocol& protocol, const HttpAnswer& http,
                                                Verifier& verifier, TimePoint now);
/// An empty AckResponse or an empty SOAP body. TargetMessageIsNotFound comes back as smev_fault.
Result<void> read_ack_response(const Protocol& protocol, const HttpAnswer& http);

}  // namespace smev::smev3
