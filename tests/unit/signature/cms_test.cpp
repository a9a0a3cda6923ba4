#include "sdk/signature/cms.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <sys/resource.h>

#include <filesystem>
#include <sstream>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/digest.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "tests/unit/signature/command.hpp"
#include "tests/unit/signature/other_keys.hpp"
#include "tests/unit/signature/shared_samples.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev::signature {
namespace {

using testing_support::Folder;
using testing_support::keys;

CmsPtr read(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return CmsPtr(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
}

long resident_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(Cms, what_it_signs_it_verifies) {
  Folder folder;
  for (const std::string& content :
       {std::string(), std::string("result\r\n\n\0x", 11), std::string(100'000, 'y')}) {
    const std::string path = folder.write("file.pdf", content);
    const auto der = keys().signer->sign_file(path);
    ASSERT_TRUE(der) << der.error().detail;
    const auto certificate = verify_file(path, *der);
    ASSERT_TRUE(certificate) << certificate.error().detail;
    EXPECT_EQ(certificate->der, keys().signer->certificate().der);
    EXPECT_EQ(verify_signed_attributes(*der)->message_digest, *streebog256(content));
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

TEST(Cms, is_detached_and_carries_certificate_and_attributes) {
  Folder folder;
  const auto cms = read(*keys().signer->sign_file(folder.write("f", "content")));
  ASSERT_NE(cms, nullptr);
  EXPECT_EQ(CMS_is_detached(cms.get()), 1);
  const CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms.get()), 0);
  EXPECT_EQ(CMS_signed_get_attr_count(signer), 3);
  for (const int nid : {NID_pkcs9_contentType, NID_pkcs9_signingTime, NID_pkcs9_messageDigest}) {
    EXPECT_GE(CMS_signed_get_attr_by_NID(signer, nid, -1), 0) << OBJ_nid2sn(nid);
  }
  STACK_OF(X509)* certificates = CMS_get1_certs(cms.get());
  EXPECT_EQ(sk_X509_num(certificates), 1);
  sk_X509_pop_free(certificates, X509_free);
}

TEST(Cms, the_openssl_program_verifies_it) {
  SMEV_NEED_OPENSSL_PROGRAM();
  Folder folder;
  const std::string content = folder.write("content", std::string("a\r\nb\0\n", 6));
  const std::string signature = folder.write("s.p7s", *keys().signer->sign_file(content));
  const std::string command = "openssl cms -verify -engine gost -inform DER -binary -in " +
                              signature + " -CAfile " + keys().authority_path +
                              " -out /dev/null -content ";
  const auto good = testing_support::run(command + content);
  EXPECT_EQ(good.code, 0) << good.output;
  const auto changed = testing_support::run(command + folder.write("changed", "a\nb"));
  EXPECT_NE(changed.code, 0) << changed.output;
}

TEST(Cms, verifies_what_the_openssl_program_signed) {
  SMEV_NEED_OPENSSL_PROGRAM();
  Folder folder;
  const std::string content = folder.write("content", "some octets");
  const auto ran = testing_support::run(
      "openssl cms -sign -engine gost -binary -md md_gost12_256 -outform DER -in " + content +
      " -signer " + keys().certificate_path + " -inkey " + keys().key_path + " -out " +
      (folder / "s"));
  ASSERT_EQ(ran.code, 0) << ran.output;
  const auto certificate = verify_file(content, testing_support::slurp(folder / "s"));
  ASSERT_TRUE(certificate) << certificate.error().detail;
  EXPECT_EQ(certificate->serial, keys().signer->certificate().serial);
}

TEST(Cms, refuses_a_changed_file_and_a_changed_signature) {
  Folder folder;
  const std::string path = folder.write("f", "content");
  const std::string der = *keys().signer->sign_file(path);
  const auto changed = verify_file(folder.write("g", "consent"), der);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, ErrorCode::signature_invalid);
  std::string broken = der;
  broken.back() = static_cast<char>(broken.back() ^ 1);  // of the signature value
  EXPECT_EQ(verify_file(path, broken).error().code, ErrorCode::signature_invalid);
  EXPECT_EQ(verify_signed_attributes(broken).error().code, ErrorCode::signature_invalid);
  for (const std::string& rubbish :
       {std::string(), std::string("rubbish"), der + "x", der.substr(0, 100)}) {
    EXPECT_EQ(verify_file(path, rubbish).error().code, ErrorCode::signature_invalid);
  }
  EXPECT_EQ(verify_file(folder / "absent", der).error().code, ErrorCode::io);
  EXPECT_EQ(keys().signer->sign_file(folder / "absent").error().code, ErrorCode::io);
}

// Made with OpenSSL alone, in forms that are not taken.
std::string made(const testing_support::OtherKey* other, unsigned flags, const EVP_MD* method) {
  const BioPtr content = memory_bio("content");
  const BioPtr key_in = memory_bio(keys().issued.key_pem);
  const BioPtr certificate_in = memory_bio(keys().issued.certificate_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr));
  const X509Ptr certificate(PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr));
  const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY | flags));
  EXPECT_NE(
      CMS_add1_signer(cms.get(), other != nullptr ? other->certificate.get() : certificate.get(),
                      other != nullptr ? other->key.get() : key.get(), method,
                      CMS_NOSMIMECAP | CMS_BINARY | flags),
      nullptr);
  EXPECT_EQ(CMS_final(cms.get(), content.get(), nullptr, CMS_BINARY | flags), 1);
  const BioPtr out(BIO_new(BIO_s_mem()));
  i2d_CMS_bio(out.get(), cms.get());
  return bio_octets(out.get());
}

