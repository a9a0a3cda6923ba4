#pragma once
// What SMEV says, made up and really signed: receipts, answers, faults. Keys are made anew for each
// set, so that nothing secret lies in the tests.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "sdk/base/runtime.hpp"
#include "sdk/signature/issuing.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "sdk/smev3/protocol.hpp"
#include "sdk/xml/document.hpp"
#include "smev/base/clock.hpp"
#include "smev/signature/signer.hpp"
#include "smev/signature/verifier.hpp"

namespace smev::testing {

/// The moment at which the tests play; all test certificates are valid then.
inline TimePoint test_now() { return *parse_utc_text("2026-04-16T07:47:33.379123Z"); }

/// A folder of its own that goes away.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "smev-test-XXXXXX").string();
    path_ = mkdtemp(name.data()) == nullptr ? "" : name;
    EXPECT_FALSE(path_.empty());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Everybody who signs in a test. The verifier trusts SMEV alone.
class Signers {
 public:
  Signers() {
    runtime_ = *Runtime::acquire();
    const auto trusted = *signature::make_authority("Test authority", before(), after());
    const auto other = *signature::make_authority("Other authority", before(), after());
    smev = signer(trusted, "SMEV");
    sender = signer(other, "Sender");
    provider = signer(other, "Provider");
    stranger = signer(other, "Stranger");
    verifier = *pinned_verifier({certificate_path("SMEV")});
  }

  std::shared_ptr<Signer> smev;      ///< trusted
  std::shared_ptr<Signer> sender;    ///< our own information system
  std::shared_ptr<Signer> provider;  ///< who answers us; its trust is not asked for
  std::shared_ptr<Signer> stranger;  ///< a good key that nobody knows
  std::shared_ptr<Verifier> verifier;

 private:
  static TimePoint before() { return test_now() - std::chrono::hours(24 * 365); }
  static TimePoint after() { return test_now() + std::chrono::hours(24 * 365); }

  [[nodiscard]] std::string certificate_path(const std::string& name) const {
    return (folder_.path() / (name + ".crt")).string();
  }
  std::shared_ptr<Signer> signer(const signature::Issued& authority, const std::string& name) {
    const auto issued = *signature::issue(authority, name, before(), after());
    const std::string key_path = (folder_.path() / (name + ".key")).string();
    signature::write_issued(issued, key_path, certificate_path(name)).value();
    return *pem_signer(key_path, certificate_path(name), test_now());
  }

