#include "mock-smev/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mock-smev/attachments.hpp"
#include "sdk/base/bytes.hpp"
#include "sdk/elk/answer.hpp"
#include "sdk/signature/issuing.hpp"
#include "sdk/smev3/multipart.hpp"
#include "tests/unit/mock/fixtures.hpp"

namespace smev::mock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::as_answer;
using testing_support::attachment_xml;
using testing_support::create_xml;
using testing_support::fault_of;
using testing_support::SentFile;
using testing_support::ServiceTest;
using testing_support::update_xml;
using namespace std::chrono_literals;

class MockService : public ServiceTest {};

/// The element inside soap:Body checked against the schema of the service.
std::vector<xml::SchemaFault> violations(const ServiceParts& parts, const HttpReply& reply) {
  const auto envelope = smev3::soap_envelope(reply.content_type, reply.body);
  EXPECT_TRUE(envelope) << reply.body;
  const auto document = xml::Document::parse(*envelope);
  EXPECT_TRUE(document) << *envelope;
  const auto body = document->root().child(smev3::kSoapNamespace, "Body");
  return parts.envelope_schema->check(body.first_child());
}

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  const auto at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return at == std::string::npos ? text : text.replace(at, part.size(), by);
}

std::string without_signature(const std::string& envelope) {
  const std::string open = "<smev:CallerInformationSystemSignature>";
  const std::string close = "</smev:CallerInformationSystemSignature>";
  const auto from = envelope.find(open);
  EXPECT_NE(from, std::string::npos);
  const auto to = envelope.find(close) + close.size();
  return envelope.substr(0, from) + envelope.substr(to);
}

elk::Answer business_answer(const smev3::Answer& answer) {
  const auto document = xml::Document::parse(answer.content);
  EXPECT_TRUE(document) << answer.content;
  return *elk::read_answer(document->root());
}

// ---- the good way ----

TEST_F(MockService, answers_a_good_request_with_a_receipt_signed_by_smev) {
  HttpReply reply;
  const std::string id = send(create_xml("1"), &reply);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.content_type, "text/xml;charset=UTF-8");
  EXPECT_TRUE(violations(parts, reply).empty());
  const auto receipt =
      smev3::read_send_response(smev3::protocol_1_2(), as_answer(reply), *verifier, clock->now());
  ASSERT_TRUE(receipt) << receipt.error().describe();
  EXPECT_TRUE(receipt->verdict.holds()) << receipt->verdict.problem;
  EXPECT_EQ(receipt->metadata.message_id, id);
  EXPECT_EQ(receipt->metadata.status, "requestIsQueued");
  EXPECT_EQ(receipt->metadata.sender, "MOCK01");
  EXPECT_EQ(receipt->metadata.recipient, "MNSV05");
}

TEST_F(MockService, delivers_an_answer_signed_by_the_recipient_and_by_smev) {
  const std::string id = send(create_xml("1"));
  const HttpReply reply = poll();
  EXPECT_THAT(reply.content_type, StartsWith("multipart/related;"));
  EXPECT_TRUE(violations(parts, reply).empty());
  const auto answer =
      smev3::read_get_response(smev3::protocol_1_2(), as_answer(reply), *verifier, clock->now());
  ASSERT_TRUE(answer && *answer);
  const smev3::Answer& message = **answer;
  EXPECT_TRUE(message.verified());
  ASSERT_EQ(message.verdicts.size(), 2u);
  EXPECT_EQ(message.verdicts[0].reference, "SIGNED_BY_SMEV");
  EXPECT_EQ(message.verdicts[1].reference, "SIGNED_BY_CALLER");
  EXPECT_EQ(message.original_message_id, id);
  EXPECT_EQ(message.metadata.message_id, message.message_id);
  EXPECT_EQ(message.metadata.sender, "MNSV05");
  EXPECT_EQ(message.metadata.status, "messageIsDelivered");
  const elk::Answer business = business_answer(message);
  EXPECT_EQ(business.code, 0);
  ASSERT_EQ(business.orders.size(), 1u);
  EXPECT_EQ(business.orders[0].elk_number, kFirstElkNumber);
  EXPECT_EQ(business.orders[0].order_number, "1");
}

