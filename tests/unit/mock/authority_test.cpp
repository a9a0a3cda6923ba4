#include "mock-smev/authority.hpp"

#include <gtest/gtest.h>

#include "sdk/base/runtime.hpp"
#include "tests/unit/mock/fixtures.hpp"

namespace smev::mock {
namespace {

namespace fs = std::filesystem;
using testing_support::Folder;
using testing_support::slurp;

const Mnemonics kNames{"SMEV", "MNSV05", "MOCK01"};

class AuthorityTest : public ::testing::Test {
 protected:
  Result<Authority> open() { return open_authority(folder.path(), kNames, now); }

  std::shared_ptr<Runtime> runtime = *Runtime::acquire();
  Folder folder;
  TimePoint now = testing_support::start_of_tests();
};

TEST_F(AuthorityTest, makes_its_keys_on_the_first_start_for_the_owner_alone) {
  const auto authority = open();
  ASSERT_TRUE(authority) << authority.error().describe();
  EXPECT_TRUE(authority->made_now);
  for (const char* key : {kAuthorityKey, kSmevKey, kProviderKey, kSenderKey}) {
    EXPECT_EQ(fs::status(folder / key).permissions(),
              fs::perms::owner_read | fs::perms::owner_write)
        << key;
  }
  EXPECT_NE(authority->smev->certificate().subject.find("SMEV"), std::string::npos);
  EXPECT_EQ(common_name(authority->provider->certificate().subject), "MNSV05");
}

TEST_F(AuthorityTest, uses_the_same_keys_on_the_next_start) {
  ASSERT_TRUE(open());
  const std::string key = slurp(folder / kSenderKey);
  const std::string certificate = slurp(folder / kSmevCertificate);
  const auto again = open();
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->made_now);
  EXPECT_EQ(slurp(folder / kSenderKey), key);
  EXPECT_EQ(slurp(folder / kSmevCertificate), certificate);
}

TEST_F(AuthorityTest, trusts_what_its_authority_issued_within_its_term) {
  const auto authority = open();
  ASSERT_TRUE(authority);
  const auto& sender = authority->callers.known_certificate_der;
  EXPECT_EQ(authority->callers.verifier->trust(sender, now), Trust::trusted);
  EXPECT_EQ(
      authority->callers.verifier->trust(sender, now + std::chrono::years(kCertificateYears + 1)),
      Trust::expired);
  EXPECT_EQ(authority->callers.known_mnemonic, "MOCK01");
}

TEST_F(AuthorityTest, does_not_make_new_keys_beside_old_ones) {
  ASSERT_TRUE(open());
  fs::remove(folder / kSmevKey);
  const auto broken = open();
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::config);
  EXPECT_NE(broken.error().text.find(kSmevKey), std::string::npos);
}

}  // namespace
}  // namespace smev::mock
