#include "sdk/signature/key_file.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <sys/stat.h>

#include <thread>

#include "sdk/signature/certificate.hpp"
#include "tests/unit/signature/command.hpp"
#include "tests/unit/signature/opening.hpp"
#include "tests/unit/signature/other_keys.hpp"
#include "tests/unit/signature/shared_samples.hpp"

namespace smev {
namespace {

using signature::bio_octets;
using signature::BioPtr;
using signature::KeyPtr;
using testing_support::days_from_now;
using testing_support::expect_signs;
using testing_support::Folder;
using testing_support::keys;
using testing_support::open_now;
using testing_support::refusal;

using PlainPtr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, signature::Freer<PKCS8_PRIV_KEY_INFO_free>>;

KeyPtr key_of(const std::string& pem) {
  const BioPtr bio = signature::memory_bio(pem);
  return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

std::string plain_der() {
  const PlainPtr plain(EVP_PKEY2PKCS8(key_of(keys().issued.key_pem).get()));
  const BioPtr out(BIO_new(BIO_s_mem()));
  EXPECT_EQ(i2d_PKCS8_PRIV_KEY_INFO_bio(out.get(), plain.get()), 1);
  return bio_octets(out.get());
}

/// PBES2 with the cipher, PEM or DER.
std::string encrypted(const EVP_CIPHER* cipher, const std::string& password, bool pem) {
  const KeyPtr key = key_of(keys().issued.key_pem);
  const BioPtr out(BIO_new(BIO_s_mem()));
  const int size = static_cast<int>(password.size());
  EXPECT_EQ((pem ? PEM_write_bio_PKCS8PrivateKey : i2d_PKCS8PrivateKey_bio)(
                out.get(), key.get(), cipher, password.data(), size, nullptr, nullptr),
            1);
  return bio_octets(out.get());
}

class KeyFile : public ::testing::Test {
 protected:
  void SetUp() override {
    options.certificate = keys().certificate_path;
    password = "пароль 4321";
  }
  void key(const std::string& octets) { options.key = folder.write("key", octets); }
  void use_password(const std::string& text) { options.pin.file = folder.write("pin", text); }

  Folder folder;
  KeyOptions options;
  std::string password;
};

TEST_F(KeyFile, in_pem_or_der_opens_and_signs) {
  key(keys().issued.key_pem);
  expect_signs(options);
  key(plain_der());
  expect_signs(options);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_F(KeyFile, of_512_bit_opens_and_signs) {
  const auto issued = *signature::issue(keys().authority, "длинный ключ", days_from_now(-1),
                                        days_from_now(1), SignatureAlgorithm::gost2012_512);
  key(issued.key_pem);
  options.certificate = folder.write("c", issued.certificate_pem);
  expect_signs(options);
}

TEST_F(KeyFile, encrypted_in_pem_or_der_opens_with_its_password) {
  use_password(password + "\n");
  const EVP_CIPHER* gost = EVP_get_cipherbyname("gost89");
  ASSERT_NE(gost, nullptr);
  for (const EVP_CIPHER* cipher : {EVP_aes_256_cbc(), gost}) {
    for (const bool pem : {true, false}) {
      key(encrypted(cipher, password, pem));
      expect_signs(options);
    }
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_F(KeyFile, encrypted_is_refused_without_its_password_or_with_another) {
  for (const bool pem : {true, false}) {
    key(encrypted(EVP_aes_256_cbc(), password, pem));
    options.pin = {};
    EXPECT_NE(refusal(options).text.find("Ключ зашифрован"), std::string::npos);
    use_password("другой");
    const Error error = refusal(options);
    EXPECT_EQ(error.code, ErrorCode::key);
    EXPECT_NE(error.text.find("Пароль к ключу не подходит (файл "), std::string::npos);
    EXPECT_EQ(error.describe().find("другой"), std::string::npos);
  }
}

TEST_F(KeyFile, that_is_not_encrypted_leaves_the_password_unread) {
  options.pin.file = folder / "absent";
  key(keys().issued.key_pem);
  expect_signs(options);
}

TEST_F(KeyFile, that_everyone_can_read_is_refused_unless_it_is_encrypted) {
  key(keys().issued.key_pem);
  ASSERT_EQ(chmod(options.key.c_str(), 0640), 0);
  expect_signs(options);
  ASSERT_EQ(chmod(options.key.c_str(), 0604), 0);
  EXPECT_NE(refusal(options).text.find("любой пользователь"), std::string::npos);
  key(encrypted(EVP_aes_256_cbc(), password, true));
  use_password(password);
  ASSERT_EQ(chmod(options.key.c_str(), 0644), 0);
  expect_signs(options);
}

TEST_F(KeyFile, may_hold_certificates_and_the_one_of_the_key_is_taken) {
  options.certificate = "";
  key(keys().issued.key_pem);
  EXPECT_NE(refusal(options).text.find("нет сертификата"), std::string::npos);
  key(keys().authority.certificate_pem + keys().issued.key_pem + keys().issued.certificate_pem);
  expect_signs(options);
  key(keys().issued.key_pem + keys().authority.certificate_pem);
  EXPECT_NE(refusal(options).detail.find("do not belong together"), std::string::npos);
}

TEST_F(KeyFile, takes_from_a_file_of_certificates_the_one_that_fits) {
  key(keys().issued.key_pem);
  options.certificate = folder.write(
      "chain", keys().authority.certificate_pem + "\n" + keys().issued.certificate_pem);
  expect_signs(options);
}

TEST_F(KeyFile, of_other_forms_is_refused_by_name) {
  const auto rsa = testing_support::rsa_key();
  const BioPtr out(BIO_new(BIO_s_mem()));
  ASSERT_EQ(PEM_write_bio_PrivateKey_traditional(out.get(), rsa.key.get(), nullptr, nullptr, 0,
                                                 nullptr, nullptr),
            1);
  key(bio_octets(out.get()));
  EXPECT_NE(refusal(options).detail.find("RSA PRIVATE KEY"), std::string::npos);
  key(keys().issued.key_pem + keys().issued.key_pem);
  EXPECT_NE(refusal(options).detail.find("more than one key"), std::string::npos);
  for (const std::string& octets :
       {std::string(), std::string("x"), plain_der() + "x", keys().signer->certificate().der}) {
    key(octets);
    EXPECT_EQ(refusal(options).code, ErrorCode::key);
  }
}

TEST_F(KeyFile, is_a_mebibyte_at_most) {
  std::string octets = keys().issued.key_pem;
  octets.resize(KeyOptions::kFileOctetsMax, '\n');
  key(octets);
  expect_signs(options);
  key(octets + "\n");
  EXPECT_NE(refusal(options).text.find("слишком велик"), std::string::npos);
  key(keys().issued.key_pem);
  octets = keys().issued.certificate_pem;
  octets.resize(KeyOptions::kFileOctetsMax, '\n');
  options.certificate = folder.write("c", octets);
  expect_signs(options);
  options.certificate = folder.write("c", octets + "\n");
  EXPECT_NE(refusal(options).text.find("слишком велик"), std::string::npos);
}

TEST_F(KeyFile, makes_as_many_signatures_at_once_as_there_are_processors) {
  key(keys().issued.key_pem);
  EXPECT_EQ((*open_now(options))->concurrency(),
            static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
  options.concurrency = 3;
  EXPECT_EQ((*open_now(options))->concurrency(), 3);
}

// --- PKCS#12 ------------------------------------------------------------------------------------

class Container : public KeyFile {
 protected:
  void SetUp() override {
    SMEV_NEED_OPENSSL_PROGRAM();
    KeyFile::SetUp();
    options.certificate = "";
  }
  /// As `openssl pkcs12 -export` makes it, of the keys of the tests.
  void export_container(const std::string& pass, const std::string& more) {
    options.key = folder / "key.p12";
    const auto ran = testing_support::run(
        "openssl pkcs12 -engine gost -export -inkey " + keys().key_path + " -in " +
        keys().certificate_path + " -certfile " + keys().authority_path +
        " -passout 'pass:" + pass + "' -out " + options.key + ' ' + more);
    ASSERT_EQ(ran.code, 0) << ran.output;
  }
};

TEST_F(Container, opens_with_its_password_and_gives_the_certificate_of_the_key) {
  use_password("4321");
  for (const char* way : {"-keypbe gost89 -certpbe gost89 -macalg md_gost12_256",
                          "-keypbe gost89 -certpbe gost89 -macalg md_gost12_512",
                          "-keypbe AES-256-CBC -certpbe AES-256-CBC -macalg SHA256"}) {
    export_container("4321", way);
    const auto signer = open_now(options);
    ASSERT_TRUE(signer) << way << '\n' << signer.error().describe();
    EXPECT_EQ((*signer)->certificate().der, keys().signer->certificate().der);
    expect_signs(options);
  }
}

TEST_F(Container, is_refused_without_its_password_or_with_another) {
  export_container("4321", "");
  EXPECT_NE(refusal(options).text.find("Ключ зашифрован"), std::string::npos);
  use_password("1234");
  EXPECT_NE(refusal(options).text.find("Пароль к ключу не подходит"), std::string::npos);
}

TEST_F(Container, with_an_empty_password_is_a_key_without_one) {
  export_container("", "");
  ASSERT_EQ(chmod(options.key.c_str(), 0600), 0);
  expect_signs(options);
  ASSERT_EQ(chmod(options.key.c_str(), 0644), 0);
  EXPECT_NE(refusal(options).text.find("любой пользователь"), std::string::npos);
}

TEST_F(Container, gives_way_to_a_certificate_that_is_named) {
  export_container("4321", "");
  use_password("4321");
  options.certificate = keys().authority_path;
  EXPECT_NE(refusal(options).detail.find("do not belong together"), std::string::npos);
  options.certificate = keys().certificate_path;
  expect_signs(options);
}

TEST_F(Container, without_a_key_is_refused) {
  options.key = folder / "key.p12";
  const auto ran =
      testing_support::run("openssl pkcs12 -engine gost -export -nokeys -in " +
                           keys().certificate_path + " -passout pass:4321 -out " + options.key);
  ASSERT_EQ(ran.code, 0) << ran.output;
  use_password("4321");
  EXPECT_NE(refusal(options).text.find("нет закрытого ключа"), std::string::npos);
}

// R 50.1.112-2016; made by others.
TEST(TransportContainer, opens_with_its_password_and_gives_its_public_key) {
  SMEV_NEED_VECTORS("signature");
  const auto vector = testing_support::shared_folder() / "vectors/signature/p12-tk26";
  const Folder folder;
  const PinSource pin{.file = folder.write("pin", "Пароль для PFX")};
  // It is no secret, and everyone may read it: its password protects it.
  const auto file = signature::read_key_file((vector / "container.p12").string(), pin);
  ASSERT_TRUE(file) << file.error().describe();
  const BioPtr out(BIO_new(BIO_s_mem()));
  ASSERT_EQ(PEM_write_bio_PUBKEY(out.get(), file->key.get()), 1);
  EXPECT_EQ(bio_octets(out.get()), testing_support::slurp(vector / "expected.pub.pem"));

  ASSERT_EQ(file->certificates.size(), 1u);
  const Certificate facts = signature::describe(*file->certificates.front());
  KeyOptions options;
  options.key = (vector / "container.p12").string();
  options.pin = pin;
  const auto then = open_signer(options, facts.not_before);
  EXPECT_TRUE(then) << then.error().describe();
}

}  // namespace
}  // namespace smev
