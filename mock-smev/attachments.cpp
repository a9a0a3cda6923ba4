#include "mock-smev/attachments.hpp"

#include <set>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/cms.hpp"
#include "sdk/signature/digest.hpp"

namespace smev::mock {
namespace {

constexpr char kRejectionCode[] = "SMEVEncodedException";

AsyncRejection refuse(const std::string& number, const std::string& why, std::size_t position,
                      const std::string& message_id) {
  return {kRejectionCode,
          number,
          "Вложение " + std::to_string(position) + ": " + why + " MessageId = " + message_id,
          {}};
}

/// Nothing when the detached signature covers the file and its maker is trusted.
std::optional<std::string> signature_problem(const std::string& path, const std::string& base64,
                                             const FileChecks& checks) {
  if (base64.empty()) return "нет электронной подписи файла (SignaturePKCS7).";
  const auto der = base64_decode(base64);
  if (!der) return "электронная подпись файла записана не в base64.";
  const auto verdict = signature::verify_file(path, *der, checks.verifier, checks.now);
  if (!verdict || !verdict->digest_holds || !verdict->value_holds) {
    return "ошибка проверки электронной подписи файла.";
  }
  if (verdict->trust != Trust::trusted) {
    return "сертификат электронной подписи файла не зарегистрирован или просрочен.";
  }
  return std::nullopt;
}

/// The entries of an optional list.
std::vector<xml::Element> entries(const smev3::Protocol& protocol, const xml::Element& parent,
                                  const std::string& list, const std::string& entry) {
  const xml::Element found = parent.child(protocol.basic_namespace, list);
  return found ? found.children(protocol.basic_namespace, entry) : std::vector<xml::Element>();
}

/// Nothing in the message names the algorithm of the hash: it follows the key (smev3 §3.2).
bool has_hash(const std::string& path, const std::string& base64) {
  const auto expected = base64_decode(base64);
  if (!expected) return false;
  for (const auto algorithm :
       {SignatureAlgorithm::gost2012_256, SignatureAlgorithm::gost2012_512}) {
    const auto real = signature::digest_file(algorithm, path);
    if (real && *expected == *real) return true;
  }
  return false;
}

}  // namespace

std::optional<Fault> check_inline_attachments(const smev3::Protocol& protocol,
                                              const xml::Element& request) {
  const std::string& basic = protocol.basic_namespace;
  std::multiset<std::string> announced;
  std::multiset<std::string> present;
  std::size_t bytes = 0;
  const auto data = request.child(protocol.types_namespace, "SenderProvidedRequestData");
  for (const auto& header : entries(protocol, data, "AttachmentHeaderList", "AttachmentHeader")) {
    announced.insert(header.child_text(basic, "contentId").value_or(""));
  }
  for (const auto& content :
       entries(protocol, request, "AttachmentContentList", "AttachmentContent")) {
    present.insert(content.child_text(basic, "Id").value_or(""));
    const auto octets = base64_decode(content.child_text(basic, "Content").value_or(""));
    bytes += octets ? octets->size() : 0;
  }
  if (announced != present) return faults::attachments_miscoordinated();
  if (bytes > kInlineAttachmentsBytesMax) {
    return faults::attachments_too_large(kInlineAttachmentsBytesMax, bytes);
  }
  return std::nullopt;
}

std::variant<std::map<std::string, ResultFile>, AsyncRejection> claim_files(
    const smev3::Protocol& protocol, const xml::Element& data, const std::string& message_id,
    const FileChecks& checks) {
  const std::string& basic = protocol.basic_namespace;
  std::map<std::string, ResultFile> files;
  std::size_t position = 0;
  for (const auto& header :
       entries(protocol, data, "RefAttachmentHeaderList", "RefAttachmentHeader")) {
    ++position;
    const std::string uuid = header.child_text(basic, "uuid").value_or("");
    const auto stored = checks.store.only_file(uuid);
    if (!stored) {
      return refuse("SMEV-201",
                    stored.error().code == ErrorCode::not_found
                        ? "файл не найден в файловом хранилище."
                        : "в каталоге файлового хранилища не ровно один файл.",
                    position, message_id);
    }
    // Judged and kept is the same content, whatever is uploaded meanwhile.
    const auto kept = checks.store.keep(*stored, message_id + '-' + std::to_string(position));
    if (!kept) return refuse("SMEV-201", "файл не читается.", position, message_id);
    if (!has_hash(kept->path, header.child_text(basic, "Hash").value_or(""))) {
      return refuse("SMEV-201", "хэш файла не совпадает с указанным в сообщении.", position,
                    message_id);
    }
    if (auto problem = signature_problem(
            kept->path, header.child_text(basic, "SignaturePKCS7").value_or(""), checks)) {
      return refuse("SMEV-100", *problem, position, message_id);
    }
    files[uuid] = {kept->path, kept->name, header.child_text(basic, "MimeType").value_or(""),
                   kept->size};
  }
  return files;
}

}  // namespace smev::mock
