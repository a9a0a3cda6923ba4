#include "sdk/smev3/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sdk/base/mime.hpp"
#include "sdk/base/text.hpp"
#include "sdk/signature/transform.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "sdk/xml/document.hpp"
#include "sdk/xml/escape.hpp"
#include "sdk/xml/writer.hpp"

namespace smev::smev3 {

namespace {

constexpr char kSigned[] = "SIGNED_BY_CALLER";
constexpr std::size_t kTransactionCodeMax = 1500;
constexpr std::size_t kNodeIdMax = 50;
constexpr char kSource[] = "smev3 §1.3";

using Faults = std::vector<FieldFault>;

void add(Faults& faults, std::string field, std::string code, std::string text) {
  faults.push_back({std::move(field), std::move(code), std::move(text), kSource});
}

void check_text(Faults& faults, const std::optional<std::string>& value, std::string field,
                std::size_t max = std::string::npos) {
  if (!value) {
    return;
  }
  if (signature::is_blank(*value)) {
    add(faults, std::move(field), "missing", "Значение пусто");
  } else if (!xml::is_text(*value)) {
    add(faults, std::move(field), "forbidden_character", "Есть знак, недопустимый в XML");
  } else if (utf8_length(*value) > max) {
    add(faults, std::move(field), "too_long",
        "Допустимая длина: от 1 до " + std::to_string(max) + " знаков");
  }
}

bool is_lower_case_uuid(const std::string& text) { return Uuid::parse(text).has_value(); }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view without_outer_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// Depth is bounded by the reader's limits.
bool carries_id(const xml::Element& element, std::string_view id) {
  if (element.attribute("Id") == id) {
    return true;
  }
  for (xml::Element child = element.first_child(); child; child = child.next_sibling()) {
    if (carries_id(child, id)) {
      return true;
    }
  }
  return false;
}

// It goes into the envelope as it stands, so it must be one element and nothing else.
std::optional<xml::Document> read_content(Faults& faults, const Protocol& protocol,
                                          std::string_view content) {
  const auto wrong = [&](std::string code, std::string text) {
    add(faults, "content", std::move(code), std::move(text));
    return std::nullopt;
  };
  if (content.empty()) {
    return wrong("missing", "Нет бизнес-данных");
  }
  const std::string_view end =
      content.substr(content.size() - std::min<std::size_t>(3, content.size()));
  const char second = content.size() > 1 ? content[1] : '\0';
  if (content.front() != '<' || second == '?' || second == '!' || end == "-->" ||
      end.substr(end.size() / 2) == "?>") {
    return wrong("pattern",
                 "Нужен ровно один элемент XML: без объявления, DOCTYPE и текста вокруг");
  }
  auto document = xml::Document::parse(content);
  if (!document) {
    return wrong("bad_xml", "Бизнес-данные не читаются как XML");
  }
  const std::string_view uri = document->root().namespace_uri();
  if (uri.empty() || uri == protocol.basic_namespace) {
    wrong("namespace", "Корневой элемент должен быть в пространстве имён вида сведений");
  }
  if (carries_id(document->root(), kSigned)) {
    wrong("id_taken", std::string("Атрибут Id со значением ") + kSigned + " занят подписью СМЭВ");
  }
  return *std::move(document);
}

void check_file(Faults& faults, const std::string& at, const FileReference& file) {
  if (!is_lower_case_uuid(file.uuid)) {
    add(faults, at + ".uuid", "pattern", "Нужен UUID строчными буквами");
  }
  if (!is_allowed_mime(file.mime)) {
    add(faults, at + ".mime", "pattern", "СМЭВ не принимает такой тип файла");
  }
  if (file.hash_base64.empty()) {
    add(faults, at + ".hash", "missing", "Нет хэша файла");
  }
  if (file.cms_base64.empty()) {
    add(faults, at + ".signature", "missing", "Нет подписи файла");
  }
}

void check(Faults& faults, const SendRequest& request) {
  if (request.message_id.version() != 1) {
    add(faults, "message_id", "uuid_version", "MessageID должен быть UUID версии 1");
  }
  check_text(faults, request.transaction_code, "transaction_code", kTransactionCodeMax);
  check_text(faults, request.node_id, "node_id", kNodeIdMax);
  for (std::size_t i = 0; i < request.files.size(); ++i) {
    const std::string at = "files[" + std::to_string(i) + "]";
    check_file(faults, at, request.files[i]);
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (request.files[earlier].uuid == request.files[i].uuid) {
        add(faults, at + ".uuid", "duplicate", "Тот же UUID уже у другого файла");
        break;
      }
    }
  }
}

// The envelope around one operation. Its signed part is written as the transform gives it, so that
// it is signed without being read back.
class Envelope {
 public:
  Envelope(const Protocol& protocol, std::string operation)
      : operation_("smev:" + std::move(operation)),
        text_(fmt::format("<soap:Envelope xmlns:soap=\"{}\"><soap:Body><{} xmlns:smev=\"{}\">",
                          kSoapNamespace, operation_,
                          xml::escape_attribute(protocol.types_namespace))) {}

