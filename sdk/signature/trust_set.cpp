#include "sdk/signature/trust_set.hpp"

#include <openssl/x509v3.h>

#include <algorithm>

#include "sdk/base/bytes.hpp"
#include "sdk/base/runtime.hpp"
#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/certificate_fitness.hpp"
#include "sdk/signature/chain.hpp"

namespace smev::signature {

namespace {

constexpr std::size_t kRememberedMax = 256;

bool holds(const std::vector<X509*>& all, X509* wanted) {
  return std::any_of(all.begin(), all.end(),
                     [wanted](X509* each) { return X509_cmp(each, wanted) == 0; });
}

std::string key_fingerprint(X509& certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  if (size <= 0) return {};
  std::string fingerprint =
      sha256_hex({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return fingerprint;
}

}  // namespace

Result<void> check_key(X509& certificate, const std::string& path) {
  const EVP_PKEY* key = X509_get0_pubkey(&certificate);
  if (by_key(key) != nullptr) return {};
  return fail(local_error(ErrorCode::key, path + ": the certificate's key is " + key_kind(key),
                          Retry::after_fix));
}

TrustVerdict judge(const TrustPath& path, TimePoint moment) {
  if (!path.anchored) return {Trust::unknown, path.steps.size() - 1};
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const auto& revocation = path.steps[i].revocation;
    if (revocation && revocation->counts_at(moment)) return {Trust::revoked, i};
  }
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const Certificate& certificate = path.steps[i].certificate;
    if (moment < certificate.not_before) return {Trust::not_yet_valid, i};
    if (moment > certificate.not_after) return {Trust::expired, i};
  }
  return {Trust::trusted, path.steps.size() - 1};
}

Result<std::shared_ptr<const TrustSet>> TrustSet::make(std::vector<TrustFile> files) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  const auto set = std::make_shared<TrustSet>();
  for (TrustFile& file : files) SMEV_TRY(set->take(std::move(file)));
  std::sort(set->epochs_.begin(), set->epochs_.end());
  return std::shared_ptr<const TrustSet>(set);
}

Result<void> TrustSet::take(TrustFile file) {
  if (file.error) return fail(*std::move(file.error));
  if (file.only_revokes) {
    for (X509Ptr& certificate : file.certificates) take(std::move(certificate), revokers_);
    return {};
  }
  auto& to = file.list == TrustList::trusted ? anchors_ : intermediates_;
  for (X509Ptr& certificate : file.certificates) {
    if (const auto fit = check_key(*certificate, file.path); !fit) {
      return fail(as_trust_error(fit.error(), file));
    }
    if (certificates_.size() >= kCertificatesMax) {
      return fail(local_error(
          ErrorCode::limit_exceeded,
          "more than " + std::to_string(kCertificatesMax) + " certificates, at " + file.path,
          Retry::after_fix));
    }
    take(std::move(certificate), to);
  }
  for (RevocationsPtr& list : file.revocations) {
    revocations_.push_back(std::make_unique<RevocationList>(std::move(list), file.path));
  }
  return {};
}

void TrustSet::take(X509Ptr certificate, std::vector<X509*>& to) {
  if (holds(to, certificate.get())) return;
  to.push_back(certificate.get());
  epochs_.push_back(time_of(X509_get0_notBefore(certificate.get())));
  epochs_.push_back(time_of(X509_get0_notAfter(certificate.get())) + Duration(1));
  certificates_.push_back(std::move(certificate));
}

std::size_t TrustSet::epoch_of(TimePoint moment) const {
  return static_cast<std::size_t>(std::upper_bound(epochs_.begin(), epochs_.end(), moment) -
                                  epochs_.begin());
}

std::shared_ptr<const TrustPath> TrustSet::path_of(
    const std::shared_ptr<const KnownCertificate>& signer, TimePoint moment) const {
  const auto key = std::make_pair(signer.get(), epoch_of(moment));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = remembered_.find(key); found != remembered_.end()) {
      return found->second.path;
    }
  }
  const ErrorQueueGuard guard;
  auto path = std::make_shared<const TrustPath>(find_path(*signer->x509, moment));
  const std::lock_guard<std::mutex> lock(mutex_);
  if (remembered_.size() >= kRememberedMax) remembered_.clear();
  remembered_.insert_or_assign(key, Remembered{signer, path});
  return path;
}

std::string TrustSet::key_vouching_for(const RevocationList& list) const {
  const ErrorQueueGuard guard;
  const auto voucher = std::find_if(certificates_.begin(), certificates_.end(),
                                    [&list](const X509Ptr& each) { return list.is_of(*each); });
  return voucher == certificates_.end() ? std::string() : key_fingerprint(**voucher);
}

TrustPath TrustSet::find_path(X509& signer, TimePoint moment) const {
  const bool pinned = holds(anchors_, &signer);
  // Whoever pinned it knew what it is for; what an authority issued may be for anything.
  if (std::string unfit = pinned ? "" : unfitness_to_sign(signer); !unfit.empty()) {
    return {{{describe(signer), {}}}, false, false, std::move(unfit)};
  }
  Chain chain;
  if (pinned) {
    chain.certificates = {&signer};  // pinned itself: it needs nobody
    chain.anchored = true;
  } else {
    chain = find_chain(signer, anchors_, intermediates_, moment);
  }
  TrustPath path;
  path.anchored = chain.anchored;
  path.problem = std::move(chain.problem);
  const auto& found = chain.certificates;
  for (std::size_t i = 0; i < found.size(); ++i) {
    X509* issuer = i + 1 < found.size() ? found[i + 1] : nullptr;
    if (issuer == nullptr && chain.anchored) issuer = issuer_of(*found[i], moment);
    path.steps.push_back({describe(*found[i]), revocation_of(*found[i], issuer)});
  }
  if (path.steps.empty()) path.steps.push_back({describe(signer), {}});
  return path;
}

// A pinned certificate needs no issuer, but a known one can revoke it.
X509* TrustSet::issuer_of(X509& anchor, TimePoint moment) const {
  if (revocations_.empty() || X509_self_signed(&anchor, 0) != 0) return nullptr;
  std::vector<X509*> authorities = intermediates_;
  authorities.insert(authorities.end(), anchors_.begin(), anchors_.end());
  authorities.insert(authorities.end(), revokers_.begin(), revokers_.end());
  const Chain chain = find_chain(anchor, authorities, {}, moment);
  return chain.anchored ? chain.certificates[1] : nullptr;
}

std::optional<Revocation> TrustSet::revocation_of(X509& certificate, X509* issuer) const {
  std::optional<Revocation> gravest;
  if (issuer == nullptr) return gravest;
  for (const auto& list : revocations_) {
    if (!list->is_of(*issuer)) continue;
    const auto found = list->find(certificate);
    if (found && (!gravest || found->is_graver_than(*gravest))) gravest = found;
  }
  return gravest;
}

}  // namespace smev::signature
