#include "sdk/smev3/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/signature/transform.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "sdk/xml/schema.hpp"
#include "tests/support/signed_answers.hpp"
#include "tests/unit/signature/random_document.hpp"

namespace smev::smev3 {
namespace {

using ::smev::testing::signers;
using ::smev::testing::test_now;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kId[] = "b077cd84-3959-11f1-b8b2-0242333cce59";
constexpr char kFileId[] = "b09d7e45-3959-11f1-a763-938a8f3d61d2";
constexpr char kContent[] =
    "<e:Order xmlns:e=\"urn:test:order\" env='SVCDEV'><e:a  x=\"1\" /><e:b>Ю &gt; "
    "я</e:b></e:Order>";

SendRequest minimal() {
  SendRequest request;
  request.message_id = *Uuid::parse(kId);
  request.content = kContent;
  return request;
}

SendRequest complete() {
  SendRequest request = minimal();
  request.reference_message_id = request.message_id;
  request.transaction_code = "код & <1>";
  request.node_id = "node-1";
  request.files = {{kFileId, "aGFzaA==", "application/pdf", "Y21z"},
                   {"b09d7e45-3959-11f1-a763-938a8f3d61d3", "aGFzaA==", "text/plain", "Y21z"}};
  request.test_message = true;
  return request;
}

std::string write(const SendRequest& request) {
  const auto text = write_send_request(protocol_1_2(), request, *signers().sender);
  EXPECT_TRUE(text) << text.error().describe();
  return text.value_or("");
}

std::string fault_of(const SendRequest& request) {
  const auto text = write_send_request(protocol_1_2(), request, *signers().sender);
  if (text) return "none";
  EXPECT_EQ(text.error().code, ErrorCode::validation);
  return text.error().fields.empty()
             ? "no field"
             : text.error().fields.front().field + ":" + text.error().fields.front().code;
}

xml::Document parse(const std::string& text) {
  auto document = xml::Document::parse(text);
  EXPECT_TRUE(document) << document.error().describe();
  return *std::move(document);
}

xml::Element operation(const xml::Document& document) {
  return document.root().child(kSoapNamespace, "Body").first_child();
}

std::vector<std::string> child_names(const xml::Element& element) {
  std::vector<std::string> names;
  for (const xml::Element& child : element.children()) names.emplace_back(child.name());
  return names;
}

void expect_valid(const std::string& envelope) {
  const auto schema = xml::Schema::load(xml::schema_directory() + "/smev-1.2.xsd");
  ASSERT_TRUE(schema) << schema.error().describe();
  const xml::Document document = parse(envelope);
  for (const xml::SchemaFault& fault : (*schema)->check(operation(document))) {
    ADD_FAILURE() << fault.path << ": " << fault.text;
  }
}

// The signature holds over the operation's first element, and over no other.
void expect_signed(const std::string& envelope) {
  xml::Document document = parse(envelope);
  const xml::Element root = operation(document);
  const SignatureVerdict verdict = signature::verify(
      document, root.first_child(),
      root.child(protocol_1_2().types_namespace, "CallerInformationSystemSignature"),
      *signers().verifier, {});
  EXPECT_TRUE(verdict.holds()) << verdict.problem;
  EXPECT_EQ(verdict.reference, "SIGNED_BY_CALLER");
}

TEST(SendRequestEnvelope, has_every_element_in_the_order_of_the_schema) {
  const std::string envelope = write(complete());
  expect_valid(envelope);
  expect_signed(envelope);
  const xml::Document document = parse(envelope);
  EXPECT_EQ(child_names(operation(document).first_child()),
            (std::vector<std::string>{"MessageID", "ReferenceMessageID", "TransactionCode",
                                      "NodeID", "MessagePrimaryContent", "RefAttachmentHeaderList",
                                      "TestMessage"}));
  const xml::Element list = operation(document).first_child().child(protocol_1_2().basic_namespace,
                                                                    "RefAttachmentHeaderList");
  ASSERT_EQ(list.children().size(), 2u);
  EXPECT_EQ(child_names(list.first_child()),
            (std::vector<std::string>{"uuid", "Hash", "MimeType", "SignaturePKCS7"}));
  EXPECT_EQ(list.first_child().text(), std::string(kFileId) + "aGFzaA==application/pdfY21z");
}

TEST(SendRequestEnvelope, leaves_out_what_is_not_given) {
  const std::string envelope = write(minimal());
  expect_valid(envelope);
  expect_signed(envelope);
  EXPECT_EQ(child_names(operation(parse(envelope)).first_child()),
            (std::vector<std::string>{"MessageID", "MessagePrimaryContent"}));
}

TEST(SendRequestEnvelope, holds_the_content_octet_for_octet) {
  const std::string envelope = write(minimal());
  EXPECT_THAT(envelope, HasSubstr(std::string("MessagePrimaryContent xmlns:ns2=\"") +
                                  protocol_1_2().basic_namespace + "\">" + kContent + "</"));
  EXPECT_THAT(envelope, StartsWith("<soap:Envelope"));
  SendRequest blanks = minimal();
  blanks.content = "\n " + blanks.content + "\r\n";
  EXPECT_THAT(write(blanks), HasSubstr(std::string(">") + kContent + "<"));
}

// Whoever does the transform wrong does no harm then.
TEST(SendRequestEnvelope, is_written_as_the_transform_gives_it) {
  SendRequest request = complete();
  request.content =
      "<ns3:Order xmlns:ns3=\"urn:test:order\" env=\"SVCDEV\"><ns3:a>1</ns3:a></ns3:Order>";
  const std::string envelope = write(request);
  const xml::Document document = parse(envelope);
  const auto octets = signature::transform(operation(document).first_child());
  ASSERT_TRUE(octets) << octets.error().describe();
  EXPECT_THAT(envelope, HasSubstr(*octets));
}

// What was signed without being read back is what a reader finds signed.
TEST(SendRequestEnvelope, holds_around_whatever_content_there_is) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    const xml::Document random = parse(testing_support::RandomDocument(seed).envelope());
    std::string content = random.root().outer_xml();
    content.insert(content.find(' '), " Id=\"P\"");
    SendRequest request = seed % 2 == 0 ? complete() : minimal();
    request.content = content;
    request.transaction_code = "a>b ]]> \r\n\t&<>\"'\xC2\x85" + std::to_string(seed);
    if (seed % 3 == 0) request.personal_signer = signers().sender.get();
    const auto text = write_send_request(protocol_1_2(), request, *signers().sender);
    const auto alone = signature::transform(parse(content).root());
    ASSERT_EQ(text.has_value(), alone.has_value()) << content;
    if (!text) continue;
    expect_signed(*text);
    EXPECT_THAT(*text, HasSubstr(content));
    const xml::Document document = parse(*text);
    const xml::Element data = operation(document).first_child();
    EXPECT_EQ(data.child_text(protocol_1_2().types_namespace, "TransactionCode"),
              request.transaction_code);
    if (request.personal_signer == nullptr) continue;
    const SignatureVerdict personal = signature::verify(
        document, data.child(protocol_1_2().basic_namespace, "MessagePrimaryContent").first_child(),
        data.child(protocol_1_2().types_namespace, "PersonalSignature"), *signers().verifier, {});
    EXPECT_TRUE(personal.holds()) << personal.problem;
  }
}

