#include "sdk/signature/second_opinion.hpp"

#include <libxml/tree.h>

#include "sdk/signature/fragment.hpp"
#include "sdk/signature/profile.hpp"
#include "sdk/signature/structure.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "sdk/signature/xmlsec_operation.hpp"

namespace smev::signature {

Result<std::string> write_signature_by_xmlsec(const xml::Document& document, xml::Element target,
                                              xml::Element holder, Signer& signer) {
  SMEV_ASSIGN(const std::string id, signable_id(document, target, holder));
  const std::string empty = write_signature(
      write_signed_info(algorithm(signer.algorithm()), id, {}), {}, signer.certificate().der);
  SMEV_ASSIGN(const xml::Document made, xml::Document::parse(empty));
  // xmlsec would fill KeyInfo from a key that it knew.
  xmlNodePtr signature = made.root().node();
  xmlNodePtr key_info = made.root().child(kDsigNamespace, "KeyInfo").node();
  xmlUnlinkNode(key_info);
  Operation operation;
  operation.target = target;
  operation.signer = &signer;
  const auto outcome = make_signature(made.root(), operation);
  xmlAddChild(signature, key_info);
  SMEV_TRY(outcome);
  return made.to_text();
}

Result<bool> holds_by_xmlsec(xml::Element target, xml::Element holder, Verifier& verifier,
                             bool strip_blanks) {
  const ReadStructure read = read_structure(holder);
  SMEV_TRY(read.outcome);
  const Fragment copy(read.structure.signature);
  if (strip_blanks) {
    signature::strip_blanks(copy.root().child(kDsigNamespace, "SignedInfo"));
  }
  Operation operation;
  operation.target = target;
  operation.verifier = &verifier;
  operation.certificate_der = read.structure.certificate_der;
  SMEV_TRY(check_signature(copy.root(), operation));
  return operation.digest_holds && operation.value_holds;
}

}  // namespace smev::signature
