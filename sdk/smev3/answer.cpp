#include "sdk/smev3/answer.hpp"

#include <charconv>
#include <utility>

#include "sdk/signature/xmldsig.hpp"
#include "sdk/smev3/fault.hpp"
#include "sdk/smev3/soap.hpp"
#include "sdk/smev3/trust_moment.hpp"

namespace smev::smev3 {

namespace {

constexpr char kSmevSignature[] = "SMEVSignature";
constexpr char kPersonalSignature[] = "PersonalSignature";
constexpr char kSenderSignature[] = "SenderInformationSystemSignature";

// The names of one schema version over one element.
class Reader {
 public:
  Reader(const Protocol& protocol, xml::Element element) : protocol_(protocol), element_(element) {}

  [[nodiscard]] Reader child(std::string_view name) const {
    return {protocol_, element_ ? element_.child(protocol_.types_namespace, name) : element_};
  }
  [[nodiscard]] Reader basic_child(std::string_view name) const {
    return {protocol_, element_ ? element_.child(protocol_.basic_namespace, name) : element_};
  }
  /// Empty when there is no such child.
  [[nodiscard]] std::string text(std::string_view name) const {
    return element_ ? element_.child_text(protocol_.types_namespace, name).value_or("") : "";
  }
  [[nodiscard]] bool is(std::string_view name) const {
    return element_.is(protocol_.types_namespace, name);
  }
  [[nodiscard]] std::vector<Reader> children(std::string_view name) const {
    std::vector<Reader> found;
    for (const xml::Element& each : element_.children(protocol_.types_namespace, name)) {
      found.emplace_back(protocol_, each);
    }
    return found;
  }
  [[nodiscard]] xml::Element element() const { return element_; }
  explicit operator bool() const { return static_cast<bool>(element_); }

 private:
  const Protocol& protocol_;
  xml::Element element_;
};

Metadata read_metadata(const Reader& element) {
  Metadata metadata;
  metadata.message_id = element.text("MessageId");
  metadata.message_type = element.text("MessageType");
  metadata.sender = element.child("Sender").text("Mnemonic");
  metadata.recipient = element.child("Recipient").text("Mnemonic");
  metadata.sending_timestamp = element.text("SendingTimestamp");
  metadata.status = element.text("Status");
  return metadata;
}

SignatureVerdict verify_as(const char* role, xml::Document& document, xml::Element target,
                           xml::Element holder, Verifier& verifier,
                           std::optional<TimePoint> trust_at) {
  signature::VerifyOptions options;
  options.trust_at = trust_at;
  SignatureVerdict verdict = signature::verify(document, target, holder, verifier, options);
  verdict.role = role;
  return verdict;
}

int number_of(const std::string& text) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? number : 0;
}

void read_content(const Reader& primary, Answer& answer) {
  const std::vector<xml::Element> children = primary.element().children();
  if (children.size() != 1) {
    return;
  }
  answer.kind = AnswerKind::content;
  answer.content = children.front().outer_xml();
  answer.content_namespace = children.front().namespace_uri();
  answer.content_root = children.front().name();
}

void read_rejections(const Reader& data, Answer& answer) {
  answer.kind = AnswerKind::rejected;
  for (const Reader& rejected : data.children("RequestRejected")) {
    answer.rejections.push_back(
        {rejected.text("RejectionReasonCode"), rejected.text("RejectionReasonDescription")});
  }
}

void read_status(const Reader& status, Answer& answer) {
  answer.kind = AnswerKind::status;
  answer.status_code = number_of(status.text("StatusCode"));
  answer.status_description = status.text("StatusDescription");
}

void read_async_status(const Reader& status, Answer& answer) {
  answer.kind = AnswerKind::async_status;
  answer.status_category = status.text("StatusCategory");
  answer.status_description = status.text("StatusDetails");
  if (answer.original_message_id.empty()) {
    answer.original_message_id = status.text("OriginalMessageId");
  }
  if (const Reader fault = status.child("SmevFault")) {
    answer.fault = read_async_fault(fault.element());
  }
}

void read_data(const Reader& data, Answer& answer) {
  if (const Reader primary = data.basic_child("MessagePrimaryContent")) {
    read_content(primary, answer);
  } else if (data.child("RequestRejected")) {
    read_rejections(data, answer);
  } else if (const Reader status = data.child("RequestStatus")) {
    read_status(status, answer);
  } else if (const Reader notice = data.child("AsyncProcessingStatus")) {
    read_async_status(notice, answer);
  }
}

// What is inside a ResponseMessage is handed out however little of it can be read: it has to be
// stored and looked at.
Answer read_message(const Reader& message, xml::Document& document, Verifier& verifier,
                    TimePoint now) {
  const Reader response = message.child("Response");
  const Reader data = response.child("SenderProvidedResponseData");
  Answer answer;
  answer.metadata = read_metadata(response.child("MessageMetadata"));
  answer.message_id = answer.metadata.message_id;
  if (answer.message_id.empty()) {
    answer.message_id = data.text("MessageID");
  }
  answer.original_message_id = response.text("OriginalMessageId");
  answer.original_transaction_code = response.text("OriginalTransactionCode");
  if (data) {
    read_data(data, answer);
  }
  if (!response) {
    SignatureVerdict nothing;
    nothing.role = kSmevSignature;
    nothing.problem = "no Response element";
    answer.verdicts.push_back(std::move(nothing));
    return answer;
  }
  answer.verdicts.push_back(verify_as(kSmevSignature, document, response.element(),
                                      message.child(kSmevSignature).element(), verifier,
                                      trust_moment(answer.metadata.sending_timestamp, now)));
  if (const Reader holder = response.child(kSenderSignature)) {
    answer.verdicts.push_back(verify_as(kSenderSignature, document, data.element(),
                                        holder.element(), verifier, std::nullopt));
  }
  if (const Reader holder = data.child(kPersonalSignature)) {
    const Reader primary = data.basic_child("MessagePrimaryContent");
    answer.verdicts.push_back(verify_as(kPersonalSignature, document,
                                        primary ? primary.element().first_child() : xml::Element(),
                                        holder.element(), verifier, std::nullopt));
  }
  return answer;
}

}  // namespace

