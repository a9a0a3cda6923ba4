#include "sdk/signature/certificate.hpp"

#include <gtest/gtest.h>

#include "tests/unit/signature/test_keys.hpp"

namespace smev::signature {
namespace {

using testing_support::days_from_now;
using testing_support::keys;

TEST(Certificate, says_what_it_was_issued_with) {
  const auto certificate = load_certificate(keys().certificate_path);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->subject, "CN=Тестовая ИС");
  EXPECT_EQ(certificate->issuer, "CN=Тестовый УЦ");
  EXPECT_EQ(certificate->serial.size(), 32u);
  EXPECT_EQ(certificate->serial.find_first_not_of("0123456789ABCDEF"), std::string::npos);
  EXPECT_LT(certificate->not_before, days_from_now(0));
  EXPECT_GT(certificate->not_after, days_from_now(0));
  EXPECT_LE(certificate->not_after - certificate->not_before, std::chrono::hours(48));
}

TEST(Certificate, reads_pem_and_der_alike) {
  testing_support::Folder folder;
  const auto pem = load_certificate(keys().certificate_path);
  EXPECT_EQ(load_certificate(folder.write("c.der", pem->der))->serial, pem->serial);
  EXPECT_EQ(parse_certificate(pem->der)->serial, pem->serial);
}

TEST(Certificate, refuses_what_is_none) {
  const std::string der = keys().signer->certificate().der;
  for (const std::string& octets :
       {std::string(), std::string("x"), der.substr(1), der + "x", der.substr(0, der.size() - 1)}) {
    const auto certificate = parse_certificate(octets);
    ASSERT_FALSE(certificate);
    EXPECT_EQ(certificate.error().code, ErrorCode::key);
  }
}

TEST(CertificateCache, remembers_and_forgets) {
  CertificateCache cache;
  const std::string& der = keys().signer->certificate().der;
  const auto first = cache.find_or_read(der);
  ASSERT_TRUE(first);
  EXPECT_EQ(*cache.find_or_read(der), *first);
  EXPECT_FALSE(cache.find_or_read("rubbish"));
  for (std::size_t i = 0; i < CertificateCache::kEntriesMax; ++i) {
    const auto other =
        *issue(keys().authority, std::to_string(i), days_from_now(-1), days_from_now(1));
    testing_support::Folder folder;
    ASSERT_TRUE(
        cache.find_or_read(load_certificate(folder.write("c", other.certificate_pem))->der));
  }
  const auto again = cache.find_or_read(der);
  ASSERT_TRUE(again);
  EXPECT_NE(*again, *first);  // it had been pushed out
  EXPECT_EQ((*again)->facts.serial, (*first)->facts.serial);
}

}  // namespace
}  // namespace smev::signature
