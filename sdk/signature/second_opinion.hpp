#pragma once
// The same signatures by xmlsec1: what the direct way (xmldsig.hpp) makes and finds is held equal
// to it by tests on every vector and on random documents, and smev-send verify asks both.

#include <string>

#include "sdk/xml/document.hpp"
#include "smev/signature/verifier.hpp"

namespace smev::signature {

/// As write_signature_of.
Result<std::string> write_signature_by_xmlsec(const xml::Document& document, xml::Element target,
                                              xml::Element holder, Signer& signer);

/// Whether digest and value hold. For a signature whose form and reference `verify` has passed;
/// the error is one of xmlsec or of the verifier.
Result<bool> holds_by_xmlsec(xml::Element target, xml::Element holder, Verifier& verifier,
                             bool strip_blanks);

}  // namespace smev::signature
