#include "sdk/signature/key_signer.hpp"

#include <utility>

#include "sdk/signature/digest.hpp"

namespace smev::signature {

namespace {

class KeySigner final : public Signer {
 public:
  KeySigner(EngineKey key, const EVP_MD* method, Certificate certificate, int concurrency)
      : key_(std::move(key)),
        algorithm_(*by_key(key_.key.get())),
        method_(method),
        certificate_(std::move(certificate)),
        concurrency_(concurrency) {
    // An engine that signs by methods of its own must be asked for them: without that, a key of
    // this algorithm would be signed with by whichever engine is the default.
    if (key_.engine && ENGINE_get_pkey_meth(key_.engine.get(), algorithm_.key_nid) != nullptr) {
      signs_itself_ = key_.engine.get();
    }
  }

  [[nodiscard]] SignatureAlgorithm algorithm() const override { return algorithm_.id; }
  [[nodiscard]] const Certificate& certificate() const override { return certificate_; }
  [[nodiscard]] int concurrency() const override { return concurrency_; }

  // The digest is made here, not by EVP_DigestSign: that would want the key's engine to have
  // digests too.
  Result<std::string> sign(std::string_view octets) override {
    const ErrorQueueGuard guard;
    SMEV_ASSIGN(const std::string hash, digest(algorithm_.id, octets));
    const KeyContextPtr context(EVP_PKEY_CTX_new(key_.key.get(), signs_itself_));
    std::string value(algorithm_.value_octets, '\0');
    std::size_t size = value.size();
    if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context.get(), method_) != 1 ||
        EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(value.data()), &size,
                      reinterpret_cast<const unsigned char*>(hash.data()), hash.size()) != 1 ||
        size != value.size()) {
      return fail(local_error(ErrorCode::crypto, "signing: " + take_openssl_error()));
    }
    return value;
  }

 private:
  EngineKey key_;
  const Algorithm& algorithm_;
  const EVP_MD* method_;
  Certificate certificate_;
  int concurrency_;
  ENGINE* signs_itself_ = nullptr;
};

}  // namespace

Result<std::shared_ptr<Signer>> key_signer(EngineKey key, Certificate certificate,
                                           int concurrency) {
  SMEV_ASSIGN(const EVP_MD* method, digest_method(by_key(key.key.get())->id));
  return std::shared_ptr<Signer>(
      std::make_shared<KeySigner>(std::move(key), method, std::move(certificate), concurrency));
}

}  // namespace smev::signature
