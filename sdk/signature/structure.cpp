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

/// @param text Russian, for the operator
/// @param detail English, for the developer
Failure refuse(ErrorCode code, std::string text, std::string detail) {
  Error error = local_error(code, std::move(detail));
  error.text = std::move(text);
  return fail(std::move(error));
}

// What it is that is not supported, only the detail says.
Failure unsupported(std::string detail) {
  return refuse(ErrorCode::signature_unsupported,
                "Такого вида подписи не поддерживаются (docs/signatures.md)", std::move(detail));
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
      return refuse(ErrorCode::signature_invalid,
                    "Внутри подписи лишний текст: в " + std::string(parent.name()),
                    "text in ds:" + std::string(parent.name()));
    }
    if (node->type != XML_ELEMENT_NODE && node->type != XML_TEXT_NODE) {
      return refuse(ErrorCode::signature_invalid,
                    "Внутри подписи есть не только элементы: в " + std::string(parent.name()),
                    "something other than elements in ds:" + std::string(parent.name()));
    }
  }
  std::vector<Element> children = parent.children();
  auto child = children.begin();
  for (const std::string_view name : names) {
    if (child == children.end() || !is_ds(*child, name)) {
      return refuse(ErrorCode::signature_invalid,
                    "Подпись неполна: в " + std::string(parent.name()) + " нет " +
                        std::string(name) + " на его месте",
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

// A value is text and nothing else: what an element or an instruction inside of it would part, one
// reader joins and another does not.
Result<std::string> value_of(const Element& element) {
  for (const xmlNode* node = element.node()->children; node != nullptr; node = node->next) {
    if (node->type != XML_TEXT_NODE) {
      return refuse(ErrorCode::signature_invalid,
                    "Внутри подписи не только текст: в " + std::string(element.name()),
                    "something other than text in ds:" + std::string(element.name()));
    }
  }
  return element.text();
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

// exc-c14n and the SMEV transform. enveloped-signature may stand first or last: it changes nothing,
// as the signature lies outside of what it signs (the caller checks that).
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
  if (chain != "XS" && chain != "EXS" && chain != "XSE") {
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
  SMEV_ASSIGN(const std::string digest_value, value_of(parts[2]));
  for (const char c : digest_value) {
    if (static_cast<unsigned char>(c) > ' ') {
      out.digest_value += c;
    }
  }
  SMEV_TRY(check_transforms(parts[0]));
  SMEV_TRY(algorithm_of(parts[1]));
  if (by_digest_uri(out.digest_method) == nullptr) {
    return unsupported("ds:DigestMethod " + shown(out.digest_method));
  }
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
  SMEV_TRY(algorithm_of(parts[1]));
  SMEV_TRY(reference);
  out.algorithm = by_signature_uri(out.signature_method);
  if (out.algorithm == nullptr) {
    return unsupported("ds:SignatureMethod " + shown(out.signature_method));
  }
  if (by_digest_uri(out.digest_method) != out.algorithm) {
    return unsupported("ds:DigestMethod " + shown(out.digest_method) + " is not the one of " +
                       std::string(out.algorithm->title));
  }
  return {};
}

Result<void> check_no_text(const Element& holder) {
  for (const xmlNode* node = holder.node()->children; node != nullptr; node = node->next) {
    if ((node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) &&
        !is_blank(xml::view(node->content))) {
      return refuse(ErrorCode::signature_invalid, "Рядом с подписью лишний текст",
                    "text beside the signature");
    }
  }
  return {};
}

Result<void> read(const Element& holder, Structure& out) {
  if (!holder || !holder.first_child()) {
    return refuse(ErrorCode::signature_missing, "Подписи нет", "there is no signature");
  }
  const Element signature = holder.first_child();
  if (!is_ds(signature, "Signature")) {
    return refuse(ErrorCode::signature_missing, "На месте подписи стоит другой элемент",
                  "element " + shown(signature.name()) + " stands in the place of ds:Signature");
  }
  if (signature.next_sibling()) {
    return refuse(ErrorCode::signature_invalid, "На месте подписи не один элемент",
                  "more than one element beside the signature");
  }
  SMEV_TRY(check_no_text(holder));
  out.signature = signature;
  // Read first, so that a verdict on an unsupported signature still names its signer.
  const auto certificate = read_certificate(signature);
  out.certificate_der = certificate.value_or(std::string());
  SMEV_ASSIGN(const auto parts,
              exact_children(signature, {"SignedInfo", "SignatureValue", "KeyInfo"}));
  out.signed_info = parts[0];
  SMEV_ASSIGN(out.signature_value, value_of(parts[1]));
  SMEV_TRY(read_signed_info(parts[0], out));
  SMEV_TRY(exact_children(parts[2], {"X509Data"}));
  return certificate ? Result<void>() : fail(certificate.error());
}

// As it stands in the canonical form, which begins with it.
const std::string& open_signed_info() {
  static const std::string tag = "<ds:SignedInfo xmlns:ds=\"" + std::string(kDsigNamespace) + "\">";
  return tag;
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
  SMEV_ASSIGN(const std::string encoded, value_of(certificates[0]));
  auto der = base64_decode(encoded);
  if (!der) {
    return refuse(ErrorCode::signature_invalid, "Сертификат внутри подписи не читается (не base64)",
                  "ds:X509Certificate is not base64");
  }
  return *std::move(der);
}

std::string write_signed_info(const Algorithm& algorithm, std::string_view reference,
                              std::string_view digest) {
  std::string out;
  const auto method = [&out](std::string_view name, std::string_view uri) {
    out.append("<ds:").append(name).append(" Algorithm=\"").append(uri).append("\"></ds:");
    out.append(name).append(">");
  };
  out.append(open_signed_info());
  method("CanonicalizationMethod", kExclusiveC14nUri);
  method("SignatureMethod", algorithm.signature_uris.front());
  out.append("<ds:Reference URI=\"#").append(reference).append("\"><ds:Transforms>");
  method("Transform", kExclusiveC14nUri);
  method("Transform", kTransformUri);
  out.append("</ds:Transforms>");
  method("DigestMethod", algorithm.digest_uris.front());
  out.append("<ds:DigestValue>").append(base64_encode(digest)).append("</ds:DigestValue>");
  return out.append("</ds:Reference></ds:SignedInfo>");
}

std::string write_signature(std::string_view signed_info, std::string_view value,
                            std::string_view certificate_der) {
  std::string out = "<ds:Signature xmlns:ds=\"";
  out.append(kDsigNamespace).append("\"><ds:SignedInfo>");
  out.append(signed_info.substr(open_signed_info().size()));  // declared one element above
  out.append("<ds:SignatureValue>").append(base64_encode(value)).append("</ds:SignatureValue>");
  out.append("<ds:KeyInfo><ds:X509Data><ds:X509Certificate>");
  out.append(base64_encode(certificate_der));
  return out.append("</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>");
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
