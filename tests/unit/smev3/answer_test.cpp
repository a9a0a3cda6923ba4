#include "sdk/smev3/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/base/bytes.hpp"
#include "sdk/smev3/multipart.hpp"
#include "smev/base/ids.hpp"
#include "tests/support/shared_samples.hpp"
#include "tests/support/signed_answers.hpp"

namespace smev::smev3 {
namespace {

using ::smev::testing::AnswerText;
using ::smev::testing::signers;
using ::smev::testing::test_now;
using ::testing::HasSubstr;

constexpr char kId[] = "b077cd84-3959-11f1-b8b2-0242333cce59";

HttpAnswer ok(std::string body) { return {200, "text/xml;charset=UTF-8", std::move(body)}; }

Result<Receipt> read_receipt(const std::string& body, TimePoint now = test_now()) {
  return read_send_response(protocol_1_2(), ok(body), *signers().verifier, now);
}

Answer read_answer(const HttpAnswer& http, TimePoint now = test_now()) {
  auto answer = read_get_response(protocol_1_2(), http, *signers().verifier, now);
  EXPECT_TRUE(answer) << answer.error().describe();
  EXPECT_TRUE(answer && *answer) << "the queue is empty";
  return answer && *answer ? **answer : Answer();
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST(Receipt, is_read_and_its_signature_judged) {
  const auto receipt = read_receipt(testing::receipt(kId, *signers().smev));
  ASSERT_TRUE(receipt) << receipt.error().describe();
  EXPECT_EQ(receipt->metadata.message_id, kId);
  EXPECT_EQ(receipt->metadata.message_type, "REQUEST");
  EXPECT_EQ(receipt->metadata.sender, "TEST01");
  EXPECT_EQ(receipt->metadata.recipient, "TEST02");
  EXPECT_EQ(receipt->metadata.sending_timestamp, "2026-04-16T10:47:33.379+03:00");
  EXPECT_EQ(receipt->metadata.status, "requestIsQueued");
  EXPECT_EQ(receipt->verdict.role, "SMEVSignature");
  EXPECT_TRUE(receipt->verdict.holds()) << receipt->verdict.problem;
  EXPECT_EQ(receipt->verdict.trust, Trust::trusted);
}

TEST(Receipt, of_a_stranger_is_not_trusted) {
  const auto receipt = read_receipt(testing::receipt(kId, *signers().stranger));
  ASSERT_TRUE(receipt);
  EXPECT_TRUE(receipt->verdict.value_holds);
  EXPECT_EQ(receipt->verdict.trust, Trust::unknown);
  EXPECT_FALSE(receipt->verdict.holds());
}

TEST(Receipt, is_judged_at_the_moment_given) {
  const auto receipt = read_receipt(testing::receipt(kId, *signers().smev),
                                    test_now() + std::chrono::hours(24 * 800));
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->verdict.trust, Trust::expired);
}

TEST(Receipt, changed_by_one_letter_does_not_hold) {
  const auto receipt = read_receipt(
      replaced(testing::receipt(kId, *signers().smev), "requestIsQueued", "requestIsQueueD"));
  ASSERT_TRUE(receipt);
  EXPECT_FALSE(receipt->verdict.holds());
}

TEST(Receipt, without_a_signature_says_so) {
  for (const std::string holder : {"<ns2:SMEVSignature></ns2:SMEVSignature>", ""}) {
    const auto receipt = read_receipt(replaced(testing::unsigned_receipt(kId),
                                               "<ns2:SMEVSignature></ns2:SMEVSignature>", holder));
    ASSERT_TRUE(receipt);
    EXPECT_FALSE(receipt->verdict.present);
    EXPECT_FALSE(receipt->verdict.holds());
  }
}

// The signature of one receipt under the metadata of another, the signed one moved aside.
TEST(Receipt, is_not_fooled_by_a_signed_element_elsewhere) {
  const std::string good = testing::receipt(kId, *signers().smev);
  const std::size_t from = good.find("<ns2:MessageMetadata");
  const std::size_t to = good.find("<ns2:SMEVSignature>");
  const std::string signed_part = good.substr(from, to - from);
  const std::string forged = replaced(signed_part, kId, "c077cd84-3959-11f1-b8b2-0242333cce59");
  const std::string other_id = replaced(forged, "SIGNED_BY_SMEV", "OTHER");
  for (const std::string& first : {forged, other_id}) {
    const auto receipt = read_receipt(replaced(good, signed_part, first + signed_part));
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->metadata.message_id, "c077cd84-3959-11f1-b8b2-0242333cce59");
    EXPECT_FALSE(receipt->verdict.holds());
  }
}

TEST(Receipt, is_a_bad_answer_when_something_else_came) {
  for (const std::string& body :
       {testing::empty_queue(), testing::in_soap(""),
        testing::in_soap("<ns2:SendRequestResponse" + testing::declarations() + "/>"),
        testing::in_soap("<SendRequestResponse xmlns=\"urn:other\"/>")}) {
    const auto receipt = read_receipt(body);
    ASSERT_FALSE(receipt) << body;
    EXPECT_EQ(receipt.error().code, ErrorCode::bad_answer);
    EXPECT_EQ(receipt.error().retry, Retry::same_id_now);
    EXPECT_EQ(receipt.error().origin, Origin::smev);
  }
}

TEST(Answer, with_content_is_read_and_verified) {
  AnswerText text;
  text.provider = signers().provider.get();
  const Answer answer = read_answer(ok(testing::answer(text, *signers().smev)));
  EXPECT_EQ(answer.message_id, text.message_id);
  EXPECT_EQ(answer.original_message_id, text.original_message_id);
  EXPECT_EQ(answer.kind, AnswerKind::content);
  EXPECT_EQ(answer.content_root, "Answer");
  EXPECT_EQ(answer.content_namespace, "urn:test:answer");
  const auto content = xml::Document::parse(answer.content);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->root().text(), "да");
  EXPECT_TRUE(answer.verified()) << answer.problem();
  EXPECT_EQ(answer.problem(), "");
  ASSERT_EQ(answer.verdicts.size(), 2u);
  EXPECT_EQ(answer.verdicts[0].role, "SMEVSignature");
  EXPECT_EQ(answer.verdicts[0].trust, Trust::trusted);
  EXPECT_EQ(answer.verdicts[1].role, "SenderInformationSystemSignature");
  EXPECT_EQ(answer.verdicts[1].trust, Trust::not_checked);
}

