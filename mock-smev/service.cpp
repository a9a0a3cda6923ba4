#include "mock-smev/service.hpp"

#include <utility>

#include "mock-smev/attachments.hpp"
#include "mock-smev/xerces.hpp"
#include "sdk/elk/request.hpp"
#include "sdk/smev3/multipart.hpp"
#include "sdk/smev3/protocol.hpp"

namespace smev::mock {
namespace {

constexpr char kXmlType[] = "text/xml;charset=UTF-8";
constexpr char kHtmlType[] = "text/html";
constexpr char kGatewayPage[] = "<html><body><h1>Gateway</h1></body></html>";
constexpr char kSchemaRejectionCode[] = "028122";
constexpr char kSchemaRejectionText[] =
    "Бизнес-данные сообщения не соответствуют схеме, зарегистрированной в СМЭВ. MessageId = ";

const smev3::Protocol& protocol() { return smev3::protocol_1_2(); }
const std::string& types() { return protocol().types_namespace; }
const std::string& basic() { return protocol().basic_namespace; }

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

/// One SOAP call on its way through.
struct Service::Call {
  std::optional<xml::Document> document;
  xml::Element root;  ///< first child of soap:Body
  TimePoint now{};
  RequestFacts facts;  ///< of a SendRequest; `sender` of any call
  JournalEntry entry;
  // What comes out of it: a fault, a page of a gateway, or an envelope.
  std::optional<Fault> fault;
  int page_status = 0;
  std::string envelope;
  bool multipart = false;

