#pragma once
// Names of SMEV 3 as data: one Protocol per schema version, so that 1.1 and 1.3 are more rows.

#include <string>
#include <string_view>

namespace smev::smev3 {

inline constexpr char kSoapNamespace[] = "http://schemas.xmlsoap.org/soap/envelope/";

// Every version's namespace is one of these and the version number (smev3 §1.1). Faults are read by
// the beginning alone: a server may answer in another version than it was asked in.
inline constexpr char kTypesPrefix[] =
    "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/";
inline constexpr char kBasicPrefix[] =
    "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/basic/";
inline constexpr char kFaultsPrefix[] =
    "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/faults/";

struct Protocol {
  std::string version;  ///< "1.2"
  std::string
      types_namespace;  ///< urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.2
  std::string basic_namespace;
  std::string faults_namespace;
};

/// Schema 1.2 (smev3 §1.1).
const Protocol& protocol_1_2();

/// "urn:SendRequest" and so on (smev3 §1.2).
namespace soap_action {
inline constexpr char kSendRequest[] = "urn:SendRequest";
inline constexpr char kGetResponse[] = "urn:GetResponse";
inline constexpr char kAck[] = "urn:Ack";
}  // namespace soap_action

}  // namespace smev::smev3
