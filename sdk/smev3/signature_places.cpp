#include "sdk/smev3/signature_places.hpp"

#include <libxml/tree.h>

#include <array>
#include <string_view>

#include "sdk/signature/profile.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "sdk/smev3/protocol.hpp"

namespace smev::smev3 {

namespace {

using xml::Element;

constexpr char kRoutingPrefix[] =
    "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/routing/";
constexpr char kPersonal[] = "PersonalSignature";
constexpr char kPrimaryContent[] = "MessagePrimaryContent";

// What a caller's signature covers, one of these in each operation.
constexpr std::array<std::string_view, 5> kCallerTargets = {
    "SenderProvidedRequestData", "SenderProvidedResponseData", "MessageTypeSelector", "Timestamp",
    "AckTargetMessage"};
// What SMEV's covers: a sibling, or (of RequestMessage) its child.
constexpr std::array<std::string_view, 4> kSmevTargets = {"MessageMetadata", "Response",
                                                          "AsyncProcessingStatusData", "Request"};
constexpr std::array<std::string_view, 2> kSenderTargets = {"SenderProvidedRequestData",
                                                            "SenderProvidedResponseData"};
constexpr std::array<std::string_view, 1> kRoutingTargets = {"RoutingInformation"};

bool is_of_smev(const Element& element) {
  const std::string_view uri = element.namespace_uri();
  for (const std::string_view prefix : {kTypesPrefix, kBasicPrefix, kRoutingPrefix}) {
    if (uri.substr(0, prefix.size()) == prefix) return true;
  }
  return false;
}

bool is_named(const Element& element, std::string_view name) {
  return element && is_of_smev(element) && element.name() == name;
}

Element child_named(const Element& parent, std::string_view name) {
  for (Element child = parent.first_child(); child; child = child.next_sibling()) {
    if (is_named(child, name)) return child;
  }
  return {};
}

template <class Names>
Element one_of(const Element& parent, const Names& names) {
  for (const std::string_view name : names) {
    if (const Element found = child_named(parent, name)) return found;
  }
  return {};
}

Element personal_target(const Element& data) {
  const Element content = child_named(data, kPrimaryContent);
  return content ? content.first_child() : Element();
}

Element smev_target(const Element& parent) {
  const Element message = child_named(parent, "RequestMessage");
  return one_of(message ? message : parent, kSmevTargets);
}

std::string stamp_of(const Element& target) {
  if (!target) return {};
  const Element metadata =
      is_named(target, "MessageMetadata") ? target : child_named(target, "MessageMetadata");
  const Element stamp = metadata ? child_named(metadata, "SendingTimestamp") : Element();
  return stamp ? stamp.text() : std::string();
}

SignaturePlace place_of(const Element& holder) {
  SignaturePlace place{std::string(holder.name()), holder, {}, true, {}};
  const Element parent = holder.parent();
  if (!is_of_smev(holder) || !parent) {
    place.is_known = false;
  } else if (place.role == "CallerInformationSystemSignature") {
    place.target = one_of(parent, kCallerTargets);
  } else if (place.role == "SenderInformationSystemSignature") {
    place.target = one_of(parent, kSenderTargets);
  } else if (place.role == "SMEVSignature") {
    place.target = smev_target(parent);
  } else if (place.role == kPersonal) {
    place.target = personal_target(parent);
  } else if (place.role == "RoutingSignature") {
    place.target = one_of(parent, kRoutingTargets);
  } else {
    place.is_known = false;
  }
  return place;
}

// In document order; depth is bounded by the reader's limits.
void collect_identified(const Element& element, std::string_view id, std::vector<Element>& found) {
  if (element.attribute("Id") == id) found.push_back(element);
  for (Element child = element.first_child(); child; child = child.next_sibling()) {
    collect_identified(child, id, found);
  }
}

Element referenced(const Element& signature, const Element& root) {
  const Element info = signature.child(signature::kDsigNamespace, "SignedInfo");
  const Element reference = info ? info.child(signature::kDsigNamespace, "Reference") : Element();
  const std::string uri = reference ? reference.attribute("URI").value_or("") : "";
  if (uri.size() < 2 || uri.front() != '#') return {};
  std::vector<Element> found;
  collect_identified(root, std::string_view(uri).substr(1), found);
  return found.size() == 1 ? found.front() : Element();
}

void collect_signatures(const Element& element, const Element& root,
                        std::vector<SignaturePlace>& found) {
  if (element.is(signature::kDsigNamespace, "Signature") && element.parent()) {
    SignaturePlace place = place_of(element.parent());
    if (!place.is_known) {
      place.role = "Signature";
      place.target = referenced(element, root);
    }
    place.stamp = stamp_of(place.target);
    found.push_back(std::move(place));
    return;
  }
  for (Element child = element.first_child(); child; child = child.next_sibling()) {
    collect_signatures(child, root, found);
  }
}

// ---- making ----

constexpr char kCaller[] = "CallerInformationSystemSignature";
constexpr char kCallerId[] = "SIGNED_BY_CALLER";

Failure not_signable(std::string detail) {
  return fail(local_error(ErrorCode::not_signable, std::move(detail), Retry::after_fix));
}

struct Request {
  Element operation;  ///< SendRequestRequest, AckRequest, ...
  Element target;     ///< SenderProvidedRequestData, AckTargetMessage, ...
};

Result<Request> find_request(const xml::Document& document) {
  Element operation = document.root();
  if (operation.is(kSoapNamespace, "Envelope")) {
    const Element body = operation.child(kSoapNamespace, "Body");
    operation = body ? body.first_child() : Element();
  }
  const Element target =
      operation && is_of_smev(operation) ? one_of(operation, kCallerTargets) : Element();
  if (!target) {
    return not_signable(
        "no request of an information system to SMEV: SendRequest, SendResponse, GetRequest, "
        "GetResponse, GetStatus or Ack is wanted");
  }
  return Request{operation, target};
}

/// The empty holder, made behind `before` when there is none. Its namespace is that of `parent`.
Result<Element> empty_holder(const Element& parent, const char* name, const Element& before) {
  if (const Element found = child_named(parent, name)) {
    if (found.first_child()) return not_signable(std::string(name) + " is there already");
    return found;
  }
  xmlNodePtr made = xmlNewDocNode(parent.node()->doc, parent.node()->ns, BAD_CAST name, nullptr);
  if (made == nullptr) return not_signable("no memory for the signature's place");
  xmlAddNextSibling(before.node(), made);
  return Element(made);
}

Element last_before_routing(const Element& operation) {
  Element last = operation.first_child();
  for (Element child = last; child && !is_named(child, "Routing"); child = child.next_sibling()) {
    last = child;
  }
  return last;
}

}  // namespace

std::vector<SignaturePlace> find_signatures(const xml::Document& document) {
  std::vector<SignaturePlace> found;
  collect_signatures(document.root(), document.root(), found);
  return found;
}

Result<Element> find_identified(const xml::Document& document, std::string_view id) {
  std::vector<Element> found;
  collect_identified(document.root(), id, found);
  if (found.size() == 1) return found.front();
  return fail(local_error(
      ErrorCode::not_found,
      std::to_string(found.size()) + " elements have the Id " + std::string(id.substr(0, 80))));
}

Result<void> sign_request(xml::Document& document, Signer& signer) {
  SMEV_ASSIGN(const Request request, find_request(document));
  SMEV_ASSIGN(const Element holder,
              empty_holder(request.operation, kCaller, last_before_routing(request.operation)));
  if (!request.target.attribute("Id")) {
    xmlNewProp(request.target.node(), BAD_CAST "Id", BAD_CAST kCallerId);
  }
  return signature::sign(document, request.target, holder, signer);
}

Result<void> sign_content(xml::Document& document, Signer& signer) {
  SMEV_ASSIGN(const Request request, find_request(document));
  const Element caller = child_named(request.operation, kCaller);
  if (caller && caller.first_child()) {
    return not_signable("the whole is signed already: the personal signature comes first");
  }
  const Element content = personal_target(request.target);
  if (!content) return not_signable("the request has no business content");
  SMEV_ASSIGN(const Element holder, empty_holder(request.target, kPersonal,
                                                 child_named(request.target, kPrimaryContent)));
  return signature::sign(document, content, holder, signer);
}

}  // namespace smev::smev3
