#pragma once
// XML signatures of the SMEV profile: detached by Id, one reference, exclusive canonical form then
// the SMEV transform, X509Certificate in KeyInfo. The form is fixed, so it is made and checked
// directly: one walk over the DOM, two digests, one operation of the Signer or Verifier. xmlsec1
// with klasses of our own (signature §2) does the same as a second opinion (second_opinion.hpp).
//
// A reference is resolved by position: the caller says which element must have been signed, and the
// digest is computed on that very element. A document in which the referenced Id stands twice, or
// on another element, is refused.

#include <optional>
#include <string>
#include <string_view>

#include "sdk/xml/document.hpp"
#include "smev/signature/verifier.hpp"

namespace smev::signature {

/// The Id of `target`, when it has one to be signed by. Errors: not_signable.
Result<std::string> signable_id(const xml::Document& document, const xml::Element& target);
/// The same, when `holder` is an empty element outside of it too.
Result<std::string> signable_id(const xml::Document& document, const xml::Element& target,
                                const xml::Element& holder);

/// The text of the ds:Signature over `target` (which must carry an attribute Id, unique in the
/// document), to be put where `holder` stands: an empty element outside of the target. The document
/// is not changed. Errors: not_signable, crypto, and those of the signer.
Result<std::string> write_signature_of(const xml::Document& document, xml::Element target,
                                       xml::Element holder, Signer& signer);
/// The same for an element whose transform is known already.
Result<std::string> write_signature_over(std::string_view octets, std::string_view id,
                                         Signer& signer);
/// As write_signature_of, put into `holder` as its only child.
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

}  // namespace smev::signature
