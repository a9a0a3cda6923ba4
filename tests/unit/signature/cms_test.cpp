#include "sdk/signature/cms.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <sys/resource.h>

#include <filesystem>
#include <sstream>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/digest.hpp"
#include "tests/unit/signature/command.hpp"
#include "tests/unit/signature/other_keys.hpp"
#include "tests/unit/signature/shared_samples.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev::signature {
namespace {

using testing_support::days_from_now;
using testing_support::Folder;
using testing_support::keys;

CmsPtr read(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return CmsPtr(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
}

const TimePoint kSignedAt = days_from_now(0);

Result<std::string> signed_file(const std::string& path) {
  return sign_file(*keys().signer, path, kSignedAt);
}

SignatureVerdict verdict_of(const std::string& path, const std::string& der) {
  const auto verdict = verify_file(path, der, *keys().verifier, days_from_now(0));
  EXPECT_TRUE(verdict) << verdict.error().detail;
  return verdict.value_or(SignatureVerdict());
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
    const auto der = signed_file(path);
    ASSERT_TRUE(der) << der.error().detail;
    const auto verdict = verdict_of(path, *der);
    EXPECT_TRUE(verdict.holds()) << verdict.problem;
    EXPECT_EQ(verdict.trust, Trust::trusted);
    EXPECT_EQ(verdict.certificate_serial, keys().signer->certificate().serial);
    EXPECT_EQ(verdict.signed_at, std::chrono::floor<std::chrono::seconds>(kSignedAt));
    const auto attributes = verify_signed_attributes(*der);
    EXPECT_EQ(attributes->certificate.der, keys().signer->certificate().der);
    EXPECT_EQ(attributes->message_digest, *digest(SignatureAlgorithm::gost2012_256, content));
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

TEST(Cms, is_detached_and_carries_certificate_and_attributes) {
  Folder folder;
  const auto cms = read(*signed_file(folder.write("f", "content")));
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
  const std::string signature = folder.write("s.p7s", *signed_file(content));
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
  const auto verdict = verdict_of(content, testing_support::slurp(folder / "s"));
  EXPECT_TRUE(verdict.holds()) << verdict.problem;
  EXPECT_EQ(verdict.certificate_serial, keys().signer->certificate().serial);
}

TEST(Cms, refuses_a_changed_file_and_a_changed_signature) {
  Folder folder;
  const std::string path = folder.write("f", "content");
  const std::string der = *signed_file(path);
  const auto changed = verdict_of(folder.write("g", "consent"), der);
  EXPECT_FALSE(changed.digest_holds);
  EXPECT_TRUE(changed.value_holds);
  EXPECT_EQ(changed.code, ErrorCode::signature_invalid);
  EXPECT_EQ(changed.trust, Trust::not_checked);
  std::string broken = der;
  broken.back() = static_cast<char>(broken.back() ^ 1);  // of the signature value
  EXPECT_TRUE(verdict_of(path, broken).digest_holds);
  EXPECT_FALSE(verdict_of(path, broken).value_holds);
  EXPECT_EQ(verify_signed_attributes(broken).error().code, ErrorCode::signature_invalid);
  for (const std::string& rubbish :
       {std::string(), std::string("rubbish"), der + "x", der.substr(0, 100)}) {
    const auto verdict = verdict_of(path, rubbish);
    EXPECT_FALSE(verdict.holds());
    EXPECT_EQ(verdict.code, ErrorCode::signature_invalid);
  }
  EXPECT_EQ(verify_file(folder / "absent", der, *keys().verifier, {}).error().code, ErrorCode::io);
  EXPECT_EQ(signed_file(folder / "absent").error().code, ErrorCode::io);
}

TEST(Cms, trust_is_judged_at_the_time_that_the_signer_states) {
  Folder folder;
  const std::string path = folder.write("f", "content");
  const auto trust = [&](TimePoint signed_at, TimePoint asked_at) {
    const std::string der = *sign_file(*keys().signer, path, signed_at);
    return verify_file(path, der, *keys().verifier, asked_at)->trust;
  };
  EXPECT_EQ(trust(days_from_now(0), days_from_now(5)), Trust::trusted) << "expired since";
  EXPECT_EQ(trust(days_from_now(-5), days_from_now(0)), Trust::not_yet_valid);
  EXPECT_EQ(trust(days_from_now(9), days_from_now(0)), Trust::trusted)
      << "a time in the future is no time";
}

TEST(Cms, trust_is_judged_at_the_moment_asked_for_by_name_whatever_the_signer_states) {
  Folder folder;
  const std::string path = folder.write("f", "content");
  const std::string der = *sign_file(*keys().signer, path, days_from_now(0));
  const auto trust = [&](int days) {
    return verify_file(path, der, *keys().verifier, days_from_now(days), StatedTime::ignored)
        ->trust;
  };
  EXPECT_EQ(trust(0), Trust::trusted);
  EXPECT_EQ(trust(5), Trust::expired);
  EXPECT_EQ(trust(-5), Trust::not_yet_valid);
}

TEST(Cms, signs_with_a_key_of_512_bit_and_verifies_old_signatures) {
  SMEV_NEED_OPENSSL_PROGRAM();
  Folder folder;
  const std::string path = folder.write("f", "content");
  for (const auto& [other, method] : {std::pair(testing_support::key_of_512_bit(), "md_gost12_512"),
                                      std::pair(testing_support::key_of_2001(), "md_gost94")}) {
    const auto ran = testing_support::run(
        "openssl cms -sign -engine gost -binary -outform DER -md " + std::string(method) + " -in " +
        path + " -signer " + folder.write("c", other.certificate_pem) + " -inkey " +
        folder.write("k", other.key_pem) + " -out " + (folder / "s"));
    ASSERT_EQ(ran.code, 0) << ran.output;
    const auto verdict =
        verify_file(path, testing_support::slurp(folder / "s"), *keys().verifier, {});
    EXPECT_TRUE(verdict->holds()) << method << verdict->problem;
  }
  const auto issued = *issue(keys().authority, "512", days_from_now(-1), days_from_now(1),
                             SignatureAlgorithm::gost2012_512);
  const auto signer = *pem_signer(folder.write("k", issued.key_pem),
                                  folder.write("c", issued.certificate_pem), days_from_now(0));
  const std::string signature = folder.write("s", *sign_file(*signer, path, kSignedAt));
  EXPECT_TRUE(verdict_of(path, testing_support::slurp(signature)).holds());
  const auto ran = testing_support::run(
      "openssl cms -verify -engine gost -inform DER -binary -in " + signature + " -CAfile " +
      keys().authority_path + " -out /dev/null -content " + path);
  EXPECT_EQ(ran.code, 0) << ran.output;
}

// Made with OpenSSL alone, in forms that are not taken.
std::string made(const testing_support::OtherKey* other, unsigned flags, const EVP_MD* method,
                 const char* signing_time = nullptr) {
  const BioPtr content = memory_bio("content");
  const BioPtr key_in = memory_bio(keys().issued.key_pem);
  const BioPtr certificate_in = memory_bio(keys().issued.certificate_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr));
  const X509Ptr certificate(PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr));
  const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY | flags));
  CMS_SignerInfo* signer = CMS_add1_signer(
      cms.get(), other != nullptr ? other->certificate.get() : certificate.get(),
      other != nullptr ? other->key.get() : key.get(), method, CMS_NOSMIMECAP | CMS_BINARY | flags);
  EXPECT_NE(signer, nullptr);
  if (signing_time != nullptr) {
    CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, V_ASN1_UTCTIME, signing_time,
                                static_cast<int>(std::string_view(signing_time).size()));
  }
  EXPECT_EQ(CMS_final(cms.get(), content.get(), nullptr, CMS_BINARY | flags), 1);
  const BioPtr out(BIO_new(BIO_s_mem()));
  i2d_CMS_bio(out.get(), cms.get());
  return bio_octets(out.get());
}

