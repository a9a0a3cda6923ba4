#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "command_fixture.hpp"
#include "sdk/signature/issuing.hpp"

// smev-send/key.cpp

namespace smev::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TimePoint days_from_now(int days) {
  return system_clock()->now() + std::chrono::hours(24 * days) + std::chrono::minutes(1);
}

class Key : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    authority_ = *signature::make_authority("Тестовый УЦ", days_from_now(-99), days_from_now(99));
    use_certificate(-1, 90);
  }
  /// A key with a certificate that lasts from one day to another.
  void use_certificate(int first_day, int last_day) {
    const auto issued = *signature::issue(authority_, "Тестовая ИС", days_from_now(first_day),
                                          days_from_now(last_day));
    ASSERT_TRUE(signature::write_issued(issued, path("key.pem"), path("certificate.pem")));
  }
  /// Runs `smev-send key check ARGUMENTS`. Of the configuration there is the section alone.
  ExitCode check(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"--config", write("smev.toml", config), "key", "check"});
    return run(std::move(arguments));
  }

  std::string config = "[key]\nkey = \"key.pem\"\ncertificate = \"certificate.pem\"\n";

 private:
  signature::Issued authority_;
};

TEST_F(Key, that_opens_is_shown_with_its_certificate) {
  EXPECT_EQ(check(), ExitCode::done) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("файл"), HasSubstr("ГОСТ Р 34.10-2012, 256 бит"),
                         HasSubstr("CN=Тестовая ИС"), HasSubstr("CN=Тестовый УЦ"),
                         HasSubstr("осталось дней    90"), HasSubstr("пробная подпись  верна")));
  EXPECT_EQ(err, "");
}

TEST_F(Key, that_opens_is_shown_as_json) {
  config += "concurrency = 3\n";
  EXPECT_EQ(check({"--json"}), ExitCode::done) << out;
  const json key = json::parse(out).at("key");
  EXPECT_EQ(key.at("kind"), "file");
  EXPECT_EQ(key.at("algorithm"), "gost2012_256");
  EXPECT_EQ(key.at("concurrency"), 3);
  EXPECT_EQ(key.at("trial_signature"), true);
  EXPECT_EQ(key.at("subject"), "CN=Тестовая ИС");
  EXPECT_EQ(key.at("issuer"), "CN=Тестовый УЦ");
  EXPECT_EQ(key.at("serial").get<std::string>().size(), 32u);
  EXPECT_EQ(key.at("days_left"), 90);
  EXPECT_LT(key.at("not_before").get<std::string>(), key.at("not_after").get<std::string>());
}

TEST_F(Key, with_a_certificate_that_ends_soon_is_told_but_is_no_failure) {
  use_certificate(-1, 30);
  EXPECT_EQ(check(), ExitCode::done);
  EXPECT_THAT(err, HasSubstr("закажите новый"));
  EXPECT_EQ(check({"--quiet"}), ExitCode::done);
  EXPECT_EQ(err, "");
  use_certificate(-1, 31);
  EXPECT_EQ(check(), ExitCode::done);
  EXPECT_EQ(err, "");
}

TEST_F(Key, with_a_certificate_that_has_run_out_is_a_failure) {
  use_certificate(-9, -1);
  EXPECT_EQ(check(), ExitCode::crypto);
  EXPECT_THAT(err, HasSubstr("больше не действует"));
  EXPECT_EQ(check({"--json"}), ExitCode::crypto);
  EXPECT_EQ(json::parse(out).at("error").at("code"), "key");
}

TEST_F(Key, that_does_not_open_is_a_failure_and_its_pin_is_not_told) {
  config += "pin_file = \"pin\"\n";
  ASSERT_EQ(chmod(write("pin", "4321").c_str(), 0600), 0);
  ASSERT_EQ(chmod(write("key.pem",
                        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n"
                        "-----END ENCRYPTED PRIVATE KEY-----\n")
                      .c_str(),
                  0600),
            0);
  EXPECT_EQ(check(), ExitCode::crypto);
  EXPECT_THAT(err, AllOf(HasSubstr("key.pem"), Not(HasSubstr("4321"))));
}

TEST_F(Key, that_is_not_configured_is_a_fault_of_the_configuration) {
  config = "mnemonic = \"MOCK01\"\n";
  EXPECT_EQ(check(), ExitCode::configuration);
  EXPECT_THAT(err, AllOf(HasSubstr("key.key"), HasSubstr("smev.toml")));
  config = "[key]\npin = \"4321\"\n";
  EXPECT_EQ(check(), ExitCode::configuration);
  EXPECT_THAT(err,
              AllOf(HasSubstr("key.pin"), HasSubstr("pin_credential"), Not(HasSubstr("4321"))));
}

TEST_F(Key, needs_a_word_that_says_what_to_do) {
  EXPECT_EQ(run({"key"}), ExitCode::usage);
  EXPECT_EQ(run({"key", "check", "more"}), ExitCode::usage);
}

}  // namespace
}  // namespace smev::cli
