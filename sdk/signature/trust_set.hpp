#pragma once
// Whom to trust, as it was at one reading of the files.

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sdk/signature/certificate.hpp"
#include "sdk/signature/revocation_list.hpp"
#include "sdk/signature/trust_files.hpp"

namespace smev::signature {

/// One certificate of a signer's chain.
struct TrustStep {
  Certificate certificate;
  std::optional<Revocation> revocation;
};

/// How a signer is connected with what is pinned. True of a while: of all moments between which no
/// authority of the set begins or ceases to be valid.
struct TrustPath {
  std::vector<TrustStep> steps;  ///< the signer first
  bool anchored = false;         ///< the last step is pinned
  bool may_sign = true;          ///< else the signer alone is told of, who is not anchored
  std::string problem;           ///< English; empty when anchored
};

struct TrustVerdict {
  Trust trust = Trust::unknown;
  std::size_t step = 0;  ///< which one decided it
};
/// Revocation comes before validity: it is the graver news.
TrustVerdict judge(const TrustPath& path, TimePoint moment);

/// An error that names the file when the key is no GOST key.
Result<void> check_key(X509& certificate, const std::string& path);

/// Thread-safe.
class TrustSet {
 public:
  /// The first file that cannot be read, or holds a certificate without a GOST key, is the error.
  static Result<std::shared_ptr<const TrustSet>> make(std::vector<TrustFile> files);

  [[nodiscard]] bool trusts_anybody() const { return !anchors_.empty(); }
  [[nodiscard]] const std::vector<std::unique_ptr<RevocationList>>& revocations() const {
    return revocations_;
  }
  /// SHA-256 of the public key of the authority that signed the list, hexadecimal; empty when none
  /// of them did: then the list counts for nothing.
  [[nodiscard]] std::string key_vouching_for(const RevocationList& list) const;
  /// Remembered: a signer seen before costs no mathematics.
  std::shared_ptr<const TrustPath> path_of(const std::shared_ptr<const KnownCertificate>& signer,
                                           TimePoint moment) const;

 private:
  // The parsed certificate is kept alive, so that its address stays its own.
  struct Remembered {
    std::shared_ptr<const KnownCertificate> signer;
    std::shared_ptr<const TrustPath> path;
  };

  Result<void> take(TrustFile file);
  void take(X509Ptr certificate, std::vector<X509*>& to);
  [[nodiscard]] std::size_t epoch_of(TimePoint moment) const;
  [[nodiscard]] TrustPath find_path(X509& signer, TimePoint moment) const;
  [[nodiscard]] std::optional<Revocation> revocation_of(X509& certificate, X509* issuer) const;
  [[nodiscard]] X509* issuer_of(X509& anchor, TimePoint moment) const;

  std::vector<X509Ptr> certificates_;
  std::vector<X509*> anchors_;
  std::vector<X509*> intermediates_;
  std::vector<X509*> revokers_;  // whose lists may revoke an anchor, and nothing else
  std::vector<std::unique_ptr<RevocationList>> revocations_;
  std::vector<TimePoint> epochs_;  // sorted: where an authority begins or ceases to be valid
  mutable std::mutex mutex_;
  mutable std::map<std::pair<const KnownCertificate*, std::size_t>, Remembered> remembered_;
};

}  // namespace smev::signature