TEST(Answer, comes_wrapped_as_well) {
  const WrappedBody wrapped = wrap_multipart(testing::answer({}, *signers().smev), "uuid:1");
  const Answer answer = read_answer({200, wrapped.content_type, wrapped.body});
  EXPECT_TRUE(answer.verified()) << answer.problem();
}

TEST(Answer, whose_signed_part_came_as_xop_holds_once_it_is_put_back) {
  const std::string octets(100, '\x07');
  AnswerText text;
  text.data +=
      "<AttachmentHeaderList><AttachmentHeader><contentId>a</contentId><MimeType>text/plain"
      "</MimeType><SignaturePKCS7>" +
      base64_encode(octets) + "</SignaturePKCS7></AttachmentHeader></AttachmentHeaderList>";
  const std::string root =
      replaced(testing::answer(text, *signers().smev), base64_encode(octets),
               "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:s\"/>");
  const std::string body = "--b\r\nContent-ID: <r>\r\n\r\n" + root +
                           "\r\n--b\r\nContent-ID: <s>\r\n\r\n" + octets + "\r\n--b--";
  const Answer answer = read_answer({200, "multipart/related; boundary=b; start=\"<r>\"", body});
  EXPECT_TRUE(answer.verified()) << answer.problem();
}

TEST(Answer, changed_on_its_way_is_handed_out_but_not_verified) {
  const Answer answer =
      read_answer(ok(replaced(testing::answer({}, *signers().smev), "да", "нет")));
  EXPECT_EQ(answer.kind, AnswerKind::content);
  EXPECT_FALSE(answer.verified());
  EXPECT_THAT(answer.problem(), HasSubstr("SMEVSignature"));
}

