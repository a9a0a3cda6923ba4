#include "sdk/signature/revocation_list.hpp"

#include <openssl/x509v3.h>

#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/certificate.hpp"

namespace smev::signature {

namespace {

using ReasonPtr = std::unique_ptr<ASN1_ENUMERATED, Freer<ASN1_ENUMERATED_free>>;

constexpr int kListed = 1;  // 2: "removeFromCRL", no longer revoked

RevocationFacts facts_of(X509_CRL* list) {
  RevocationFacts facts;
  facts.issuer = name_text(X509_CRL_get_issuer(list));
  facts.issuer_name = common_name(X509_CRL_get_issuer(list));
  facts.issued = time_of(X509_CRL_get0_lastUpdate(list));
  if (const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list)) facts.next = time_of(next);
  const int entries = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list));
  facts.entries = entries > 0 ? static_cast<std::size_t>(entries) : 0;
  unsigned char* der = nullptr;
  if (const int size = i2d_X509_CRL(list, &der); size > 0) {
    facts.fingerprint =
        sha256_hex({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
    OPENSSL_free(der);
  }
  return facts;
}

bool is_compromise(const X509_REVOKED* entry) {
  const ReasonPtr reason(static_cast<ASN1_ENUMERATED*>(
      X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr)));
  if (!reason) return false;
  const long code = ASN1_ENUMERATED_get(reason.get());
  return code == CRL_REASON_KEY_COMPROMISE || code == CRL_REASON_CA_COMPROMISE;
}

// An authority that says what its key is for has to name this.
bool may_sign_lists(X509& authority) { return (X509_get_key_usage(&authority) & KU_CRL_SIGN) != 0; }

}  // namespace

RevocationList::RevocationList(RevocationsPtr list, std::string path)
    : list_(std::move(list)), path_(std::move(path)), facts_(facts_of(list_.get())) {}

bool RevocationList::is_of(X509& authority) const {
  if (X509_NAME_cmp(X509_CRL_get_issuer(list_.get()), X509_get_subject_name(&authority)) != 0 ||
      !may_sign_lists(authority)) {
    return false;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto known = known_.find(&authority); known != known_.end()) return known->second;
  const bool holds = X509_CRL_verify(list_.get(), X509_get0_pubkey(&authority)) == 1;
  known_.emplace(&authority, holds);
  return holds;
}

std::optional<Revocation> RevocationList::find(X509& certificate) const {
  X509_REVOKED* entry = nullptr;
  if (X509_CRL_get0_by_cert(list_.get(), &entry, &certificate) != kListed) return std::nullopt;
  return Revocation{time_of(X509_REVOKED_get0_revocationDate(entry)), is_compromise(entry)};
}

}  // namespace smev::signature
