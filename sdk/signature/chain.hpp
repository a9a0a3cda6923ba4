#pragma once
// A signer's chain of issuers, found and verified by OpenSSL.

#include <string>
#include <vector>

#include "sdk/signature/openssl.hpp"
#include "smev/base/clock.hpp"

namespace smev::signature {

/// A longer chain than this many issuers is not followed.
inline constexpr int kIssuersMax = 8;

struct Chain {
  /// The signer first; the last one is an anchor when `anchored`, else where the search ended.
  std::vector<X509*> certificates;
  bool anchored = false;
  std::string problem;  ///< English; empty when anchored
};

/// Signatures, names, constraints and key usages hold from the signer up to the first anchor.
/// Validity dates do not count, but among several chains one that is valid at `moment` is
/// preferred. Nothing is fetched from anywhere. All certificates have to outlive the chain.
Chain find_chain(X509& signer, const std::vector<X509*>& anchors,
                 const std::vector<X509*>& intermediates, TimePoint moment);

}  // namespace smev::signature
