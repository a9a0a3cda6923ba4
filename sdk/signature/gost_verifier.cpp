#include "sdk/base/runtime.hpp"
#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/certificate.hpp"
#include "sdk/signature/trust_store.hpp"
#include "smev/signature/verifier.hpp"

namespace smev {

namespace {

using signature::CertificateCache;
using signature::TrustStore;

class GostVerifier final : public Verifier {
 public:
  explicit GostVerifier(std::unique_ptr<TrustStore> store) : store_(std::move(store)) {}

  Result<bool> verify(std::string_view certificate_der, SignatureAlgorithm algorithm,
                      std::string_view octets, std::string_view value) override {
    const signature::ErrorQueueGuard guard;
    SMEV_ASSIGN(const auto certificate, cache_.find_or_read(certificate_der));
    EVP_PKEY* key = X509_get0_pubkey(certificate->x509.get());
    const signature::Algorithm* known = signature::by_key(key);
    if (known == nullptr || known->id != algorithm) {
      return fail(local_error(ErrorCode::signature_unsupported,
                              "the certificate's key is " + signature::key_kind(key)));
    }
    if (value.size() != known->value_octets) {
      return false;
    }
    SMEV_ASSIGN(const EVP_MD* method, signature::digest_method(algorithm));
    const signature::DigestContextPtr context(EVP_MD_CTX_new());
    if (!context || EVP_DigestVerifyInit(context.get(), nullptr, method, nullptr, key) != 1) {
      return fail(local_error(ErrorCode::crypto, "verifying: " + signature::take_openssl_error()));
    }
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(value.data()),
                            value.size(), reinterpret_cast<const unsigned char*>(octets.data()),
                            octets.size()) == 1;
  }

  Trust trust(std::string_view certificate_der, TimePoint moment) override {
    const auto certificate = cache_.find_or_read(certificate_der);
    if (!certificate) {
      return Trust::unknown;
    }
    return signature::judge(*store_->current()->path_of(*certificate, moment), moment).trust;
  }

  Result<Certificate> describe(std::string_view certificate_der) override {
    SMEV_ASSIGN(const auto certificate, cache_.find_or_read(certificate_der));
    return certificate->facts;
  }

 private:
  std::unique_ptr<TrustStore> store_;
  CertificateCache cache_;
};

}  // namespace

Result<std::shared_ptr<Verifier>> trusting_verifier(TrustOptions options,
                                                    std::shared_ptr<Logger> logger,
                                                    std::shared_ptr<Clock> clock) {
  SMEV_TRY(Runtime::acquire());
  SMEV_ASSIGN(auto store,
              TrustStore::open(std::move(options), std::move(logger), std::move(clock)));
  return std::shared_ptr<Verifier>(std::make_shared<GostVerifier>(std::move(store)));
}

}  // namespace smev
