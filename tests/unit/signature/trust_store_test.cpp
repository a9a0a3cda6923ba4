#include "sdk/signature/trust_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "smev/testing/manual_clock.hpp"
#include "tests/unit/signature/command.hpp"
#include "tests/unit/signature/test_keys.hpp"

// sdk/signature/trust_store.cpp, trust_files.cpp

namespace smev {
namespace {

using signature::Issued;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::days_from_now;
using testing_support::Folder;

std::string der_of(const Issued& issued) {
  Folder folder;
  return load_certificate(folder.write("c", issued.certificate_pem))->der;
}

class Events final : public Logger {
 public:
  void write(LogLevel, std::string_view event, std::string_view text,
             const std::vector<LogField>&) override {
    EXPECT_TRUE(event == "trust.reloaded" || !text.empty());
    names.emplace_back(event);
  }
  std::vector<std::string> names;
};

class TrustStore : public ::testing::Test {
 protected:
  TrustStore() {
    std::filesystem::create_directories(folder / "trusted");
    std::filesystem::create_directories(folder / "revoked");
    options.trusted = {folder / "trusted"};
    options.revocations = {folder / "revoked"};
    folder.write("trusted/first.pem", first.certificate_pem);
  }
  void open() {
    auto made = trusting_verifier(options, events, clock);
    ASSERT_TRUE(made) << made.error().describe();
    verifier = *std::move(made);
  }
  Trust trust_of(const Issued& issuer, const Issued& leaf) {
    (void)issuer;
    return verifier->trust(der_of(leaf), days_from_now(0));
  }
  void wait() { clock->advance(std::chrono::seconds(1)); }
  static Issued authority(const std::string& name) {
    return *signature::make_authority(name, days_from_now(-9), days_from_now(9));
  }
  static Issued signer(const Issued& issuer) {
    return *signature::issue(issuer, "СМЭВ", days_from_now(-9), days_from_now(9));
  }

  Folder folder;
  TrustOptions options;
  Issued first = authority("Первый");
  Issued first_leaf = signer(first);
  Issued second = authority("Второй");
  Issued second_leaf = signer(second);
  std::shared_ptr<Events> events = std::make_shared<Events>();
  std::shared_ptr<testing::ManualClock> clock =
      std::make_shared<testing::ManualClock>(days_from_now(0));
  std::shared_ptr<Verifier> verifier;
};

TEST_F(TrustStore, takes_what_is_added_and_drops_what_is_removed_within_a_second) {
  open();
  EXPECT_EQ(trust_of(second, second_leaf), Trust::unknown);
  folder.write("trusted/second.pem", second.certificate_pem);
  EXPECT_EQ(trust_of(second, second_leaf), Trust::unknown);  // looked at a moment ago
  wait();
  EXPECT_EQ(trust_of(second, second_leaf), Trust::trusted);
  EXPECT_EQ(trust_of(first, first_leaf), Trust::trusted);
  std::filesystem::remove(folder / "trusted/first.pem");
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::unknown);
  EXPECT_THAT(events->names, ElementsAre("trust.reloaded", "trust.reloaded"));
}

TEST_F(TrustStore, takes_a_revocation_of_a_signer_that_it_trusts) {
  open();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::trusted);
  folder.write("revoked/first.crl", *signature::issue_revocations(
                                        first, {{first_leaf.certificate_pem, days_from_now(-1)}},
                                        days_from_now(-1), days_from_now(1)));
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::revoked);
}

TEST_F(TrustStore, notices_a_file_that_was_written_over) {
  options.trusted = {folder.write("one.pem", first.certificate_pem)};
  open();
  folder.write("one.pem", second.certificate_pem);
  wait();
  EXPECT_EQ(trust_of(second, second_leaf), Trust::trusted);
  EXPECT_EQ(trust_of(first, first_leaf), Trust::unknown);
}

