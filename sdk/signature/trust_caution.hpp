#pragma once
// What counts of changed files of trust while one of them is faulty.

#include <string>
#include <vector>

#include "sdk/signature/trust_files.hpp"

namespace smev::signature {

/// The same objects once more.
std::vector<TrustFile> shared(const std::vector<TrustFile>& files);

/// Marks the files with a certificate that no set of trust would take.
void mark_unfit(std::vector<TrustFile>& files);
/// What is wrong with them, one after the other; empty: nothing is.
std::string faults_of(const std::vector<TrustFile>& files);

/// Only what takes trust away: certificates that are gone count no longer, new revocation lists
/// count at once. What would add trust waits until every file can be read. A certificate whose file
/// is faulty now is not gone.
/// @param former what counted until now
/// @param found the files as they are
std::vector<TrustFile> without_new_trust(const std::vector<TrustFile>& former,
                                         const std::vector<TrustFile>& found);

}  // namespace smev::signature