TEST_F(MockService, says_an_empty_queue_in_multipart_and_by_the_schema) {
  const HttpReply reply = poll();
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.content_type, StartsWith("multipart/related;"));
  EXPECT_TRUE(violations(parts, reply).empty());
  EXPECT_FALSE(take());
}

TEST_F(MockService, answers_without_multipart_when_told) {
  options.service.plain = true;
  open();
  EXPECT_THAT(poll().content_type, StartsWith("text/xml"));
}

TEST_F(MockService, takes_a_request_that_comes_in_multipart) {
  const auto wrapped =
      smev3::wrap_multipart(send_envelope(ids->next(), create_xml("1")), "uuid:boundary");
  const HttpReply reply =
      service->handle({"POST", kServicePath, wrapped.content_type, wrapped.body});
  EXPECT_EQ(reply.status, 200) << reply.body;
}

TEST_F(MockService, puts_create_and_updates_into_the_account_in_their_order) {
  send(create_xml("1"));
  send(update_xml("1", "7"));
  send(update_xml("1", "3"));
  const auto orders = parts.account->find("1");
  ASSERT_EQ(orders.size(), 1u);
  ASSERT_EQ(orders[0].statuses.size(), 3u);
  EXPECT_EQ(orders[0].statuses[0].code, 6);
  EXPECT_EQ(orders[0].statuses[1].code, 7);
  EXPECT_EQ(orders[0].statuses[2].code, 3);
}

TEST_F(MockService, gives_back_the_transaction_code) {
  const auto operation =
      replaced(request_operation(ids->next().text(), create_xml("1")), "<b:MessagePrimaryContent>",
               "<t:TransactionCode>code-7</t:TransactionCode><b:MessagePrimaryContent>");
  EXPECT_EQ(post(signed_envelope(operation, *signer)).status, 200);
  const auto answer = take();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->original_transaction_code, "code-7");
}

TEST_F(MockService, writes_a_reply_address_that_decodes_to_json) {
  const std::string id = send(create_xml("1"));
  const HttpReply reply = poll();
  const auto document = xml::Document::parse(*smev3::soap_envelope(reply.content_type, reply.body));
  const std::string text = document->to_text();
  const auto from = text.find("<ns2:To>") + 8;
  const auto address = base64_decode(text.substr(from, text.find("</ns2:To>") - from));
  ASSERT_TRUE(address);
  EXPECT_THAT(*address, HasSubstr("\"mid\":\"" + id + "\""));
  EXPECT_THAT(*address, HasSubstr("\"mnm\":\"MOCK01\""));
}

// ---- the queue ----

TEST_F(MockService, hides_a_delivered_answer_and_gives_it_again_after_the_pause) {
  send(create_xml("1"));
  const auto first = take();
  ASSERT_TRUE(first);
  clock->advance(options.service.redeliver - 1us);
  EXPECT_FALSE(take());
  clock->advance(1us);
  const auto again = take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->message_id, first->message_id);
  EXPECT_EQ(parts.journal->counters().at("GetResponse.redelivered"), 1u);
}

TEST_F(MockService, keeps_the_answer_back_for_the_given_delay) {
  options.service.answer_delay = 5s;
  open();
  send(create_xml("1"));
  clock->advance(5s - 1us);
  EXPECT_FALSE(take());
  clock->advance(1us);
  EXPECT_TRUE(take());
}

