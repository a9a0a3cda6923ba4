#include "sdk/signature/structure.hpp"

#include <libxml/tree.h>

#include <initializer_list>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/escaping.hpp"
#include "sdk/signature/profile.hpp"
#include "sdk/signature/transform.hpp"
#include "sdk/xml/tree.hpp"

namespace smev::signature {

namespace {

using xml::Element;

Failure refuse(ErrorCode code, std::string detail) {
  return fail(local_error(code, std::move(detail)));
}

Failure unsupported(std::string detail) {
  return refuse(ErrorCode::signature_unsupported, std::move(detail));
}

std::string shown(std::string_view text) {
  constexpr std::size_t kShownMax = 120;
  std::string out(1, '"');
  return out.append(text.substr(0, kShownMax)).append(1, '"');
}

bool is_ds(const Element& element, std::string_view name) {
  return element && element.is(kDsigNamespace, name);
}

// Nothing but elements, blanks and comments; exactly the elements named, in this order.
Result<std::vector<Element>> exact_children(const Element& parent,
                                            std::initializer_list<std::string_view> names) {
  for (const xmlNode* node = parent.node()->children; node != nullptr; node = node->next) {
    if (node->type == XML_TEXT_NODE && !is_blank(xml::view(node->content))) {
      return refuse(ErrorCode::signature_invalid, "text in ds:" + std::string(parent.name()));
    }
    if (node->type != XML_ELEMENT_NODE && node->type != XML_TEXT_NODE) {
      return refuse(ErrorCode::signature_invalid,
                    "something other than elements in ds:" + std::string(parent.name()));
    }
  }
  std::vector<Element> children = parent.children();
  auto child = children.begin();
  for (const std::string_view name : names) {
    if (child == children.end() || !is_ds(*child, name)) {
      return refuse(ErrorCode::signature_invalid,
                    "ds:" + std::string(name) + " is not where it " +
                        "must be in ds:" + std::string(parent.name()));
    }
    ++child;
  }
  if (child != children.end()) {
    return unsupported("element " + shown(child->name()) + " in ds:" + std::string(parent.name()));
  }
  return children;
}

Result<std::string> algorithm_of(const Element& element) {
  SMEV_TRY(exact_children(element, {}));
  return element.attribute("Algorithm").value_or("");
}

Result<void> check_algorithm(const Element& element, std::string_view expected) {
  SMEV_ASSIGN(const std::string algorithm, algorithm_of(element));
  if (algorithm != expected) {
    return unsupported("ds:" + std::string(element.name()) + " " + shown(algorithm));
  }
  return {};
}

// exc-c14n and the SMEV transform. enveloped-signature may stand first: it changes nothing, as the
// signature lies outside of what it signs (the caller checks that).
Result<void> check_transforms(const Element& transforms) {
  std::string chain;
  for (const Element& step : transforms.children()) {
    if (!is_ds(step, "Transform")) {
      return unsupported("element " + shown(step.name()) + " in ds:Transforms");
    }
    SMEV_ASSIGN(const std::string algorithm, algorithm_of(step));
    chain += algorithm == kEnvelopedUri       ? 'E'
             : algorithm == kExclusiveC14nUri ? 'X'
             : algorithm == kTransformUri     ? 'S'
                                              : '?';
    if (chain.back() == '?') {
      return unsupported("transform " + shown(algorithm));
    }
  }
  if (chain != "XS" && chain != "EXS") {
    return unsupported("transform chain " + shown(chain) +
                       " (E enveloped-signature, X exclusive c14n, S SMEV)");
  }
  return {};
}

Result<void> read_reference(const Element& reference, Structure& out) {
  const auto uri = reference.attribute("URI");
  if (!uri || uri->size() < 2 || (*uri)[0] != '#' || uri->find('(') != std::string::npos) {
    return unsupported("reference URI " + shown(uri.value_or("")) + ": only #Id is taken");
  }
  out.reference = uri->substr(1);
  SMEV_ASSIGN(const auto parts,
              exact_children(reference, {"Transforms", "DigestMethod", "DigestValue"}));
  out.digest_method = parts[1].attribute("Algorithm").value_or("");
  for (const char c : parts[2].text()) {
    if (static_cast<unsigned char>(c) > ' ') {
      out.digest_value += c;
    }
  }
  SMEV_TRY(check_transforms(parts[0]));
  SMEV_TRY(check_algorithm(parts[1], kGost2012DigestUri));
  return {};
}

Result<void> read_signed_info(const Element& signed_info, Structure& out) {
  if (signed_info.children(kDsigNamespace, "Reference").size() > 1) {
    return unsupported("more than one ds:Reference");
  }
  SMEV_ASSIGN(const auto parts, exact_children(signed_info, {"CanonicalizationMethod",
                                                             "SignatureMethod", "Reference"}));
  out.signature_method = parts[1].attribute("Algorithm").value_or("");
  auto reference = read_reference(parts[2], out);
  SMEV_TRY(check_algorithm(parts[0], kExclusiveC14nUri));
  SMEV_TRY(check_algorithm(parts[1], kGost2012SignatureUri));
  return reference;
}

Result<void> read(const Element& holder, Structure& out) {
  if (!holder || !holder.first_child()) {
    return refuse(ErrorCode::signature_missing, "there is no signature");
  }
  const Element signature = holder.first_child();
  if (!is_ds(signature, "Signature")) {
    return refuse(ErrorCode::signature_missing,
                  "element " + shown(signature.name()) + " stands in the place of ds:Signature");
  }
  if (signature.next_sibling()) {
    return refuse(ErrorCode::signature_invalid, "more than one element beside the signature");
  }
  out.signature = signature;
  // Read first, so that a verdict on an unsupported signature still names its signer.
  const auto certificate = read_certificate(signature);
  out.certificate_der = certificate.value_or(std::string());
  SMEV_ASSIGN(const auto parts,
              exact_children(signature, {"SignedInfo", "SignatureValue", "KeyInfo"}));
  out.signed_info = parts[0];
  out.signature_value = parts[1];
  SMEV_TRY(read_signed_info(parts[0], out));
  SMEV_TRY(exact_children(parts[2], {"X509Data"}));
  return certificate ? Result<void>() : fail(certificate.error());
}

xmlNodePtr add(xmlNodePtr parent, xmlNsPtr ns, const char* name, const char* algorithm = nullptr) {
  xmlNodePtr node = xmlNewChild(parent, ns, BAD_CAST name, nullptr);
  if (algorithm != nullptr) {
    xmlNewProp(node, BAD_CAST "Algorithm", BAD_CAST algorithm);
  }
  return node;
}

}  // namespace

ReadStructure read_structure(const Element& holder) {
  ReadStructure out;
  out.outcome = read(holder, out.structure);
  return out;
}

Result<std::string> read_certificate(const Element& signature) {
  const Element key_info = signature.child(kDsigNamespace, "KeyInfo");
  std::vector<Element> certificates;
  for (const Element& data : key_info ? key_info.children() : std::vector<Element>()) {
    for (const Element& found : data.children(kDsigNamespace, "X509Certificate")) {
      certificates.push_back(found);
    }
  }
  if (certificates.size() != 1) {
    return unsupported("ds:KeyInfo holds " + std::to_string(certificates.size()) +
                       " X.509 certificates, one is needed");
  }
  auto der = base64_decode(certificates[0].text());
  if (!der) {
    return refuse(ErrorCode::signature_invalid, "ds:X509Certificate is not base64");
  }
  return *std::move(der);
}

Element build_template(const Fragment& document, const std::string& reference_id) {
  xmlNodePtr signature = xmlNewDocNode(document.document(), nullptr, BAD_CAST "Signature", nullptr);
  xmlDocSetRootElement(document.document(), signature);
  xmlNsPtr ns = xmlNewNs(signature, BAD_CAST kDsigNamespace, BAD_CAST "ds");
  xmlSetNs(signature, ns);
  xmlNodePtr signed_info = add(signature, ns, "SignedInfo");
  add(signed_info, ns, "CanonicalizationMethod", kExclusiveC14nUri);
  add(signed_info, ns, "SignatureMethod", kGost2012SignatureUri);
  xmlNodePtr reference = add(signed_info, ns, "Reference");
  xmlNewProp(reference, BAD_CAST "URI", BAD_CAST("#" + reference_id).c_str());
  xmlNodePtr transforms = add(reference, ns, "Transforms");
  add(transforms, ns, "Transform", kExclusiveC14nUri);
  add(transforms, ns, "Transform", kTransformUri);
  add(reference, ns, "DigestMethod", kGost2012DigestUri);
  add(reference, ns, "DigestValue");
  add(signature, ns, "SignatureValue");
  return Element(signature);
}

void add_certificate(const Element& signature, const std::string& der) {
  xmlNsPtr ns = signature.node()->ns;
  xmlNodePtr data = add(add(signature.node(), ns, "KeyInfo"), ns, "X509Data");
  xmlNewTextChild(data, ns, BAD_CAST "X509Certificate", BAD_CAST base64_encode(der).c_str());
}

void strip_blanks(const Element& signed_info) {
  xmlNodePtr node = signed_info.node()->children;
  while (node != nullptr) {
    auto* next = const_cast<xmlNodePtr>(xml::next_in(node, signed_info.node()));
    if (node->type == XML_TEXT_NODE && is_blank(xml::view(node->content))) {
      xmlUnlinkNode(node);
      xmlFreeNode(node);
    }
    node = next;
  }
}

}  // namespace smev::signature