  void finish(Result<std::string> written, std::string outcome) {
    if (!written) return fail_inside(written.error());
    envelope = *std::move(written);
    entry.outcome = std::move(outcome);
  }
  void fail_inside(const Error& error) {
    fault = faults::smev_failure();
    entry.outcome = "fault";
    entry.reason = std::string(name(error.code));
  }
};

Service::Service(ServiceOptions options, ServiceParts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      answers_(protocol(), options_.smev_mnemonic, options_.provider_mnemonic, parts_.smev,
               parts_.provider),
      queue_(options_.redeliver),
      injection_(options_.injections),
      responder_(answers_, parts_.account, parts_.ids, options_.reactions),
      random_(options_.seed),
      to_tamper_(options_.tamper_answers) {}

HttpReply Service::handle(const HttpRequest& request) {
  Call call;
  call.now = parts_.clock->now();
  call.entry.time = call.now;
  dispatch(call, request);
  if (call.fault) {
    if (call.entry.outcome.empty()) call.entry.outcome = "fault";
    call.entry.fault = call.fault->name.empty() ? "Client" : call.fault->name;
    if (call.fault->name == "SignatureVerificationFault") {
      call.entry.reason = call.fault->fields.front().second;
      call.entry.detail = call.fault->detail;
    }
  }
  HttpReply answer = reply(call);
  parts_.journal->record(call.entry);
  return answer;
}

HttpReply Service::reply(Call& call) const {
  HttpReply answer;
  answer.drop = call.entry.dropped;
  answer.content_type = kXmlType;
  if (call.page_status != 0) {
    answer.status = call.page_status;
    answer.content_type = kHtmlType;
    answer.body = kGatewayPage;
  } else if (call.fault) {
    answer.status = 500;
    answer.body = to_envelope(*call.fault, protocol(), options_.fault_style);
  } else if (call.multipart && !options_.plain) {
    auto wrapped = smev3::wrap_multipart(call.envelope, "uuid:" + parts_.ids->next().text());
    answer.content_type = std::move(wrapped.content_type);
    answer.body = std::move(wrapped.body);
  } else {
    answer.body = std::move(call.envelope);
  }
  return answer;
}

void Service::dispatch(Call& call, const HttpRequest& request) {
  const auto envelope = smev3::soap_envelope(request.content_type, request.body);
  auto document =
      envelope ? xml::Document::parse(*envelope) : Result<xml::Document>(fail(envelope.error()));
  if (!document) {
    call.fault = faults::not_soap("Сообщение не является правильным XML.");
    return;
  }
  call.document.emplace(*std::move(document));
  const xml::Element body = call.document->root().child(smev3::kSoapNamespace, "Body");
  call.root = body ? body.first_child() : xml::Element();
  using Operation = void (Service::*)(Call&);
  const std::pair<const char*, Operation> operations[] = {
      {"SendRequest", &Service::send_request},
      {"GetResponse", &Service::get_response},
      {"Ack", &Service::acknowledge},
  };
  for (const auto& [name, operation] : operations) {
    if (!call.root || !call.root.is(types(), std::string(name) + "Request")) continue;
    call.entry.operation = name;
    if (auto trouble = injection_.next(name)) {
      call.entry.outcome = "injected";
      if (const auto* fault = std::get_if<Fault>(&*trouble)) call.fault = *fault;
      if (const auto* page = std::get_if<GatewayPage>(&*trouble)) call.page_status = page->status;
      call.entry.dropped = std::holds_alternative<BrokenConnection>(*trouble);
      return;
    }
    const auto violations = parts_.envelope_schema->check(call.root);
    if (!violations.empty()) {
      call.fault = faults::invalid_content("Сообщение не соответствует схеме сервиса СМЭВ.",
                                           xerces_texts(call.root, violations));
      return;
    }
    return (this->*operation)(call);
  }
  call.fault = faults::not_soap("Неизвестная операция или версия схемы.");
}

std::optional<Fault> Service::authenticate(Call& call, const xml::Element& target) {
  const auto holder = call.root.child(types(), "CallerInformationSystemSignature");
  auto caller = identify_caller(parts_.callers, *call.document, target, holder, call.now);
  if (auto* fault = std::get_if<Fault>(&caller)) return std::move(*fault);
  call.facts.sender = std::get<std::string>(std::move(caller));
  call.entry.sender = call.facts.sender;
  return std::nullopt;
}

// ---- SendRequest ----

void Service::send_request(Call& call) {
  const auto data = call.root.child(types(), "SenderProvidedRequestData");
  call.facts.message_id = data.child_text(types(), "MessageID").value_or("");
  call.facts.transaction_code = data.child_text(types(), "TransactionCode").value_or("");
  call.facts.node_id = data.child_text(types(), "NodeID").value_or("");
  call.entry.message_id = call.facts.message_id;
  call.fault = authenticate(call, data);
  if (!call.fault) call.fault = check_request(call, data);
  if (call.fault) return;
  // Between the check and this line another connection may have brought the same message.
  if (!accept_id(call.facts.message_id)) {
    call.entry.duplicate = true;
    call.fault = faults::already_sent(call.facts.message_id);
    return;
  }
  call.entry.outcome = "accepted";
  auto responses = respond(call, data);
  if (!responses) {
    // Nothing will ever answer it, so the sender must be able to offer it again.
    forget_id(call.facts.message_id);
    return call.fail_inside(responses.error());
  }
  for (Response& response : *responses) {
    queue_.push(std::move(response.message), call.now + options_.answer_delay + response.delay);
  }
  call.finish(answers_.receipt(call.facts, call.now), call.entry.outcome);
  call.entry.dropped = chance(options_.drop_after_accept);
}

std::optional<Fault> Service::check_request(Call& call, const xml::Element& data) {
  if (auto fault = check_message_id(call)) return fault;
  if (const auto end = data.child_text(types(), "EOL")) {
    const auto moment = DateTime::parse(trimmed(*end));
    if (moment && moment->instant() <= call.now) return faults::end_of_life_reached();
  }
  if (options_.require_test_message && !data.child(types(), "TestMessage")) {
    const std::string text = "В тестовом контуре сообщение должно содержать TestMessage.";
    return faults::invalid_content(text, {text});
  }
  const auto content = data.child(basic(), "MessagePrimaryContent").first_child();
  if (!content.is(elk::kNamespace, elk::kRequestRoot)) {
    return faults::type_not_supported(std::string(content.namespace_uri()),
                                      std::string(content.name()));
  }
  return check_inline_attachments(protocol(), call.root);
}

std::optional<Fault> Service::check_message_id(Call& call) {
  const std::string& id = call.facts.message_id;
  const auto uuid = Uuid::parse(id);
  if (!uuid || uuid->version() != 1 || !uuid->time()) return faults::invalid_message_id();
  if (*uuid->time() + kStaleAge <= call.now) return faults::stale_message_id(id);
  if (is_accepted(id)) {
    call.entry.duplicate = true;
    return faults::already_sent(id);
  }
  return std::nullopt;
}

/// What will stand in the sender's queue: SMEV's refusal or the answer of ЕЛК.
Result<std::vector<Response>> Service::respond(Call& call, const xml::Element& data) {
  const auto refuse = [&](const AsyncRejection& why) -> Result<std::vector<Response>> {
    call.entry.outcome = "rejected";
    call.entry.reason = why.number;
    const std::string id = parts_.ids->next().text();
    SMEV_ASSIGN(auto rejection, answers_.rejection(call.facts, id, why, call.now));
    return std::vector<Response>{{std::move(rejection), {}}};
  };
  const auto content = data.child(basic(), "MessagePrimaryContent").first_child();
  const auto violations = parts_.content_schema->check(content);
  if (!violations.empty()) {
    return refuse({kSchemaRejectionCode, "SMEV-403", kSchemaRejectionText + call.facts.message_id,
                   xerces_texts(content, violations)});
  }
  auto files = claim_files(protocol(), data, call.facts.message_id,
                           {*parts_.files, *parts_.callers.verifier, call.now});
  if (const auto* why = std::get_if<AsyncRejection>(&files)) return refuse(*why);
  SMEV_ASSIGN(const elk::Request request, elk::read_request(content));
  return responder_.respond(call.facts, request,
                            {call.facts.message_id, call.facts.sender, call.now,
                             std::get<std::map<std::string, ResultFile>>(std::move(files))});
}

// ---- GetResponse ----

void Service::get_response(Call& call) {
  const auto selector = call.root.child(basic(), "MessageTypeSelector");
  call.fault = authenticate(call, selector);
  if (call.fault) return;
  const auto stamp =
      DateTime::parse(trimmed(selector.child_text(basic(), "Timestamp").value_or("")));
  const bool in_window = stamp && stamp->instant() <= call.now + kTimestampWindow &&
                         stamp->instant() + kTimestampWindow >= call.now;
  if (!in_window) {
    const std::string text = "Значение временной метки сообщения недопустимо.";
    call.fault = faults::invalid_content(text, {text});
    return;
  }
  // Whether the pair names the request or the answer is not settled (smev3 §2.4): both will do.
  if (const auto root = selector.child_text(basic(), "RootElementLocalName")) {
    const auto uri = selector.child_text(basic(), "NamespaceURI").value_or("");
    const std::string name = trimmed(*root);
    if (trimmed(uri) != elk::kNamespace ||
        (name != elk::kRequestRoot && name != elk::kResponseRoot)) {
      call.fault = faults::unknown_message_type();
      return;
    }
  }
  call.multipart = true;
  const std::string node = selector.child_text(basic(), "NodeID").value_or("");
  const auto delivery = queue_.take(call.facts.sender, node, call.now);
  if (!delivery) return call.finish(answers_.empty_queue(), "empty");
  call.entry.message_id = delivery->message.id;
  call.finish(answers_.delivery(delivery->message, call.now),
              delivery->number == 1 ? "delivered" : "redelivered");
  if (!call.fault && must_tamper()) {
    call.entry.tampered = true;
    call.envelope = tampered(std::move(call.envelope));
  }
}

// ---- Ack ----

void Service::acknowledge(Call& call) {
  const auto target = call.root.child(basic(), "AckTargetMessage");
  const std::string id = target.text();
  call.entry.message_id = id;
  call.fault = authenticate(call, target);
  if (call.fault) return;
  call.entry.dropped = chance(options_.drop_ack);
  // A broken connection leaves the caller in doubt: the Ack may have worked or not.
  if (call.entry.dropped && chance(0.5)) {
    call.entry.outcome = "lost";
    return;
  }
  const std::string accepted = trimmed(target.attribute("accepted").value_or("true"));
  const bool keep = (accepted == "false" || accepted == "0") && !options_.drop_refused;
  const bool found =
      keep ? queue_.awaits(call.facts.sender, id) : queue_.acknowledge(call.facts.sender, id);
  if (!found) {
    call.fault = faults::target_not_found(id);
    return;
  }
  call.finish(answers_.acknowledged(), keep ? "kept" : "acknowledged");
}

// ---- small things under the lock ----

bool Service::accept_id(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return accepted_ids_.insert(id).second;
}

void Service::forget_id(const std::string& id) {
  const std::lock_guard lock(mutex_);
  accepted_ids_.erase(id);
}

bool Service::is_accepted(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return accepted_ids_.count(id) != 0;
}

bool Service::chance(double share) {
  if (share <= 0) return false;
  const std::lock_guard lock(mutex_);
  return std::uniform_real_distribution<double>(0, 1)(random_) < share;
}

bool Service::must_tamper() {
  const std::lock_guard lock(mutex_);
  if (to_tamper_ == 0) return false;
  --to_tamper_;
  return true;
}

}  // namespace smev::mock
