#pragma once
// The files of trust as an administrator sees them: what is in each, and what is wrong with it.

#include <optional>
#include <string>
#include <vector>

#include "sdk/signature/revocation_list.hpp"
#include "sdk/signature/trust_list.hpp"
#include "sdk/signature/trust_set.hpp"

namespace smev::signature {

struct InspectedCertificate {
  Certificate certificate;
  std::string common_name;  ///< the whole subject when it has none
  std::string issuer_name;  ///< the same of the issuer
  std::string fingerprint;  ///< SHA-256 of the DER octets, lower-case hexadecimal
  bool authority = false;
};

struct InspectedRevocations {
  RevocationFacts facts;
  /// SHA-256 of the key of the known authority that signed it; empty: none did.
  std::string authority_key;

  [[nodiscard]] bool vouched() const { return !authority_key.empty(); }
};

struct InspectedFile {
  std::string path;
  TrustList list = TrustList::trusted;
  bool in_folder = false;
  std::vector<InspectedCertificate> certificates;
  std::vector<InspectedRevocations> revocations;
  std::optional<Error> error;  ///< why a verifier would not begin with this file
};

struct InspectedTrust {
  std::vector<InspectedFile> files;
  std::shared_ptr<const TrustSet> set;  ///< of the files without an error
};

Result<InspectedTrust> inspect_trust(const TrustOptions& options);
/// One file that may become part of them; `known` says who vouches for a revocation list.
Result<InspectedFile> inspect_file(const std::string& path, TrustList list, const TrustSet& known);

InspectedCertificate inspect(const Certificate& certificate);
/// As PEM.
std::string to_pem(const Certificate& certificate);

}  // namespace smev::signature
