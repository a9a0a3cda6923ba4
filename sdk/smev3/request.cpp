#include "sdk/smev3/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sdk/base/text.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "sdk/xml/document.hpp"
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

void check_length(Faults& faults, const std::optional<std::string>& value, std::string field,
                  std::size_t max) {
  if (value && (value->empty() || utf8_length(*value) > max)) {
    add(faults, std::move(field), value->empty() ? "missing" : "too_long",
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
void check_content(Faults& faults, const Protocol& protocol, std::string_view content) {
  const auto wrong = [&](std::string code, std::string text) {
    add(faults, "content", std::move(code), std::move(text));
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
  const auto document = xml::Document::parse(content);
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

Faults check(const Protocol& protocol, const SendRequest& request, std::string_view content) {
  Faults faults;
  if (request.message_id.version() != 1) {
    add(faults, "message_id", "uuid_version", "MessageID должен быть UUID версии 1");
  }
  check_length(faults, request.transaction_code, "transaction_code", kTransactionCodeMax);
  check_length(faults, request.node_id, "node_id", kNodeIdMax);
  check_content(faults, protocol, content);
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
  return faults;
}

// The envelope around one operation. Prefixes are those of the transform, so that it has next to
// nothing to do.
class Envelope {
 public:
  explicit Envelope(const Protocol& protocol) : protocol_(protocol) {}

  xml::Writer& open(const std::string& operation) {
    writer_.open("soap:Envelope").attribute("xmlns:soap", kSoapNamespace).open("soap:Body");
    return writer_.open("ns1:" + operation).attribute("xmlns:ns1", protocol_.types_namespace);
  }

  /// Signs the first child of the operation: the element with the Id; before it, its content by
  /// `personal`, when there is one.
  Result<std::string> close(Signer& signer, Signer* personal = nullptr) {
    writer_.open("ns1:CallerInformationSystemSignature").close();
    writer_.close().close().close();
    std::string text = writer_.take();
    if (personal != nullptr) {
      SMEV_TRY(add_signature(text, "PersonalSignature", *personal));
    }
    SMEV_TRY(add_signature(text, "CallerInformationSystemSignature", signer));
    return text;
  }

 private:
  // Into the text as it was written: nothing of that is written again by another hand.
  Result<void> add_signature(std::string& text, const std::string& holder_name,
                             Signer& signer) const {
    const auto document = xml::Document::parse(text);
    if (!document) {
      return fail(local_error(ErrorCode::internal, "envelope: " + document.error().detail));
    }
    const xml::Element operation = document->root().first_child().first_child();
    const xml::Element data = operation.first_child();
    const bool of_content = holder_name == "PersonalSignature";
    const xml::Element holder =
        (of_content ? data : operation).child(protocol_.types_namespace, holder_name);
    const xml::Element target =
        of_content ? data.child(protocol_.basic_namespace, "MessagePrimaryContent").first_child()
                   : data;
    SMEV_ASSIGN(const std::string signature,
                signature::write_signature_of(*document, target, holder, signer));
    // The last of its name: what stands before it may be anything.
    const std::size_t place = text.rfind("</ns1:" + holder_name + ">");
    if (place == std::string::npos) {
      return fail(local_error(ErrorCode::internal, "the signature's place is lost"));
    }
    text.insert(place, signature);
    return {};
  }

  const Protocol& protocol_;
  xml::Writer writer_;
};

void write_files(xml::Writer& writer, const Protocol& protocol,
                 const std::vector<FileReference>& files) {
  if (files.empty()) {
    return;
  }
  writer.open("ns2:RefAttachmentHeaderList").attribute("xmlns:ns2", protocol.basic_namespace);
  for (const FileReference& file : files) {
    writer.open("ns2:RefAttachmentHeader");
    writer.element("ns2:uuid", file.uuid);
    writer.element("ns2:Hash", file.hash_base64);
    writer.element("ns2:MimeType", file.mime);
    writer.element("ns2:SignaturePKCS7", file.cms_base64);
    writer.close();
  }
  writer.close();
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
  if (selector.namespace_uri && selector.namespace_uri->empty()) {
    add(faults, "selector.namespace_uri", "missing", "Пространство имён пусто");
  }
  if (selector.root_element && !is_ascii_name(*selector.root_element)) {
    add(faults, "selector.root_element", "pattern", "Это не имя элемента XML");
  }
  check_length(faults, selector.node_id, "selector.node_id", kNodeIdMax);
  return faults;
}

}  // namespace

Result<std::string> write_send_request(const Protocol& protocol, const SendRequest& request,
                                       Signer& signer) {
  const std::string_view content = without_outer_blanks(request.content);
  if (Faults faults = check(protocol, request, content); !faults.empty()) {
    return fail(validation_error(std::move(faults)));
  }
  Envelope envelope(protocol);
  xml::Writer& writer = envelope.open("SendRequestRequest");
  writer.open("ns1:SenderProvidedRequestData").attribute("Id", kSigned);
  writer.element("ns1:MessageID", request.message_id.text());
  if (request.reference_message_id) {
    writer.element("ns1:ReferenceMessageID", request.reference_message_id->text());
  }
  if (request.transaction_code) {
    writer.element("ns1:TransactionCode", *request.transaction_code);
  }
  if (request.node_id) {
    writer.element("ns1:NodeID", *request.node_id);
  }
  writer.open("ns2:MessagePrimaryContent").attribute("xmlns:ns2", protocol.basic_namespace);
  writer.raw(content).close();
  if (request.personal_signer != nullptr) {
    writer.element("ns1:PersonalSignature", "");
  }
  write_files(writer, protocol, request.files);
  if (request.test_message) {
    writer.element("ns1:TestMessage", "");
  }
  writer.close();
  return envelope.close(signer, request.personal_signer);
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
  Envelope envelope(protocol);
  xml::Writer& writer = envelope.open("GetResponseRequest");
  writer.open("ns2:MessageTypeSelector").attribute("xmlns:ns2", protocol.basic_namespace);
  writer.attribute("Id", kSigned);
  if (selector.namespace_uri) {
    writer.element("ns2:NamespaceURI", *selector.namespace_uri);
    writer.element("ns2:RootElementLocalName", *selector.root_element);
  }
  writer.element("ns2:Timestamp", stamp.text());
  if (selector.node_id) {
    writer.element("ns2:NodeID", *selector.node_id);
  }
  writer.close();
  return envelope.close(signer);
}

Result<std::string> write_ack(const Protocol& protocol, const std::string& target, bool accepted,
                              Signer& signer) {
  if (!is_lower_case_uuid(target)) {
    Faults faults;
    add(faults, "message_id", "pattern", "Номер полученного сообщения не похож на UUID");
    return fail(validation_error(std::move(faults)));
  }
  Envelope envelope(protocol);
  xml::Writer& writer = envelope.open("AckRequest");
  writer.open("ns2:AckTargetMessage").attribute("xmlns:ns2", protocol.basic_namespace);
  writer.attribute("Id", kSigned).attribute("accepted", accepted ? "true" : "false");
  writer.text(target).close();
  return envelope.close(signer);
}

bool is_allowed_mime(std::string_view mime) {
  constexpr std::array<std::string_view, 5> kGroups = {"text/", "image/", "audio/", "video/",
                                                       "application/"};
  for (const std::string_view group : kGroups) {
    if (mime.substr(0, group.size()) == group) {
      const std::string_view rest = mime.substr(group.size());
      return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '+' || c == '.';
      });
    }
  }
  return false;
}

}  // namespace smev::smev3
