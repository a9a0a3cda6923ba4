#include <openssl/x509v3.h>

#include <mutex>
#include <unordered_map>

#include "sdk/base/runtime.hpp"
#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/certificate.hpp"
#include "smev/signature/verifier.hpp"

namespace smev {

namespace {

using signature::CertificateCache;
using signature::X509Ptr;

struct Pinned {
  X509Ptr x509;
  Certificate facts;
  bool is_authority = false;
};

class GostVerifier final : public Verifier {
 public:
  explicit GostVerifier(std::vector<Pinned> pinned) : pinned_(std::move(pinned)) {}

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
    const signature::ErrorQueueGuard guard;
    const auto certificate = cache_.find_or_read(certificate_der);
    if (!certificate) {
      return Trust::unknown;
    }
    const Certificate& facts = (*certificate)->facts;
    Trust found = Trust::unknown;
    for (const Pinned& pinned : pinned_) {
      if (pinned.facts.der != facts.der && !issued_by(pinned, **certificate)) {
        continue;
      }
      // An authority that has run out gives no trust to a certificate that is still valid.
      if (signature::is_valid_at(facts, moment) && signature::is_valid_at(pinned.facts, moment)) {
        return Trust::trusted;
      }
      found = Trust::expired;
    }
    return found;
  }

  Result<Certificate> describe(std::string_view certificate_der) override {
    SMEV_ASSIGN(const auto certificate, cache_.find_or_read(certificate_der));
    return certificate->facts;
  }

 private:
  // The mathematics is done once for a pair; it costs as much as checking a signature.
  bool issued_by(const Pinned& pinned, const signature::KnownCertificate& certificate) {
    if (!pinned.is_authority ||
        X509_check_issued(pinned.x509.get(), certificate.x509.get()) != X509_V_OK) {
      return false;
    }
    const std::string pair = pinned.facts.der + certificate.facts.der;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (const auto known = issued_.find(pair); known != issued_.end()) {
        return known->second;
      }
    }
    const bool issued =
        X509_verify(certificate.x509.get(), X509_get0_pubkey(pinned.x509.get())) == 1;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (issued_.size() >= CertificateCache::kEntriesMax) {
      issued_.clear();
    }
    issued_.emplace(pair, issued);
    return issued;
  }

  std::vector<Pinned> pinned_;
  CertificateCache cache_;
  std::mutex mutex_;
  std::unordered_map<std::string, bool> issued_;
};

}  // namespace

std::string_view name(Trust trust) {
  switch (trust) {
    case Trust::trusted:
      return "trusted";
    case Trust::unknown:
      return "unknown";
    case Trust::expired:
      return "expired";
    case Trust::not_checked:
      return "not_checked";
  }
  return "";
}

Result<Certificate> Verifier::describe(std::string_view certificate_der) {
  return parse_certificate(certificate_der);
}

Result<std::shared_ptr<Verifier>> pinned_verifier(
    const std::vector<std::string>& certificate_paths) {
  SMEV_TRY(Runtime::acquire());
  const signature::ErrorQueueGuard guard;
  std::vector<Pinned> pinned;
  for (const std::string& path : certificate_paths) {
    SMEV_ASSIGN(X509Ptr x509, signature::read_x509_file(path));
    Pinned entry;
    entry.facts = signature::describe(*x509);
    entry.is_authority = X509_check_ca(x509.get()) == 1;
    entry.x509 = std::move(x509);
    pinned.push_back(std::move(entry));
  }
  return std::shared_ptr<Verifier>(std::make_shared<GostVerifier>(std::move(pinned)));
}

Result<std::shared_ptr<Verifier>> untrusting_verifier() { return pinned_verifier({}); }

}  // namespace smev
