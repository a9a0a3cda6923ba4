#pragma once
// Where the signatures of a SMEV message stand and which element each must cover (smev3 §4.1), by
// position, in every version of the schemas: for tools that look at whole messages.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/xml/document.hpp"
#include "smev/signature/signer.hpp"

namespace smev::smev3 {

/// More signatures in one message are refused: each costs as much as the message is long.
inline constexpr std::size_t kSignaturesMax = 16;

struct SignaturePlace {
  std::string role;      ///< the holder's name: "SMEVSignature", ...; "Signature" elsewhere
  xml::Element holder;   ///< the parent of ds:Signature; empty: it must be there and is not
  xml::Element target;   ///< the element that must be signed; empty: it is not there
  bool is_known = true;  ///< false: SMEV knows no signature in this place
  std::string stamp;     ///< SendingTimestamp inside of what is signed; empty: none
};

/// The signatures that a message of SMEV has or must have, each found by its whole path from the
/// root (a second element of a name on it makes the place unknown), then every other ds:Signature
/// of the document: outside of the known places the target is the only element that carries the
/// referenced Id. Errors: limit_exceeded.
Result<std::vector<SignaturePlace>> find_signatures(const xml::Document& document);

/// The only element whose attribute Id is this. Errors: not_found, also when there are several.
Result<xml::Element> find_identified(const xml::Document& document, std::string_view id);

/// Signs a request of an information system (alone or in a SOAP envelope): the
/// CallerInformationSystemSignature is put in its place. An element without an Id gets
/// SIGNED_BY_CALLER. Errors: not_signable (no such request, signed already), those of the signer.
Result<void> sign_request(xml::Document& document, Signer& signer);
/// Puts the PersonalSignature of an official over the business content of such a request, before
/// anybody has signed the whole. The content must carry an Id: adding one would break its schema.
Result<void> sign_content(xml::Document& document, Signer& signer);

}  // namespace smev::smev3
