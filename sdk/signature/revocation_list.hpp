#pragma once
// A list of revoked certificates (CRL), and what it says of one certificate.

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "sdk/signature/trust_files.hpp"

namespace smev::signature {

/// What a list says of itself.
struct RevocationFacts {
  std::string issuer;       ///< RFC 2253 text
  std::string issuer_name;  ///< its common name
  TimePoint issued{};
  std::optional<TimePoint> next;  ///< when the next one is due; past it the list is stale
  std::size_t entries = 0;
  std::string fingerprint;  ///< SHA-256 of the DER octets, hexadecimal

  [[nodiscard]] bool stale_at(TimePoint moment) const { return next && *next < moment; }
};

struct Revocation {
  TimePoint at{};
  /// The key is in strange hands: its holder can write any date, so that earlier ones do not count
  /// either.
  bool compromised = false;

  [[nodiscard]] bool counts_at(TimePoint moment) const { return compromised || at <= moment; }
  [[nodiscard]] bool is_graver_than(const Revocation& other) const {
    return compromised == other.compromised ? at < other.at : compromised;
  }
};

/// Thread-safe.
class RevocationList {
 public:
  RevocationList(RevocationsPtr list, std::string path);

  [[nodiscard]] const RevocationFacts& facts() const { return facts_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Names the authority as its issuer, and its signature verifies under the authority's key. The
  /// mathematics is done once for an authority; it has to outlive this object.
  [[nodiscard]] bool is_of(X509& authority) const;
  /// What it says of a certificate of its issuer.
  [[nodiscard]] std::optional<Revocation> find(X509& certificate) const;

 private:
  RevocationsPtr list_;
  std::string path_;
  RevocationFacts facts_;
  mutable std::mutex mutex_;
  mutable std::map<const X509*, bool> known_;
};

}  // namespace smev::signature
