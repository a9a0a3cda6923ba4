#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include <thread>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/trust_set.hpp"
#include "tests/unit/signature/command.hpp"
#include "tests/unit/signature/other_keys.hpp"
#include "tests/unit/signature/test_keys.hpp"

// sdk/signature/trust_set.cpp, chain.cpp, revocation_list.cpp

namespace smev {
namespace {

using signature::issue;
using signature::issue_authority;
using signature::issue_revocations;
using signature::Issued;
using signature::make_authority;
using testing_support::days_from_now;
using testing_support::Folder;

std::string der_of(const Issued& issued) {
  Folder folder;
  return load_certificate(folder.write("c", issued.certificate_pem))->der;
}

constexpr int kSuperseded = 4;
constexpr int kKeyCompromise = 1;
constexpr int kRemovedFromList = 8;

/// root → intermediate → leaf; the leaf outlives both.
struct Pki {
  Issued root = *make_authority("Корень", days_from_now(-100), days_from_now(100));
  Issued intermediate =
      *issue_authority(root, "Промежуточный УЦ", days_from_now(-50), days_from_now(50), 0);
  Issued leaf = *issue(intermediate, "СМЭВ", days_from_now(-60), days_from_now(200));
  std::string leaf_der = der_of(leaf);
};

const Pki& pki() {
  static const Pki made;
  return made;
}

class TrustChain : public ::testing::Test {
 protected:
  std::string file(const std::string& octets) {
    return folder.write("file" + std::to_string(++files_), octets);
  }
  std::string file(const Issued& issued) { return file(issued.certificate_pem); }
  void trust(const Issued& issued) { options.trusted.push_back(file(issued)); }
  void link(const Issued& issued) { options.intermediates.push_back(file(issued)); }
  void revoke(const Issued& authority, std::vector<signature::Revoked> revoked) {
    options.revocations.push_back(
        file(*issue_revocations(authority, revoked, days_from_now(-1), days_from_now(1))));
  }
  Trust trust_of(const std::string& der, int days = 0) {
    const auto verifier = trusting_verifier(options);
    EXPECT_TRUE(verifier) << verifier.error().describe();
    return verifier ? (*verifier)->trust(der, days_from_now(days)) : Trust::not_checked;
  }
  Trust trust_of(const Issued& issued, int days = 0) { return trust_of(der_of(issued), days); }

  Folder folder;
  TrustOptions options;

 private:
  int files_ = 0;
};

TEST_F(TrustChain, leads_from_the_signer_to_the_pinned_root) {
  trust(pki().root);
  link(pki().intermediate);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::trusted);
  EXPECT_EQ(trust_of(pki().root), Trust::trusted);
}

// The leaf's certificate over again, signed by the same authority, of another key usage.
std::string leaf_der_for(const char* key_usage) {
  const signature::BioPtr leaf_in = signature::memory_bio(pki().leaf.certificate_pem);
  const signature::BioPtr key_in = signature::memory_bio(pki().intermediate.key_pem);
  const signature::X509Ptr leaf(PEM_read_bio_X509(leaf_in.get(), nullptr, nullptr, nullptr));
  const signature::KeyPtr key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr));
  X509_EXTENSION_free(
      X509_delete_ext(leaf.get(), X509_get_ext_by_NID(leaf.get(), NID_key_usage, -1)));
  if (key_usage != nullptr) {
    X509_EXTENSION* usage = X509V3_EXT_conf_nid(nullptr, nullptr, NID_key_usage, key_usage);
    X509_add_ext(leaf.get(), usage, -1);
    X509_EXTENSION_free(usage);
  }
  const EVP_MD* streebog = *signature::digest_method(SignatureAlgorithm::gost2012_256);
  EXPECT_GT(X509_sign(leaf.get(), key.get(), streebog), 0);
  return signature::describe(*leaf).der;
}

TEST_F(TrustChain, counts_for_a_signer_whose_certificate_is_meant_for_signing) {
  trust(pki().root);
  link(pki().intermediate);
  for (const char* usage :
       {"digitalSignature", "critical,nonRepudiation", "keyEncipherment,digitalSignature",
        static_cast<const char*>(nullptr)}) {
    EXPECT_EQ(trust_of(leaf_der_for(usage)), Trust::trusted) << (usage == nullptr ? "" : usage);
  }
  for (const char* usage : {"critical,keyEncipherment", "keyAgreement,dataEncipherment"}) {
    EXPECT_EQ(trust_of(leaf_der_for(usage)), Trust::unknown) << usage;
  }
  EXPECT_EQ(trust_of(pki().intermediate), Trust::unknown) << "an authority signs no messages";
}

