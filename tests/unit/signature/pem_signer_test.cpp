#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "smev/signature/signer.hpp"
#include "tests/unit/signature/other_keys.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev {
namespace {

using testing_support::days_from_now;
using testing_support::Folder;
using testing_support::keys;

Error refused(const std::string& key_path, const std::string& certificate_path, int days = 0) {
  const auto signer = pem_signer(key_path, certificate_path, days_from_now(days));
  EXPECT_FALSE(signer);
  return signer ? Error{} : signer.error();
}

TEST(PemSigner, signs_octets_that_its_certificate_verifies) {
  const auto value = keys().signer->sign("octets");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->size(), 64u);
  const std::string& der = keys().signer->certificate().der;
  const auto algorithm = keys().signer->algorithm();
  EXPECT_EQ(keys().verifier->verify(der, algorithm, "octets", *value).value(), true);
  EXPECT_EQ(keys().verifier->verify(der, algorithm, "octet5", *value).value(), false);
  EXPECT_GE(keys().signer->concurrency(), 1);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(PemSigner, takes_a_certificate_in_der) {
  Folder folder;
  const std::string path = folder.write("c.der", keys().signer->certificate().der);
  EXPECT_TRUE(pem_signer(keys().key_path, path, days_from_now(0)));
}

TEST(PemSigner, refuses_a_certificate_of_another_key) {
  const Error error = refused(keys().key_path, keys().authority_path);
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_NE(error.detail.find("do not belong together"), std::string::npos) << error.detail;
}

TEST(PemSigner, refuses_a_certificate_that_is_not_valid_now) {
  const auto& certificate = keys().signer->certificate();
  const auto open = [](TimePoint now) {
    return pem_signer(keys().key_path, keys().certificate_path, now);
  };
  EXPECT_TRUE(open(certificate.not_before));
  EXPECT_TRUE(open(certificate.not_after));
  EXPECT_FALSE(open(certificate.not_before - std::chrono::microseconds(1)));
  const auto late = open(certificate.not_after + std::chrono::microseconds(1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::key);
  EXPECT_NE(late.error().detail.find("valid from"), std::string::npos);
}

TEST(PemSigner, refuses_other_keys_by_name) {
  Folder folder;
  const auto check = [&folder](const testing_support::OtherKey& other, const char* name) {
    const Error error =
        refused(folder.write("key", other.key_pem), folder.write("c", other.certificate_pem));
    EXPECT_EQ(error.code, ErrorCode::key);
    EXPECT_NE(error.detail.find(name), std::string::npos) << error.detail;
  };
  check(testing_support::key_of_2001(), "GOST R 34.10-2001");
  check(testing_support::rsa_key(), "rsaEncryption");
}

TEST(PemSigner, refuses_an_encrypted_key_without_asking_for_a_password) {
  Folder folder;
  const auto other = testing_support::rsa_key();
  const signature::BioPtr out(BIO_new(BIO_s_mem()));
  ASSERT_EQ(PEM_write_bio_PKCS8PrivateKey(out.get(), other.key.get(), EVP_aes_256_cbc(), "secret",
                                          6, nullptr, nullptr),
            1);
  const Error error =
      refused(folder.write("key", signature::bio_octets(out.get())), keys().certificate_path);
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_NE(error.detail.find("encrypted"), std::string::npos) << error.detail;
}

TEST(PemSigner, says_which_file_cannot_be_used) {
  Folder folder;
  EXPECT_NE(refused(folder / "absent", keys().certificate_path).detail.find("absent"),
            std::string::npos);
  const std::string rubbish = folder.write("rubbish", "-----BEGIN NOTHING-----");
  EXPECT_EQ(refused(rubbish, keys().certificate_path).code, ErrorCode::key);
  EXPECT_EQ(refused(keys().key_path, rubbish).code, ErrorCode::key);
  EXPECT_EQ(refused(keys().key_path, folder.write("empty", "")).code, ErrorCode::key);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace smev
