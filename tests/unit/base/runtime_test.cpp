#include "sdk/base/runtime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "sdk/base/bytes.hpp"

namespace smev {
namespace {

std::string digest_hex(const char* algorithm, std::string_view octets) {
  const EVP_MD* method = EVP_get_digestbyname(algorithm);
  if (method == nullptr) return "no such digest";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(octets.data(), octets.size(), digest.data(), &length, method, nullptr) != 1) {
    return "digest failed";
  }
  return hex_encode({reinterpret_cast<const char*>(digest.data()), length});
}

TEST(Runtime, every_caller_gets_the_same_object) {
  const auto first = Runtime::acquire();
  ASSERT_TRUE(first) << first.error().describe();
  EXPECT_EQ(first.value().get(), Runtime::acquire().value().get());
}

TEST(Runtime, may_be_acquired_by_many_threads_at_once) {
  std::vector<Runtime*> seen(8);
  std::vector<std::thread> threads;
  for (Runtime*& slot : seen) {
    threads.emplace_back([&slot] { slot = Runtime::acquire().value().get(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Runtime* each : seen) EXPECT_EQ(each, seen.front());
  EXPECT_NE(seen.front(), nullptr);
}

TEST(Runtime, streebog_is_reached_by_its_name) {
  ASSERT_TRUE(Runtime::acquire());
  // GOST R 34.11-2012, example 1.
  EXPECT_EQ(digest_hex("md_gost12_256",
                       "012345678901234567890123456789012345678901234567890123456789012"),
            "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500");
}

TEST(Runtime, gost_keys_can_be_made_signed_with_and_checked) {
  ASSERT_TRUE(Runtime::acquire());
  EVP_PKEY_CTX* maker = EVP_PKEY_CTX_new_id(OBJ_txt2nid("gost2012_256"), nullptr);
  ASSERT_NE(maker, nullptr);
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_keygen_init(maker), 1);
  EXPECT_EQ(EVP_PKEY_CTX_ctrl_str(maker, "paramset", "A"), 1);
  EXPECT_EQ(EVP_PKEY_keygen(maker, &key), 1);
  EVP_PKEY_CTX_free(maker);
  ASSERT_NE(key, nullptr);
  std::array<unsigned char, 64> signature{};
  std::size_t length = signature.size();
  const std::array<unsigned char, 3> data = {'a', 'b', 'c'};
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const EVP_MD* method = EVP_get_digestbyname("md_gost12_256");
  EXPECT_EQ(EVP_DigestSignInit(context, nullptr, method, nullptr, key), 1);
  EXPECT_EQ(EVP_DigestSign(context, signature.data(), &length, data.data(), data.size()), 1);
  EXPECT_EQ(length, 64U);
  EVP_MD_CTX_free(context);
  context = EVP_MD_CTX_new();
  EXPECT_EQ(EVP_DigestVerifyInit(context, nullptr, method, nullptr, key), 1);
  EXPECT_EQ(EVP_DigestVerify(context, signature.data(), length, data.data(), data.size()), 1);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
}

TEST(Runtime, gost_public_keys_are_read_as_certificates_hold_them) {
  ASSERT_TRUE(Runtime::acquire());
  // SubjectPublicKeyInfo of a key on the curve CryptoPro-XchA.
  const std::string octets = base64_decode(
                                 "MGYwHwYIKoUDBwEBAQEwEwYHKoUDAgIkAAYIKoUDBwEBAgIDQwAEQBNq/MfR1LYh"
                                 "mswyQGDBhYqFav27mZ7AmxNKrkp4uZJtX5ymbotMbRr6Xzcd+5aC+TO4zhWcOjn0"
                                 "tky96YbKYC0=")
                                 .value();
  const auto* at = reinterpret_cast<const unsigned char*>(octets.data());
  EVP_PKEY* key = d2i_PUBKEY(nullptr, &at, static_cast<long>(octets.size()));
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(EVP_PKEY_get_bits(key), 256);
  EVP_PKEY_free(key);
}

TEST(Runtime, leaves_no_openssl_error_behind) {
  ASSERT_TRUE(Runtime::acquire());
  EXPECT_EQ(ERR_peek_error(), 0UL);
}

class RuntimeDeathTest : public testing::Test {
 protected:
  // OpenSSL is set up once per process: each child must start anew.
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(RuntimeDeathTest, finds_the_engine_by_its_path_when_the_name_does_not_lead_to_it) {
  const auto acquire_elsewhere = [] {
    ::setenv("OPENSSL_ENGINES", "/nonexistent", 1);
    const auto runtime = Runtime::acquire();
    std::fprintf(stderr, "%s", runtime ? "acquired" : runtime.error().describe().c_str());
    // The search by name has failed on the way: its errors must be gone.
    const bool clean = ERR_peek_error() == 0;
    std::_Exit(runtime && clean && digest_hex("md_gost12_256", "").size() == 64 ? 0 : 1);
  };
  EXPECT_EXIT(acquire_elsewhere(), testing::ExitedWithCode(0), "acquired");
}

}  // namespace
}  // namespace smev
