#pragma once
/// Errors are values. One `Error` tells the operator what happened (Russian text), the developer
/// why (English detail), and the program what to do next (`retry`). Nothing is thrown across the
/// public interface. `ErrorCode` names are stable: they appear in JSON output, logs and
/// docs/errors.md, and every one of them has a Russian text there (tests/unit/base checks it).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smev {

/// Where an error was born.
enum class Origin {
  local,      ///< this machine: input, configuration, disk, key
  network,    ///< the way to SMEV: connection, time-out, a gateway's HTML page
  smev,       ///< SMEV itself: a SOAP fault, an asynchronous rejection
  recipient,  ///< the information system behind SMEV: a result code of ЕЛК
};

/// What may be done about an error.
enum class Retry {
  never,        ///< the same input will fail again
  later,        ///< transient: try again with a growing pause
  same_id_now,  ///< in doubt: offer the very same message again, soon
  after_fix,    ///< a person has to change something first (data, key, configuration)
  throttled,    ///< SMEV asked for a longer pause
};

enum class ErrorCode {
  validation,             ///< the update breaks the schema or a rule; see `fields`
  bad_json,               ///< the JSON form of an update cannot be read
  bad_csv,                ///< the CSV form of an update cannot be read
  bad_xml,                ///< a document is not well formed, or breaks a limit of the reader
  limit_exceeded,         ///< a named limit was reached (size, depth, count)
  schema_violation,       ///< a document does not follow its schema
  config,                 ///< the configuration is wrong; see `fields`
  io,                     ///< a file or directory cannot be read or written
  store,                  ///< the outbox database refused an operation
  store_busy,             ///< another dispatcher runs over the same outbox
  stale_lease,            ///< a write carried a lease that has passed to another worker
  idempotency_conflict,   ///< the same idempotency key with another content
  not_found,              ///< no such update, message or file
  illegal_transition,     ///< the state machine does not know this move
  key,                    ///< a private key or certificate cannot be opened or do not fit
  crypto,                 ///< a cryptographic operation failed (engine missing, and so on)
  signature_missing,      ///< a signature that must be there is not
  signature_invalid,      ///< digest or signature value do not hold
  signature_untrusted,    ///< the signature holds, its certificate is not trusted
  signature_unsupported,  ///< an algorithm or transform chain that is not accepted
  not_signable,           ///< a document that the SMEV transform cannot express
  connect,                ///< no connection was made: nothing has left
  timeout,                ///< the answer did not come in time: in doubt
  connection_lost,        ///< the connection broke after bytes had left: in doubt
  http,                   ///< an HTTP status or content type that is no SOAP answer
  bad_answer,             ///< SOAP came back, but not what the protocol promises
  smev_fault,             ///< a SOAP fault; see `fault`
  file_store,             ///< a result file could not be put into SMEV's file store
  stopped,                ///< asked to stop before the work was done
  internal,               ///< a bug of ours
};

/// The stable name, e.g. "signature_invalid".
std::string_view name(ErrorCode code);
/// What the operator reads when nothing more exact is known (Russian).
std::string_view text(ErrorCode code);
/// Every code, in the order of the enumeration.
const std::vector<ErrorCode>& all_error_codes();

std::string_view name(Origin origin);
std::string_view name(Retry retry);

/// One fault of an input: all of them are reported at once.
struct FieldFault {
  std::string field{};  ///< path in the input: "order.applicant.snils", "status.results[0]"
  std::string code{};  ///< stable: "check_digit", "too_long", "pattern", "missing", "unknown_field"
  std::string text{};  ///< Russian, for the operator; never repeats personal data
  std::string source{};  ///< the rule's source: "XSD", "elk-status §6.1"; may be empty
};

/// A fault as SMEV gave it, synchronous or asynchronous.
struct SmevFault {
  std::string
      name;  ///< local name of the detail element, e.g. "MessageIsAlreadySent"; may be empty
  std::string reason{};       ///< inner enumeration, e.g. "NoSignatureFound"; may be empty
  std::string code{};         ///< basic:Code, opaque
  std::string number{};       ///< "SMEV-403", cut out of the description; may be empty
  std::string description{};  ///< basic:Description or faultstring
  std::vector<std::string> validation_errors{};  ///< texts of ValidationError
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  Origin origin = Origin::local;
  Retry retry = Retry::never;
  std::string text{};    ///< Russian, for the operator
  std::string detail{};  ///< English, for the developer; no personal data
  std::vector<FieldFault> fields{};
  std::optional<SmevFault> fault{};

  /// "text (detail)", and one line per field fault, or per neighbours of which the same is said.
  /// For people; not for parsing.
  [[nodiscard]] std::string describe() const;
};

/// An error of this machine: `text(code)` and the detail given.
Error local_error(ErrorCode code, std::string detail, Retry retry = Retry::never);
/// All field faults of one input.
Error validation_error(std::vector<FieldFault> fields, ErrorCode code = ErrorCode::validation);

}  // namespace smev
