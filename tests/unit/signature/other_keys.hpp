#pragma once
// Keys made with OpenSSL alone, of kinds that the SDK does not make or does not take.

#include <openssl/pem.h>

#include <string>

#include "sdk/base/runtime.hpp"
#include "sdk/signature/openssl.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev::testing_support {

struct OtherKey {
  signature::KeyPtr key;
  signature::X509Ptr certificate;
  std::string key_pem;
  std::string certificate_pem;
};

/// A key with a self-signed certificate: algorithm as OpenSSL names it, an optional parameter.
inline OtherKey other_key(const char* algorithm, const char* parameter, const char* value,
                          const char* digest) {
  EXPECT_TRUE(Runtime::acquire());
  const signature::KeyContextPtr context(EVP_PKEY_CTX_new_id(OBJ_txt2nid(algorithm), nullptr));
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_ctrl_str(context.get(), parameter, value), 1);
  EXPECT_EQ(EVP_PKEY_keygen(context.get(), &key), 1);
  OtherKey made;
  made.key.reset(key);
  made.certificate.reset(X509_new());
  X509* x509 = made.certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -1000);
  X509_gmtime_adj(X509_getm_notAfter(x509), 1000);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("other"), -1, -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(x509));
  X509_set_pubkey(x509, key);
  EXPECT_GT(X509_sign(x509, key, EVP_get_digestbyname(digest)), 0);
  const signature::BioPtr key_out(BIO_new(BIO_s_mem()));
  const signature::BioPtr certificate_out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(key_out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(certificate_out.get(), x509);
  made.key_pem = signature::bio_octets(key_out.get());
  made.certificate_pem = signature::bio_octets(certificate_out.get());
  return made;
}

inline OtherKey key_of_512_bit() {
  return other_key("gost2012_512", "paramset", "A", "md_gost12_512");
}
inline OtherKey key_of_2001() { return other_key("gost2001", "paramset", "XA", "md_gost94"); }
inline OtherKey rsa_key() {
  return other_key("rsaEncryption", "rsa_keygen_bits", "2048", "SHA256");
}

}  // namespace smev::testing_support
