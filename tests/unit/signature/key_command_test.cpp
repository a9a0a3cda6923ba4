#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "sdk/signature/command_signer.hpp"
#include "tests/unit/signature/command.hpp"
#include "tests/unit/signature/opening.hpp"
#include "tests/unit/signature/shared_samples.hpp"

namespace smev {
namespace {

using testing_support::expect_signs;
using testing_support::Folder;
using testing_support::keys;
using testing_support::open_now;
using testing_support::refusal;
using testing_support::slurp;
using testing_support::Variable;

class KeyBehindACommand : public ::testing::Test {
 protected:
  void SetUp() override {
    options.certificate = keys().certificate_path;
    options.command = {"/bin/sh", folder / "sign"};
  }
  /// The command is a shell script; $sign signs standard input with the key of the tests.
  void script(const std::string& text) {
    folder.write("sign", "sign='openssl dgst -engine gost -md_gost12_256 -sign " + keys().key_path +
                             "'\n" + text + "\n");
  }
  std::shared_ptr<Signer> unproved(Duration timeout = KeyOptions::kCommandTimeout) {
    signature::CommandKey key;
    key.command = options.command;
    key.pin = options.pin;
    key.certificate = keys().signer->certificate();
    key.timeout = timeout;
    return signature::command_signer(key);
  }
  Error sign_error(Duration timeout = KeyOptions::kCommandTimeout) {
    const auto value = unproved(timeout)->sign("octets");
    EXPECT_FALSE(value);
    return value ? Error{} : value.error();
  }