TEST(Answer, of_a_stranger_or_without_a_signature_is_not_verified) {
  const Answer stranger = read_answer(ok(testing::answer({}, *signers().stranger)));
  EXPECT_FALSE(stranger.verified());
  EXPECT_EQ(stranger.verdicts[0].trust, Trust::unknown);
  const Answer bare = read_answer(ok(testing::unsigned_answer({})));
  EXPECT_FALSE(bare.verified());
  EXPECT_FALSE(bare.verdicts[0].present);
}

// SMEV signs what it hands on, a broken signature of the provider included.
TEST(Answer, with_a_broken_signature_inside_is_not_verified) {
  AnswerText text;
  text.provider = signers().provider.get();
  const std::string broken = replaced(testing::unsigned_answer(text), "да", "нет");
  const Answer answer = read_answer(
      ok(testing::with_signature(broken, "Response", "SMEVSignature", *signers().smev)));
  ASSERT_EQ(answer.verdicts.size(), 2u);
  EXPECT_TRUE(answer.verdicts[0].holds());
  EXPECT_FALSE(answer.verdicts[1].holds());
  EXPECT_FALSE(answer.verified());
  EXPECT_THAT(answer.problem(), HasSubstr("SenderInformationSystemSignature"));
}

TEST(Answer, tells_rejections_of_the_recipient) {
  AnswerText text;
  text.data =
      "<ns2:RequestRejected><ns2:RejectionReasonCode>NO_DATA</ns2:RejectionReasonCode>"
      "<ns2:RejectionReasonDescription>нет</ns2:RejectionReasonDescription></ns2:RequestRejected>"
      "<ns2:RequestRejected><ns2:RejectionReasonCode>FAILURE</ns2:RejectionReasonCode>"
      "<ns2:RejectionReasonDescription>сбой</ns2:RejectionReasonDescription></ns2:RequestRejected>";
  const Answer answer = read_answer(ok(testing::answer(text, *signers().smev)));
  EXPECT_EQ(answer.kind, AnswerKind::rejected);
  ASSERT_EQ(answer.rejections.size(), 2u);
  EXPECT_EQ(answer.rejections[0].code, "NO_DATA");
  EXPECT_EQ(answer.rejections[1].description, "сбой");
  EXPECT_TRUE(answer.verified());
}

TEST(Answer, tells_a_status_of_the_recipient) {
  const auto read_code = [](const std::string& code) {
    AnswerText text;
    text.data = "<ns2:RequestStatus><ns2:StatusCode>" + code +
                "</ns2:StatusCode><ns2:StatusDescription>в работе</ns2:StatusDescription>"
                "</ns2:RequestStatus>";
    const Answer answer = read_answer(ok(testing::answer(text, *signers().smev)));
    EXPECT_EQ(answer.kind, AnswerKind::status);
    EXPECT_EQ(answer.status_description, "в работе");
    return answer.status_code;
  };
  EXPECT_EQ(read_code("-7"), -7);
  EXPECT_EQ(read_code("7x"), 0);
  EXPECT_EQ(read_code("99999999999999999999"), 0);
}

TEST(Answer, tells_what_smev_itself_says) {
  AnswerText text;
  text.original_message_id = "";
  text.data =
      "<ns2:AsyncProcessingStatus><ns2:OriginalMessageId>" + std::string(kId) +
      "</ns2:OriginalMessageId><ns2:StatusCategory>requestIsRejectedBySmev</ns2:StatusCategory>"
      "<ns2:StatusDetails>нет</ns2:StatusDetails><ns2:SmevFault "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"ns3:InvalidContent\">"
      "<Code>028122</Code><Description>SMEV-403: нет</Description>"
      "<ns3:ValidationError errorPosition=\"-1\">cvc</ns3:ValidationError></ns2:SmevFault>"
      "</ns2:AsyncProcessingStatus>";
  const Answer answer = read_answer(ok(testing::answer(text, *signers().smev)));
  EXPECT_EQ(answer.kind, AnswerKind::async_status);
  EXPECT_EQ(answer.original_message_id, kId);
  EXPECT_EQ(answer.status_category, "requestIsRejectedBySmev");
  EXPECT_EQ(answer.status_description, "нет");
  ASSERT_TRUE(answer.fault);
  EXPECT_EQ(answer.fault->name, "InvalidContent");
  EXPECT_EQ(answer.fault->number, "SMEV-403");
  EXPECT_EQ(answer.fault->validation_errors, std::vector<std::string>{"cvc"});
  EXPECT_TRUE(answer.verified()) << answer.problem();
}

