#include "sdk/signature/certificate_fitness.hpp"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/certificate.hpp"
#include "tests/unit/signature/opening.hpp"
#include "tests/unit/signature/other_keys.hpp"

namespace smev::signature {
namespace {

using namespace std::chrono_literals;
using testing_support::days_from_now;
using testing_support::keys;

testing::AssertionResult refused(X509& certificate, TimePoint now, const std::string& part) {
  const auto fit = check_fitness(certificate, now);
  if (fit) return testing::AssertionFailure() << "fits";
  if (fit.error().code == ErrorCode::key && fit.error().text.find(part) != std::string::npos) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << fit.error().describe();
}

X509Ptr own() { return *read_x509(keys().signer->certificate().der); }

/// A certificate of 512 bit with one more extension.
X509Ptr with_extension(int nid, const char* value) {
  auto other = testing_support::key_of_512_bit();
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  EXPECT_EQ(X509_add_ext(other.certificate.get(), extension, -1), 1);
  X509_EXTENSION_free(extension);
  return std::move(other.certificate);
}

TEST(CertificateFitness, holds_from_the_first_moment_to_the_last) {
  const X509Ptr certificate = own();
  const Certificate facts = describe(*certificate);
  EXPECT_TRUE(check_fitness(*certificate, facts.not_before));
  EXPECT_TRUE(check_fitness(*certificate, facts.not_after));
  EXPECT_TRUE(refused(*certificate, facts.not_before - 1us, "ещё не действует, начнёт 20"));
  EXPECT_TRUE(refused(*certificate, facts.not_after + 1us, "больше не действует, срок истёк 20"));
}

TEST(CertificateFitness, lacks_an_authority) {
  const X509Ptr authority = *read_x509_file(keys().authority_path);
  EXPECT_TRUE(refused(*authority, days_from_now(0), "удостоверяющего центра"));
}

TEST(CertificateFitness, needs_a_key_of_2012) {
  EXPECT_TRUE(refused(*testing_support::rsa_key().certificate, days_from_now(0), "rsaEncryption"));
  EXPECT_TRUE(refused(*testing_support::key_of_2001().certificate, days_from_now(0), "2001"));
}

TEST(CertificateFitness, needs_digital_signature_where_key_usage_is_limited) {
  EXPECT_TRUE(check_fitness(*testing_support::key_of_512_bit().certificate, days_from_now(0)));
  EXPECT_TRUE(check_fitness(*with_extension(NID_key_usage, "digitalSignature,keyAgreement"),
                            days_from_now(0)));
  EXPECT_TRUE(refused(*with_extension(NID_key_usage, "nonRepudiation,keyAgreement"),
                      days_from_now(0), "не для электронной подписи"));
}

class SomebodyElse final : public Signer {
 public:
  SignatureAlgorithm algorithm() const override { return keys().signer->algorithm(); }
  const Certificate& certificate() const override { return keys().signer->certificate(); }
  int concurrency() const override { return 1; }
  Result<std::string> sign(std::string_view) override {
    return value ? Result<std::string>(*value) : keys().signer->sign("something else");
  }
  std::optional<std::string> value;
};

TEST(TrialSignature, shows_a_signer_that_signs_something_else_or_nothing) {
  EXPECT_TRUE(try_out(*keys().signer));
  SomebodyElse other;
  const auto tried = try_out(other);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::key);
  for (const std::string& value : {std::string(), std::string(64, '\0'), random_octets(64)}) {
    other.value = value;
    EXPECT_FALSE(try_out(other));
  }
}

class Backwards final : public Signer {
 public:
  [[nodiscard]] SignatureAlgorithm algorithm() const override { return keys().signer->algorithm(); }
  [[nodiscard]] const Certificate& certificate() const override {
    return keys().signer->certificate();
  }
  [[nodiscard]] int concurrency() const override { return 1; }
  Result<std::string> sign(std::string_view octets) override {
    const auto value = keys().signer->sign(octets);
    return value ? Result<std::string>(std::string(value->rbegin(), value->rend())) : value;
  }
};

TEST(TrialSignature, tells_octets_in_reverse_order_from_another_key) {
  Backwards reversed;
  const auto tried = try_out(reversed);
  ASSERT_FALSE(tried);
  EXPECT_NE(tried.error().text.find("в обратном порядке"), std::string::npos);
  SomebodyElse other;
  EXPECT_EQ(try_out(other).error().text.find("в обратном порядке"), std::string::npos);
  EXPECT_NE(try_out(other, "; подсказка").error().text.find("; подсказка"), std::string::npos);
}

TEST(DaysLeft, are_whole_ones_and_negative_afterwards) {
  Certificate certificate;
  certificate.not_after = days_from_now(0);
  const auto left = [&](Duration before) {
    return days_left(certificate, certificate.not_after - before);
  };
  EXPECT_EQ(left(24h * 30), 30);
  EXPECT_EQ(left(24h * 30 - 1us), 29);
  EXPECT_EQ(left(24h), 1);
  EXPECT_EQ(left(24h - 1us), 0);
  EXPECT_EQ(left(0us), 0);
  EXPECT_EQ(left(-1us), -1);
  EXPECT_EQ(left(-24h), -1);
  EXPECT_EQ(left(-24h - 1us), -2);
}

TEST(DaysLeft, raise_the_level_at_30_14_and_3_and_when_they_are_over) {
  const std::pair<int, int> cases[] = {{31, 0}, {30, 1}, {15, 1}, {14, 2}, {4, 2},
                                       {3, 3},  {0, 3},  {-1, 4}, {-99, 4}};
  for (const auto& [days, level] : cases) EXPECT_EQ(expiry_level(days), level) << days;
}

}  // namespace
}  // namespace smev::signature
