#pragma once
// What one attempt to send a message has come to.

#include "sdk/smev3/protocol.hpp"
#include "sdk/transport/http_exchange.hpp"
#include "smev/transport/transport.hpp"

namespace smev::transport {

/// Reads the receipt or the fault out of an HTTP result. Only a receipt for this very message,
/// signed by whom the verifier trusts, is `accepted`; only a fault that says so is `refused` or
/// `duplicate`; whatever else comes back after octets have left leaves the message in doubt.
Transmission judge(const smev3::Protocol& protocol, const Uuid& message_id, HttpResult result,
                   Verifier& verifier, TimePoint now);

/// What a verdict that does not hold means for the operator.
Error signature_error(const SignatureVerdict& verdict, Retry retry);

}  // namespace smev::transport
