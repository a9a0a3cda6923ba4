#pragma once
// The form of a ds:Signature: read strictly (what the profile does not know is refused by name,
// before any of it is computed) and built without a single blank.

#include <string>

#include "sdk/signature/fragment.hpp"
#include "sdk/xml/document.hpp"
#include "smev/base/result.hpp"

namespace smev::signature {

struct Structure {
  xml::Element signature;
  xml::Element signed_info;
  xml::Element signature_value;
  std::string reference;  ///< the Id, without `#`
  std::string signature_method;
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

/// Makes an empty ds:Signature for `#reference` the root of `document`: what xmlsec fills in.
xml::Element build_template(const Fragment& document, const std::string& reference);
/// Appends ds:KeyInfo with the certificate.
void add_certificate(const xml::Element& signature, const std::string& der);

/// Removes blank texts between the elements of ds:SignedInfo.
void strip_blanks(const xml::Element& signed_info);

}  // namespace smev::signature
