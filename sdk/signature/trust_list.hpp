#pragma once
// The three lists of files that trust is made of.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "smev/signature/verifier.hpp"

namespace smev::signature {

/// The fields of TrustOptions.
enum class TrustList { trusted, intermediates, revocations };
inline constexpr std::array<TrustList, 3> kTrustLists = {
    TrustList::trusted, TrustList::intermediates, TrustList::revocations};

/// "trusted", "intermediates", "revocations": as the configuration file calls them.
std::string_view name(TrustList list);
const std::vector<std::string>& entries_of(const TrustOptions& options, TrustList list);

}  // namespace smev::signature
