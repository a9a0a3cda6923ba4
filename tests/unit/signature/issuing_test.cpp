#include "sdk/signature/issuing.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/signature/command.hpp"
#include "tests/unit/signature/shared_samples.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev::signature {
namespace {

using testing_support::days_from_now;
using testing_support::Folder;
using testing_support::keys;

TEST(Issuing, a_key_file_is_for_its_owner_alone) {
  struct stat facts {};
  ASSERT_EQ(stat(keys().key_path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_EQ(testing_support::slurp(keys().key_path), keys().issued.key_pem);
  EXPECT_EQ(testing_support::slurp(keys().certificate_path), keys().issued.certificate_pem);
}

TEST(Issuing, replaces_a_key_file_that_others_could_read) {
  Folder folder;
  const std::string path = folder.write("key", "old");
  chmod(path.c_str(), 0644);
  ASSERT_TRUE(write_issued(keys().issued, path, folder / "c"));
  struct stat facts {};
  ASSERT_EQ(stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_FALSE(write_issued(keys().issued, "/absent/key", folder / "c"));
}

TEST(Issuing, keeps_the_moments_to_the_second) {
  Folder folder;
  const TimePoint from = *parse_utc_text("2026-01-02T03:04:05.000000Z");
  const TimePoint to = *parse_utc_text("2126-01-02T03:04:05.000000Z");
  const auto issued = *make_authority("x", from, to);
  const auto certificate = *load_certificate(folder.write("c", issued.certificate_pem));
  EXPECT_EQ(certificate.not_before, from);
  EXPECT_EQ(certificate.not_after, to);
}

TEST(Issuing, no_two_certificates_share_key_or_serial) {
  const auto other = *issue(keys().authority, "Тестовая ИС", days_from_now(-1), days_from_now(1));
  EXPECT_NE(other.key_pem, keys().issued.key_pem);
  Folder folder;
  EXPECT_NE(load_certificate(folder.write("c", other.certificate_pem))->serial,
            keys().signer->certificate().serial);
}

TEST(Issuing, the_openssl_program_accepts_the_chain) {
  SMEV_NEED_OPENSSL_PROGRAM();
  const auto ran = testing_support::run("openssl verify -engine gost -x509_strict -CAfile " +
                                        keys().authority_path + " " + keys().certificate_path);
  EXPECT_EQ(ran.code, 0) << ran.output;
}

TEST(Issuing, says_that_an_authority_cannot_be_read) {
  const auto issued = issue({"rubbish", "rubbish"}, "x", days_from_now(-1), days_from_now(1));
  ASSERT_FALSE(issued);
  EXPECT_EQ(issued.error().code, ErrorCode::crypto);
}

}  // namespace
}  // namespace smev::signature