  /// The first child of the operation: the element with the Id.
  signature::TransformWriter& signed_part() { return part_; }

  /// Puts an element that was written already into the signed part, octet for octet.
  Result<void> put(std::string_view text, const xml::Element& element) {
    take_part();
    text_ += text;
    SMEV_TRY(signature::transform_into(part_, element));
    taken_ = part_.written().size();
    return {};
  }

  Result<std::string> sign(Signer& signer) {
    take_part();
    SMEV_ASSIGN(const std::string signature,
                signature::write_signature_over(part_.written(), kSigned, signer));
    constexpr std::string_view kHolder = "smev:CallerInformationSystemSignature";
    text_ += fmt::format("<{0}>{1}</{0}></{2}></soap:Body></soap:Envelope>", kHolder, signature,
                         operation_);
    return std::move(text_);
  }

 private:
  void take_part() {
    text_ += part_.written().substr(taken_);
    taken_ = part_.written().size();
  }

  const std::string operation_;
  std::string text_;
  signature::TransformWriter part_;
  std::size_t taken_ = 0;  // octets of the part that are in the text
};

// An official's signature over the content.
Result<void> put_personal_signature(Envelope& envelope, const Protocol& protocol,
                                    const xml::Document& content, Signer& signer) {
  SMEV_ASSIGN(const std::string id, signature::signable_id(content, content.root()));
  SMEV_ASSIGN(const std::string octets, signature::transform(content.root()));
  SMEV_ASSIGN(const std::string text, signature::write_signature_over(octets, id, signer));
  SMEV_ASSIGN(const xml::Document read, xml::Document::parse(text));
  signature::TransformWriter& out = envelope.signed_part();
  out.open(protocol.types_namespace, "PersonalSignature");
  SMEV_TRY(envelope.put(text, read.root()));
  out.close();
  return {};
}

void write_files(signature::TransformWriter& out, const Protocol& protocol,
                 const std::vector<FileReference>& files) {
  if (files.empty()) {
    return;
  }
  const std::string_view ns = protocol.basic_namespace;
  out.open(ns, "RefAttachmentHeaderList");
  for (const FileReference& file : files) {
    out.open(ns, "RefAttachmentHeader");
    out.element(ns, "uuid", file.uuid);
    out.element(ns, "Hash", file.hash_base64);
    out.element(ns, "MimeType", file.mime);
    out.element(ns, "SignaturePKCS7", file.cms_base64);
    out.close();
  }
  out.close();
}

// A name as XML knows it, ASCII letters only and without a colon.
bool is_ascii_name(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto later = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), later);
}

