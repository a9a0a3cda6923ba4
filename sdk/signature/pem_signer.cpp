#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <thread>

#include "sdk/base/bytes.hpp"
#include "sdk/base/runtime.hpp"
#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/certificate.hpp"
#include "smev/signature/signer.hpp"

namespace smev {

namespace {

using signature::KeyPtr;
using signature::X509Ptr;

constexpr std::size_t kKeyFileMax = 1u << 20;

Failure bad_key(std::string detail) {
  return fail(local_error(ErrorCode::key, std::move(detail), Retry::after_fix));
}

// Without this OpenSSL would ask for a password on the terminal.
int no_password(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Result<KeyPtr> read_key(const std::string& path) {
  Result<std::string> read = read_file(path, kKeyFileMax);
  if (!read) {
    return bad_key(read.error().detail);
  }
  std::string octets = *std::move(read);
  const signature::ErrorQueueGuard guard;
  const signature::BioPtr bio = signature::memory_bio(octets);
  bool asked = false;
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, &asked));
  OPENSSL_cleanse(octets.data(), octets.size());
  if (asked) {
    return bad_key(path + ": the key is encrypted, which is not supported");
  }
  if (!key) {
    return bad_key(path + ": no PEM private key in it");
  }
  const signature::Algorithm* algorithm = signature::by_key(key.get());
  if (algorithm == nullptr || algorithm->id == SignatureAlgorithm::gost2001) {
    return bad_key(path + ": the key is " + signature::key_kind(key.get()) +
                   "; GOST R 34.10-2012 of 256 and 512 bit is supported");
  }
  return key;
}

class PemSigner final : public Signer {
 public:
  PemSigner(KeyPtr key, X509Ptr certificate, const EVP_MD* method)
      : key_(std::move(key)),
        algorithm_(*signature::by_key(key_.get())),
        method_(method),
        certificate_(signature::describe(*certificate)) {}

  [[nodiscard]] SignatureAlgorithm algorithm() const override { return algorithm_.id; }
  [[nodiscard]] const Certificate& certificate() const override { return certificate_; }
  [[nodiscard]] int concurrency() const override {
    return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }

  Result<std::string> sign(std::string_view octets) override {
    const signature::ErrorQueueGuard guard;
    const signature::DigestContextPtr context(EVP_MD_CTX_new());
    std::string value(algorithm_.value_octets, '\0');
    std::size_t size = value.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, method_, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(value.data()), &size,
                       reinterpret_cast<const unsigned char*>(octets.data()), octets.size()) != 1 ||
        size != value.size()) {
      return fail(local_error(ErrorCode::crypto, "signing: " + signature::take_openssl_error()));
    }
    return value;
  }

 private:
  KeyPtr key_;
  const signature::Algorithm& algorithm_;
  const EVP_MD* method_;
  Certificate certificate_;
};

}  // namespace

Result<std::shared_ptr<Signer>> pem_signer(const std::string& key_path,
                                           const std::string& certificate_path, TimePoint now) {
  SMEV_TRY(Runtime::acquire());
  SMEV_ASSIGN(KeyPtr key, read_key(key_path));
  SMEV_ASSIGN(const EVP_MD* method, signature::digest_method(signature::by_key(key.get())->id));
  SMEV_ASSIGN(X509Ptr certificate, signature::read_x509_file(certificate_path));
  const signature::ErrorQueueGuard guard;
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return bad_key(key_path + " and " + certificate_path + " do not belong together");
  }
  auto signer = std::make_shared<PemSigner>(std::move(key), std::move(certificate), method);
  if (!signature::is_valid_at(signer->certificate(), now)) {
    return bad_key(certificate_path + ": valid from " +
                   to_utc_text(signer->certificate().not_before) + " to " +
                   to_utc_text(signer->certificate().not_after));
  }
  return std::shared_ptr<Signer>(std::move(signer));
}

}  // namespace smev