TEST_F(TrustChain, is_not_asked_what_a_pinned_signer_is_meant_for) {
  const std::string der = leaf_der_for("keyEncipherment");
  options.trusted.push_back(file(der));
  EXPECT_EQ(trust_of(der), Trust::trusted);
}

TEST_F(TrustChain, ends_at_a_pinned_intermediate) {
  trust(pki().intermediate);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::trusted);
  EXPECT_EQ(trust_of(pki().root), Trust::unknown);
}

TEST_F(TrustChain, is_not_needed_by_a_pinned_signer) {
  trust(pki().leaf);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::trusted);
  EXPECT_EQ(trust_of(pki().leaf_der, 199), Trust::trusted);
  EXPECT_EQ(trust_of(pki().intermediate), Trust::unknown);
}

TEST_F(TrustChain, with_a_link_missing_leads_nowhere) {
  trust(pki().root);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::unknown);
}

TEST_F(TrustChain, through_intermediates_alone_ends_nowhere) {
  link(pki().intermediate);
  link(pki().root);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::unknown);
}

TEST_F(TrustChain, is_judged_whole_at_the_moment) {
  trust(pki().root);
  link(pki().intermediate);
  EXPECT_EQ(trust_of(pki().leaf_der, 49), Trust::trusted);
  EXPECT_EQ(trust_of(pki().leaf_der, 51), Trust::expired);  // the intermediate alone
  EXPECT_EQ(trust_of(pki().leaf_der, 101), Trust::expired);
  EXPECT_EQ(trust_of(pki().leaf_der, 201), Trust::expired);
  EXPECT_EQ(trust_of(pki().leaf_der, -49), Trust::trusted);
  EXPECT_EQ(trust_of(pki().leaf_der, -51), Trust::not_yet_valid);
  EXPECT_EQ(trust_of(pki().leaf_der, -61), Trust::not_yet_valid);
}

TEST_F(TrustChain, is_judged_up_to_the_first_pinned_certificate_only) {
  const Issued short_root = *make_authority("Краткий", days_from_now(-9), days_from_now(1));
  const Issued lasting = *issue_authority(short_root, "УЦ", days_from_now(-9), days_from_now(9));
  const Issued leaf = *issue(lasting, "СМЭВ", days_from_now(-9), days_from_now(9));
  trust(short_root);
  trust(lasting);
  EXPECT_EQ(trust_of(leaf, 2), Trust::trusted);
}

TEST_F(TrustChain, longer_than_an_authority_allows_is_none) {
  const Issued too_deep =
      *issue_authority(pki().intermediate, "Лишний", days_from_now(-1), days_from_now(1));
  trust(pki().root);
  link(pki().intermediate);
  link(too_deep);
  EXPECT_EQ(trust_of(*issue(too_deep, "СМЭВ", days_from_now(-1), days_from_now(1))),
            Trust::unknown);
}

TEST_F(TrustChain, longer_than_the_limit_is_none) {
  trust(pki().root);
  Issued last = pki().root;
  std::vector<Issued> issuers;
  for (int i = 1; i < 9; ++i) {
    last = *issue_authority(last, "УЦ " + std::to_string(i), days_from_now(-1), days_from_now(1));
    link(last);
    issuers.push_back(last);
  }
  const auto under = [](const Issued& issuer) {
    return *issue(issuer, "СМЭВ", days_from_now(-1), days_from_now(1));
  };
  EXPECT_EQ(trust_of(under(issuers[6])), Trust::trusted);  // 8 issuers, the root among them
  EXPECT_EQ(trust_of(under(issuers[7])), Trust::unknown);
}

TEST_F(TrustChain, does_not_pass_through_a_signer) {
  const Issued forged = *issue(pki().leaf, "Подделка", days_from_now(-1), days_from_now(1));
  const Issued forged_authority =
      *issue_authority(pki().leaf, "Поддельный УЦ", days_from_now(-1), days_from_now(1));
  trust(pki().leaf);
  trust(pki().root);
  link(pki().intermediate);
  link(pki().leaf);
  link(forged_authority);
  EXPECT_EQ(trust_of(forged), Trust::unknown);
  EXPECT_EQ(trust_of(*issue(forged_authority, "x", days_from_now(-1), days_from_now(1))),
            Trust::unknown);
}

