#pragma once
// XML signatures of the SMEV profile: detached by Id, one reference, exclusive canonical form then
// the SMEV transform, X509Certificate in KeyInfo. Structure by xmlsec1 with klasses of our own
// (signature §2); mathematics by Signer and Verifier.
//
// A reference is resolved by position: the caller says which element must have been signed, and the
// digest is computed on that very element. A document in which the referenced Id stands twice, or
// on another element, is refused.

#include <optional>
#include <string>

#include "sdk/xml/document.hpp"
#include "smev/signature/verifier.hpp"

namespace smev::signature {

/// Signs `target` (must carry an attribute Id, which must be unique in the document) and puts the
/// ds:Signature into `holder` as its only child. The document is changed in place.
Result<void> sign(xml::Document& document, xml::Element target, xml::Element holder,
                  Signer& signer);

struct VerifyOptions {
  /// Leaves blank text inside SignedInfo out of account: for pretty-printed stored copies only.
  bool strip_blanks = false;
  /// Asks the verifier whether the signer is trusted at this moment; nothing: trust is not checked.
  std::optional<TimePoint> trust_at;
};

/// Verifies the ds:Signature inside `holder` against `target`. `holder` may be empty: the verdict
/// then says that the signature is missing. Never fails: whatever is wrong stands in the verdict.
/// The document is not changed.
SignatureVerdict verify(const xml::Document& document, xml::Element target, xml::Element holder,
                        Verifier& verifier, const VerifyOptions& options);

/// The certificate inside a ds:Signature holder (DER), when there is exactly one.
Result<std::string> certificate_of(const xml::Element& holder);

/// Verifies a detached CMS signature (DER) over a file: signed attributes and content. Trust is not
/// judged. Gives the signer's certificate.
Result<Certificate> verify_file(const std::string& path, std::string_view cms_der);

}  // namespace smev::signature