std::string_view name(AnswerKind kind) {
  switch (kind) {
    case AnswerKind::content:
      return "content";
    case AnswerKind::rejected:
      return "rejected";
    case AnswerKind::status:
      return "status";
    case AnswerKind::async_status:
      return "async_status";
    case AnswerKind::unreadable:
      break;
  }
  return "unreadable";
}

bool Answer::verified() const {
  bool all_hold = !verdicts.empty() && verdicts.front().trust == Trust::trusted;
  for (const SignatureVerdict& verdict : verdicts) {
    all_hold = all_hold && verdict.holds();
  }
  return all_hold;
}

std::string Answer::problem() const {
  std::string text;
  for (const SignatureVerdict& verdict : verdicts) {
    if (!verdict.holds()) {
      text += text.empty() ? "" : "; ";
      text += verdict.role + ": " + (verdict.problem.empty() ? "does not hold" : verdict.problem);
    }
  }
  if (kind == AnswerKind::unreadable) {
    text += text.empty() ? "" : "; ";
    text += "none of the known forms of an answer";
  }
  return text;
}

Result<Receipt> read_send_response(const Protocol& protocol, const HttpAnswer& http,
                                   Verifier& verifier, TimePoint now) {
  SMEV_ASSIGN(SoapBody soap, open_soap(http, Retry::same_id_now));
  const Reader answer(protocol, soap.body.first_child());
  if (!answer.is("SendRequestResponse")) {
    return bad_answer("no SendRequestResponse in soap:Body", Retry::same_id_now);
  }
  const Reader metadata = answer.child("MessageMetadata");
  if (!metadata) {
    return bad_answer("no MessageMetadata in SendRequestResponse", Retry::same_id_now);
  }
  Receipt receipt;
  receipt.metadata = read_metadata(metadata);
  receipt.verdict = verify_as(kSmevSignature, soap.document, metadata.element(),
                              answer.child(kSmevSignature).element(), verifier,
                              trust_moment(receipt.metadata.sending_timestamp, now));
  return receipt;
}

Result<std::optional<Answer>> read_get_response(const Protocol& protocol, const HttpAnswer& http,
                                                Verifier& verifier, TimePoint now) {
  SMEV_ASSIGN(SoapBody soap, open_soap(http, Retry::later));
  const Reader answer(protocol, soap.body.first_child());
  if (!answer.is("GetResponseResponse")) {
    return bad_answer("no GetResponseResponse in soap:Body", Retry::later);
  }
  const Reader message = answer.child("ResponseMessage");
  if (!message) {
    return std::optional<Answer>();
  }
  return std::optional(read_message(message, soap.document, verifier, now));
}

Result<void> read_ack_response(const Protocol& protocol, const HttpAnswer& http) {
  SMEV_ASSIGN(const SoapBody soap, open_soap(http, Retry::later));
  const Reader answer(protocol, soap.body.first_child());
  if (answer && !answer.is("AckResponse")) {
    return bad_answer("neither AckResponse nor an empty soap:Body", Retry::later);
  }
  return {};
}

}  // namespace smev::smev3