TEST_F(MockService, removes_an_acknowledged_answer_and_knows_it_no_more) {
  send(create_xml("1"));
  const auto answer = take();
  ASSERT_TRUE(answer);
  const HttpReply reply = acknowledge(answer->message_id);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.content_type, StartsWith("text/xml"));
  EXPECT_TRUE(violations(parts, reply).empty());
  EXPECT_TRUE(smev3::read_ack_response(smev3::protocol_1_2(), as_answer(reply)));
  clock->advance(options.service.redeliver);
  EXPECT_FALSE(take());
  const HttpReply repeated = acknowledge(answer->message_id);
  EXPECT_EQ(repeated.status, 500);
  const SmevFault fault = fault_of(repeated);
  EXPECT_EQ(fault.name, "TargetMessageIsNotFound");
  EXPECT_EQ(fault.number, "SMEV-501");
}

TEST_F(MockService, knows_no_target_that_was_never_delivered) {
  EXPECT_EQ(fault_of(acknowledge(ids->next().text())).name, "TargetMessageIsNotFound");
}

TEST_F(MockService, delivers_again_what_was_acknowledged_as_refused) {
  send(create_xml("1"));
  const auto answer = take();
  ASSERT_TRUE(answer);
  EXPECT_EQ(acknowledge(answer->message_id, false).status, 200);
  clock->advance(options.service.redeliver);
  EXPECT_TRUE(take());
  options.service.drop_refused = true;
  open();
  send(create_xml("1"));
  const auto other = take();
  ASSERT_TRUE(other);
  EXPECT_EQ(acknowledge(other->message_id, false).status, 200);
  clock->advance(options.service.redeliver);
  EXPECT_FALSE(take());
}

TEST_F(MockService, gives_a_node_only_answers_to_its_own_requests) {
  const auto operation =
      replaced(request_operation(ids->next().text(), create_xml("1")), "<b:MessagePrimaryContent>",
               "<t:NodeID>east</t:NodeID><b:MessagePrimaryContent>");
  EXPECT_EQ(post(signed_envelope(operation, *signer)).status, 200);
  const auto answers = [this](const std::string& node) {
    smev3::Selector selector;
    selector.node_id = node;
    const auto answer = smev3::read_get_response(smev3::protocol_1_2(), as_answer(poll(selector)),
                                                 *verifier, clock->now());
    EXPECT_TRUE(answer);
    return answer && answer->has_value();
  };
  EXPECT_FALSE(answers("west"));
  EXPECT_TRUE(answers("east"));
}

TEST_F(MockService, takes_the_names_of_request_and_of_answer_as_filters) {
  for (const char* root : {elk::kRequestRoot, elk::kResponseRoot}) {
    smev3::Selector selector;
    selector.namespace_uri = elk::kNamespace;
    selector.root_element = root;
    EXPECT_EQ(poll(selector).status, 200) << root;
  }
  smev3::Selector foreign;
  foreign.namespace_uri = "urn://another/type";
  foreign.root_element = "Request";
  EXPECT_EQ(fault_of(poll(foreign)).name, "UnknownMessageType");
}

TEST_F(MockService, keeps_the_queues_of_two_senders_apart) {
  send(create_xml("1"));
  const signature::Issued authority{testing_support::slurp(folder / kAuthorityKey),
                                    testing_support::slurp(folder / kAuthorityCertificate)};
  const auto issued = signature::issue(authority, "OTHER1", clock->now() - 1h, clock->now() + 1h);
  ASSERT_TRUE(issued);
  ASSERT_TRUE(signature::write_issued(*issued, folder / "o.key", folder / "o.crt"));
  const auto own = signer;
  signer = *pem_signer(folder / "o.key", folder / "o.crt", clock->now());
  EXPECT_FALSE(take());
  signer = own;
  EXPECT_TRUE(take());
}

// ---- faults, each by its name ----

TEST_F(MockService, refuses_what_is_no_xml) {
  const HttpReply reply = post("<a><b></a>");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("<faultcode>soap:Client</faultcode>"));
}

TEST_F(MockService, refuses_an_operation_that_it_does_not_have) {
  const HttpReply reply = post(
      "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><a/></s:Body>"
      "</s:Envelope>");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("<faultcode>soap:Client</faultcode>"));
}