TEST_F(TrustChain, is_not_fooled_by_a_namesake) {
  const Issued namesake = *make_authority("Корень", days_from_now(-100), days_from_now(100));
  const Issued its_own =
      *issue_authority(namesake, "Промежуточный УЦ", days_from_now(-50), days_from_now(50));
  const Issued forged = *issue(its_own, "СМЭВ", days_from_now(-1), days_from_now(1));
  trust(pki().root);
  link(its_own);
  link(pki().intermediate);
  EXPECT_EQ(trust_of(forged), Trust::unknown);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::trusted);
  trust(namesake);
  EXPECT_EQ(trust_of(forged), Trust::trusted);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::trusted);
}

// Old certificates say nothing of the key that issued them: the name alone is to be gone by.
Issued without_key_identifiers(const Issued& issued, const Issued& issuer) {
  const auto read = [](const std::string& pem) {
    const signature::BioPtr in = signature::memory_bio(pem);
    return signature::X509Ptr(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  };
  const signature::BioPtr key_in = signature::memory_bio(issuer.key_pem);
  const signature::KeyPtr key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr));
  const signature::X509Ptr certificate = read(issued.certificate_pem);
  for (const int nid : {NID_authority_key_identifier, NID_subject_key_identifier}) {
    X509_EXTENSION_free(
        X509_delete_ext(certificate.get(), X509_get_ext_by_NID(certificate.get(), nid, -1)));
  }
  EXPECT_GT(X509_sign(certificate.get(), key.get(), EVP_get_digestbyname("md_gost12_256")), 0);
  const signature::BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate.get());
  return {issued.key_pem, signature::bio_octets(out.get())};
}

TEST_F(TrustChain, tries_every_authority_of_a_name) {
  std::vector<Issued> leaves;
  for (int i = 0; i < 4; ++i) {
    const Issued root = *make_authority("Один", days_from_now(-9), days_from_now(9));
    const Issued middle = *issue_authority(root, "Звено", days_from_now(-9), days_from_now(9));
    const Issued leaf = *issue(middle, "СМЭВ", days_from_now(-9), days_from_now(9));
    trust(without_key_identifiers(root, root));
    link(without_key_identifiers(middle, root));
    leaves.push_back(without_key_identifiers(leaf, middle));
  }
  for (const Issued& leaf : leaves) EXPECT_EQ(trust_of(leaf), Trust::trusted);
}

// An authority renewed under its old key: both certificates verify, one is valid.
TEST_F(TrustChain, takes_the_certificate_of_an_authority_that_was_valid_then) {
  const Issued old_one = *make_authority("УЦ", days_from_now(-90), days_from_now(-30));
  const auto renewed = [&](int from, int to) {
    const signature::BioPtr in = signature::memory_bio(old_one.certificate_pem);
    const signature::X509Ptr x509(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    const signature::BioPtr key_in = signature::memory_bio(old_one.key_pem);
    const signature::KeyPtr key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr));
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), from * 86400L);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), to * 86400L);
    EXPECT_GT(X509_sign(x509.get(), key.get(), EVP_get_digestbyname("md_gost12_256")), 0);
    const signature::BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), x509.get());
    return Issued{old_one.key_pem, signature::bio_octets(out.get())};
  };
  const Issued leaf = *issue(old_one, "СМЭВ", days_from_now(-90), days_from_now(90));
  trust(old_one);
  trust(renewed(-20, 20));
  trust(renewed(40, 60));
  const auto verifier = *trusting_verifier(options);
  const std::string der = der_of(leaf);
  for (int round = 0; round < 2; ++round) {  // the second time from memory
    EXPECT_EQ(verifier->trust(der, days_from_now(-31)), Trust::trusted);
    EXPECT_NE(verifier->trust(der, days_from_now(-25)), Trust::trusted);
    EXPECT_EQ(verifier->trust(der, days_from_now(0)), Trust::trusted);
    EXPECT_NE(verifier->trust(der, days_from_now(30)), Trust::trusted);
    EXPECT_EQ(verifier->trust(der, days_from_now(50)), Trust::trusted);
    EXPECT_EQ(verifier->trust(der, days_from_now(61)), Trust::expired);
  }
}