TEST(Answer, that_fits_no_form_is_handed_out_as_unreadable) {
  for (const char* data :
       {"", "<MessagePrimaryContent/>",
        "<MessagePrimaryContent><a xmlns='urn:a'/><b xmlns='urn:b'/></MessagePrimaryContent>",
        "<ns2:Novelty>x</ns2:Novelty>"}) {
    AnswerText text;
    text.data = data;
    const Answer answer = read_answer(ok(testing::answer(text, *signers().smev)));
    EXPECT_EQ(answer.kind, AnswerKind::unreadable) << data;
    EXPECT_EQ(answer.message_id, text.message_id);
    EXPECT_TRUE(answer.verified()) << answer.problem();
    EXPECT_NE(answer.problem(), "");
  }
}

TEST(Answer, without_its_parts_is_unreadable_and_not_verified) {
  const std::string open = "<ns2:GetResponseResponse" + testing::declarations() + ">";
  for (const std::string inside :
       {"<ns2:ResponseMessage/>", "<ns2:ResponseMessage><ns2:Response/></ns2:ResponseMessage>"}) {
    const Answer answer =
        read_answer(ok(testing::in_soap(open + inside + "</ns2:GetResponseResponse>")));
    EXPECT_EQ(answer.kind, AnswerKind::unreadable);
    EXPECT_EQ(answer.message_id, "");
    EXPECT_FALSE(answer.verified());
    EXPECT_NE(answer.problem(), "");
  }
}

TEST(Answer, takes_its_id_from_the_data_when_the_metadata_has_none) {
  AnswerText text;
  const std::string without = replaced(
      testing::unsigned_answer(text), "<ns2:MessageId>" + text.message_id + "</ns2:MessageId>", "");
  EXPECT_EQ(read_answer(ok(without)).message_id, text.message_id);
}

TEST(Answer, an_empty_queue_is_nothing) {
  const WrappedBody wrapped = wrap_multipart(testing::empty_queue(), "uuid:1");
  for (const HttpAnswer& http :
       {ok(testing::empty_queue()), HttpAnswer{200, wrapped.content_type, wrapped.body}}) {
    const auto answer = read_get_response(protocol_1_2(), http, *signers().verifier, test_now());
    ASSERT_TRUE(answer) << answer.error().describe();
    EXPECT_FALSE(answer->has_value());
  }
}

TEST(Answer, a_broken_one_is_asked_for_again_later) {
  for (const HttpAnswer& http :
       {ok("<a"), HttpAnswer{502, "text/html", "page"}, ok(testing::ack_response())}) {
    const auto answer = read_get_response(protocol_1_2(), http, *signers().verifier, test_now());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().retry, Retry::later);
  }
}

TEST(AckAnswer, is_an_empty_element_or_an_empty_body) {
  EXPECT_TRUE(read_ack_response(protocol_1_2(), ok(testing::ack_response())));
  EXPECT_TRUE(read_ack_response(protocol_1_2(), ok(testing::in_soap(""))));
}

TEST(AckAnswer, is_an_error_otherwise) {
  const auto unknown = read_ack_response(
      protocol_1_2(), {500, "text/xml", testing::fault("TargetMessageIsNotFound", "не найдено")});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().fault->name, "TargetMessageIsNotFound");
  const auto other = read_ack_response(protocol_1_2(), ok(testing::empty_queue()));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::bad_answer);
  EXPECT_EQ(other.error().retry, Retry::later);
  EXPECT_FALSE(read_ack_response(protocol_1_2(), ok("")));
}

