#pragma once
// SOAP faults of both generations (smev3 §6.1): reading one, and telling which it is. Whether it
// may be sent again and what the operator reads stands in fault_error (answer.hpp).

#include <string_view>

#include "sdk/xml/document.hpp"
#include "smev/base/error.hpp"

namespace smev::smev3 {

inline constexpr char kMessageIsAlreadySent[] = "MessageIsAlreadySent";
inline constexpr char kTargetMessageIsNotFound[] = "TargetMessageIsNotFound";
inline constexpr char kSmevFailure[] = "SMEVFailure";

/// A soap:Fault. The detail element's name and namespace may be of any schema version.
SmevFault read_soap_fault(const xml::Element& fault);
/// SmevFault of an AsyncProcessingStatus: xsi:type names the fault.
SmevFault read_async_fault(const xml::Element& element);

/// The name of the fault: that of the detail element when it is a known one, else what the number
/// says, else what the text says. Empty when nothing tells.
std::string_view recognised(const SmevFault& fault);

/// Access was withdrawn for a while because the permitted intensity of calls was exceeded (smev3
/// §6.3). It shares its number and its element with other faults, so only its words tell.
bool is_call_limit(const SmevFault& fault);

}  // namespace smev::smev3
