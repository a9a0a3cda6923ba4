#pragma once
// The form of a ds:Signature: read strictly (what the profile does not know is refused by name,
// before any of it is computed) and written without a single blank.

#include <string>

#include "sdk/signature/algorithms.hpp"
#include "sdk/xml/document.hpp"
#include "smev/base/result.hpp"

namespace smev::signature {

struct Structure {
  xml::Element signature;
  xml::Element signed_info;
  std::string signature_value;  ///< base64, as it stands
  std::string reference;        ///< the Id, without `#`
  const Algorithm* algorithm = nullptr;
  std::string signature_method;  ///< as declared, as is the next
  std::string digest_method;
  std::string digest_value;  ///< base64, white space removed
  std::string certificate_der;
};

/// What was read before a fault was met is kept: a verdict tells as much as it can.
struct ReadStructure {
  Structure structure;
  Result<void> outcome;
};

/// Reads the only child of `holder`. Errors: signature_missing, signature_unsupported,
/// signature_invalid (a form that no signature can have).
ReadStructure read_structure(const xml::Element& holder);

/// The octets of the only ds:X509Certificate in the ds:KeyInfo of `signature`.
Result<std::string> read_certificate(const xml::Element& signature);

/// The text of ds:SignedInfo for `#reference`, in exclusive canonical form: the octets that are
/// signed. `reference` is an NCName.
std::string write_signed_info(const Algorithm& algorithm, std::string_view reference,
                              std::string_view digest);
/// The text of ds:Signature around a ds:SignedInfo so written. An empty value and certificate make
/// the template that xmlsec fills in.
std::string write_signature(std::string_view signed_info, std::string_view value,
                            std::string_view certificate_der);

/// Removes blank texts between the elements of ds:SignedInfo.
void strip_blanks(const xml::Element& signed_info);

}  // namespace smev::signature