TEST(SendRequestEnvelope, asks_for_a_message_id_of_version_1) {
  SendRequest request = minimal();
  request.message_id = *Uuid::parse("b077cd84-3959-41f1-b8b2-0242333cce59");
  EXPECT_EQ(fault_of(request), "message_id:uuid_version");
  request.message_id = Uuid();
  EXPECT_EQ(fault_of(request), "message_id:uuid_version");
}

TEST(SendRequestEnvelope, refuses_content_that_is_not_exactly_one_element) {
  for (const char* content :
       {"", " ", "text", "<a xmlns='urn:a'/><b xmlns='urn:b'/>", "<a xmlns='urn:a'/>text",
        "text<a xmlns='urn:a'/>", "<?xml version=\"1.0\"?><a xmlns='urn:a'/>",
        "<!DOCTYPE a><a xmlns='urn:a'/>", "<!-- c --><a xmlns='urn:a'/>",
        "<a xmlns='urn:a'/><!-- c -->", "<a xmlns='urn:a'/><?p?>", "<?p?><a xmlns='urn:a'/>",
        "<a xmlns='urn:a'>", "<ns1:a/>", "<a/>", "<",
        "</ns2:MessagePrimaryContent><ns2:MessagePrimaryContent>"}) {
    SendRequest request = minimal();
    request.content = content;
    EXPECT_EQ(fault_of(request).substr(0, 8), "content:") << content;
  }
}

TEST(SendRequestEnvelope, refuses_content_of_the_basic_namespace_and_a_second_signed_id) {
  SendRequest request = minimal();
  request.content = "<a xmlns=\"" + protocol_1_2().basic_namespace + "\"/>";
  EXPECT_EQ(fault_of(request), "content:namespace");
  request.content = "<a xmlns='urn:a'><b><c Id=\"SIGNED_BY_CALLER\"/></b></a>";
  EXPECT_EQ(fault_of(request), "content:id_taken");
  request.content = "<a xmlns='urn:a' Id=\"OTHER\"/>";
  EXPECT_EQ(fault_of(request), "none");
}

TEST(SendRequestEnvelope, refuses_what_the_transform_cannot_express) {
  SendRequest request = minimal();
  request.content = "<a:a xmlns:a='urn:a'><b/></a:a>";
  const auto text = write_send_request(protocol_1_2(), request, *signers().sender);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::not_signable);
}

TEST(SendRequestEnvelope, knows_the_lengths_of_the_schema) {
  SendRequest request = minimal();
  std::string characters;
  for (int i = 0; i < 1500; ++i) characters += "я";
  request.transaction_code = characters;
  request.node_id = std::string(50, 'n');
  expect_valid(write(request));
  request.transaction_code = characters + "я";
  EXPECT_EQ(fault_of(request), "transaction_code:too_long");
  request.transaction_code.reset();
  request.node_id = std::string(51, 'n');
  EXPECT_EQ(fault_of(request), "node_id:too_long");
  request.node_id = "";
  EXPECT_EQ(fault_of(request), "node_id:missing");
  request.node_id = " ";
  EXPECT_EQ(fault_of(request), "node_id:missing");
  request.node_id = "a\x01";
  EXPECT_EQ(fault_of(request), "node_id:forbidden_character");
}