TEST_F(MockService, InvalidContent_for_an_envelope_against_the_schema) {
  const auto envelope =
      replaced(send_envelope(ids->next(), create_xml("1")), "<ns1:MessageID>", "<ns1:MessageID>X");
  const SmevFault fault = fault_of(post(envelope));
  EXPECT_EQ(fault.name, "InvalidContent");
  EXPECT_EQ(fault.number, "SMEV-403");
  ASSERT_EQ(fault.validation_errors.size(), 2u);
  EXPECT_THAT(fault.validation_errors[0], StartsWith("cvc-pattern-valid: Value 'X"));
  EXPECT_THAT(fault.validation_errors[1], HasSubstr("of element 'ns1:MessageID' is not valid."));
}

TEST_F(MockService, NoSignatureFound_without_a_signature) {
  const SmevFault fault =
      fault_of(post(without_signature(send_envelope(ids->next(), create_xml("1")))));
  EXPECT_EQ(fault.name, "SignatureVerificationFault");
  EXPECT_EQ(fault.reason, "NoSignatureFound");
  EXPECT_EQ(fault.number, "SMEV-100");
}

TEST_F(MockService, SignatureIsInvalid_for_one_byte_changed_after_signing) {
  const auto envelope =
      replaced(send_envelope(ids->next(), create_xml("1999290001")), "1999290001", "1999290002");
  const SmevFault fault = fault_of(post(envelope));
  EXPECT_EQ(fault.name, "SignatureVerificationFault");
  EXPECT_EQ(fault.reason, "SignatureIsInvalid");
  EXPECT_TRUE(parts.account->orders().empty());
  EXPECT_THAT(parts.journal->entries().back().detail, HasSubstr("not what was signed"));
}

TEST_F(MockService, SignatureIsInvalid_for_a_changed_signature_value) {
  auto envelope = send_envelope(ids->next(), create_xml("1"));
  char& c = envelope[envelope.find("SignatureValue>") + 15];
  c = c == 'A' ? 'B' : 'A';
  EXPECT_EQ(fault_of(post(envelope)).reason, "SignatureIsInvalid");
}

TEST_F(MockService, IncorrectSignatureTarget_when_another_element_was_signed) {
  const auto envelope = replaced(send_envelope(ids->next(), create_xml("1")),
                                 "Id=\"SIGNED_BY_CALLER\"", "Id=\"ANOTHER\"");
  EXPECT_EQ(fault_of(post(envelope)).reason, "IncorrectSignatureTarget");
}

TEST_F(MockService, CertificateIsNotFound_for_a_certificate_of_a_stranger) {
  const auto authority =
      signature::make_authority("Чужой УЦ", clock->now() - 1h, clock->now() + 1h);
  const auto issued = signature::issue(*authority, "MOCK01", clock->now() - 1h, clock->now() + 1h);
  ASSERT_TRUE(issued);
  ASSERT_TRUE(signature::write_issued(*issued, folder / "x.key", folder / "x.crt"));
  signer = *pem_signer(folder / "x.key", folder / "x.crt", clock->now());
  EXPECT_EQ(fault_of(post(send_envelope(ids->next(), create_xml("1")))).reason,
            "CertificateIsNotFound");
}

TEST_F(MockService, CertificateIsExpired_after_its_term) {
  const auto envelope = send_envelope(ids->next(), create_xml("1"));
  clock->advance(std::chrono::years(kCertificateYears + 1));
  EXPECT_EQ(fault_of(post(envelope)).reason, "CertificateIsExpired");
}

TEST_F(MockService, judges_the_signature_of_polls_and_acks_too) {
  const auto selector = smev3::write_get_response(smev3::protocol_1_2(), {}, clock->now(), *signer);
  EXPECT_EQ(fault_of(post(without_signature(*selector))).reason, "NoSignatureFound");
  const auto ack = smev3::write_ack(smev3::protocol_1_2(), ids->next().text(), true, *signer);
  EXPECT_EQ(fault_of(post(replaced(*ack, "accepted=\"true\"", "accepted=\"false\""))).reason,
            "SignatureIsInvalid");
}

