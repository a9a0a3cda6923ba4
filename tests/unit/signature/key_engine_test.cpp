#include "sdk/signature/key_engine.hpp"

#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#if defined(SMEV_SANITIZED_ADDRESS)
#include <sanitizer/lsan_interface.h>
#endif
#include <unistd.h>

#include <array>
#include <filesystem>

#include "tests/unit/signature/command.hpp"
#include "tests/unit/signature/opening.hpp"
#include "tests/unit/signature/other_keys.hpp"
#include "tests/unit/signature/shared_samples.hpp"

// The engine of these tests is tests/unit/signature/engine; beside it stands one that others made,
// libp11 over SoftHSM2.

namespace smev {
namespace {

using testing_support::expect_signs;
using testing_support::Folder;
using testing_support::keys;
using testing_support::open_now;
using testing_support::refusal;

class KeyInAnEngine : public ::testing::Test {
 protected:
  void SetUp() override {
    folder.write("mine.pem", keys().issued.key_pem);
    options.key = "mine";
    options.certificate = keys().certificate_path;
    options.engine = "smev-test-keys";
    options.engine_library = SMEV_TEST_ENGINE;
    options.engine_commands = {{"KEY_FOLDER", folder / "."}};
    options.pin.file = folder.write("pin", "4321\n");
  }
  /// OpenSSL loads a library once: for another engine of it there is a copy.
  void use_engine(const std::string& id) {
    options.engine = id;
    options.engine_library = folder / (id + ".so");
    std::filesystem::copy_file(SMEV_TEST_ENGINE, options.engine_library);
  }
  [[nodiscard]] std::string questions() const {
    return testing_support::slurp(folder / "questions");
  }