  std::shared_ptr<Runtime> runtime_;
  TemporaryFolder folder_;
};

/// Made once for a whole test program: keys cost time.
inline Signers& signers() {
  static Signers all;
  return all;
}

inline std::string in_soap(const std::string& operation_xml) {
  return std::string("<soap:Envelope xmlns:soap=\"") + smev3::kSoapNamespace + "\"><soap:Body>" +
         operation_xml + "</soap:Body></soap:Envelope>";
}

/// The element of that local name, anywhere in the document; the first.
inline xml::Element find_element(const xml::Element& from, std::string_view name) {
  if (from.name() == name) return from;
  for (xml::Element child = from.first_child(); child; child = child.next_sibling()) {
    if (const xml::Element found = find_element(child, name)) return found;
  }
  return {};
}

/// Signs `target` into `holder`, both named by their local names.
inline std::string with_signature(const std::string& text, std::string_view target,
                                  std::string_view holder, Signer& signer) {
  auto document = xml::Document::parse(text);
  EXPECT_TRUE(document) << document.error().describe();
  const auto done = signature::sign(*document, find_element(document->root(), target),
                                    find_element(document->root(), holder), signer);
  EXPECT_TRUE(done) << done.error().describe();
  return document->to_text();
}

inline std::string declarations() {
  const smev3::Protocol& names = smev3::protocol_1_2();
  return " xmlns:ns2=\"" + names.types_namespace + "\" xmlns=\"" + names.basic_namespace +
         "\" xmlns:ns3=\"" + names.faults_namespace + "\"";
}

inline std::string metadata(const std::string& message_id, const std::string& type,
                            const std::string& status, const std::string& id_attribute) {
  return "<ns2:MessageMetadata" + id_attribute + "><ns2:MessageId>" + message_id +
         "</ns2:MessageId><ns2:MessageType>" + type +
         "</ns2:MessageType><ns2:Sender><ns2:Mnemonic>TEST01</ns2:Mnemonic></ns2:Sender>"
         "<ns2:SendingTimestamp>2026-04-16T10:47:33.379+03:00</ns2:SendingTimestamp>"
         "<ns2:Recipient><ns2:Mnemonic>TEST02</ns2:Mnemonic></ns2:Recipient><ns2:Status>" +
         status + "</ns2:Status></ns2:MessageMetadata>";
}

inline std::string unsigned_receipt(const std::string& message_id) {
  return in_soap("<ns2:SendRequestResponse" + declarations() + ">" +
                 metadata(message_id, "REQUEST", "requestIsQueued", " Id=\"SIGNED_BY_SMEV\"") +
                 "<ns2:SMEVSignature></ns2:SMEVSignature></ns2:SendRequestResponse>");
}

inline std::string receipt(const std::string& message_id, Signer& signer) {
  return with_signature(unsigned_receipt(message_id), "MessageMetadata", "SMEVSignature", signer);
}

/// An answer in the response queue.
struct AnswerText {
  std::string message_id = "b09d7e45-3959-11f1-a763-938a8f3d61d2";
  std::string original_message_id = "b077cd84-3959-11f1-b8b2-0242333cce59";
  /// What SenderProvidedResponseData holds after To; the default namespace is basic, ns2 types, ns3
  /// faults.
  std::string data =
      "<MessagePrimaryContent><a:Answer xmlns:a=\"urn:test:answer\">да</a:Answer>"
      "</MessagePrimaryContent>";
  Signer* provider = nullptr;  ///< signs the data when there is one
};

inline std::string unsigned_answer(const AnswerText& answer) {
  const std::string holder =
      answer.provider == nullptr
          ? ""
          : "<ns2:SenderInformationSystemSignature></ns2:SenderInformationSystemSignature>";
  const std::string text =
      in_soap("<ns2:GetResponseResponse" + declarations() +
              "><ns2:ResponseMessage><ns2:Response Id=\"SIGNED_BY_SMEV\"><ns2:OriginalMessageId>" +
              answer.original_message_id +
              "</ns2:OriginalMessageId><ns2:SenderProvidedResponseData Id=\"SIGNED_BY_CALLER\">"
              "<ns2:MessageID>" +
              answer.message_id + "</ns2:MessageID><ns2:To>dG8=</ns2:To>" + answer.data +
              "</ns2:SenderProvidedResponseData>" +
              metadata(answer.message_id, "RESPONSE", "messageIsDelivered", "") + holder +
              "</ns2:Response><ns2:SMEVSignature></ns2:SMEVSignature></ns2:ResponseMessage>"
              "</ns2:GetResponseResponse>");
  return answer.provider == nullptr
             ? text
             : with_signature(text, "SenderProvidedResponseData",
                              "SenderInformationSystemSignature", *answer.provider);
}

inline std::string answer(const AnswerText& what, Signer& signer) {
  return with_signature(unsigned_answer(what), "Response", "SMEVSignature", signer);
}

inline std::string empty_queue() {
  return in_soap("<ns2:GetResponseResponse" + declarations() + "/>");
}

inline std::string ack_response() { return in_soap("<ns2:AckResponse" + declarations() + "/>"); }

/// `inside`: what the detail element holds; the default namespace is basic, ns3 faults.
inline std::string fault(const std::string& name, const std::string& text,
                         const std::string& inside = {}) {
  const std::string detail = name.empty() ? ""
                                          : "<detail><ns3:" + name + declarations() + ">" + inside +
                                                "</ns3:" + name + "></detail>";
  return in_soap("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>" + text +
                 "</faultstring>" + detail + "</soap:Fault>");
}

}  // namespace smev::testing
