#include "tests/unit/mock/fixtures.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "sdk/base/bytes.hpp"
#include "sdk/base/runtime.hpp"
#include "sdk/elk/request.hpp"
#include "sdk/signature/digest.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "sdk/smev3/multipart.hpp"

namespace smev::mock::testing_support {

namespace fs = std::filesystem;

Folder::Folder() {
  std::string pattern = testing::TempDir() + "/smev-mock-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& octets) const {
  fs::create_directories(fs::path(*this / name).parent_path());
  std::ofstream(*this / name, std::ios::binary) << octets;
  return *this / name;
}

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TimePoint start_of_tests() { return *parse_utc_text("2026-04-16T07:00:00.000000Z"); }

smev3::HttpAnswer as_answer(const HttpReply& reply) {
  return {reply.status, reply.content_type, reply.body};
}

SmevFault fault_of(const HttpReply& reply) {
  const auto read = smev3::read_ack_response(smev3::protocol_1_2(), as_answer(reply));
  if (read) {
    ADD_FAILURE() << "no fault but: " << reply.body;
    return {};
  }
  if (!read.error().fault) {
    ADD_FAILURE() << "no SOAP fault: " << read.error().describe();
    return {};
  }
  return *read.error().fault;
}

namespace {

constexpr char kSender[] =
    "<e:senderKpp>990001001</e:senderKpp><e:senderInn>9900123450</e:senderInn>";

std::string statuses(const std::string& status, const std::string& date,
                     const std::string& attachments) {
  return "<e:statusHistoryList><e:statusHistory><e:status>" + status + "</e:status><e:statusDate>" +
         date + "</e:statusDate>" + attachments + "</e:statusHistory></e:statusHistoryList>";
}

std::string request_xml(const std::string& kind, const std::string& order) {
  return std::string("<e:ElkOrderRequest xmlns:e=\"") + elk::kNamespace +
         "\" env=\"SVCDEV\"><e:" + kind + "><e:orders><e:order>" + order +
         "</e:order></e:orders></e:" + kind + "></e:ElkOrderRequest>";
}

}  // namespace

std::string create_xml(const std::string& number, const std::string& status,
                       const std::string& status_date) {
  return request_xml(
      "CreateOrdersRequest",
      std::string("<e:user><e:userDocSnils><e:snils>112-233-445 95</e:snils>") +
          "<e:lastName>Петрова</e:lastName><e:firstName>Анна</e:firstName>"
          "<e:citizenship>643</e:citizenship></e:userDocSnils></e:user>" +
          kSender +
          "<e:serviceTargetCode>-60012726</e:serviceTargetCode>"
          "<e:userSelectedRegion>00000000</e:userSelectedRegion><e:orderNumber>" +
          number +
          "</e:orderNumber><e:requestDate>2026-04-15T12:00:00+03:00</e:requestDate>"
          "<e:OfficeInfo><e:ApplicationAcceptance>4</e:ApplicationAcceptance></e:OfficeInfo>" +
          statuses(status, status_date, {}));
}

std::string update_xml(const std::string& number, const std::string& status,
                       const std::string& attachments) {
  return request_xml("UpdateOrdersRequest",
                     "<e:orderNumber>" + number + "</e:orderNumber>" + kSender +
                         statuses(status, "2026-04-16T09:30:00+03:00", attachments));
}

std::string attachment_xml(const std::string& uuid) {
  return "<e:attachments><e:attachment><e:FSuuid>" + uuid +
         "</e:FSuuid><e:docTypeId>ELK_RESULT</e:docTypeId></e:attachment></e:attachments>";
}

const std::string& ServiceTest::keys_folder() {
  static const Folder made;
  static const bool ready = [] {
    const auto runtime = Runtime::acquire();
    return runtime && open_authority(made.path(), {"SMEV", "MNSV05", "MOCK01"}, start_of_tests());
  }();
  if (!ready) std::abort();
  return made.path();
}

ServiceTest::ServiceTest() {
  fs::copy(keys_folder(), folder.path(), fs::copy_options::recursive);
  options.directory = folder.path();
  const auto now = start_of_tests();
  signer = *pem_signer(folder / kSenderKey, folder / kSenderCertificate, now);
  verifier = *pinned_verifier({folder / kAuthorityCertificate});
  open();
}

void ServiceTest::open() {
  auto opened = open_parts(options, clock);
  if (!opened) FAIL() << opened.error().describe();
  parts = *std::move(opened);
  service = std::make_shared<Service>(options.service, parts);
}

HttpReply ServiceTest::post(const std::string& envelope) {
  return service->handle({"POST", kServicePath, "text/xml; charset=utf-8", envelope});
}

std::string ServiceTest::send_envelope(const Uuid& id, const std::string& content) {
  smev3::SendRequest request;
  request.message_id = id;
  request.content = content;
  request.test_message = true;
  const auto envelope = smev3::write_send_request(smev3::protocol_1_2(), request, *signer);
  if (!envelope) {
    ADD_FAILURE() << envelope.error().describe();
    return {};
  }
  return *envelope;
}

std::string ServiceTest::send(const std::string& content, HttpReply* reply) {
  const Uuid id = ids->next();
  const HttpReply got = post(send_envelope(id, content));
  if (reply != nullptr) {
    *reply = got;
  } else {
    EXPECT_EQ(got.status, 200) << got.body;
  }
  return id.text();
}

std::string ServiceTest::request_operation(const std::string& message_id,
                                           const std::string& content, const std::string& more,
                                           const std::string& contents) {
  const auto& protocol = smev3::protocol_1_2();
  return "<t:SendRequestRequest xmlns:t=\"" + protocol.types_namespace + "\" xmlns:b=\"" +
         protocol.basic_namespace +
         "\"><t:SenderProvidedRequestData Id=\"SIGNED_BY_CALLER\"><t:MessageID>" + message_id +
         "</t:MessageID><b:MessagePrimaryContent>" + content + "</b:MessagePrimaryContent>" + more +
         "</t:SenderProvidedRequestData>" + contents +
         "<t:CallerInformationSystemSignature></t:CallerInformationSystemSignature>"
         "</t:SendRequestRequest>";
}

std::string ServiceTest::signed_envelope(const std::string& operation, Signer& by) {
  auto document =
      xml::Document::parse(std::string("<s:Envelope xmlns:s=\"") + smev3::kSoapNamespace +
                           "\"><s:Body>" + operation + "</s:Body></s:Envelope>");
  if (!document) {
    ADD_FAILURE() << document.error().describe();
    return {};
  }
  const auto root = document->root().first_child().first_child();
  const auto holder =
      root.child(smev3::protocol_1_2().types_namespace, "CallerInformationSystemSignature");
  const auto made = signature::sign(*document, root.first_child(), holder, by);
  EXPECT_TRUE(made) << made.error().describe();
  return document->to_text();
}

HttpReply ServiceTest::poll(const smev3::Selector& selector) {
  const auto envelope =
      smev3::write_get_response(smev3::protocol_1_2(), selector, clock->now(), *signer);
  if (!envelope) {
    ADD_FAILURE() << envelope.error().describe();
    return {};
  }
  return post(*envelope);
}

std::optional<smev3::Answer> ServiceTest::take() {
  auto answer =
      smev3::read_get_response(smev3::protocol_1_2(), as_answer(poll()), *verifier, clock->now());
  if (!answer) {
    ADD_FAILURE() << answer.error().describe();
    return std::nullopt;
  }
  return *std::move(answer);
}

HttpReply ServiceTest::acknowledge(const std::string& id, bool accepted) {
  const auto envelope = smev3::write_ack(smev3::protocol_1_2(), id, accepted, *signer);
  if (!envelope) {
    ADD_FAILURE() << envelope.error().describe();
    return {};
  }
  return post(*envelope);
}

SentFile ServiceTest::store(const std::string& name, const std::string& octets) {
  SentFile file;
  file.uuid = ids->next().text();
  const std::string path =
      folder.write(std::string(kFilesFolder) + '/' + file.uuid + '/' + name, octets);
  file.hash_base64 = base64_encode(*signature::digest_file(signer->algorithm(), path));
  file.cms_base64 = base64_encode(*sign_file(*signer, path, clock->now()));
  return file;
}

std::string ServiceTest::send_with_file(const std::string& content, const SentFile& file,
                                        HttpReply* reply) {
  smev3::SendRequest request;
  request.message_id = ids->next();
  request.content = content;
  request.test_message = true;
  request.files.push_back({file.uuid, file.hash_base64, "application/pdf", file.cms_base64});
  const auto envelope = smev3::write_send_request(smev3::protocol_1_2(), request, *signer);
  if (!envelope) {
    ADD_FAILURE() << envelope.error().describe();
    return {};
  }
  const HttpReply got = post(*envelope);
  if (reply != nullptr) *reply = got;
  return request.message_id.text();
}

}  // namespace smev::mock::testing_support