TEST_F(TrustStore, keeps_the_old_set_when_the_new_one_cannot_be_read_and_says_so_once) {
  open();
  folder.write("trusted/second.pem", second.certificate_pem);
  folder.write("trusted/rubbish.pem", "rubbish");
  ASSERT_EQ(::mkfifo((folder / "trusted/pipe.pem").c_str(), 0600), 0);
  for (int i = 0; i < 3; ++i) {
    wait();
    EXPECT_EQ(trust_of(first, first_leaf), Trust::trusted);
    EXPECT_EQ(trust_of(second, second_leaf), Trust::unknown);
  }
  EXPECT_THAT(events->names, ElementsAre("trust.unreadable"));
  std::filesystem::remove(folder / "trusted/rubbish.pem");
  std::filesystem::remove(folder / "trusted/pipe.pem");
  wait();
  EXPECT_EQ(trust_of(second, second_leaf), Trust::trusted);
  EXPECT_THAT(events->names, ElementsAre("trust.unreadable", "trust.reloaded"));
}

TEST_F(TrustStore, drops_what_is_removed_although_another_file_is_faulty) {
  folder.write("trusted/second.pem", second.certificate_pem);
  open();
  folder.write("trusted/rubbish.pem", "rubbish");
  std::filesystem::remove(folder / "trusted/first.pem");
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::unknown);
  EXPECT_EQ(trust_of(second, second_leaf), Trust::trusted);
  folder.write("trusted/first.pem", first.certificate_pem);
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::unknown) << "adding waits";
  std::filesystem::remove(folder / "trusted/rubbish.pem");
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::trusted);
}

TEST_F(TrustStore, keeps_what_is_in_a_file_that_became_faulty) {
  folder.write("trusted/second.pem", second.certificate_pem);
  open();
  folder.write("trusted/first.pem", "rubbish");
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::trusted);
  folder.write("trusted/first.pem", first.certificate_pem);
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::trusted);
  EXPECT_THAT(events->names, ElementsAre("trust.unreadable", "trust.reloaded"));
}

TEST_F(TrustStore, takes_a_revocation_although_another_file_is_faulty) {
  open();
  folder.write("trusted/rubbish.pem", "rubbish");
  const auto list = [&](const std::vector<signature::Revoked>& revoked) {
    return *signature::issue_revocations(first, revoked, days_from_now(-1), days_from_now(1));
  };
  folder.write("revoked/first.crl", list({{first_leaf.certificate_pem, days_from_now(-1)}}));
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::revoked);
  folder.write("revoked/first.crl", list({}));
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::revoked) << "to revoke no longer waits";
  std::filesystem::remove(folder / "trusted/rubbish.pem");
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::trusted);
}

TEST_F(TrustStore, lets_an_authority_that_waits_revoke_what_is_pinned) {
  folder.write("trusted/leaf.pem", second_leaf.certificate_pem);
  open();
  EXPECT_EQ(trust_of(second, second_leaf), Trust::trusted);
  folder.write("trusted/rubbish.pem", "rubbish");
  folder.write("trusted/second.pem", second.certificate_pem);
  folder.write("revoked/second.crl", *signature::issue_revocations(
                                         second, {{second_leaf.certificate_pem, days_from_now(-1)}},
                                         days_from_now(-1), days_from_now(1)));
  wait();
  EXPECT_EQ(trust_of(second, second_leaf), Trust::revoked);
  EXPECT_EQ(trust_of(second, signer(second)), Trust::unknown);
}

TEST_F(TrustStore, keeps_the_old_set_when_the_folder_is_gone) {
  open();
  std::filesystem::remove_all(folder / "trusted");
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::trusted);
  EXPECT_THAT(events->names, ElementsAre("trust.unreadable"));
}

TEST_F(TrustStore, trusts_nobody_once_the_last_certificate_was_removed) {
  open();
  std::filesystem::remove(folder / "trusted/first.pem");
  wait();
  EXPECT_EQ(trust_of(first, first_leaf), Trust::unknown);
  EXPECT_THAT(events->names, ElementsAre("trust.reloaded", "trust.empty"));
}

TEST_F(TrustStore, does_not_begin_without_a_trusted_certificate) {
  std::filesystem::remove(folder / "trusted/first.pem");
  const auto refused = trusting_verifier(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::key);
  EXPECT_THAT(refused.error().text, HasSubstr("smev-send trust add"));
  EXPECT_TRUE(untrusting_verifier());
}