  Folder folder;
  KeyOptions options;
};

TEST_F(KeyBehindACommand, signs_with_raw_octets_or_base64) {
  SMEV_NEED_OPENSSL_PROGRAM();
  script("$sign 2>/dev/null");
  expect_signs(options);
  script("$sign 2>/dev/null | base64 -w 0");
  expect_signs(options);
  script("$sign 2>/dev/null | base64 -w 20");
  expect_signs(options);
  EXPECT_EQ((*open_now(options))->concurrency(), 1);
}

TEST_F(KeyBehindACommand, gets_the_octets_and_nothing_else) {
  const std::string octets = "a\0b\xFF\n" + std::string(1u << 20, 'x');
  script("cat > " + (folder / "got") + "; printf %064d 0");
  ASSERT_TRUE(unproved()->sign(octets));
  EXPECT_EQ(slurp(folder / "got"), octets);
}

TEST_F(KeyBehindACommand, that_signs_with_another_key_does_not_open) {
  SMEV_NEED_OPENSSL_PROGRAM();
  script("openssl dgst -engine gost -md_gost12_256 -sign " + keys().authority_key_path +
         " 2>/dev/null");
  const Error error = refusal(options);
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_NE(error.detail.find("trial signature"), std::string::npos) << error.detail;
  EXPECT_NE(error.text.find("порядок байтов"), std::string::npos) << error.text;
}

TEST_F(KeyBehindACommand, that_reverses_the_octets_is_told_so) {
  SMEV_NEED_OPENSSL_PROGRAM();
  script("$sign 2>/dev/null | od -An -v -to1 -w1 | tac | while read o; do printf \"\\\\$o\"; done");
  const Error error = refusal(options);
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_NE(error.text.find("в обратном порядке"), std::string::npos) << error.text;
  EXPECT_NE(error.text.find("CryptoAPI"), std::string::npos) << error.text;
}

TEST_F(KeyBehindACommand, that_fails_is_told_with_its_code_and_its_first_words) {
  script("echo первая >&2; echo второе >&2; echo третья >&2; echo четвёртая >&2; exit 3");
  const Error error = sign_error();
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_EQ(error.retry, Retry::later);
  EXPECT_NE(error.detail.find("exit code 3: первая второе третья"), std::string::npos)
      << error.detail;
  EXPECT_EQ(error.detail.find("четвёртая"), std::string::npos);
  script("head -c 600 /dev/zero | tr '\\0' z >&2; exit 1");
  EXPECT_NE(sign_error().detail.find(": " + std::string(500, 'z')), std::string::npos);
  EXPECT_EQ(sign_error().detail.find(std::string(501, 'z')), std::string::npos);
  script("kill -9 $$");
  EXPECT_NE(sign_error().detail.find("signal 9"), std::string::npos);
}

TEST_F(KeyBehindACommand, that_gives_no_signature_is_told_with_what_it_gave) {
  for (const char* output : {"printf ''", "printf %063d 0", "printf %065d 0", "printf '!%087d' 0",
                             "head -c 63 /dev/zero | base64"}) {
    script(output);
    EXPECT_NE(sign_error().detail.find("gave "), std::string::npos) << output;
  }
}

TEST_F(KeyBehindACommand, writes_4096_octets_at_most) {
  script("printf %04096d 0");
  EXPECT_NE(sign_error().detail.find("gave 4096 octets"), std::string::npos);
  script("printf %04097d 0");
  EXPECT_NE(sign_error().detail.find("more than 4096"), std::string::npos);
  script("yes >&2 & yes");
  EXPECT_NE(sign_error().detail.find("more than 4096"), std::string::npos);
}

TEST_F(KeyBehindACommand, that_takes_too_long_is_killed) {
  script("sleep 1000");
  const Error error = sign_error(std::chrono::milliseconds(50));
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_EQ(error.retry, Retry::later);
  EXPECT_NE(error.detail.find("in time"), std::string::npos) << error.detail;
  EXPECT_EQ(KeyOptions::kCommandTimeout, std::chrono::seconds(30));
}

TEST_F(KeyBehindACommand, that_is_absent_is_named) {
  options.command = {folder / "absent"};
  EXPECT_NE(sign_error().text.find("absent"), std::string::npos);
}

TEST_F(KeyBehindACommand, gets_the_pin_in_a_variable_and_only_when_there_is_one) {
  script("printf %s \"${SMEV_PIN-none}\" > " + (folder / "got") + "; printf %064d 0");
  ASSERT_TRUE(unproved()->sign("x"));
  EXPECT_EQ(slurp(folder / "got"), "none");
  options.pin.file = folder.write("pin", "4321");
  ASSERT_TRUE(unproved()->sign("x"));
  EXPECT_EQ(slurp(folder / "got"), "4321");
  const Variable ours("SMEV_PIN", "of this process");
  ASSERT_TRUE(unproved()->sign("x"));
  EXPECT_EQ(slurp(folder / "got"), "4321");
  options.pin = {};
  ASSERT_TRUE(unproved()->sign("x"));
  EXPECT_EQ(slurp(folder / "got"), "none");
}

TEST_F(KeyBehindACommand, does_not_bring_its_pin_into_an_error) {
  options.pin.file = folder.write("pin", "4321");
  script("echo \"wrong PIN $SMEV_PIN, no $SMEV_PIN\" >&2; exit 1");
  EXPECT_NE(sign_error().detail.find("wrong PIN ***, no ***"), std::string::npos);
  EXPECT_EQ(sign_error().describe().find("4321"), std::string::npos);
}

TEST_F(KeyBehindACommand, is_not_started_when_its_pin_cannot_be_read) {
  options.pin.file = folder / "absent";
  script("touch " + (folder / "started"));
  EXPECT_NE(sign_error().text.find("ПИН-код"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "started"));
}

TEST_F(KeyBehindACommand, may_be_started_from_many_threads) {
  SMEV_NEED_OPENSSL_PROGRAM();
  script("$sign 2>/dev/null");
  options.concurrency = 4;
  const auto signer = open_now(options);
  ASSERT_TRUE(signer) << signer.error().describe();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5; ++n) {
        const auto value = (*signer)->sign("octets");
        ASSERT_TRUE(value) << value.error().describe();
        EXPECT_EQ(
            keys()
                .verifier
                ->verify((*signer)->certificate().der, (*signer)->algorithm(), "octets", *value)
                .value(),
            true);
      }
    });
  }
}

}  // namespace
}  // namespace smev
