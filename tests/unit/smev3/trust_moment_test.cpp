#include "sdk/smev3/trust_moment.hpp"

#include <gtest/gtest.h>

#include "sdk/smev3/answer.hpp"
#include "tests/support/signed_answers.hpp"

namespace smev::smev3 {
namespace {

using ::smev::testing::signers;
using std::chrono::hours;
using std::chrono::minutes;

const TimePoint kNow = DateTime::parse("2026-04-16T12:00:00+03:00")->instant();

TEST(TrustMoment, is_the_time_of_the_message) {
  EXPECT_EQ(trust_moment("2026-04-16T10:47:33.379+03:00", kNow),
            DateTime::parse("2026-04-16T07:47:33.379Z")->instant());
  EXPECT_EQ(trust_moment("2026-04-16T11:00:00", kNow), kNow - hours(1)) << "Moscow time";
}

TEST(TrustMoment, is_now_when_the_stamp_is_absent_or_unreadable) {
  for (const char* stamp : {"", "x", "2026-04-16", "2026-04-16T25:00:00+03:00"}) {
    EXPECT_EQ(trust_moment(stamp, kNow), kNow) << stamp;
  }
}

TEST(TrustMoment, a_stamp_in_the_future_is_not_believed) {
  EXPECT_EQ(trust_moment("2026-04-16T12:05:00+03:00", kNow), kNow + minutes(5));
  EXPECT_EQ(trust_moment("2026-04-16T12:05:01+03:00", kNow), kNow);
  EXPECT_EQ(trust_moment("9999-12-31T23:59:59Z", kNow), kNow);
}

TEST(TrustMoment, a_stamp_older_than_what_smev_keeps_is_not_believed) {
  EXPECT_EQ(trust_moment("2026-03-02T12:00:00+03:00", kNow), kNow - hours(24 * 45));
  EXPECT_EQ(trust_moment("2026-03-02T11:59:59+03:00", kNow), kNow);
  EXPECT_EQ(trust_moment("0001-01-01T00:00:00Z", kNow), kNow);
}

// A verifier that holds with everything until a moment.
class UntilThen final : public Verifier {
 public:
  UntilThen(std::shared_ptr<Verifier> verifier, TimePoint end)
      : verifier_(std::move(verifier)), end_(end) {}
  Result<bool> verify(std::string_view certificate_der, SignatureAlgorithm algorithm,
                      std::string_view octets, std::string_view value) override {
    return verifier_->verify(certificate_der, algorithm, octets, value);
  }
  Trust trust(std::string_view, TimePoint moment) override {
    return moment <= end_ ? Trust::trusted : Trust::expired;
  }

 private:
  std::shared_ptr<Verifier> verifier_;
  TimePoint end_;
};

constexpr char kStamp[] = "2026-04-16T10:47:33.379+03:00";  // of the answers below
const TimePoint kSent = DateTime::parse(kStamp)->instant();
constexpr char kId[] = "b077cd84-3959-11f1-b8b2-0242333cce59";

HttpAnswer ok(std::string body) { return {200, "text/xml;charset=UTF-8", std::move(body)}; }

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

Trust trust_of_answer(const std::string& body, Verifier& verifier, TimePoint now) {
  const auto answer = read_get_response(protocol_1_2(), ok(body), verifier, now);
  return answer.value().value().verdicts.front().trust;
}

Trust trust_of_receipt(const std::string& body, Verifier& verifier, TimePoint now) {
  return read_send_response(protocol_1_2(), ok(body), verifier, now).value().verdict.trust;
}

TEST(TrustMoment, a_certificate_that_expired_on_the_way_is_trusted) {
  UntilThen verifier(signers().verifier, kSent + hours(1));
  const std::string answer = testing::answer({}, *signers().smev);
  const std::string receipt = testing::receipt(kId, *signers().smev);
  EXPECT_EQ(trust_of_answer(answer, verifier, kSent + hours(48)), Trust::trusted);
  EXPECT_EQ(trust_of_receipt(receipt, verifier, kSent + hours(48)), Trust::trusted);
  EXPECT_EQ(trust_of_answer(answer, verifier, kSent + hours(24 * 46)), Trust::expired);
  EXPECT_EQ(trust_of_receipt(receipt, verifier, kSent + hours(24 * 46)), Trust::expired);
}

TEST(TrustMoment, of_a_message_without_a_stamp_is_the_time_of_reception) {
  UntilThen verifier(signers().verifier, kSent + hours(1));
  const std::string element =
      std::string("<ns2:SendingTimestamp>") + kStamp + "</ns2:SendingTimestamp>";
  const std::string receipt =
      testing::with_signature(replaced(testing::unsigned_receipt(kId), element, ""),
                              "MessageMetadata", "SMEVSignature", *signers().smev);
  EXPECT_EQ(trust_of_receipt(receipt, verifier, kSent + hours(48)), Trust::expired);
  const std::string answer =
      testing::with_signature(replaced(testing::unsigned_answer({}), element, ""), "Response",
                              "SMEVSignature", *signers().smev);
  EXPECT_EQ(trust_of_answer(answer, verifier, kSent + hours(48)), Trust::expired);
}

// A stamp that is not under the signature is nobody's word.
TEST(TrustMoment, a_stamp_beside_the_signed_element_counts_for_nothing) {
  UntilThen verifier(signers().verifier, kSent + hours(1));
  const std::string element =
      std::string("<ns2:SendingTimestamp>") + kStamp + "</ns2:SendingTimestamp>";
  const std::string bare =
      testing::with_signature(replaced(testing::unsigned_answer({}), element, ""), "Response",
                              "SMEVSignature", *signers().smev);
  const std::string metadata = "<ns2:MessageMetadata>" + element + "</ns2:MessageMetadata>";
  for (const char* place : {"<ns2:Response ", "<ns2:SMEVSignature>"}) {
    EXPECT_EQ(trust_of_answer(replaced(bare, place, metadata + place), verifier, kSent + hours(48)),
              Trust::expired);
  }
}

}  // namespace
}  // namespace smev::smev3
