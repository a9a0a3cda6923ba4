#include "sdk/smev3/signature_places.hpp"

#include <libxml/tree.h>

#include <algorithm>
#include <string_view>
#include <vector>

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

constexpr char kAnyElement[] = "*";

using Path = std::vector<std::string_view>;

/// A signature that SMEV knows: below which operation, in which parent, over what. Paths are of
/// SMEV's own elements, from the operation and from the parent.
struct KnownPlace {
  std::string_view operation;
  Path parent;
  std::string_view holder;
  Path target;
  bool mandatory;  ///< where its target is
};

const std::vector<KnownPlace>& known_places() {
  constexpr std::string_view kCaller = "CallerInformationSystemSignature";
  constexpr std::string_view kSender = "SenderInformationSystemSignature";
  constexpr std::string_view kSmev = "SMEVSignature";
  constexpr std::string_view kRequest = "SenderProvidedRequestData";
  constexpr std::string_view kResponse = "SenderProvidedResponseData";
  const Path content = {kPrimaryContent, kAnyElement};
  static const std::vector<KnownPlace> all = {
      {"SendRequestRequest", {}, kCaller, {kRequest}, true},
      {"SendRequestRequest", {kRequest}, kPersonal, content, false},
      {"SendRequestRequest", {"Routing"}, "RoutingSignature", {"RoutingInformation"}, true},
      {"SendResponseRequest", {}, kCaller, {kResponse}, true},
      {"SendResponseRequest", {kResponse}, kPersonal, content, false},
      {"GetRequestRequest", {}, kCaller, {"MessageTypeSelector"}, true},
      {"GetResponseRequest", {}, kCaller, {"MessageTypeSelector"}, true},
      {"GetStatusRequest", {}, kCaller, {"Timestamp"}, true},
      {"GetIncomingQueueStatisticsRequest", {}, kCaller, {"Timestamp"}, true},
      {"AckRequest", {}, kCaller, {"AckTargetMessage"}, true},
      {"SendRequestResponse", {}, kSmev, {"MessageMetadata"}, true},
      {"SendResponseResponse", {}, kSmev, {"MessageMetadata"}, true},
      {"GetRequestResponse", {}, kSmev, {"RequestMessage", "Request"}, true},
      {"GetRequestResponse", {"RequestMessage"}, kSmev, {"Request"}, true},  // of old
      {"GetRequestResponse", {"RequestMessage", "Request"}, kSender, {kRequest}, false},
      {"GetRequestResponse", {"RequestMessage", "Request", kRequest}, kPersonal, content, false},
      {"GetResponseResponse", {"ResponseMessage"}, kSmev, {"Response"}, true},
      {"GetResponseResponse", {"ResponseMessage", "Response"}, kSender, {kResponse}, false},
      {"GetResponseResponse",
       {"ResponseMessage", "Response", kResponse},
       kPersonal,
       content,
       false},
      {"GetStatusResponse",
       {"SmevAsyncProcessingMessage"},
       kSmev,
       {"AsyncProcessingStatusData"},
       true},
  };
  return all;
}

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

/// The only child of that name: where there are two, a receiver takes one and a signature may
/// cover the other.
Element only_child(const Element& parent, std::string_view name) {
  Element found;
  for (Element child = parent.first_child(); child; child = child.next_sibling()) {
    if (name != kAnyElement && !is_named(child, name)) continue;
    if (found) return {};
    found = child;
  }
  return found;
}

Element follow(Element from, const Path& path) {
  for (const std::string_view name : path) {
    if (!from) break;
    from = only_child(from, name);
  }
  return from;
}

/// In a SOAP envelope or alone.
Element operation_of(const xml::Document& document) {
  const Element root = document.root();
  if (!root.is(kSoapNamespace, "Envelope")) return root;
  const std::vector<Element> bodies = root.children(kSoapNamespace, "Body");
  return bodies.size() == 1 ? only_child(bodies.front(), kAnyElement) : Element();
}

std::string stamp_of(const Element& target) {
  if (!target) return {};
  const Element metadata =
      is_named(target, "MessageMetadata") ? target : child_named(target, "MessageMetadata");
  const Element stamp = metadata ? child_named(metadata, "SendingTimestamp") : Element();
  return stamp ? stamp.text() : std::string();
}

/// Those that are there, and those that must be.
std::vector<SignaturePlace> places_of(const Element& operation) {
  std::vector<SignaturePlace> places;
  std::vector<SignaturePlace> missing;
  if (!operation || !is_of_smev(operation)) return places;
  for (const KnownPlace& known : known_places()) {
    if (operation.name() != known.operation) continue;
    const Element parent = follow(operation, known.parent);
    if (!parent) continue;
    SignaturePlace place{std::string(known.holder),
                         only_child(parent, known.holder),
                         follow(parent, known.target),
                         true,
                         {}};
    place.stamp = stamp_of(place.target);
    if (place.holder && place.holder.first_child()) {
      places.push_back(std::move(place));
    } else if (known.mandatory && place.target) {
      missing.push_back(std::move(place));
    }
  }
  for (SignaturePlace& each : missing) {
    const bool there = std::any_of(places.begin(), places.end(), [&](const SignaturePlace& place) {
      return place.role == each.role;
    });
    if (!there) places.push_back(std::move(each));
  }
  return places;
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

void collect_signatures(const Element& element, std::vector<Element>& found) {
  if (element.is(signature::kDsigNamespace, "Signature")) found.push_back(element);
  for (Element child = element.first_child(); child; child = child.next_sibling()) {
    collect_signatures(child, found);
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
  const Element operation = operation_of(document);
  if (operation && is_of_smev(operation)) {
    for (const KnownPlace& known : known_places()) {
      if (operation.name() != known.operation || known.holder != kCaller) continue;
      if (const Element target = follow(operation, known.target)) {
        return Request{operation, target};
      }
    }
  }
  return not_signable(
      "no request of an information system to SMEV: SendRequest, SendResponse, GetRequest, "
      "GetResponse, GetStatus or Ack is wanted");
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

Result<std::vector<SignaturePlace>> find_signatures(const xml::Document& document) {
  std::vector<Element> signatures;
  collect_signatures(document.root(), signatures);
  if (signatures.size() > kSignaturesMax) {
    return fail(local_error(ErrorCode::limit_exceeded,
                            "more than " + std::to_string(kSignaturesMax) + " signatures"));
  }
  std::vector<SignaturePlace> places = places_of(operation_of(document));
  for (const Element& found : signatures) {
    const Element holder = found.parent();
    const bool is_known =
        std::any_of(places.begin(), places.end(),
                    [&](const SignaturePlace& place) { return place.holder == holder; });
    if (is_known || !holder) continue;
    const Element target = referenced(found, document.root());
    places.push_back({"Signature", holder, target, false, stamp_of(target)});
  }
  return places;
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
  const Element content = follow(request.target, {kPrimaryContent, kAnyElement});
  if (!content) return not_signable("the request has no business content");
  SMEV_ASSIGN(const Element holder, empty_holder(request.target, kPersonal,
                                                 child_named(request.target, kPrimaryContent)));
  return signature::sign(document, content, holder, signer);
}

}  // namespace smev::smev3
