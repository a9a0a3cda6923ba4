#pragma once
// SOAP faults as SMEV writes them, in both generations that were seen (smev3 §6.1).

#include <string>
#include <utility>
#include <vector>

#include "sdk/smev3/protocol.hpp"

namespace smev::mock {

enum class FaultStyle {
  old_server,   ///< soap:Server, Code and Description inside the detail element
  new_gateway,  ///< SOAP-ENV:Client, the detail element carries its own fields only
};

struct Fault {
  std::string name;    ///< detail element, "SignatureVerificationFault"; empty: a plain SOAP fault
  std::string number;  ///< "SMEV-100"; may be empty
  std::string code;    ///< basic:Code
  std::string text;    ///< Russian, without the number
  /// Elements of the faults namespace that follow Code and Description, in the schema's order.
  std::vector<std::pair<std::string, std::string>> fields;
  /// English, for the journal alone: what exactly was found. No personal data.
  std::string detail;
};

namespace faults {
Fault not_soap(const std::string& why);
Fault invalid_content(const std::string& text, const std::vector<std::string>& errors);
/// @param reason of the inner enumeration: "NoSignatureFound"
Fault signature(const std::string& reason, const std::string& text, const std::string& detail = {});
Fault invalid_message_id();
Fault stale_message_id(const std::string& id);
Fault already_sent(const std::string& id);
Fault type_not_supported(const std::string& namespace_uri, const std::string& root);
Fault unknown_message_type();
Fault attachments_miscoordinated();
Fault attachments_too_large(std::size_t permitted_bytes, std::size_t real_bytes);
Fault target_not_found(const std::string& id);
Fault destination_overflow(const std::string& destination);
Fault access_denied();
Fault sender_not_registered();
Fault end_of_life_reached();
Fault smev_failure();
/// The limit of calls: SMEV-100 like a bad signature, to be told apart by its text (smev3 §6.3).
Fault too_many_calls();
}  // namespace faults

/// "SMEV-100: text".
std::string description(const Fault& fault);
/// The whole SOAP envelope.
std::string to_envelope(const Fault& fault, const smev3::Protocol& protocol, FaultStyle style);

}  // namespace smev::mock
