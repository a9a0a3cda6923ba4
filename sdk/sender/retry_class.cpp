#include "sdk/sender/retry_class.hpp"

#include <algorithm>

namespace smev {
namespace {

using Outcome = Transmission::Outcome;

// A fault that is not in it is in doubt: it does not say that the message was not taken.
const std::vector<RetryRow>& rows() {
  using K = RetryClass;
  static const std::vector<RetryRow> all = {
      // SMEV's faults.
      {"SMEVFailure", K::in_doubt},
      {"DestinationOverflow", K::transient},
      {"QuoteLimitExceeded", K::transient},
      {"EndOfLifeReached", K::transient},
      {"MessageIsAlreadySent", K::duplicate},
      {"StaleMessageId", K::permanent},
      {"InvalidMessageIdFormat", K::permanent},
      {"InvalidContent", K::permanent},
      {"BusinessDataTypeIsNotSupported", K::permanent},
      {"UnknownMessageType", K::permanent},
      {"TransactionCodeInvalid", K::permanent},
      {"AttachmentContentMiscoordination", K::permanent},
      {"AttachmentSizeLimitExceeded", K::permanent},
      {"FileStoreAttachment", K::permanent},
      {"AccessDenied", K::permanent},
      {"PersonalAccessDenied", K::permanent},
      {"SignatureVerificationFault", K::permanent},
      {"SenderIsNotRegistered", K::permanent},
      {"RecipientIsNotFound", K::permanent},
      {"IncorrectResponseContentType", K::permanent},
      {"RequestIsNotFound", K::permanent},
      {"TargetMessageIsNotFound", K::permanent},
      // Nothing has left: the way.
      {"connect", K::transient},
      {"timeout", K::transient},
      {"connection_lost", K::transient},
      {"http", K::transient},
      {"file_store", K::transient},
      // Nothing has left: this machine.
      {"key", K::local},
      {"crypto", K::local},
      {"io", K::local},
      {"store", K::local},
      {"config", K::local},
      {"limit_exceeded", K::local},
      {"stopped", K::local},
      {"internal", K::local},
  };
  return all;
}

std::string_view fault_of(const Error& error) {
  if (error.fault && !error.fault->name.empty()) return error.fault->name;
  return name(error.code);
}

RetryClass class_of_fault(const Error& error, RetryClass otherwise) {
  const std::string_view fault = fault_of(error);
  const auto row = std::find_if(rows().begin(), rows().end(),
                                [&](const RetryRow& each) { return each.fault == fault; });
  return row == rows().end() ? otherwise : row->kind;
}

}  // namespace

std::string_view name(RetryClass kind) {
  switch (kind) {
    case RetryClass::none:
      return "none";
    case RetryClass::transient:
      return "transient";
    case RetryClass::throttled:
      return "throttled";
    case RetryClass::in_doubt:
      return "in_doubt";
    case RetryClass::permanent:
      return "permanent";
    case RetryClass::local:
      return "local";
    case RetryClass::duplicate:
      return "duplicate";
  }
  return "unknown";
}

const std::vector<RetryRow>& retry_table() { return rows(); }

RetryClass retry_class(const Transmission& transmission) {
  switch (transmission.outcome) {
    case Outcome::accepted:
      return RetryClass::none;
    case Outcome::duplicate:
      return RetryClass::duplicate;
    case Outcome::in_doubt:
      return RetryClass::in_doubt;
    case Outcome::refused:
    case Outcome::not_sent:
      break;
  }
  if (!transmission.error) return RetryClass::transient;
  // The text about the limit of calls shares its number and its element with other faults.
  if (transmission.error->retry == Retry::throttled) return RetryClass::throttled;
  const bool refused = transmission.outcome == Outcome::refused;
  const RetryClass kind =
      class_of_fault(*transmission.error, refused ? RetryClass::permanent : RetryClass::transient);
  // A refusal is sure that the message was not taken.
  return refused && kind == RetryClass::in_doubt ? RetryClass::transient : kind;
}

EndpointHealth endpoint_health(const Transmission& transmission) {
  switch (transmission.outcome) {
    case Outcome::accepted:
    case Outcome::duplicate:
    case Outcome::refused:
      return EndpointHealth::works;
    case Outcome::in_doubt: {
      if (!transmission.error) return EndpointHealth::fails;
      // A receipt came, though not a good one; a stop of ours says nothing.
      const ErrorCode code = transmission.error->code;
      const bool silent = code == ErrorCode::timeout || code == ErrorCode::connection_lost ||
                          code == ErrorCode::http || code == ErrorCode::smev_fault;
      return silent ? EndpointHealth::fails : EndpointHealth::unknown;
    }
    case Outcome::not_sent:
      break;
  }
  const bool unreachable = transmission.error && transmission.error->code == ErrorCode::connect;
  return unreachable ? EndpointHealth::fails : EndpointHealth::unknown;
}

}  // namespace smev