TEST(Cms, refuses_other_forms_by_name) {
  Folder folder;
  const std::string path = folder.write("f", "content");
  const EVP_MD* streebog = *digest_method(SignatureAlgorithm::gost2012_256);
  const auto detail = [&path](const std::string& der) {
    const auto verdict = verify_file(path, der, *keys().verifier, {});
    return verdict->holds() ? std::string("taken") : verdict->problem;
  };
  EXPECT_EQ(detail(made(nullptr, CMS_DETACHED, streebog)), "taken");
  EXPECT_EQ(detail(made(nullptr, 0, streebog)),
            "signature_unsupported: CMS: the content is inside");
  EXPECT_EQ(detail(made(nullptr, CMS_DETACHED | CMS_NOCERTS, streebog)),
            "signature_invalid: CMS: the signer's certificate is not inside");
  const auto rsa = testing_support::rsa_key();
  EXPECT_EQ(detail(made(&rsa, CMS_DETACHED, EVP_sha256())),
            "signature_unsupported: CMS: a signature by rsaEncryption");
  EXPECT_EQ(
      detail(made(nullptr, CMS_DETACHED | CMS_NOATTR, streebog)),
      "signature_unsupported: CMS: no messageDigest attribute, or the contentType is not data");
}

// What stands beside the signed attributes is signed by nobody: it can be written over.
template <class Change>
std::string changed(const std::string& der, Change change) {
  const CmsPtr cms = read(der);
  change(cms.get());
  const BioPtr out(BIO_new(BIO_s_mem()));
  i2d_CMS_bio(out.get(), cms.get());
  return bio_octets(out.get());
}