TEST_F(TrustChain, agrees_with_the_openssl_program) {
  SMEV_NEED_OPENSSL_PROGRAM();
  const std::string root = file(pki().root);
  const std::string intermediate = file(pki().intermediate);
  const std::string leaf = file(pki().leaf);
  const auto program = [](const std::string& arguments) {
    return testing_support::run("openssl verify -engine gost " + arguments).code == 0;
  };
  EXPECT_TRUE(program("-CAfile " + root + " -untrusted " + intermediate + " " + leaf));
  EXPECT_TRUE(program("-partial_chain -trusted " + intermediate + " " + leaf));
  EXPECT_FALSE(program("-CAfile " + root + " " + leaf));
  const std::string list =
      file(*issue_revocations(pki().intermediate, {{pki().leaf.certificate_pem, days_from_now(-2)}},
                              days_from_now(-1), days_from_now(1)));
  const std::string with_list = "-crl_check -CAfile " + root + " -untrusted " + intermediate +
                                " -CRLfile " + list + " " + leaf;
  EXPECT_THAT(testing_support::run("openssl verify -engine gost " + with_list).output,
              ::testing::HasSubstr("certificate revoked"));
  options = {{root}, {intermediate}, {list}};
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::revoked);
}

// --- revocation ---------------------------------------------------------------------------------

TEST_F(TrustChain, is_broken_by_a_revocation_from_its_date_on) {
  trust(pki().root);
  link(pki().intermediate);
  revoke(pki().intermediate, {{pki().leaf.certificate_pem, days_from_now(-5), kSuperseded}});
  EXPECT_EQ(trust_of(pki().leaf_der, -6), Trust::trusted);
  EXPECT_EQ(trust_of(pki().leaf_der, -4), Trust::revoked);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::revoked);
  EXPECT_EQ(trust_of(*issue(pki().intermediate, "Другой", days_from_now(-1), days_from_now(1))),
            Trust::trusted);
}

TEST_F(TrustChain, is_broken_at_any_moment_when_a_key_was_compromised) {
  trust(pki().root);
  link(pki().intermediate);
  revoke(pki().intermediate, {{pki().leaf.certificate_pem, days_from_now(-5), kKeyCompromise}});
  EXPECT_EQ(trust_of(pki().leaf_der, -6), Trust::revoked);
}

TEST_F(TrustChain, is_not_broken_by_a_revocation_that_was_taken_back) {
  trust(pki().root);
  link(pki().intermediate);
  revoke(pki().intermediate, {{pki().leaf.certificate_pem, days_from_now(-5), kRemovedFromList}});
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::trusted);
}

TEST_F(TrustChain, is_broken_when_a_link_is_revoked) {
  trust(pki().root);
  link(pki().intermediate);
  revoke(pki().root, {{pki().intermediate.certificate_pem, days_from_now(-5)}});
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::revoked);
  EXPECT_EQ(trust_of(pki().leaf_der, -6), Trust::trusted);
}

TEST_F(TrustChain, a_pinned_certificate_can_be_revoked_by_a_known_issuer) {
  trust(pki().leaf);
  revoke(pki().intermediate, {{pki().leaf.certificate_pem, days_from_now(-5)}});
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::trusted);  // nobody vouches for the list
  link(pki().intermediate);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::revoked);
}

TEST_F(TrustChain, a_revocation_list_of_a_stranger_counts_for_nothing) {
  const Issued namesake =
      *make_authority("Промежуточный УЦ", days_from_now(-50), days_from_now(50));
  trust(pki().root);
  link(pki().intermediate);
  link(namesake);
  revoke(namesake, {{pki().leaf.certificate_pem, days_from_now(-5)}});
  revoke(pki().root, {{pki().leaf.certificate_pem, days_from_now(-5)}});
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::trusted);
}

TEST_F(TrustChain, the_earliest_revocation_of_several_lists_counts) {
  trust(pki().intermediate);
  revoke(pki().intermediate, {{pki().leaf.certificate_pem, days_from_now(-2)}});
  revoke(pki().intermediate, {{pki().leaf.certificate_pem, days_from_now(-5)}});
  revoke(pki().intermediate, {});
  EXPECT_EQ(trust_of(pki().leaf_der, -3), Trust::revoked);
}

