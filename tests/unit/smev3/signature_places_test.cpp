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
  for (const SignaturePlace& place : *find_signatures(document)) {
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
    EXPECT_THAT(described(*document), ::testing::ElementsAre("SMEVSignature Request",
                                                             "SenderInformationSystemSignature "
                                                             "SenderProvidedRequestData",
                                                             "PersonalSignature x"));
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
    for (const SignaturePlace& place : *find_signatures(*document)) {
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
  const auto places = *find_signatures(*document);
  ASSERT_EQ(places.size(), 1U);
  EXPECT_FALSE(places[0].is_known);
  EXPECT_EQ(places[0].target.name(), "b");
}

// Wrapping, as receivers and tools meet it: an evil answer where they look, the genuine one and its
// signature somewhere else.
class Wrapped : public ::testing::Test {
 protected:
  static std::string answer_of(const std::string& content) {
    ::smev::testing::AnswerText what;
    what.data = "<MessagePrimaryContent><a:Answer xmlns:a=\"urn:test:answer\">" + content +
                "</a:Answer></MessagePrimaryContent>";
    return ::smev::testing::answer(what, *signers().smev);
  }
  static std::string between(const std::string& text, const std::string& from,
                             const std::string& to) {
    const std::size_t begin = text.find(from);
    return text.substr(begin, text.find(to, begin) + to.size() - begin);
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }

  const std::string genuine_ = answer_of("genuine");
  const std::string message_ = between(genuine_, "<ns2:ResponseMessage>", "</ns2:ResponseMessage>");
  const std::string response_ = between(genuine_, "<ns2:Response ", "</ns2:Response>");
  const std::string signature_ = between(genuine_, "<ns2:SMEVSignature>", "</ns2:SMEVSignature>");
  const std::string evil_ = replaced(response_, "genuine", "evil");
  const std::string declared_ = ::smev::testing::declarations();
};

void expect_not_taken(const char* attack, const std::string& text) {
  const auto read = read_get_response(protocol_1_2(), {200, "text/xml", text}, *signers().verifier,
                                      ::smev::testing::test_now());
  if (read && *read) {
    const Answer& answer = **read;
    EXPECT_FALSE(answer.verified() && answer.content.find("evil") != std::string::npos) << attack;
  }
  const auto document = xml::Document::parse(text);
  ASSERT_TRUE(document) << attack;
  const auto places = find_signatures(*document);
  ASSERT_TRUE(places);
  bool all_hold = !places->empty();
  for (const SignaturePlace& place : *places) {
    all_hold =
        all_hold && place.is_known &&
        signature::verify(*document, place.target, place.holder, *signers().verifier, {}).holds();
  }
  EXPECT_FALSE(all_hold) << attack;
}

TEST_F(Wrapped, the_genuine_message_is_taken) {
  const auto read = read_get_response(protocol_1_2(), {200, "text/xml", genuine_},
                                      *signers().verifier, ::smev::testing::test_now());
  ASSERT_TRUE(read && *read);
  EXPECT_TRUE((*read)->verified()) << (*read)->problem();
}

TEST_F(Wrapped, an_evil_answer_beside_a_genuine_one_is_not) {
  const std::string alone = replaced(genuine_, response_, evil_);
  expect_not_taken("changed", alone);
  expect_not_taken("without a signature", replaced(alone, signature_, ""));
  const std::string unsigned_evil = replaced(alone, signature_, "");
  expect_not_taken("in the header", replaced(unsigned_evil, "<soap:Body>",
                                             "<soap:Header><x" + declared_ + ">" + message_ +
                                                 "</x></soap:Header><soap:Body>"));
  expect_not_taken("in a second message", replaced(unsigned_evil, "</ns2:ResponseMessage>",
                                                   "</ns2:ResponseMessage>" + message_));
  expect_not_taken("before it",
                   replaced(genuine_, "<ns2:ResponseMessage>", "<ns2:ResponseMessage>" + evil_));
  expect_not_taken("inside its content",
                   replaced(unsigned_evil, ">evil<", ">evil" + message_ + "<"));
  expect_not_taken("in a second body",
                   replaced(unsigned_evil, "</soap:Body>",
                            "</soap:Body><soap:Body><ns2:GetResponseResponse" + declared_ + ">" +
                                message_ + "</ns2:GetResponseResponse></soap:Body>"));
}

TEST_F(Wrapped, the_signature_of_a_receipt_vouches_for_no_answer) {
  const std::string receipt =
      ::smev::testing::receipt("b077cd84-3959-11f1-b8b2-0242333cce59", *signers().smev);
  const std::string metadata = between(receipt, "<ns2:MessageMetadata", "</ns2:MessageMetadata>");
  const std::string its = between(receipt, "<ns2:SMEVSignature>", "</ns2:SMEVSignature>");
  expect_not_taken("metadata beside it",
                   replaced(replaced(genuine_, response_, evil_ + metadata), signature_, its));
}

TEST_F(Wrapped, instructions_and_octets_of_zero_are_not_read) {
  for (const std::string& text : {replaced(genuine_, "genuine", "genu<?p?> <?p?>ine"),
                                  "<?p?>" + genuine_, genuine_ + std::string("\0evil", 5)}) {
    EXPECT_FALSE(read_get_response(protocol_1_2(), {200, "text/xml", text}, *signers().verifier,
                                   ::smev::testing::test_now()));
  }
}

TEST_F(Wrapped, more_signatures_than_the_limit_are_refused) {
  const auto with = [](std::size_t count) {
    std::string many;
    for (std::size_t i = 0; i < count; ++i) {
      many += "<h><d:Signature xmlns:d='http://www.w3.org/2000/09/xmldsig#'/></h>";
    }
    return find_signatures(*xml::Document::parse("<a xmlns='urn:a'>" + many + "</a>"));
  };
  EXPECT_TRUE(with(kSignaturesMax));
  EXPECT_EQ(with(kSignaturesMax + 1).error().code, ErrorCode::limit_exceeded);
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
  const auto places = *find_signatures(*document);
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