TEST_F(MockService, InvalidMessageIdFormat_for_a_uuid_of_another_version) {
  const auto operation = request_operation("0b5cf1ea-1c2d-4e3f-8a9b-0c1d2e3f4a5b", create_xml("1"));
  const SmevFault fault = fault_of(post(signed_envelope(operation, *signer)));
  EXPECT_EQ(fault.name, "InvalidMessageIdFormat");
  EXPECT_EQ(fault.number, "SMEV-300");
}

TEST_F(MockService, StaleMessageId_from_two_days_on) {
  const Uuid id = ids->next();
  const auto envelope = send_envelope(id, create_xml("1"));
  clock->set(*id.time() + kStaleAge);
  EXPECT_EQ(fault_of(post(envelope)).name, "StaleMessageId");
  clock->set(*id.time() + kStaleAge - 1us);
  EXPECT_EQ(post(envelope).status, 200);
}

TEST_F(MockService, MessageIsAlreadySent_for_an_id_that_was_accepted) {
  const auto envelope = send_envelope(ids->next(), create_xml("1"));
  EXPECT_EQ(post(envelope).status, 200);
  const SmevFault fault = fault_of(post(envelope));
  EXPECT_EQ(fault.name, "MessageIsAlreadySent");
  EXPECT_EQ(fault.number, "SMEV-301");
  EXPECT_EQ(parts.journal->counters().at("duplicates"), 1u);
  EXPECT_EQ(parts.account->find("1")[0].statuses.size(), 1u);
}

TEST_F(MockService, does_not_count_a_refused_id_as_sent) {
  const auto envelope = send_envelope(ids->next(), create_xml("1999290001"));
  EXPECT_EQ(post(replaced(envelope, "1999290001", "1999290002")).status, 500);
  EXPECT_EQ(post(envelope).status, 200);
}

TEST_F(MockService, wants_TestMessage_unless_told_otherwise) {
  const auto operation = request_operation(ids->next().text(), create_xml("1"), "");
  const auto envelope = signed_envelope(operation, *signer);
  const SmevFault fault = fault_of(post(envelope));
  EXPECT_EQ(fault.name, "InvalidContent");
  EXPECT_THAT(fault.description, HasSubstr("TestMessage"));
  options.service.require_test_message = false;
  open();
  EXPECT_EQ(post(envelope).status, 200);
}

TEST_F(MockService, BusinessDataTypeIsNotSupported_for_another_type) {
  HttpReply reply;
  send("<x:Other xmlns:x=\"urn://x\"/>", &reply);
  EXPECT_EQ(fault_of(reply).name, "BusinessDataTypeIsNotSupported");
  EXPECT_THAT(reply.body, HasSubstr(">Other</ns3:RootElementLocalName>"));
}

TEST_F(MockService, EndOfLifeReached_when_the_term_is_over) {
  const auto with_end = [this](const std::string& end) {
    const auto operation = replaced(request_operation(ids->next().text(), create_xml("1")),
                                    "<b:MessagePrimaryContent>",
                                    "<t:EOL>" + end + "</t:EOL><b:MessagePrimaryContent>");
    return post(signed_envelope(operation, *signer));
  };
  EXPECT_EQ(fault_of(with_end(DateTime(clock->now()).text())).name, "EndOfLifeReached");
  EXPECT_EQ(with_end(DateTime(clock->now() + 1s).text()).status, 200);
}

TEST_F(MockService, InvalidContent_for_a_timestamp_outside_the_window) {
  const auto at = [this](Duration off) {
    const auto envelope =
        smev3::write_get_response(smev3::protocol_1_2(), {}, clock->now() + off, *signer);
    return post(*envelope);
  };
  EXPECT_EQ(at(kTimestampWindow).status, 200);
  EXPECT_EQ(at(-kTimestampWindow).status, 200);
  for (const Duration off : {kTimestampWindow + 1ms, -kTimestampWindow - 1ms}) {
    const SmevFault fault = fault_of(at(off));
    EXPECT_EQ(fault.name, "InvalidContent");
    EXPECT_EQ(fault.number, "SMEV-403");
  }
}

