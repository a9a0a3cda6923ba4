#include "sdk/signature/xmldsig.hpp"

#include <libxml/tree.h>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/fragment.hpp"
#include "sdk/signature/identifiers.hpp"
#include "sdk/signature/profile.hpp"
#include "sdk/signature/structure.hpp"
#include "sdk/signature/transform.hpp"
#include "sdk/signature/xmlsec_operation.hpp"

namespace smev::signature {

namespace {

Failure not_signable(std::string detail) {
  return fail(local_error(ErrorCode::not_signable, std::move(detail), Retry::after_fix));
}

// The Id of an element that may be signed: present, a name, on no other element.
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

// What is left to check when the structure is in order. The signature is checked on a copy; what
// was signed is looked at where it stands.
class Check {
 public:
  Check(const xml::Document& document, xml::Element target, Verifier& verifier)
      : document_(document), target_(target), verifier_(verifier) {}

  Result<void> run(const Structure& structure, bool blanks_go, SignatureVerdict& verdict) {
    SMEV_TRY(check_reference(structure));
    const Fragment copy(structure.signature);
    const xml::Element signed_info = copy.root().child(kDsigNamespace, "SignedInfo");
    if (blanks_go) {
      strip_blanks(signed_info);
    }
    Operation operation;
    operation.target = target_;
    operation.verifier = &verifier_;
    operation.certificate_der = structure.certificate_der;
    SMEV_TRY(check_signature(copy.root(), operation));
    verdict.digest_holds = operation.digest_holds;
    verdict.value_holds = operation.value_holds;
    if (!operation.digest_holds) {
      // xmlsec stops at a wrong digest. Whether the value holds tells a changed content from a
      // signature that never was one.
      SMEV_ASSIGN(verdict.value_holds, check_value(structure, signed_info));
      return invalid("the content is not what was signed");
    }
    return verdict.value_holds ? Result<void>() : invalid("the signature value does not hold");
  }

 private:
  static Failure invalid(std::string detail) {
    return fail(local_error(ErrorCode::signature_invalid, std::move(detail)));
  }

  Result<void> check_reference(const Structure& structure) const {
    if (!target_ || !is_inside(target_, document_.root()) ||
        !is_inside(structure.signature, document_.root())) {
      return invalid("the element that must be signed is not there");
    }
    if (target_.attribute("Id") != structure.reference) {
      return invalid("the signature is for another element than the one in its place");
    }
    if (count_identified(document_, structure.reference) != 1) {
      return invalid("more than one element has the signed Id");
    }
    if (is_inside(structure.signature, target_)) {
      return fail(local_error(ErrorCode::signature_unsupported,
                              "the signature lies inside of what it signs"));
    }
    return {};
  }

  Result<bool> check_value(const Structure& structure, const xml::Element& signed_info) {
    SMEV_ASSIGN(const std::string octets, exclusive_c14n(signed_info));
    SMEV_ASSIGN(const std::string value, base64_decode(structure.signature_value.text()));
    return verifier_.verify(structure.certificate_der, SignatureAlgorithm::gost2012_256, octets,
                            value);
  }

  const xml::Document& document_;
  xml::Element target_;
  Verifier& verifier_;
};

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

void set_problem(SignatureVerdict& verdict, const Error& error) {
  verdict.code = error.code;
  verdict.problem = std::string(name(error.code)) + ": " + error.detail;
}

}  // namespace

Result<void> sign(xml::Document& document, xml::Element target, xml::Element holder,
                  Signer& signer) {
  SMEV_TRY(check_places(document, target, holder));
  SMEV_ASSIGN(const std::string id, signable_id(document, target));
  if (signer.algorithm() != SignatureAlgorithm::gost2012_256) {
    return fail(local_error(ErrorCode::signature_unsupported, "signing with a key of 512 bit"));
  }
  const Fragment fragment;
  const xml::Element signature = build_template(fragment, id);
  Operation operation;
  operation.target = target;
  operation.signer = &signer;
  SMEV_TRY(make_signature(signature, operation));
  add_certificate(signature, signer.certificate().der);
  remove_content(holder);
  fragment.append_to(holder);
  return {};
}

SignatureVerdict verify(const xml::Document& document, xml::Element target, xml::Element holder,
                        Verifier& verifier, const VerifyOptions& options) {
  SignatureVerdict verdict;
  verdict.role = holder ? std::string(holder.name()) : std::string();
  const ReadStructure read = read_structure(holder);
  verdict.present = static_cast<bool>(read.structure.signature);
  describe_signer(read.structure, verifier, verdict);
  if (!read.outcome) {
    set_problem(verdict, read.outcome.error());
    return verdict;
  }
  const auto outcome =
      Check(document, target, verifier).run(read.structure, options.strip_blanks, verdict);
  if (!outcome) {
    set_problem(verdict, outcome.error());
    return verdict;
  }
  if (options.trust_at) {
    verdict.trust = verifier.trust(read.structure.certificate_der, *options.trust_at);
    if (verdict.trust != Trust::trusted) {
      set_problem(verdict, local_error(ErrorCode::signature_untrusted,
                                       "the certificate is " + std::string(name(verdict.trust))));
    }
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
