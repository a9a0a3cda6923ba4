#include "sdk/smev3/signature_places.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "sdk/signature/xmldsig.hpp"
#include "sdk/smev3/answer.hpp"
#include "sdk/smev3/request.hpp"
#include "tests/support/shared_samples.hpp"
#include "tests/support/signed_answers.hpp"

namespace smev::smev3 {
namespace {

using ::smev::testing::signers;
using ::testing::HasSubstr;

std::vector<std::string> described(const xml::Document& document) {
  std::vector<std::string> out;
  for (const SignaturePlace& place : find_signatures(document)) {
    out.push_back(place.role + " " +
                  (place.target ? std::string(place.target.name()) : std::string("none")));
  }
  return out;
}

TEST(SignaturePlaces, are_found_by_position_in_every_version) {
  for (const char* version : {"1.1", "1.2", "1.3"}) {
    const std::string types = std::string(kTypesPrefix) + version;
    const std::string basic = std::string(kBasicPrefix) + version;
    const std::string ds =
        "<d:Signature xmlns:d='http://www.w3.org/2000/09/xmldsig#'><d:x/></d:Signature>";
    const auto document = xml::Document::parse(
        "<t:GetRequestResponse xmlns:t='" + types + "' xmlns:b='" + basic + "'>" +
        "<t:RequestMessage><t:Request><t:SenderProvidedRequestData>" +
        "<b:MessagePrimaryContent><x xmlns='urn:x'/></b:MessagePrimaryContent>" +
        "<t:PersonalSignature>" + ds + "</t:PersonalSignature></t:SenderProvidedRequestData>" +
        "<t:MessageMetadata/><t:SenderInformationSystemSignature>" + ds +
        "</t:SenderInformationSystemSignature></t:Request></t:RequestMessage><t:SMEVSignature>" +
        ds + "</t:SMEVSignature></t:GetRequestResponse>");
    ASSERT_TRUE(document);
    EXPECT_THAT(described(*document), ::testing::ElementsAre("PersonalSignature x",
                                                             "SenderInformationSystemSignature "
                                                             "SenderProvidedRequestData",
                                                             "SMEVSignature Request"));
  }
}

// The place decides, not the Id: in genuine messages both lead to the same element.
TEST(SignaturePlaces, of_genuine_messages_are_those_that_their_references_name) {
  const auto folder = ::smev::testing::shared_folder() / "vectors" / "signature";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.rfind("msg-", 0) != 0) continue;
    std::ifstream file(entry.path() / "input.xml", std::ios::binary);
    const auto document =
        xml::Document::parse(std::string{std::istreambuf_iterator<char>(file), {}});
    ASSERT_TRUE(document) << name;
    for (const SignaturePlace& place : find_signatures(*document)) {
      EXPECT_TRUE(place.is_known) << name;
      ASSERT_TRUE(place.target) << name << " " << place.role;
      const auto verdict = signature::verify(*document, place.target, place.holder,
                                             *signers().verifier, {true, std::nullopt});
      EXPECT_EQ(place.target.attribute("Id"), verdict.reference) << name << " " << place.role;
      EXPECT_TRUE(verdict.holds()) << name << " " << place.role << ": " << verdict.problem;
      ++count;
    }
  }
  EXPECT_GE(count, 20);
}

TEST(SignaturePlaces, a_signature_elsewhere_is_said_to_be_elsewhere) {
  const auto document = xml::Document::parse(
      "<a xmlns='urn:a'><b Id='B'/><h><Signature xmlns='http://www.w3.org/2000/09/xmldsig#'>"
      "<SignedInfo><Reference URI='#B'/></SignedInfo></Signature></h></a>");
  const auto places = find_signatures(*document);
  ASSERT_EQ(places.size(), 1U);
  EXPECT_FALSE(places[0].is_known);
  EXPECT_EQ(places[0].target.name(), "b");
}

std::string unsigned_ack() {
  const Protocol& names = protocol_1_2();
  return "<t:AckRequest xmlns:t='" + names.types_namespace + "'><b:AckTargetMessage xmlns:b='" +
         names.basic_namespace + "' accepted='true'>b09d7e45-3959-11f1-a763-938a8f3d61d2" +
         "</b:AckTargetMessage></t:AckRequest>";
}

std::string unsigned_request(const std::string& content) {
  const Protocol& names = protocol_1_2();
  return ::smev::testing::in_soap(
      "<t:SendRequestRequest xmlns:t='" + names.types_namespace + "' xmlns:b='" +
      names.basic_namespace + "'><t:SenderProvidedRequestData><b:MessagePrimaryContent>" + content +
      "</b:MessagePrimaryContent></t:SenderProvidedRequestData></t:SendRequestRequest>");
}

