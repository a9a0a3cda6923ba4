#include "mock-smev/fault.hpp"

#include <set>

#include "sdk/xml/writer.hpp"

namespace smev::mock {
namespace faults {
namespace {

// Code is opaque to a client; these have the shape of captured ones. Where the number of a fault is
// not known, its description goes without one.
constexpr char kCodePrefix[] = "tsmev3:TEST_AREA:TSMEV3_CORE2 : TR:SYNC:";

Fault make(std::string name, std::string number, const std::string& module, std::string text) {
  return {std::move(name), std::move(number), kCodePrefix + module, std::move(text), {}, {}};
}

}  // namespace

Fault not_soap(const std::string& why) { return {{}, {}, {}, why, {}, {}}; }

Fault invalid_content(const std::string& text, const std::vector<std::string>& errors) {
  Fault fault = make("InvalidContent", "SMEV-403", "XSD:1", text);
  for (const std::string& error : errors) fault.fields.emplace_back("ValidationError", error);
  return fault;
}

Fault signature(const std::string& reason, const std::string& text, const std::string& detail) {
  Fault fault = make("SignatureVerificationFault", "SMEV-100", "SPS:1", text);
  fault.fields.emplace_back("SignatureVerificationFault", reason);
  fault.detail = detail;
  return fault;
}

Fault invalid_message_id() {
  return make("InvalidMessageIdFormat", "SMEV-300", "MID:1",
              "Неверный формат идентификатора сообщения: требуется UUID версии 1.");
}

Fault stale_message_id(const std::string& id) {
  return make("StaleMessageId", "", "MID:2",
              "Идентификатор сообщения '" + id + "' устарел. Проверьте часы отправителя.");
}

Fault already_sent(const std::string& id) {
  return make("MessageIsAlreadySent", "SMEV-301", "MID:3",
              "Сообщение с идентификатором '" + id + "' уже было отправлено ранее.");
}

Fault type_not_supported(const std::string& namespace_uri, const std::string& root) {
  Fault fault =
      make("BusinessDataTypeIsNotSupported", "", "RT:1", "Вид сведений не зарегистрирован в СМЭВ.");
  fault.fields.emplace_back("RootElementLocalName", root);
  fault.fields.emplace_back("RootElementNamespaceURI", namespace_uri);
  return fault;
}

Fault unknown_message_type() {
  return make("UnknownMessageType", "", "RT:2",
              "В отборе указан вид сведений, который не зарегистрирован за участником.");
}

Fault attachments_miscoordinated() {
  return make("AttachmentContentMiscoordination", "", "ATT:1",
              "Списки описаний и содержимого вложений не соответствуют друг другу.");
}

Fault attachments_too_large(std::size_t permitted_bytes, std::size_t real_bytes) {
  Fault fault = make("AttachmentSizeLimitExceeded", "", "ATT:2",
                     "Превышен допустимый общий размер вложений.");
  fault.fields.emplace_back("PermittedTotalAttachmentSize", std::to_string(permitted_bytes));
  fault.fields.emplace_back("RealTotalAttachmentSize", std::to_string(real_bytes));
  return fault;
}

Fault target_not_found(const std::string& id) {
  return make("TargetMessageIsNotFound", "SMEV-501", "DAS:4",
              "Сообщение '" + id + "' не найдено среди неподтверждённых.");
}

Fault destination_overflow(const std::string& destination) {
  Fault fault = make("DestinationOverflow", "SMEV-600", "PP:15",
                     "Очередь, в которую должно быть отправлено сообщение, переполнена.");
  fault.fields.emplace_back("MessageBrokerAddress", "unknown");
  fault.fields.emplace_back("DestinationName", destination);
  return fault;
}

Fault access_denied() {
  return make("AccessDenied", "", "ACL:1", "Нет прав на использование вида сведений.");
}

Fault sender_not_registered() {
  return make("SenderIsNotRegistered", "", "ACL:2",
              "Информационная система отправителя не зарегистрирована в СМЭВ.");
}

Fault end_of_life_reached() {
  return make("EndOfLifeReached", "", "MID:4", "Истёк срок жизни сообщения.");
}

Fault smev_failure() {
  return make("SMEVFailure", "", "SYS:1", "Внутренняя ошибка СМЭВ. Повторите попытку.");
}

// The detail element of this one was never published; only its text is.
Fault too_many_calls() {
  return make("AccessDenied", "SMEV-100", "LIM:1",
              "Технологический доступ к СМЭВ временно приостановлен: нарушено установленное "
              "ограничение на количество обращений.");
}

}  // namespace faults

namespace {

constexpr char kXsi[] = "http://www.w3.org/2001/XMLSchema-instance";

/// Detail elements that the schema declares with a type of their own; the others are declared
/// empty, and Code and Description fit only with xsi:type.
bool has_own_type(const std::string& name) {
  static const std::set<std::string> kTyped = {
      "InvalidContent",        "SignatureVerificationFault",  "BusinessDataTypeIsNotSupported",
      "QuoteLimitExceeded",    "AttachmentSizeLimitExceeded", "DestinationOverflow",
      "TransactionCodeInvalid"};
  return kTyped.count(name) != 0;
}

void write_detail(xml::Writer& out, const Fault& fault, const smev3::Protocol& protocol,
                  FaultStyle style) {
  const bool with_code = style == FaultStyle::old_server;
  out.open("detail");
  out.open("ns3:" + fault.name)
      .attribute("xmlns:ns3", protocol.faults_namespace)
      .attribute("xmlns:ns2", protocol.types_namespace)
      .attribute("xmlns", protocol.basic_namespace);
  if (with_code && !has_own_type(fault.name)) {
    out.attribute("xmlns:xsi", kXsi).attribute("xsi:type", "SmevFault");
  }
  if (with_code) {
    out.element("Code", fault.code);
    out.element("Description", description(fault));
  }
  for (const auto& [name, value] : fault.fields) {
    out.open("ns3:" + name);
    if (name == "ValidationError") out.attribute("errorPosition", "-1");
    out.text(value).close();
  }
  out.close().close();
}

}  // namespace

std::string description(const Fault& fault) {
  return fault.number.empty() ? fault.text : fault.number + ": " + fault.text;
}

std::string to_envelope(const Fault& fault, const smev3::Protocol& protocol, FaultStyle style) {
  const bool old_style = style == FaultStyle::old_server;
  const std::string soap = old_style ? "soap" : "SOAP-ENV";
  // What is no SOAP at all is the client's mistake in both generations.
  const std::string blame = old_style && !fault.name.empty() ? ":Server" : ":Client";
  xml::Writer out;
  out.open(soap + ":Envelope").attribute("xmlns:" + soap, smev3::kSoapNamespace);
  if (!old_style) out.open(soap + ":Header").close();
  out.open(soap + ":Body").open(soap + ":Fault");
  out.element("faultcode", soap + blame);
  out.open("faultstring");
  if (!old_style) out.attribute("xml:lang", "ru");
  out.text(fault.text).close();
  if (!fault.name.empty()) write_detail(out, fault, protocol, style);
  out.close().close().close();
  return out.take();
}

}  // namespace smev::mock
