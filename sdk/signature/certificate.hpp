#pragma once
// Certificates as OpenSSL sees them, and a small memory of those seen last: parsing one costs as
// much as a tenth of a signature check, and a peer shows the same one in every message.

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sdk/signature/openssl.hpp"
#include "smev/signature/signer.hpp"

namespace smev::signature {

/// One DER certificate, nothing behind it.
Result<X509Ptr> read_x509(std::string_view der);
/// One certificate, PEM or DER.
Result<X509Ptr> read_x509_file(const std::string& path);
/// What a certificate says of itself.
Certificate describe(X509& certificate);

/// RFC 2253, UTF-8.
std::string name_text(const X509_NAME* name);
/// Its common name; the whole of it when it has none.
std::string common_name(const X509_NAME* name);

bool is_valid_at(const Certificate& certificate, TimePoint moment);

/// A time of OpenSSL's; nothing when it cannot be read.
std::optional<TimePoint> read_time(const ASN1_TIME* time);
/// The same; the epoch when it cannot be read.
TimePoint time_of(const ASN1_TIME* time);

/// For error texts: "GOST R 34.10-2012 512 bit", "GOST R 34.10-2001", "RSA", …
std::string key_kind(const EVP_PKEY* key);

struct KnownCertificate {
  X509Ptr x509;
  Certificate facts;
};

/// Thread-safe. Forgets the one not used for the longest time.
class CertificateCache {
 public:
  static constexpr std::size_t kEntriesMax = 64;

  /// Parsed once; the certificate stays alive while the pointer does.
  Result<std::shared_ptr<const KnownCertificate>> find_or_read(std::string_view der);

 private:
  struct Entry {
    std::string der;
    std::shared_ptr<const KnownCertificate> certificate;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;  // the last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_der_;
};

}  // namespace smev::signature