// ---- attachments inside the message ----

std::string inline_header(const std::string& id) {
  return "<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>" + id +
         "</b:contentId><b:MimeType>text/plain</b:MimeType></b:AttachmentHeader>"
         "</b:AttachmentHeaderList><t:TestMessage/>";
}

std::string inline_content(const std::string& id, std::size_t bytes) {
  return "<b:AttachmentContentList><b:AttachmentContent><b:Id>" + id + "</b:Id><b:Content>" +
         base64_encode(std::string(bytes, 'x')) +
         "</b:Content></b:AttachmentContent></b:AttachmentContentList>";
}

TEST_F(MockService, AttachmentContentMiscoordination_when_the_lists_differ) {
  const auto operation = request_operation(ids->next().text(), create_xml("1"),
                                           inline_header("one"), inline_content("two", 1));
  EXPECT_EQ(fault_of(post(signed_envelope(operation, *signer))).name,
            "AttachmentContentMiscoordination");
}

TEST_F(MockService, AttachmentSizeLimitExceeded_above_the_limit_only) {
  const auto with = [this](std::size_t bytes) {
    const auto operation = request_operation(ids->next().text(), create_xml("1"),
                                             inline_header("one"), inline_content("one", bytes));
    return post(signed_envelope(operation, *signer));
  };
  EXPECT_EQ(with(kInlineAttachmentsBytesMax).status, 200);
  EXPECT_EQ(fault_of(with(kInlineAttachmentsBytesMax + 1)).name, "AttachmentSizeLimitExceeded");
}

// ---- refused after the receipt ----

TEST_F(MockService, rejects_content_against_the_schema_afterwards_in_the_words_of_xerces) {
  HttpReply reply;
  const std::string id = send(create_xml("1", "6", "2026-04-15"), &reply);
  EXPECT_EQ(reply.status, 200);
  const HttpReply delivered = poll();
  EXPECT_TRUE(violations(parts, delivered).empty());
  const auto answer = smev3::read_get_response(smev3::protocol_1_2(), as_answer(delivered),
                                               *verifier, clock->now());
  ASSERT_TRUE(answer && *answer);
  EXPECT_TRUE((*answer)->verified());
  EXPECT_EQ((*answer)->kind, smev3::AnswerKind::async_status);
  EXPECT_EQ((*answer)->verdicts.size(), 1u);
  EXPECT_EQ((*answer)->original_message_id, id);
  EXPECT_EQ((*answer)->status_category, "requestIsRejectedBySmev");
  EXPECT_EQ((*answer)->metadata.sender, "SMEV");
  ASSERT_TRUE((*answer)->fault);
  EXPECT_EQ((*answer)->fault->name, "InvalidContent");
  EXPECT_EQ((*answer)->fault->code, "028122");
  EXPECT_EQ((*answer)->fault->description,
            "SMEV-403: Бизнес-данные сообщения не соответствуют схеме, зарегистрированной в СМЭВ. "
            "MessageId = " +
                id);
  EXPECT_THAT(
      (*answer)->fault->validation_errors,
      ElementsAre(
          "cvc-datatype-valid.1.2.1: '2026-04-15' is not a valid value for 'dateTime'.",
          "cvc-type.3.1.3: The value '2026-04-15' of element 'e:statusDate' is not valid."));
  EXPECT_TRUE(parts.account->orders().empty());
}