Faults check(const Selector& selector) {
  Faults faults;
  if (selector.namespace_uri.has_value() != selector.root_element.has_value()) {
    add(faults, "selector", "missing",
        "Пространство имён и корневой элемент задаются вместе либо не задаются");
  }
  check_text(faults, selector.namespace_uri, "selector.namespace_uri");
  if (selector.root_element && !is_ascii_name(*selector.root_element)) {
    add(faults, "selector.root_element", "pattern", "Это не имя элемента XML");
  }
  check_text(faults, selector.node_id, "selector.node_id", kNodeIdMax);
  return faults;
}

}  // namespace

Result<std::string> write_send_request(const Protocol& protocol, const SendRequest& request,
                                       Signer& signer) {
  const std::string_view content = without_outer_blanks(request.content);
  Faults faults;
  check(faults, request);
  const std::optional<xml::Document> read = read_content(faults, protocol, content);
  if (!faults.empty()) {
    return fail(validation_error(std::move(faults)));
  }
  Envelope envelope(protocol, "SendRequestRequest");
  signature::TransformWriter& out = envelope.signed_part();
  const std::string_view ns = protocol.types_namespace;
  out.open(ns, "SenderProvidedRequestData");
  out.attribute({}, "Id", kSigned);
  out.element(ns, "MessageID", request.message_id.text());
  if (request.reference_message_id) {
    out.element(ns, "ReferenceMessageID", request.reference_message_id->text());
  }
  if (request.transaction_code) {
    out.element(ns, "TransactionCode", *request.transaction_code);
  }
  if (request.node_id) {
    out.element(ns, "NodeID", *request.node_id);
  }
  out.open(protocol.basic_namespace, "MessagePrimaryContent");
  SMEV_TRY(envelope.put(content, read->root()));
  out.close();
  if (request.personal_signer != nullptr) {
    SMEV_TRY(put_personal_signature(envelope, protocol, *read, *request.personal_signer));
  }
  write_files(out, protocol, request.files);
  if (request.test_message) {
    out.element(ns, "TestMessage", "");
  }
  out.close();
  return envelope.sign(signer);
}

Result<std::string> write_get_response(const Protocol& protocol, const Selector& selector,
                                       TimePoint now, Signer& signer) {
  if (Faults faults = check(selector); !faults.empty()) {
    return fail(validation_error(std::move(faults)));
  }
  const DateTime stamp(std::chrono::floor<std::chrono::milliseconds>(now));
  if (stamp.empty()) {
    return fail(local_error(ErrorCode::internal, "the clock shows no year of four digits"));
  }
  Envelope envelope(protocol, "GetResponseRequest");
  signature::TransformWriter& out = envelope.signed_part();
  const std::string_view ns = protocol.basic_namespace;
  out.open(ns, "MessageTypeSelector");
  out.attribute({}, "Id", kSigned);
  if (selector.namespace_uri) {
    out.element(ns, "NamespaceURI", *selector.namespace_uri);
    out.element(ns, "RootElementLocalName", *selector.root_element);
  }
  out.element(ns, "Timestamp", stamp.text());
  if (selector.node_id) {
    out.element(ns, "NodeID", *selector.node_id);
  }
  out.close();
  return envelope.sign(signer);
}

Result<std::string> write_ack(const Protocol& protocol, const std::string& target, bool accepted,
                              Signer& signer) {
  if (!is_lower_case_uuid(target)) {
    Faults faults;
    add(faults, "message_id", "pattern", "Номер полученного сообщения не похож на UUID");
    return fail(validation_error(std::move(faults)));
  }
  Envelope envelope(protocol, "AckRequest");
  signature::TransformWriter& out = envelope.signed_part();
  out.open(protocol.basic_namespace, "AckTargetMessage");
  out.attribute({}, "Id", kSigned);
  out.attribute({}, "accepted", accepted ? "true" : "false");
  out.text(target);
  out.close();
  return envelope.sign(signer);
}

}  // namespace smev::smev3
