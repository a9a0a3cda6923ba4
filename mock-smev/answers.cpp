#include "mock-smev/answers.hpp"

#include <nlohmann/json.hpp>

#include "sdk/base/bytes.hpp"
#include "sdk/elk/request.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "sdk/xml/document.hpp"
#include "sdk/xml/writer.hpp"

namespace smev::mock {
namespace {

constexpr char kSignedBySmev[] = "SIGNED_BY_SMEV";
constexpr char kSignedByCaller[] = "SIGNED_BY_CALLER";
constexpr char kSignedAsyncBySmev[] = "SIGNED_ASYNC_BY_SMEV";
constexpr char kXsi[] = "http://www.w3.org/2001/XMLSchema-instance";
/// How SMEV's own register calls the type; the label kept its first version (elk-status §1).
constexpr char kTypeLabel[] = "epgu.gosuslugi.ru_elk_status_1.0.0_ElkOrderRequest";
/// Number of the sender in SMEV's register, as it stands in reply addresses.
constexpr int kSenderNumber = 193801;

std::string moscow_time(TimePoint moment) {
  return DateTime(std::chrono::floor<std::chrono::milliseconds>(moment)).text();
}

void declare(xml::Writer& out, const smev3::Protocol& protocol) {
  out.attribute("xmlns", protocol.basic_namespace)
      .attribute("xmlns:ns2", protocol.types_namespace)
      .attribute("xmlns:ns3", protocol.faults_namespace);
}

void open_envelope(xml::Writer& out) {
  out.open("soap:Envelope").attribute("xmlns:soap", smev3::kSoapNamespace).open("soap:Body");
}

/// The reply address: opaque to a client, base64 of JSON here as there.
std::string reply_address(const RequestFacts& request, const std::string& created) {
  nlohmann::ordered_json address;
  address["sid"] = kSenderNumber;
  address["mid"] = request.message_id;
  if (!request.transaction_code.empty()) address["tcd"] = request.transaction_code;
  address["eol"] = 0;
  address["slc"] = kTypeLabel;
  address["mnm"] = request.sender;
  if (!created.empty()) address["crt"] = created;
  address["ns"] = elk::kNamespace;
  address["reol"] = 0;
  address["orid"] = nullptr;
  return base64_encode(address.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

struct Metadata {
  std::string id;  ///< attribute Id; empty: none
  std::string message_id;
  std::string type;
  std::string sender;
  std::string recipient;
  TimePoint sent{};
  std::string delivered;  ///< empty: not delivered
  std::string status;
};

void write_metadata(xml::Writer& out, const Metadata& metadata) {
  out.open("ns2:MessageMetadata");
  if (!metadata.id.empty()) out.attribute("Id", metadata.id);
  out.element("ns2:MessageId", metadata.message_id);
  out.element("ns2:MessageType", metadata.type);
  out.open("ns2:Sender").element("ns2:Mnemonic", metadata.sender).close();
  out.element("ns2:SendingTimestamp", moscow_time(metadata.sent));
  out.open("ns2:Recipient").element("ns2:Mnemonic", metadata.recipient).close();
  if (!metadata.delivered.empty()) out.element("ns2:DeliveryTimestamp", metadata.delivered);
  out.element("ns2:Status", metadata.status);
  out.close();
}

void write_fault(xml::Writer& out, const AsyncRejection& why) {
  out.open("ns2:SmevFault");
  if (!why.validation_errors.empty()) {
    out.attribute("xmlns:xsi", kXsi).attribute("xsi:type", "ns3:InvalidContent");
  }
  out.element("Code", why.code);
  out.element("Description", why.number + ": " + why.text);
  for (const std::string& error : why.validation_errors) {
    out.open("ns3:ValidationError").attribute("errorPosition", "-1").text(error).close();
  }
  out.close();
}

/// Signs inside a written envelope; `path` leads from soap:Body's first child to the parent of both
/// the signed element and the holder.
Result<std::string> sign_envelope(const std::string& envelope, const smev3::Protocol& protocol,
                                  const std::vector<std::string>& path, const std::string& target,
                                  Signer& signer) {
  SMEV_ASSIGN(auto document, xml::Document::parse(envelope));
  xml::Element parent = document.root().first_child().first_child();
  for (const std::string& step : path) parent = parent.child(protocol.types_namespace, step);
  SMEV_TRY(signature::sign(document, parent.child(protocol.types_namespace, target),
                           parent.child(protocol.types_namespace, "SMEVSignature"), signer));
  return document.to_text();
}

}  // namespace

Answers::Answers(const smev3::Protocol& protocol, std::string smev_mnemonic,
                 std::string provider_mnemonic, std::shared_ptr<Signer> smev,
                 std::shared_ptr<Signer> provider)
    : protocol_(protocol),
      smev_mnemonic_(std::move(smev_mnemonic)),
      provider_mnemonic_(std::move(provider_mnemonic)),
      smev_(std::move(smev)),
      provider_(std::move(provider)) {}

Result<std::string> Answers::receipt(const RequestFacts& request, TimePoint now) const {
  xml::Writer out;
  open_envelope(out);
  out.open("ns2:SendRequestResponse");
  declare(out, protocol_);
  write_metadata(out, {kSignedBySmev,
                       request.message_id,
                       "REQUEST",
                       request.sender,
                       provider_mnemonic_,
                       now,
                       {},
                       "requestIsQueued"});
  out.open("ns2:SMEVSignature").close();
  out.close().close().close();
  return sign_envelope(out.take(), protocol_, {}, "MessageMetadata", *smev_);
}

QueuedMessage Answers::queued(const RequestFacts& request, const std::string& id,
                              const std::string& sender, TimePoint now) const {
  QueuedMessage message;
  message.id = id;
  message.original_id = request.message_id;
  message.transaction_code = request.transaction_code;
  message.node_id = request.node_id;
  message.sender = sender;
  message.recipient = request.sender;
  message.sent = now;
  return message;
}

Result<QueuedMessage> Answers::answer(const RequestFacts& request, const std::string& id,
                                      const std::string& content, TimePoint now) const {
  xml::Writer out;
  out.open("MessagePrimaryContent").raw(content).close();
  return of_provider(request, id, out.take(), now);
}

Result<QueuedMessage> Answers::refusal(const RequestFacts& request, const std::string& id,
                                       const std::vector<smev3::Rejection>& why,
                                       TimePoint now) const {
  std::string inside;
  for (const smev3::Rejection& reason : why) {
    xml::Writer out;
    out.open("ns2:RequestRejected");
    out.element("ns2:RejectionReasonCode", reason.code);
    out.element("ns2:RejectionReasonDescription", reason.description).close();
    inside += out.take();
  }
  return of_provider(request, id, inside, now);
}

Result<QueuedMessage> Answers::status(const RequestFacts& request, const std::string& id, int code,
                                      const std::string& text, TimePoint now) const {
  xml::Writer out;
  out.open("ns2:RequestStatus").element("ns2:StatusCode", std::to_string(code));
  out.element("ns2:StatusDescription", text).close();
  return of_provider(request, id, out.take(), now);
}

Result<QueuedMessage> Answers::of_provider(const RequestFacts& request, const std::string& id,
                                           const std::string& inside, TimePoint now) const {
  xml::Writer out;
  out.open("ns2:Response");
  declare(out, protocol_);
  out.open("ns2:SenderProvidedResponseData").attribute("Id", kSignedByCaller);
  out.element("ns2:MessageID", id);
  out.element("ns2:To", reply_address(request, {}));
  out.raw(inside);
  out.close();
  out.open("ns2:SenderInformationSystemSignature").close();
  out.close();
  SMEV_ASSIGN(auto document, xml::Document::parse(out.take()));
  const xml::Element data = document.root().first_child();
  const xml::Element holder = data.next_sibling();
  SMEV_TRY(signature::sign(document, data, holder, *provider_));
  QueuedMessage message = queued(request, id, provider_mnemonic_, now);
  message.data_xml = data.outer_xml();
  message.sender_signature_xml = holder.first_child().outer_xml();
  return message;
}

Result<QueuedMessage> Answers::rejection(const RequestFacts& request, const std::string& id,
                                         const AsyncRejection& why, TimePoint now) const {
  return of_smev(request, id, "requestIsRejectedBySmev", why.text, &why, now);
}

Result<QueuedMessage> Answers::notice(const RequestFacts& request, const std::string& id,
                                      const std::string& category, const std::string& text,
                                      TimePoint now) const {
  return of_smev(request, id, category, text, nullptr, now);
}

QueuedMessage Answers::of_smev(const RequestFacts& request, const std::string& id,
                               const std::string& category, const std::string& details,
                               const AsyncRejection* why, TimePoint now) const {
  xml::Writer out;
  out.open("ns2:SenderProvidedResponseData");
  declare(out, protocol_);
  out.attribute("Id", kSignedAsyncBySmev);
  out.element("ns2:MessageID", id);
  out.element("ns2:To", reply_address(request, moscow_time(now)));
  out.open("ns2:AsyncProcessingStatus");
  out.element("ns2:OriginalMessageId", request.message_id);
  out.element("ns2:StatusCategory", category);
  out.element("ns2:StatusDetails", details);
  if (why != nullptr) write_fault(out, *why);
  out.close().close();
  QueuedMessage message = queued(request, id, smev_mnemonic_, now);
  message.data_xml = out.take();
  return message;
}

Result<std::string> Answers::delivery(const QueuedMessage& message, TimePoint now) const {
  xml::Writer out;
  open_envelope(out);
  out.open("ns2:GetResponseResponse");
  declare(out, protocol_);
  out.open("ns2:ResponseMessage");
  out.open("ns2:Response").attribute("Id", kSignedBySmev);
  out.element("ns2:OriginalMessageId", message.original_id);
  if (!message.transaction_code.empty()) {
    out.element("ns2:OriginalTransactionCode", message.transaction_code);
  }
  out.raw(message.data_xml);
  write_metadata(out, {{},
                       message.id,
                       "RESPONSE",
                       message.sender,
                       message.recipient,
                       message.sent,
                       moscow_time(now),
                       "messageIsDelivered"});
  if (!message.sender_signature_xml.empty()) {
    out.open("ns2:SenderInformationSystemSignature").raw(message.sender_signature_xml).close();
  }
  out.close();
  out.open("ns2:SMEVSignature").close();
  out.close().close().close().close();
  return sign_envelope(out.take(), protocol_, {"ResponseMessage"}, "Response", *smev_);
}

std::string Answers::empty_answer(const std::string& root) const {
  xml::Writer out;
  open_envelope(out);
  out.open(root);
  declare(out, protocol_);
  out.close().close().close();
  return out.take();
}

std::string Answers::empty_queue() const { return empty_answer("ns2:GetResponseResponse"); }
std::string Answers::acknowledged() const { return empty_answer("ns2:AckResponse"); }

std::string tampered(std::string envelope) {
  std::size_t at = envelope.find("MessagePrimaryContent");
  if (at == std::string::npos) at = envelope.find("AsyncProcessingStatus");
  bool in_text = false;
  for (; at < envelope.size(); ++at) {
    char& c = envelope[at];
    if (c == '<' || c == '>') in_text = c == '>';
    if (in_text && c >= '0' && c <= '9') {
      c = c == '9' ? '0' : static_cast<char>(c + 1);
      break;
    }
  }
  return envelope;
}

}  // namespace smev::mock