TEST_F(TrustStore, warns_of_a_stale_revocation_list_once) {
  folder.write("revoked/first.crl",
               *signature::issue_revocations(first, {}, days_from_now(-1), days_from_now(1)));
  open();
  EXPECT_THAT(events->names, IsEmpty());
  clock->advance(std::chrono::hours(25));
  for (int i = 0; i < 3; ++i) {
    wait();
    EXPECT_EQ(trust_of(first, first_leaf), Trust::trusted);
  }
  EXPECT_THAT(events->names, ElementsAre("trust.revocations_stale"));
}

TEST_F(TrustStore, of_a_folder_takes_the_files_that_are_meant) {
  folder.write("trusted/.hidden.pem", "rubbish");
  folder.write("trusted/README.txt", "rubbish");
  folder.write("trusted/second.pem.new-x1y2z3", "rubbish");
  folder.write("trusted/key", "rubbish");
  folder.write("trusted/list.crl", "rubbish");
  std::filesystem::create_directories(folder / "trusted/folder.pem");
  folder.write("trusted/second.CER", der_of(second));
  open();
  EXPECT_EQ(trust_of(second, second_leaf), Trust::trusted);
  for (const char* ending : {"pem", "crt", "cer", "der", "p7b"}) {
    const std::string path = folder.write(std::string("trusted/rubbish.") + ending, "rubbish");
    const auto refused = trusting_verifier(options);
    ASSERT_FALSE(refused) << ending;
    EXPECT_THAT(refused.error().detail, HasSubstr(path));
    std::filesystem::remove(path);
  }
}

TEST_F(TrustStore, reads_bundles_as_others_write_them) {
  SMEV_NEED_OPENSSL_PROGRAM();
  const std::string both = folder.write("both", first.certificate_pem + second.certificate_pem);
  for (const std::string form : {"PEM", "DER"}) {
    const std::string bundle = folder / ("bundle" + form + ".p7b");
    ASSERT_EQ(testing_support::run("openssl crl2pkcs7 -nocrl -certfile " + both + " -outform " +
                                   form + " -out " + bundle)
                  .code,
              0);
    options.trusted = {bundle};
    open();
    EXPECT_EQ(trust_of(first, first_leaf), Trust::trusted);
    EXPECT_EQ(trust_of(second, second_leaf), Trust::trusted);
  }
}

TEST_F(TrustStore, refuses_what_it_cannot_read_by_the_name_of_the_file) {
  const std::string half = first.certificate_pem.substr(0, first.certificate_pem.size() / 2);
  for (const std::string& octets : {std::string(), std::string("rubbish"), first.key_pem, half,
                                    first.certificate_pem + half, der_of(first) + "x"}) {
    options.trusted = {folder.write("wrong", octets)};
    const auto refused = trusting_verifier(options);
    ASSERT_FALSE(refused) << octets;
    EXPECT_EQ(refused.error().code, ErrorCode::key);
    EXPECT_THAT(refused.error().detail, HasSubstr(options.trusted[0]));
    EXPECT_THAT(refused.error().text, HasSubstr("Файл доверия (smev.trusted)"));
  }
  options.trusted = {folder / "absent"};
  EXPECT_EQ(trusting_verifier(options).error().code, ErrorCode::config);
  options.trusted = {folder.write("large.pem", std::string((1u << 20) + 1, 'x'))};
  EXPECT_EQ(trusting_verifier(options).error().code, ErrorCode::limit_exceeded);
}

TEST_F(TrustStore, refuses_a_revocation_list_that_is_none) {
  for (const std::string& octets : {std::string("rubbish"), first.certificate_pem}) {
    options.revocations = {folder.write("wrong.crl", octets)};
    const auto refused = trusting_verifier(options);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("wrong.crl"));
  }
}

TEST_F(TrustStore, takes_no_more_files_of_a_folder_than_its_limit) {
  for (std::size_t i = 0; i <= signature::kFolderFilesMax; ++i) {
    folder.write("trusted/" + std::to_string(i) + ".pem", "");
  }
  const auto refused = trusting_verifier(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
}

TEST_F(TrustStore, takes_no_more_certificates_than_its_limit) {
  std::string many;
  for (std::size_t i = 0; i <= signature::kCertificatesMax; ++i) many += first.certificate_pem;
  options.trusted = {folder.write("many.pem", many.substr(0, 1u << 20))};
  EXPECT_FALSE(trusting_verifier(options));
}

}  // namespace
}  // namespace smev