TEST(Cms, refuses_other_forms_by_name) {
  Folder folder;
  const std::string path = folder.write("f", "content");
  const EVP_MD* streebog = *streebog256_method();
  const auto detail = [&path](const std::string& der) {
    const auto outcome = verify_file(path, der);
    return outcome ? std::string("taken")
                   : std::string(name(outcome.error().code)) + " " + outcome.error().detail;
  };
  EXPECT_EQ(detail(made(nullptr, CMS_DETACHED, streebog)), "taken");
  EXPECT_EQ(detail(made(nullptr, 0, streebog)), "signature_unsupported CMS: the content is inside");
  EXPECT_EQ(detail(made(nullptr, CMS_DETACHED | CMS_NOCERTS, streebog)),
            "signature_invalid CMS: the signer's certificate is not inside");
  const auto rsa = testing_support::rsa_key();
  EXPECT_EQ(detail(made(&rsa, CMS_DETACHED, EVP_sha256())),
            "signature_unsupported CMS: a signature by rsaEncryption");
  const auto long_key = testing_support::key_of_512_bit();
  EXPECT_EQ(detail(made(&long_key, CMS_DETACHED, EVP_get_digestbyname("md_gost12_512"))),
            "signature_unsupported CMS: a signature by GOST R 34.10-2012 512 bit");
}

TEST(Cms, streams_a_large_file) {
  Folder folder;
  constexpr long kFileBytes = 32 << 20;
  constexpr long kGrowthKilobytesMax = 16 << 10;
  const std::string path = folder.write("large", "");
  std::filesystem::resize_file(path, kFileBytes);
  const std::string small = folder.write("small", "x");
  ASSERT_TRUE(verify_file(small, *keys().signer->sign_file(small)));
  const long before = resident_kilobytes();
  const auto der = keys().signer->sign_file(path);
  ASSERT_TRUE(der);
  EXPECT_TRUE(verify_file(path, *der));
  EXPECT_EQ(verify_signed_attributes(*der)->message_digest, *streebog256_file(path));
  EXPECT_LT(resident_kilobytes() - before, kGrowthKilobytesMax);
}

TEST(Cms, signed_attributes_of_a_genuine_signature_hold) {
  SMEV_NEED_VECTORS("signature");
  const auto folder = testing_support::shared_folder() / "vectors/signature/cms-zhkh-2012";
  std::istringstream expected(testing_support::slurp(folder / "expected.txt"));
  std::string digest;
  for (std::string line; std::getline(expected, line);) {
    if (line.rfind("message_digest_base64: ", 0) == 0) digest = line.substr(23);
  }
  const std::string der = testing_support::slurp(folder / "signature.p7s");
  const auto attributes = verify_signed_attributes(der);
  ASSERT_TRUE(attributes) << attributes.error().detail;
  EXPECT_EQ(base64_encode(attributes->message_digest), digest);
  Folder temporary;
  EXPECT_EQ(verify_file(temporary.write("f", "other"), der).error().code,
            ErrorCode::signature_invalid);
}

}  // namespace
}  // namespace smev::signature
