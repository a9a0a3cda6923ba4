#include "sdk/transport/outcome.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/signed_answers.hpp"

namespace smev::transport {
namespace {

using ::smev::testing::signers;
using ::smev::testing::test_now;
using ::testing::HasSubstr;
using Outcome = Transmission::Outcome;

constexpr char kId[] = "b077cd84-3959-11f1-b8b2-0242333cce59";
constexpr char kOtherId[] = "b09d7e45-3959-11f1-a763-938a8f3d61d2";

HttpResult came(int status, const std::string& type, const std::string& body) {
  HttpResult result;
  result.request_left = true;
  result.answer = {status, type, body};
  result.duration = std::chrono::milliseconds(5);
  return result;
}

Transmission judged(HttpResult result, TimePoint now = test_now()) {
  return judge(smev3::protocol_1_2(), *Uuid::parse(kId), std::move(result), *signers().verifier,
               now);
}

Transmission judged_fault(const std::string& name, const std::string& text = "текст",
                          const std::string& inside = {}) {
  return judged(came(500, "text/xml", testing::fault(name, text, inside)));
}

TEST(Outcome, a_trusted_receipt_for_this_message_is_acceptance) {
  const std::string receipt = testing::receipt(kId, *signers().smev);
  const Transmission transmission = judged(came(200, "text/xml", receipt));
  EXPECT_EQ(transmission.outcome, Outcome::accepted);
  EXPECT_FALSE(transmission.error);
  EXPECT_EQ(transmission.http_status, 200);
  EXPECT_EQ(transmission.receipt, receipt);
  EXPECT_EQ(transmission.smev_status, "requestIsQueued");
  EXPECT_EQ(transmission.duration, std::chrono::milliseconds(5));
  ASSERT_EQ(transmission.verdicts.size(), 1u);
  EXPECT_TRUE(transmission.verdicts.front().holds());
}

TEST(Outcome, a_receipt_that_proves_nothing_leaves_the_message_in_doubt) {
  const auto expect_doubt = [](const std::string& receipt, ErrorCode code,
                               TimePoint now = test_now()) {
    const Transmission transmission = judged(came(200, "text/xml", receipt), now);
    EXPECT_EQ(transmission.outcome, Outcome::in_doubt);
    ASSERT_TRUE(transmission.error);
    EXPECT_EQ(transmission.error->code, code) << transmission.error->describe();
    EXPECT_EQ(transmission.error->retry, Retry::same_id_now);
    EXPECT_EQ(transmission.receipt, receipt);
    EXPECT_EQ(transmission.verdicts.size(), 1u);
  };
  expect_doubt(testing::unsigned_receipt(kId), ErrorCode::signature_missing);
  expect_doubt(testing::receipt(kId, *signers().stranger), ErrorCode::signature_untrusted);
  expect_doubt(testing::receipt(kId, *signers().smev), ErrorCode::signature_untrusted,
               test_now() + std::chrono::hours(24 * 800));
  std::string changed = testing::receipt(kId, *signers().smev);
  changed.replace(changed.find("TEST02"), 6, "TEST03");
  expect_doubt(changed, ErrorCode::signature_invalid);
  expect_doubt(testing::receipt(kOtherId, *signers().smev), ErrorCode::bad_answer);
  expect_doubt(testing::receipt("", *signers().smev), ErrorCode::bad_answer);
}

TEST(Outcome, already_sent_is_a_duplicate_however_it_is_said) {
  for (const Transmission& transmission :
       {judged_fault("MessageIsAlreadySent"), judged_fault("", "SMEV-301: уже было"),
        judged_fault("", "Сообщение с этим номером уже отправлено"),
        judged_fault("SmevFault", "текст",
                     "<Code>1</Code><Description>SMEV-301:уже было</Description>")}) {
    EXPECT_EQ(transmission.outcome, Outcome::duplicate);
    ASSERT_TRUE(transmission.error);
    EXPECT_EQ(transmission.error->code, ErrorCode::smev_fault);
  }
}

TEST(Outcome, a_fault_that_says_so_is_a_refusal) {
  const std::pair<const char*, Retry> faults[] = {
      {"AccessDenied", Retry::never},        {"StaleMessageId", Retry::after_fix},
      {"InvalidContent", Retry::after_fix},  {"SenderIsNotRegistered", Retry::after_fix},
      {"DestinationOverflow", Retry::later}, {"SignatureVerificationFault", Retry::after_fix},
      {"QuoteLimitExceeded", Retry::later}};
  for (const auto& [name, retry] : faults) {
    const Transmission transmission = judged_fault(name);
    EXPECT_EQ(transmission.outcome, Outcome::refused) << name;
    EXPECT_EQ(transmission.error->retry, retry) << name;
    EXPECT_EQ(transmission.error->fault->name, name);
    EXPECT_EQ(transmission.http_status, 500);
    EXPECT_NE(transmission.receipt, "");
  }
}

TEST(Outcome, the_limit_of_calls_is_a_refusal_for_a_while) {
  const Transmission transmission = judged_fault(
      "SignatureVerificationFault", "SMEV-100: доступ приостановлен, нарушен лимит обращений");
  EXPECT_EQ(transmission.outcome, Outcome::refused);
  EXPECT_EQ(transmission.error->retry, Retry::throttled);
}

TEST(Outcome, a_fault_that_cannot_tell_leaves_the_message_in_doubt) {
  for (const Transmission& transmission :
       {judged_fault("SMEVFailure"), judged_fault("", "Read timed out"),
        judged_fault("Novelty", "что-то новое")}) {
    EXPECT_EQ(transmission.outcome, Outcome::in_doubt);
    EXPECT_EQ(transmission.error->retry, Retry::later);
    EXPECT_EQ(transmission.error->code, ErrorCode::smev_fault);
  }
}

TEST(Outcome, an_answer_that_is_no_soap_leaves_the_message_in_doubt) {
  const std::tuple<int, const char*, const char*, ErrorCode> answers[] = {
      {502, "text/html", "<html/>", ErrorCode::http},
      {504, "text/html", "<html/>", ErrorCode::http},
      {200, "text/html", "<html/>", ErrorCode::http},
      {302, "text/html", "", ErrorCode::http},
      {404, "text/plain", "not found", ErrorCode::http},
      {200, "text/xml", "<soap:Envelope", ErrorCode::bad_answer},
      {200, "text/xml", "", ErrorCode::bad_answer},
      {200, "multipart/related; boundary=b", "--b\n\n<a/>", ErrorCode::bad_answer}};
  for (const auto& [status, type, body, code] : answers) {
    const Transmission transmission = judged(came(status, type, body));
    EXPECT_EQ(transmission.outcome, Outcome::in_doubt) << status << type;
    EXPECT_EQ(transmission.error->code, code) << status << type;
    EXPECT_EQ(transmission.error->retry, Retry::same_id_now);
    EXPECT_EQ(transmission.http_status, status);
    EXPECT_EQ(transmission.receipt, body);
  }
}

TEST(Outcome, the_pause_that_a_gateway_asks_for_is_handed_on) {
  HttpResult result = came(503, "text/html", "<html/>");
  result.retry_after_seconds = 120;
  const Transmission transmission = judged(std::move(result));
  EXPECT_EQ(transmission.outcome, Outcome::in_doubt);
  EXPECT_EQ(transmission.retry_after, std::chrono::minutes(2));
  EXPECT_THAT(transmission.error->detail, HasSubstr("Retry-After: 120 s"));
  EXPECT_FALSE(judged(came(503, "text/html", "<html/>")).retry_after);
}

TEST(Outcome, without_an_answer_what_counts_is_whether_anything_left) {
  HttpResult result;
  result.error = local_error(ErrorCode::connect, "refused", Retry::later);
  EXPECT_EQ(judged(result).outcome, Outcome::not_sent);
  result.request_left = true;
  EXPECT_EQ(judged(result).outcome, Outcome::in_doubt);
  EXPECT_EQ(judged(result).error->code, ErrorCode::connect);
  EXPECT_EQ(judged(result).receipt, "");
}

}  // namespace
}  // namespace smev::transport