  Folder folder;
  KeyOptions options;
};

TEST_F(KeyInAnEngine, opens_by_its_id_with_the_pin_that_the_engine_asks_for) {
  expect_signs(options);
  EXPECT_EQ(questions(), "answered\n");
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_F(KeyInAnEngine, opens_with_the_pin_by_the_command_of_an_engine_that_has_one) {
  use_engine("smev-test-pin");
  expect_signs(options);
  EXPECT_EQ(questions(), "");
  options.pin.file = folder.write("wrong", "1111");
  const Error error = refusal(options);
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_NE(error.text.find("ПИН-код"), std::string::npos) << error.text;
}

TEST_F(KeyInAnEngine, that_took_the_pin_by_its_command_does_not_get_it_again_when_it_asks) {
  use_engine("smev-test-pin-and-asks");
  options.pin.file = folder.write("wrong", "1111");
  const Error error = refusal(options);
  EXPECT_NE(error.text.find("не подошёл ПИН-код"), std::string::npos) << error.text;
  EXPECT_EQ(questions(), "unanswered\nunanswered\nunanswered\n");
}

TEST_F(KeyInAnEngine, with_methods_of_its_own_is_cleaned_up_after_a_wrong_pin) {
  use_engine("smev-test-signs");
  options.pin.file = folder.write("wrong", "1111");
  const auto end_of_a_process = [this] {
    const bool refused = !open_now(options);
    OPENSSL_cleanup();
    ::_exit(refused ? 0 : 1);  // the files of the tests stay
  };
  EXPECT_EXIT(end_of_a_process(), ::testing::ExitedWithCode(0), "");
}

TEST_F(KeyInAnEngine, signs_by_the_methods_of_its_engine_when_it_has_them) {
  use_engine("smev-test-signs");
  expect_signs(options);
  EXPECT_EQ(testing_support::slurp(folder / "signatures"), "signed\nsigned\n");  // one on trial
}

TEST_F(KeyInAnEngine, opens_again_and_beside_another) {
  const auto first = open_now(options);
  const auto second = open_now(options);
  ASSERT_TRUE(first) << first.error().describe();
  ASSERT_TRUE(second) << second.error().describe();
  EXPECT_TRUE((*first)->sign("octets"));
  EXPECT_TRUE((*second)->sign("octets"));
}

TEST_F(KeyInAnEngine, makes_one_signature_at_once_unless_told_otherwise) {
  EXPECT_EQ((*open_now(options))->concurrency(), 1);
  options.concurrency = 7;
  EXPECT_EQ((*open_now(options))->concurrency(), 7);
}

TEST_F(KeyInAnEngine, gets_a_wrong_pin_once_and_not_until_it_locks_itself) {
  options.pin.file = folder.write("wrong", "1111");
  const Error error = refusal(options);
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_NE(error.text.find("не подошёл ПИН-код"), std::string::npos) << error.text;
  EXPECT_EQ(error.describe().find("1111"), std::string::npos) << error.describe();
  EXPECT_EQ(questions(), "answered\nunanswered\nunanswered\n");
}

TEST_F(KeyInAnEngine, without_a_pin_says_that_one_is_needed_and_asks_nobody) {
  options.pin = {};
  const Error error = refusal(options);
  EXPECT_NE(error.text.find("просит ПИН-код"), std::string::npos) << error.text;
  EXPECT_EQ(questions().find("\nanswered"), std::string::npos);
}

TEST_F(KeyInAnEngine, says_which_step_failed) {
  KeyOptions broken = options;
  broken.key = "absent";
  EXPECT_NE(refusal(broken).text.find("«absent»"), std::string::npos);
  broken = options;
  broken.engine_commands.push_back({"NO_SUCH", "x"});
  EXPECT_NE(refusal(broken).text.find("команда NO_SUCH"), std::string::npos);
  broken = options;
  broken.engine_commands = {{"KEY_FOLDER", "relative"}};
  EXPECT_NE(refusal(broken).text.find("команда KEY_FOLDER"), std::string::npos);
  broken = options;
  broken.engine = "smev-test-absent";
  broken.engine_library = folder / "absent.so";
  EXPECT_NE(refusal(broken).text.find("не загружается"), std::string::npos);
  use_engine("smev-test-no-start");
  EXPECT_NE(refusal(options).text.find("не запускается"), std::string::npos);
  broken = options;
  broken.engine_library = "";
  broken.engine = "no-such-engine";
  EXPECT_NE(refusal(broken).text.find("не найден"), std::string::npos);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_F(KeyInAnEngine, is_not_opened_when_the_pin_cannot_be_read) {
  options.pin.file = folder / "absent";
  EXPECT_NE(refusal(options).text.find("ПИН-код"), std::string::npos);
  EXPECT_EQ(questions(), "");
}

TEST_F(KeyInAnEngine, is_not_even_asked_for_when_the_certificate_will_not_do) {
  options.certificate = keys().authority_path;
  EXPECT_NE(refusal(options).detail.find("authority"), std::string::npos);
  EXPECT_EQ(questions(), "");
}

TEST_F(KeyInAnEngine, that_is_not_the_certificates_is_found_by_the_trial_signature) {
  const auto other =
      *signature::issue(keys().authority, "другая", testing_support::days_from_now(-1),
                        testing_support::days_from_now(1));
  folder.write("mine.pem", other.key_pem);
  const Error error = refusal(options);
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_NE(error.detail.find("trial signature"), std::string::npos) << error.detail;
}

TEST_F(KeyInAnEngine, of_another_algorithm_is_refused_by_name) {
  folder.write("mine.pem", testing_support::rsa_key().key_pem);
  EXPECT_NE(refusal(options).detail.find("rsaEncryption"), std::string::npos);
  folder.write("mine.pem", testing_support::key_of_2001().key_pem);
  EXPECT_NE(refusal(options).detail.find("GOST R 34.10-2001"), std::string::npos);
  folder.write("mine.pem", testing_support::key_of_512_bit().key_pem);
  EXPECT_NE(refusal(options).detail.find("another algorithm"), std::string::npos);
}

TEST_F(KeyInAnEngine, cannot_be_one_of_the_engine_gost_which_has_no_keys_by_id) {
  options.engine = "gost";
  options.engine_library = "";
  options.engine_commands.clear();
  const Error error = refusal(options);
  EXPECT_NE(error.text.find("не умеет открывать ключи"), std::string::npos) << error.text;
  // The engine is still there for everyone else.
  EXPECT_TRUE(keys().signer->sign("octets"));
}

// --- libp11 and SoftHSM2 ------------------------------------------------------------------------

class KeyInSoftHsm : public ::testing::Test {
 protected:
  void SetUp() override {
#if defined(SMEV_SANITIZED_ADDRESS)
    // libp11 leaves tables of methods behind, and makes new ones when asked for them at exit.
    __lsan_disable();
#endif
    if (testing_support::run("command -v softhsm2-util pkcs11-tool").code != 0 ||
        !std::filesystem::exists(kModule)) {
      GTEST_SKIP() << "softhsm2, opensc and libengine-pkcs11-openssl are not installed";
    }
    std::filesystem::create_directory(folder / "tokens");
    ::setenv("SOFTHSM2_CONF",
             folder.write("conf", "directories.tokendir = " + (folder / "tokens") + "\n").c_str(),
             1);
    must("softhsm2-util --init-token --free --label smev --so-pin 87654321 --pin 1234");
    options.key = "pkcs11:token=smev;object=mine;type=private";
    options.certificate = keys().certificate_path;
    options.engine = "pkcs11";
    options.engine_commands = {{"MODULE_PATH", kModule}};
    options.pin.file = folder.write("pin", "1234");
  }
  void TearDown() override { ::unsetenv("SOFTHSM2_CONF"); }
  static void must(const std::string& command) {
    const auto ran = testing_support::run(command);
    ASSERT_EQ(ran.code, 0) << command << '\n' << ran.output;
  }
  static void make_key(const std::string& type) {
    must(std::string("pkcs11-tool --module ") + kModule +
         " --login --pin 1234 --token-label smev --keypairgen --label mine --id 01 --key-type " +
         type);
  }

  static constexpr char kModule[] = "/usr/lib/softhsm/libsofthsm2.so";
  Folder folder;
  KeyOptions options;
};

// SoftHSM2 of Debian has no GOST R 34.10-2012: that the key is refused by its name shows that the
// way to it works.
TEST_F(KeyInSoftHsm, of_another_algorithm_is_reached_through_libp11_and_refused_by_name) {
  make_key("rsa:2048");
  const Error error = refusal(options);
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_NE(error.detail.find("rsaEncryption"), std::string::npos) << error.describe();
}

TEST_F(KeyInSoftHsm, that_is_absent_is_told_with_its_id) {
  const Error error = refusal(options);
  EXPECT_NE(error.text.find("object=mine"), std::string::npos) << error.describe();
}

}  // namespace
}  // namespace smev
