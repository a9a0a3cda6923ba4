#include <gtest/gtest.h>

#include "smev/signature/verifier.hpp"
#include "tests/unit/signature/other_keys.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev {
namespace {

using testing_support::days_from_now;
using testing_support::Folder;
using testing_support::keys;

std::string der_of(const signature::Issued& issued) {
  Folder folder;
  return load_certificate(folder.write("c", issued.certificate_pem))->der;
}

Trust trust(const std::vector<std::string>& pinned, const std::string& der, int days = 0) {
  const auto verifier = pinned_verifier(pinned);
  EXPECT_TRUE(verifier);
  return (*verifier)->trust(der, days_from_now(days));
}

TEST(GostVerifier, trusts_what_is_pinned_and_what_the_pinned_issued) {
  const std::string& der = keys().signer->certificate().der;
  EXPECT_EQ(trust({keys().authority_path}, der), Trust::trusted);
  EXPECT_EQ(trust({keys().certificate_path}, der), Trust::trusted);
  EXPECT_EQ(trust({keys().authority_path, keys().certificate_path}, der), Trust::trusted);
  EXPECT_EQ(trust({}, der), Trust::unknown);
  EXPECT_EQ(trust({keys().authority_path}, "rubbish"), Trust::unknown);
}

TEST(GostVerifier, does_not_trust_the_namesake_of_an_authority) {
  Folder folder;
  const auto namesake =
      *signature::make_authority("Тестовый УЦ", days_from_now(-5), days_from_now(5));
  const auto forged =
      *signature::issue(namesake, "Тестовая ИС", days_from_now(-1), days_from_now(1));
  EXPECT_EQ(trust({keys().authority_path}, der_of(forged)), Trust::unknown);
  EXPECT_EQ(trust({folder.write("c", namesake.certificate_pem)}, der_of(forged)), Trust::trusted);
}

TEST(GostVerifier, a_pinned_certificate_that_is_no_authority_issues_nothing) {
  const auto issued_by_leaf =
      *signature::issue(keys().issued, "Подделка", days_from_now(-1), days_from_now(1));
  EXPECT_EQ(trust({keys().certificate_path}, der_of(issued_by_leaf)), Trust::unknown);
  EXPECT_EQ(trust({keys().certificate_path, keys().authority_path}, der_of(issued_by_leaf)),
            Trust::unknown);
}

TEST(GostVerifier, trust_ends_with_the_certificate_and_with_its_issuer) {
  const std::string& der = keys().signer->certificate().der;
  EXPECT_EQ(trust({keys().authority_path}, der, 2), Trust::expired);
  EXPECT_EQ(trust({keys().authority_path}, der, -2), Trust::not_yet_valid);
  const auto lasting =
      *signature::issue(keys().authority, "x", days_from_now(-100), days_from_now(100));
  EXPECT_EQ(trust({keys().authority_path}, der_of(lasting), 9), Trust::trusted);
  EXPECT_EQ(trust({keys().authority_path}, der_of(lasting), 11), Trust::expired);
}

TEST(GostVerifier, the_untrusting_one_trusts_nobody_and_verifies) {
  const auto verifier = *untrusting_verifier();
  const std::string& der = keys().signer->certificate().der;
  EXPECT_EQ(verifier->trust(der, days_from_now(0)), Trust::unknown);
  const auto value = *keys().signer->sign("x");
  EXPECT_TRUE(verifier->verify(der, SignatureAlgorithm::gost2012_256, "x", value).value());
}

TEST(GostVerifier, a_value_of_another_length_does_not_hold) {
  const std::string& der = keys().signer->certificate().der;
  const auto value = *keys().signer->sign("x");
  for (const std::string& wrong :
       {std::string(), value.substr(1), value + "x", std::string(64, '\0'), std::string(64, '\xFF'),
        value.substr(32) + value.substr(0, 32)}) {
    EXPECT_FALSE(
        keys().verifier->verify(der, SignatureAlgorithm::gost2012_256, "x", wrong).value());
  }
}

TEST(GostVerifier, verifies_with_every_algorithm_of_the_table) {
  Folder folder;
  const auto long_key = *signature::issue(keys().authority, "512", days_from_now(-1),
                                          days_from_now(1), SignatureAlgorithm::gost2012_512);
  const auto signer = *pem_signer(folder.write("k", long_key.key_pem),
                                  folder.write("c", long_key.certificate_pem), days_from_now(0));
  EXPECT_EQ(signer->algorithm(), SignatureAlgorithm::gost2012_512);
  const std::string value = *signer->sign("x");
  EXPECT_EQ(value.size(), 128u);
  const std::string& der = signer->certificate().der;
  EXPECT_TRUE(keys().verifier->verify(der, signer->algorithm(), "x", value).value());
  EXPECT_FALSE(keys().verifier->verify(der, signer->algorithm(), "y", value).value());
  EXPECT_EQ(keys().verifier->trust(der, days_from_now(0)), Trust::trusted);
  EXPECT_FALSE(keys().verifier->verify(der, SignatureAlgorithm::gost2001, "x", value));
}

TEST(GostVerifier, says_which_key_it_cannot_use) {
  for (const auto& [other, name] :
       {std::pair(testing_support::key_of_512_bit().certificate_pem, "GOST R 34.10-2012 512 bit"),
        std::pair(testing_support::rsa_key().certificate_pem, "rsaEncryption")}) {
    const auto outcome = keys().verifier->verify(
        der_of({"", other}), SignatureAlgorithm::gost2012_256, "x", std::string(64, 'x'));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::signature_unsupported);
    EXPECT_NE(outcome.error().detail.find(name), std::string::npos) << outcome.error().detail;
  }
  EXPECT_FALSE(keys().verifier->verify(keys().signer->certificate().der,
                                       SignatureAlgorithm::gost2012_512, "x",
                                       std::string(128, 'x')));
  EXPECT_FALSE(keys().verifier->verify("rubbish", SignatureAlgorithm::gost2012_256, "x", ""));
}

TEST(GostVerifier, cannot_be_made_of_an_absent_file) {
  EXPECT_FALSE(pinned_verifier({"/absent/certificate.pem"}));
}

}  // namespace
}  // namespace smev