TEST(AnswerKindName, is_stable) {
  EXPECT_EQ(name(AnswerKind::content), "content");
  EXPECT_EQ(name(AnswerKind::rejected), "rejected");
  EXPECT_EQ(name(AnswerKind::status), "status");
  EXPECT_EQ(name(AnswerKind::async_status), "async_status");
  EXPECT_EQ(name(AnswerKind::unreadable), "unreadable");
}

// Stored copies of real answers, without the SOAP envelope.
Answer stored_answer(const std::filesystem::path& path) {
  std::string text = testing::octets_of(path);
  text.erase(0, text.find("<ns2:GetResponseResponse"));
  return read_answer(ok(testing::in_soap(text)));
}

TEST(Answer, samples_without_signatures_are_read_and_not_verified) {
  SMEV_NEEDS_SHARED("samples/envelopes");
  const auto folder = testing::shared_folder() / "samples/envelopes";
  const Answer date = stored_answer(folder / "reject_bad_datetime.xml");
  EXPECT_EQ(date.kind, AnswerKind::async_status);
  EXPECT_EQ(date.message_id, "b09d7e45-3959-11f1-a763-938a8f3d61d2");
  EXPECT_EQ(date.original_message_id, "b077cd84-3959-11f1-b8b2-0242333cce59");
  EXPECT_EQ(date.original_transaction_code, "4c81cf3b-8ba9-4575-bc3a-c379c0a96d4e");
  EXPECT_EQ(date.metadata.sender, "SMEV");
  EXPECT_EQ(date.fault->code, "028122");
  EXPECT_EQ(date.fault->validation_errors.size(), 2u);
  EXPECT_FALSE(date.verified());
  for (const auto& [name, category] :
       {std::pair{"reject_bad_integer.xml", "requestIsRejectedBySmev"},
        std::pair{"reject_other_type_wrong_namespace.xml", "responseIsRejectedBySmev"}}) {
    const Answer answer = stored_answer(folder / name);
    EXPECT_EQ(answer.kind, AnswerKind::async_status) << name;
    EXPECT_EQ(answer.status_category, category);
    EXPECT_EQ(answer.fault->number, "SMEV-403");
    EXPECT_FALSE(answer.verified());
  }
  for (const char* name : {"response_create_ok.xml", "response_update_err28.xml"}) {
    const Answer answer = stored_answer(folder / name);
    EXPECT_EQ(answer.kind, AnswerKind::content) << name;
    EXPECT_EQ(answer.content_root, "ElkOrderResponse");
    EXPECT_EQ(answer.content_namespace, "http://epgu.gosuslugi.ru/elk/status/1.0.2");
    EXPECT_EQ(answer.metadata.sender, "MNSV05");
    EXPECT_FALSE(answer.verified());
  }
}

// Their digests hold; their SignedInfo was indented by whoever stored them, and nobody here trusts
// the certificates.
TEST(Answer, stored_copies_with_signatures_are_read_and_not_verified) {
  SMEV_NEEDS_SHARED("vectors/signature/msg-elk-01");
  const auto folder = testing::shared_folder() / "vectors/signature";
  for (const char* name : {"msg-elk-01", "msg-elk-03", "msg-elk-06", "msg-elk-09"}) {
    const Answer answer = stored_answer(folder / name / "input.xml");
    EXPECT_NE(answer.kind, AnswerKind::unreadable) << name;
    EXPECT_TRUE(Uuid::parse(answer.message_id)) << name;
    EXPECT_TRUE(Uuid::parse(answer.original_message_id)) << name;
    EXPECT_FALSE(answer.verified()) << name;
    for (const SignatureVerdict& verdict : answer.verdicts) {
      EXPECT_TRUE(verdict.present) << name;
      EXPECT_TRUE(verdict.digest_holds) << name << " " << verdict.role << ": " << verdict.problem;
      EXPECT_FALSE(verdict.value_holds) << name << " " << verdict.role;
    }
  }
}

}  // namespace
}  // namespace smev::smev3
