#include "sdk/signature/xmldsig.hpp"

#include <libxml/tree.h>

#include "sdk/base/bytes.hpp"
#include "sdk/base/runtime.hpp"
#include "sdk/signature/digest.hpp"
#include "sdk/signature/fragment.hpp"
#include "sdk/signature/identifiers.hpp"
#include "sdk/signature/profile.hpp"
#include "sdk/signature/structure.hpp"
#include "sdk/signature/transform.hpp"
#include "sdk/signature/verdict.hpp"

namespace smev::signature {

namespace {

Failure not_signable(std::string detail) {
  return fail(local_error(ErrorCode::not_signable, std::move(detail), Retry::after_fix));
}

Result<void> check_places(const xml::Document& document, const xml::Element& target,
                          const xml::Element& holder) {
  const xml::Element root = document.root();
  if (!target || !holder || !is_inside(target, root) || !is_inside(holder, root)) {
    return not_signable("the element to sign and the place of its signature are not both there");
  }
  if (is_inside(holder, target)) {
    return not_signable("the signature would lie inside of what it signs");
  }
  if (holder.first_child()) {
    return not_signable("element " + std::string(holder.name()) + " is not empty");
  }
  return {};
}

void remove_content(const xml::Element& element) {
  while (xmlNodePtr child = element.node()->children) {
    xmlUnlinkNode(child);
    xmlFreeNode(child);
  }
}

Failure refuse(ErrorCode code, std::string text, std::string detail) {
  Error error = local_error(code, std::move(detail));
  error.text = std::move(text);
  return fail(std::move(error));
}

Failure invalid(std::string text, std::string detail) {
  return refuse(ErrorCode::signature_invalid, std::move(text), std::move(detail));
}

// Whether the signature is for `target` and for nothing else.
Result<void> check_reference(const xml::Document& document, const xml::Element& target,
                             const Structure& structure) {
  if (!target || !is_inside(target, document.root()) ||
      !is_inside(structure.signature, document.root())) {
    return invalid("Нет элемента, который должен быть подписан",
                   "the element that must be signed is not there");
  }
  if (target.attribute("Id") != structure.reference) {
    return invalid("Подписан другой элемент, а не тот, что на своём месте",
                   "the signature is for another element than the one in its place");
  }
  if (count_identified(document, structure.reference) != 1) {
    return invalid("Подписанный Id есть не у одного элемента",
                   "more than one element has the signed Id");
  }
  if (is_inside(structure.signature, target)) {
    return refuse(ErrorCode::signature_unsupported, "Подпись лежит внутри того, что подписывает",
                  "the signature lies inside of what it signs");
  }
  return {};
}

Result<std::string> digest_of(const xml::Element& target, SignatureAlgorithm algorithm,
                              Escaping escaping) {
  SMEV_ASSIGN(const std::string octets, transform(target, escaping));
  return digest(algorithm, octets);
}

// The operator's escaping first; what differs in the other is rare, and few write it.
Result<void> check_digest(const xml::Element& target, const Structure& structure,
                          SignatureVerdict& verdict) {
  const auto declared = base64_decode(structure.digest_value);
  for (const Escaping escaping : {Escaping::woodstox, Escaping::jdk}) {
    SMEV_ASSIGN(const std::string computed, digest_of(target, structure.algorithm->id, escaping));
    if (declared && computed == *declared) {
      verdict.digest_holds = true;
      verdict.jdk_escaping = escaping == Escaping::jdk;
      break;
    }
  }
  return {};
}

Result<std::string> signed_octets(const xml::Element& signed_info, bool blanks_go) {
  if (!blanks_go) return exclusive_c14n(signed_info);
  const Fragment copy(signed_info);
  strip_blanks(copy.root());
  return exclusive_c14n(copy);
}

Result<void> check_value(const Structure& structure, Verifier& verifier, bool blanks_go,
                         SignatureVerdict& verdict) {
  SMEV_ASSIGN(const std::string octets, signed_octets(structure.signed_info, blanks_go));
  const auto value = base64_decode(structure.signature_value);
  if (!value) {
    return {};
  }
  SMEV_ASSIGN(verdict.value_holds,
              verifier.verify(structure.certificate_der, structure.algorithm->id, octets, *value));
  return {};
}

// Both are told apart: a changed content under a genuine signature is another matter than a
// signature that never was one.
Result<void> check(const xml::Element& target, const Structure& structure, Verifier& verifier,
                   bool blanks_go, SignatureVerdict& verdict) {
  SMEV_TRY(check_digest(target, structure, verdict));
  SMEV_TRY(check_value(structure, verifier, blanks_go, verdict));
  return {};
}

// What must hold before anything is worth computing.
Result<void> check_form(const xml::Document& document, const xml::Element& target,
                        const ReadStructure& read) {
  SMEV_TRY(read.outcome);
  return check_reference(document, target, read.structure);
}

void describe_signer(const Structure& structure, Verifier& verifier, SignatureVerdict& verdict) {
  verdict.reference = structure.reference;
  verdict.signature_method = structure.signature_method;
  verdict.digest_method = structure.digest_method;
  verdict.digest_value = structure.digest_value;
  if (const auto certificate = verifier.describe(structure.certificate_der)) {
    verdict.certificate_subject = certificate->subject;
    verdict.certificate_serial = certificate->serial;
  }
}

}  // namespace

Result<std::string> signable_id(const xml::Document& document, const xml::Element& target) {
  const std::string id = target.attribute("Id").value_or("");
  if (id.empty() || xmlValidateNCName(BAD_CAST id.c_str(), 0) != 0) {
    return not_signable("element " + std::string(target.name()) + " has no Id to be signed by");
  }
  if (count_identified(document, id) != 1) {
    return not_signable("more than one element has the Id " + id);
  }
  return id;
}

Result<std::string> signable_id(const xml::Document& document, const xml::Element& target,
                                const xml::Element& holder) {
  SMEV_TRY(check_places(document, target, holder));
  return signable_id(document, target);
}

Result<std::string> write_signature_of(const xml::Document& document, xml::Element target,
                                       xml::Element holder, Signer& signer) {
  SMEV_ASSIGN(const std::string id, signable_id(document, target, holder));
  SMEV_ASSIGN(const std::string octets, transform(target));
  return write_signature_over(octets, id, signer);
}

Result<std::string> write_signature_over(std::string_view octets, std::string_view id,
                                         Signer& signer) {
  const Algorithm& method = algorithm(signer.algorithm());
  SMEV_ASSIGN(const std::string digest, digest(method.id, octets));
  const std::string signed_info = write_signed_info(method, id, digest);
  SMEV_ASSIGN(const std::string value, signer.sign(signed_info));
  return write_signature(signed_info, value, signer.certificate().der);
}

Result<void> sign(xml::Document& document, xml::Element target, xml::Element holder,
                  Signer& signer) {
  SMEV_ASSIGN(const std::string text, write_signature_of(document, target, holder, signer));
  SMEV_ASSIGN(const xml::Document signature, xml::Document::parse(text));
  remove_content(holder);
  xmlNodePtr place = holder.node();
  xmlAddChild(place, xmlDocCopyNode(signature.root().node(), place->doc, 1));
  return {};
}

SignatureVerdict verify(const xml::Document& document, xml::Element target, xml::Element holder,
                        Verifier& verifier, const VerifyOptions& options) {
  SignatureVerdict verdict;
  verdict.role = holder ? std::string(holder.name()) : std::string();
  const ReadStructure read = read_structure(holder);
  verdict.present = static_cast<bool>(read.structure.signature);
  describe_signer(read.structure, verifier, verdict);
  if (const auto form = check_form(document, target, read); !form) {
    set_refusal(verdict, form.error());
    return verdict;
  }
  const auto outcome = check(target, read.structure, verifier, options.strip_blanks, verdict);
  if (!outcome) {
    set_problem(verdict, outcome.error());
    return verdict;
  }
  set_outcome(verdict);
  if (verdict.digest_holds && verdict.value_holds && options.trust_at) {
    set_trust(verdict, verifier.trust(read.structure.certificate_der, *options.trust_at));
  }
  return verdict;
}

Result<std::string> certificate_of(const xml::Element& holder) {
  const xml::Element signature = holder ? holder.first_child() : xml::Element();
  if (!signature || !signature.is(kDsigNamespace, "Signature") || signature.next_sibling()) {
    return fail(local_error(ErrorCode::signature_missing, "there is no single signature"));
  }
  return read_certificate(signature);
}

}  // namespace smev::signature