TEST_F(MockService, takes_a_result_file_into_the_account) {
  const SentFile file = store("решение.pdf", "%PDF-1.4 result");
  send(create_xml("1"));
  send_with_file(update_xml("1", "3", attachment_xml(file.uuid)), file);
  const auto order = parts.account->find("1").at(0);
  ASSERT_EQ(order.statuses.size(), 2u);
  ASSERT_EQ(order.statuses[1].results.size(), 1u);
  const ResultEntry& result = order.statuses[1].results[0];
  EXPECT_EQ(result.uuid, file.uuid);
  EXPECT_EQ(result.document_type, "ELK_RESULT");
  ASSERT_TRUE(result.file);
  EXPECT_EQ(result.file->name, "решение.pdf");
  EXPECT_EQ(result.file->mime, "application/pdf");
  EXPECT_EQ(testing_support::slurp(result.file->path), "%PDF-1.4 result");
}

TEST_F(MockService, rejects_a_message_whose_file_is_missing_or_wrong) {
  const SentFile good = store("a.pdf", "content");
  const SentFile other = store("b.pdf", "another content");
  SentFile missing = good;
  missing.uuid = ids->next().text();
  SentFile wrong_hash = good;
  wrong_hash.hash_base64 = other.hash_base64;
  SentFile wrong_signature = good;
  wrong_signature.cms_base64 = other.cms_base64;
  SentFile no_signature = good;
  no_signature.cms_base64 = base64_encode("not a CMS");
  const std::pair<SentFile, std::string> cases[] = {{missing, "SMEV-201"},
                                                    {wrong_hash, "SMEV-201"},
                                                    {wrong_signature, "SMEV-100"},
                                                    {no_signature, "SMEV-100"}};
  for (const auto& [file, number] : cases) {
    HttpReply reply;
    const std::string id = send_with_file(create_xml("1"), file, &reply);
    EXPECT_EQ(reply.status, 200) << reply.body;
    const HttpReply delivered = poll();
    EXPECT_TRUE(violations(parts, delivered).empty());
    const auto answer = smev3::read_get_response(smev3::protocol_1_2(), as_answer(delivered),
                                                 *verifier, clock->now());
    ASSERT_TRUE(answer && *answer);
    EXPECT_EQ((*answer)->original_message_id, id);
    EXPECT_EQ((*answer)->status_category, "requestIsRejectedBySmev");
    ASSERT_TRUE((*answer)->fault);
    EXPECT_EQ((*answer)->fault->number, number);
    EXPECT_EQ((*answer)->fault->code, "SMEVEncodedException");
  }
  EXPECT_TRUE(parts.account->orders().empty());
}

TEST_F(MockService, rejects_a_file_signed_by_a_stranger) {
  const auto authority =
      signature::make_authority("Чужой УЦ", clock->now() - 1h, clock->now() + 1h);
  const auto issued = signature::issue(*authority, "MOCK01", clock->now() - 1h, clock->now() + 1h);
  ASSERT_TRUE(signature::write_issued(*issued, folder / "x.key", folder / "x.crt"));
  const auto own = signer;
  signer = *pem_signer(folder / "x.key", folder / "x.crt", clock->now());
  const SentFile file = store("a.pdf", "content");
  signer = own;
  send_with_file(create_xml("1"), file);
  const auto answer = take();
  ASSERT_TRUE(answer && answer->fault);
  EXPECT_EQ(answer->fault->number, "SMEV-100");
}

TEST_F(MockService, keeps_a_claimed_file_as_it_was) {
  const SentFile file = store("a.pdf", "as signed");
  send(create_xml("1"));
  send_with_file(update_xml("1", "3", attachment_xml(file.uuid)), file);
  const std::string uploaded = folder.path() + "/files/" + file.uuid + "/a.pdf";
  const std::string later = folder.write("later", "changed");
  std::filesystem::rename(later, uploaded);
  EXPECT_EQ(testing_support::slurp(parts.account->find("1")[0].statuses[1].results[0].file->path),
            "as signed");
}

