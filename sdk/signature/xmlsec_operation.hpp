#pragma once
// xmlsec1 with klasses of our own. Debian's xmlsec has no GOST; its structure of making and
// checking a signature is used, and the transforms (SMEV, GOST digests and signatures) and a key
// kind are ours. They work on behalf of one Operation.

#include <optional>
#include <string>

#include "sdk/xml/document.hpp"
#include "smev/signature/verifier.hpp"

namespace smev::signature {

/// One signature being made or checked.
struct Operation {
  xml::Element target;           ///< the very element that is digested, whatever the URI says
  Signer* signer = nullptr;      ///< when making
  Verifier* verifier = nullptr;  ///< when checking
  std::string certificate_der;   ///< when checking

  // What came out.
  bool digest_holds = false;
  bool value_holds = false;
  std::optional<Error> error;  ///< of our own klasses
};

/// Fills DigestValue and SignatureValue of a template.
Result<void> make_signature(const xml::Element& signature, Operation& operation);
/// Checks a signature whose structure has been read. Both results are in `operation`.
Result<void> check_signature(const xml::Element& signature, Operation& operation);

}  // namespace smev::signature