void expect_all_hold(const std::string& text, std::size_t count) {
  const auto document = xml::Document::parse(text);
  ASSERT_TRUE(document);
  const auto places = find_signatures(*document);
  ASSERT_EQ(places.size(), count);
  for (const SignaturePlace& place : places) {
    const auto verdict =
        signature::verify(*document, place.target, place.holder, *signers().verifier, {});
    EXPECT_TRUE(verdict.holds()) << place.role << ": " << verdict.problem;
  }
}

TEST(SignRequest, puts_the_signature_where_it_belongs) {
  for (const std::string& text : {unsigned_ack(), ::smev::testing::in_soap(unsigned_ack())}) {
    auto document = *xml::Document::parse(text);
    const auto done = sign_request(document, *signers().sender);
    ASSERT_TRUE(done) << done.error().describe();
    expect_all_hold(document.to_text(), 1);
    EXPECT_EQ(sign_request(document, *signers().sender).error().code, ErrorCode::not_signable)
        << "signed already";
  }
}

TEST(SignRequest, an_official_signs_the_content_before_the_system_signs_the_whole) {
  auto document = *xml::Document::parse(unsigned_request("<x xmlns='urn:x' Id='PERSONAL'/>"));
  ASSERT_TRUE(sign_content(document, *signers().provider));
  ASSERT_TRUE(sign_request(document, *signers().sender));
  expect_all_hold(document.to_text(), 2);
  EXPECT_THAT(sign_content(document, *signers().provider).error().detail,
              HasSubstr("the personal signature comes first"));
}

TEST(SignRequest, says_what_is_no_request) {
  for (const char* text : {"<a xmlns='urn:a'/>", "<SendRequestRequest xmlns='urn:a'/>"}) {
    auto document = *xml::Document::parse(text);
    EXPECT_EQ(sign_request(document, *signers().sender).error().code, ErrorCode::not_signable);
  }
  auto without_id = *xml::Document::parse(unsigned_request("<x xmlns='urn:x'/>"));
  EXPECT_THAT(sign_content(without_id, *signers().sender).error().detail, HasSubstr("no Id"));
}

TEST(PersonalSignature, of_a_written_request_holds_inside_of_the_outer_one) {
  SendRequest request;
  request.message_id = *Uuid::parse("db0486d0-3c08-11e5-95e2-d4c9eff07b77");
  request.content = "<x xmlns='urn:x' Id='PERSONAL'>&lt;/ns1:PersonalSignature></x>";
  request.personal_signer = signers().provider.get();
  const auto text = write_send_request(protocol_1_2(), request, *signers().sender);
  ASSERT_TRUE(text) << text.error().describe();
  expect_all_hold(*text, 2);
  request.content = "<x xmlns='urn:x'/>";
  EXPECT_EQ(write_send_request(protocol_1_2(), request, *signers().sender).error().code,
            ErrorCode::not_signable);
}

TEST(PersonalSignature, of_an_answer_is_judged_too) {
  ::smev::testing::AnswerText what;
  what.data =
      "<MessagePrimaryContent><a:Answer xmlns:a=\"urn:test:answer\" Id=\"P\">да</a:Answer>"
      "</MessagePrimaryContent><ns2:PersonalSignature/>";
  const std::string personal = ::smev::testing::with_signature(
      ::smev::testing::unsigned_answer(what), "Answer", "PersonalSignature", *signers().provider);
  const auto judged = [](const std::string& text) {
    const std::string by_smev =
        ::smev::testing::with_signature(text, "Response", "SMEVSignature", *signers().smev);
    return **read_get_response(protocol_1_2(), {200, "text/xml", by_smev}, *signers().verifier,
                               ::smev::testing::test_now());
  };
  const Answer good = judged(personal);
  ASSERT_EQ(good.verdicts.size(), 2U);
  EXPECT_EQ(good.verdicts[1].role, "PersonalSignature");
  EXPECT_TRUE(good.verified()) << good.problem();
  std::string changed = personal;
  changed.replace(changed.find(">да<"), 6, ">не<");
  const Answer bad = judged(changed);
  EXPECT_FALSE(bad.verified()) << "SMEV signed it, the official did not";
  EXPECT_THAT(bad.problem(), HasSubstr("PersonalSignature"));
}

}  // namespace
}  // namespace smev::smev3