std::string with_signature_algorithm(const std::string& der, int nid) {
  return changed(der, [nid](CMS_ContentInfo* cms) {
    X509_ALGOR* signature = nullptr;
    CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0), nullptr,
                             nullptr, nullptr, &signature);
    X509_ALGOR_set0(signature, OBJ_nid2obj(nid), V_ASN1_UNDEF, nullptr);
  });
}

TEST(Cms, takes_both_names_of_the_signature_algorithm_of_the_key_and_no_other) {
  Folder folder;
  const std::string path = folder.write("f", "content");
  const std::string der = *signed_file(path);
  for (const int nid : {NID_id_GostR3410_2012_256, NID_id_tc26_signwithdigest_gost3410_2012_256}) {
    const auto verdict = verdict_of(path, with_signature_algorithm(der, nid));
    EXPECT_TRUE(verdict.holds()) << OBJ_nid2sn(nid) << verdict.problem;
  }
  for (const int nid :
       {NID_id_GostR3410_2012_512, NID_id_tc26_signwithdigest_gost3410_2012_512,
        NID_id_GostR3410_2001, NID_id_GostR3411_94_with_GostR3410_2001, NID_rsaEncryption}) {
    EXPECT_EQ(verdict_of(path, with_signature_algorithm(der, nid)).problem,
              "signature_unsupported: CMS: the signature algorithm is not the one of the key")
        << OBJ_nid2sn(nid);
  }
}

TEST(Cms, refuses_a_content_that_is_called_something_else_than_data) {
  Folder folder;
  const std::string path = folder.write("f", "content");
  const std::string der = changed(*signed_file(path), [](CMS_ContentInfo* cms) {
    CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo));
  });
  EXPECT_EQ(verdict_of(path, der).problem,
            "signature_unsupported: CMS: the eContentType is not data");
}

TEST(Cms, a_signing_time_that_cannot_be_read_is_none) {
  Folder folder;
  const std::string path = folder.write("f", "content");
  const EVP_MD* streebog = *digest_method(SignatureAlgorithm::gost2012_256);
  const auto verdict = verdict_of(path, made(nullptr, CMS_DETACHED, streebog, "rubbish"));
  EXPECT_TRUE(verdict.holds()) << verdict.problem;
  EXPECT_FALSE(verdict.signed_at.has_value());
}

TEST(Cms, streams_a_large_file) {
  Folder folder;
  constexpr long kFileBytes = 32 << 20;
  constexpr long kGrowthKilobytesMax = 16 << 10;
  const std::string path = folder.write("large", "");
  std::filesystem::resize_file(path, kFileBytes);
  const std::string small = folder.write("small", "x");
  ASSERT_TRUE(verdict_of(small, *signed_file(small)).holds());
  const long before = resident_kilobytes();
  const auto der = signed_file(path);
  ASSERT_TRUE(der);
  EXPECT_TRUE(verdict_of(path, *der).holds());
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
  const auto verdict = verdict_of(temporary.write("f", "other"), der);
  EXPECT_FALSE(verdict.digest_holds);
  EXPECT_TRUE(verdict.value_holds);
}

}  // namespace
}  // namespace smev::signature