TEST_F(MockService, answers_28_to_an_update_of_an_unknown_order) {
  send(update_xml("1"));
  const auto answer = take();
  ASSERT_TRUE(answer);
  const elk::Answer business = business_answer(*answer);
  EXPECT_EQ(business.code, 11);
  ASSERT_EQ(business.orders.size(), 1u);
  EXPECT_EQ(business.orders[0].result, 28);
  EXPECT_THAT(answer->content, HasSubstr("<elkOrderNumber>0</elkOrderNumber>"));
  EXPECT_EQ(business.orders[0].order_number, "1");
}

// ---- troubles on demand ----

TEST_F(MockService, changes_the_first_answers_after_signing_when_told) {
  options.service.tamper_answers = 1;
  open();
  send(create_xml("1"));
  EXPECT_FALSE(take()->verified());
  clock->advance(options.service.redeliver);
  EXPECT_TRUE(take()->verified());
  EXPECT_EQ(parts.journal->counters().at("tampered"), 1u);
}

TEST_F(MockService, breaks_the_connection_after_accepting_when_told) {
  options.service.drop_after_accept = 1;
  open();
  const auto envelope = send_envelope(ids->next(), create_xml("1"));
  EXPECT_TRUE(post(envelope).drop);
  EXPECT_EQ(parts.account->orders().size(), 1u);
  const HttpReply again = post(envelope);
  EXPECT_FALSE(again.drop);
  EXPECT_EQ(fault_of(again).name, "MessageIsAlreadySent");
}

TEST_F(MockService, breaks_the_connection_of_acks_before_or_after_the_work) {
  options.service.drop_ack = 1;
  options.service.seed = 7;
  open();
  int done = 0;
  int lost = 0;
  for (int i = 0; i < 40; ++i) {
    send(create_xml(std::to_string(i)));
    const auto answer = take();
    ASSERT_TRUE(answer);
    const std::size_t before = service->queue_size();
    EXPECT_TRUE(acknowledge(answer->message_id).drop);
    (service->queue_size() < before ? done : lost) += 1;
    clock->advance(1us);
  }
  EXPECT_GT(done, 5);
  EXPECT_GT(lost, 5);
}

TEST_F(MockService, meets_calls_with_injected_troubles_and_then_works) {
  options.service.injections = {{"SendRequest", "SMEVFailure", 2},
                                {"SendRequest", "html-504", 1},
                                {"SendRequest", "drop", 1}};
  open();
  const auto envelope = send_envelope(ids->next(), create_xml("1"));
  EXPECT_EQ(fault_of(post(envelope)).name, "SMEVFailure");
  EXPECT_EQ(fault_of(post(envelope)).name, "SMEVFailure");
  EXPECT_EQ(post(envelope).status, 504);
  EXPECT_TRUE(post(envelope).drop);
  EXPECT_TRUE(parts.account->orders().empty());
  EXPECT_EQ(post(envelope).status, 200);
}

TEST_F(MockService, speaks_the_newer_kind_of_faults_when_told) {
  options.service.fault_style = FaultStyle::new_gateway;
  open();
  const HttpReply reply = acknowledge(ids->next().text());
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("<faultcode>SOAP-ENV:Client</faultcode>"));
  EXPECT_EQ(fault_of(reply).name, "TargetMessageIsNotFound");
}

TEST_F(MockService, writes_every_call_into_the_journal) {
  const std::string id = send(create_xml("1"));
  post(without_signature(send_envelope(ids->next(), create_xml("2"))));
  poll();
  const auto entries = parts.journal->entries();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].operation, "SendRequest");
  EXPECT_EQ(entries[0].message_id, id);
  EXPECT_EQ(entries[0].outcome, "accepted");
  EXPECT_EQ(entries[0].sender, "MOCK01");
  EXPECT_EQ(entries[1].fault, "SignatureVerificationFault");
  EXPECT_EQ(entries[1].reason, "NoSignatureFound");
  EXPECT_EQ(entries[2].operation, "GetResponse");
  EXPECT_EQ(entries[2].outcome, "delivered");
}

}  // namespace
}  // namespace smev::mock
