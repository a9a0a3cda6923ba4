#pragma once
// Keys and certificates of our own making, for test contours: a mock server, demonstrations, tests.
// GOST R 34.10-2012 on the curves that certificates use: of 256 bit, CryptoPro XchA, as those seen
// in SMEV; of 512 bit, TC26 A.

#include <optional>
#include <string>
#include <vector>

#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"
#include "smev/signature/signer.hpp"

namespace smev::signature {

struct Issued {
  std::string key_pem;  ///< PKCS#8, unencrypted
  std::string certificate_pem;
};

/// A self-signed authority. `subject` is its common name (UTF-8).
Result<Issued> make_authority(const std::string& subject, TimePoint not_before, TimePoint not_after,
                              SignatureAlgorithm algorithm = SignatureAlgorithm::gost2012_256);
/// A new key and a certificate for it, signed by the authority.
Result<Issued> issue(const Issued& authority, const std::string& subject, TimePoint not_before,
                     TimePoint not_after,
                     SignatureAlgorithm algorithm = SignatureAlgorithm::gost2012_256);

/// An authority under another one. `path_length`: how many authorities may stand below it.
Result<Issued> issue_authority(const Issued& authority, const std::string& subject,
                               TimePoint not_before, TimePoint not_after,
                               std::optional<int> path_length = {});

/// One line of a revocation list.
struct Revoked {
  std::string certificate_pem;
  TimePoint at{};
  std::optional<int> reason = {};  ///< as RFC 5280 numbers them: 1 key compromise, 4 superseded
};
/// The authority's revocation list (CRL) as PEM, of the algorithm of its key.
Result<std::string> issue_revocations(const Issued& authority, const std::vector<Revoked>& revoked,
                                      TimePoint issued, TimePoint next);

/// Writes both files; the key's can be read by its owner alone (mode 0600). An existing file is
/// replaced at once or not at all.
Result<void> write_issued(const Issued& issued, const std::string& key_path,
                          const std::string& certificate_path);

}  // namespace smev::signature