TEST(SendRequestEnvelope, names_every_fault_of_the_files_at_once) {
  SendRequest request = minimal();
  request.files = {{"NO", "", "unknown/x", ""}, {"NO", "h", "text/plain", "s"}};
  const auto text = write_send_request(protocol_1_2(), request, *signers().sender);
  ASSERT_FALSE(text);
  std::vector<std::string> fields;
  for (const FieldFault& fault : text.error().fields)
    fields.push_back(fault.field + ":" + fault.code);
  EXPECT_EQ(fields, (std::vector<std::string>{"files[0].uuid:pattern", "files[0].mime:pattern",
                                              "files[0].hash:missing", "files[0].signature:missing",
                                              "files[1].uuid:pattern", "files[1].uuid:duplicate"}));
}

class NoSigner : public Signer {
 public:
  [[nodiscard]] SignatureAlgorithm algorithm() const override {
    return SignatureAlgorithm::gost2012_256;
  }
  [[nodiscard]] const Certificate& certificate() const override {
    return signers().sender->certificate();
  }
  [[nodiscard]] int concurrency() const override { return 1; }
  Result<std::string> sign(std::string_view) override {
    return fail(local_error(ErrorCode::key, "the token is gone"));
  }
};

TEST(SendRequestEnvelope, hands_on_what_the_signer_says) {
  NoSigner signer;
  const auto text = write_send_request(protocol_1_2(), minimal(), signer);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::key);
}

std::string write(const Selector& selector, TimePoint now = test_now()) {
  const auto text = write_get_response(protocol_1_2(), selector, now, *signers().sender);
  EXPECT_TRUE(text) << text.error().describe();
  return text.value_or("");
}

TEST(GetResponseEnvelope, asks_for_whatever_comes_in_moscow_time_with_milliseconds) {
  const std::string envelope = write(Selector{});
  expect_valid(envelope);
  expect_signed(envelope);
  const xml::Document document = parse(envelope);
  const xml::Element selector = operation(document).first_child();
  EXPECT_EQ(selector.text(), "2026-04-16T10:47:33.379+03:00");
  EXPECT_EQ(child_names(selector), std::vector<std::string>{"Timestamp"});
}

TEST(GetResponseEnvelope, narrows_by_type_and_node) {
  const std::string envelope = write(Selector{"urn:a&b", "Root", "node"});
  expect_valid(envelope);
  expect_signed(envelope);
  EXPECT_EQ(
      child_names(operation(parse(envelope)).first_child()),
      (std::vector<std::string>{"NamespaceURI", "RootElementLocalName", "Timestamp", "NodeID"}));
}

TEST(GetResponseEnvelope, wants_both_names_or_neither) {
  for (const Selector& selector :
       {Selector{"urn:a", {}, {}}, Selector{{}, "Root", {}}, Selector{"", "Root", {}},
        Selector{"urn:a", "1Root", {}}, Selector{"urn:a", "a:b", {}}, Selector{"urn:a", "", {}},
        Selector{{}, {}, std::string(51, 'n')}}) {
    const auto text = write_get_response(protocol_1_2(), selector, test_now(), *signers().sender);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, ErrorCode::validation);
    EXPECT_FALSE(text.error().fields.empty());
  }
}

TEST(AckEnvelope, names_the_received_message_and_the_verdict) {
  for (const bool accepted : {true, false}) {
    const auto text = write_ack(protocol_1_2(), kId, accepted, *signers().sender);
    ASSERT_TRUE(text) << text.error().describe();
    expect_valid(*text);
    expect_signed(*text);
    const xml::Document document = parse(*text);
    const xml::Element target = operation(document).first_child();
    EXPECT_EQ(target.text(), kId);
    EXPECT_EQ(target.attribute("accepted"), accepted ? "true" : "false");
  }
}

TEST(AckEnvelope, takes_only_what_looks_like_an_id) {
  for (const char* id : {"", "B077CD84-3959-11F1-B8B2-0242333CCE59", "x", "<a/>"}) {
    const auto text = write_ack(protocol_1_2(), id, true, *signers().sender);
    ASSERT_FALSE(text) << id;
    EXPECT_EQ(text.error().fields.front().field, "message_id");
  }
}

TEST(Protocol, names_the_namespaces_of_its_version) {
  EXPECT_EQ(protocol_1_2().version, "1.2");
  EXPECT_EQ(protocol_1_2().types_namespace,
            "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.2");
  EXPECT_EQ(protocol_1_2().basic_namespace,
            "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/basic/1.2");
  EXPECT_EQ(protocol_1_2().faults_namespace,
            "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/faults/1.2");
}

}  // namespace
}  // namespace smev::smev3
