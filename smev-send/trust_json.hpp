#pragma once
// The JSON of `trust`, like that of report_json.hpp.

#include <string>
#include <vector>

#include "sdk/signature/trust_inspection.hpp"

namespace smev::cli {

/// How one signer was judged.
struct JudgedSigner {
  signature::InspectedCertificate signer;
  signature::TrustPath path;
  signature::TrustVerdict verdict;
};

/// @param now for the days that are left
std::string trust_json(const std::vector<signature::InspectedFile>& files, TimePoint now);
/// What was added, and what had been there before.
std::string added_json(const std::vector<std::string>& added,
                       const std::vector<std::string>& known);
std::string removed_json(const std::string& path);
std::string judged_json(const std::vector<JudgedSigner>& signers, TimePoint at);

}  // namespace smev::cli