TEST_F(TrustChain, a_stale_revocation_list_still_revokes) {
  trust(pki().intermediate);
  options.revocations.push_back(
      file(*issue_revocations(pki().intermediate, {{pki().leaf.certificate_pem, days_from_now(-9)}},
                              days_from_now(-8), days_from_now(-7))));
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::revoked);
}

TEST_F(TrustChain, revocation_is_told_before_expiry) {
  trust(pki().intermediate);
  revoke(pki().intermediate, {{pki().leaf.certificate_pem, days_from_now(-5)}});
  EXPECT_EQ(trust_of(pki().leaf_der, 300), Trust::revoked);
}

// --- the files ----------------------------------------------------------------------------------

TEST_F(TrustChain, several_are_pinned_at_once_in_one_file_or_many) {
  const Issued other = *make_authority("Другой", days_from_now(-9), days_from_now(9));
  const Issued leaf = *issue(other, "СМЭВ", days_from_now(-9), days_from_now(9));
  options.trusted = {file("Пояснение\n" + pki().intermediate.certificate_pem + "\n" +
                          other.certificate_pem + other.certificate_pem)};
  EXPECT_EQ(trust_of(leaf), Trust::trusted);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::trusted);
  options.trusted = {file(pki().intermediate), file(other)};
  EXPECT_EQ(trust_of(leaf), Trust::trusted);
  EXPECT_EQ(trust_of(pki().leaf_der), Trust::trusted);
}

TEST_F(TrustChain, only_gost_certificates_are_taken) {
  options.trusted = {file(testing_support::rsa_key().certificate_pem)};
  const auto refused = trusting_verifier(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::key);
  EXPECT_THAT(refused.error().detail, ::testing::HasSubstr(options.trusted[0] + ": "));
  EXPECT_THAT(refused.error().detail, ::testing::HasSubstr("rsaEncryption"));
}

TEST_F(TrustChain, long_keys_and_old_ones_are_taken) {
  const Issued root =
      *make_authority("512", days_from_now(-9), days_from_now(9), SignatureAlgorithm::gost2012_512);
  trust(root);
  options.trusted.push_back(file(testing_support::key_of_2001().certificate_pem));
  EXPECT_EQ(trust_of(*issue(root, "СМЭВ", days_from_now(-9), days_from_now(9))), Trust::trusted);
}

// --- speed, threads -----------------------------------------------------------------------------

TEST_F(TrustChain, of_a_known_signer_costs_no_mathematics) {
  trust(pki().root);
  link(pki().intermediate);
  revoke(pki().intermediate, {});
  const auto verifier = *trusting_verifier(options);
  const auto time_of_rounds = [](auto work) {
    constexpr int kRounds = 500;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) work();
    return std::chrono::steady_clock::now() - start;
  };
  EXPECT_EQ(verifier->trust(pki().leaf_der, days_from_now(0)), Trust::trusted);
  const auto known = time_of_rounds([&] { verifier->trust(pki().leaf_der, days_from_now(0)); });
  const std::string value = *testing_support::keys().signer->sign("x");
  const std::string der = testing_support::keys().signer->certificate().der;
  const auto checked = time_of_rounds([&] {
    static_cast<void>(verifier->verify(der, SignatureAlgorithm::gost2012_256, "x", value));
  });
  // Beside one check of a signature in the same run; chains anew would cost several.
  EXPECT_LT(known, checked);
}

TEST_F(TrustChain, is_asked_for_by_many_threads) {
  trust(pki().root);
  link(pki().intermediate);
  revoke(pki().intermediate, {{pki().leaf.certificate_pem, days_from_now(-5)}});
  const auto verifier = *trusting_verifier(options);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int day = -70; day < 120; ++day) {
        const Trust found = verifier->trust(pki().leaf_der, days_from_now(day));
        EXPECT_EQ(found == Trust::trusted, day >= -50 && day < -5) << day;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(TrustName, is_stable) {
  EXPECT_EQ(name(Trust::trusted), "trusted");
  EXPECT_EQ(name(Trust::unknown), "unknown");
  EXPECT_EQ(name(Trust::expired), "expired");
  EXPECT_EQ(name(Trust::not_yet_valid), "not_yet_valid");
  EXPECT_EQ(name(Trust::revoked), "revoked");
  EXPECT_EQ(name(Trust::not_checked), "not_checked");
}

}  // namespace
}  // namespace smev
