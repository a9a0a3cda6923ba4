#pragma once
// Files that the program lives by: nothing that a command writes may take their place.

#include <string>

#include "smev/sender/options.hpp"

namespace smev::cli {

/// Refuses (`validation`) the base of the outbox and what lies beside it under its name, what lies
/// in the folder of kept files, the settings, keys and certificates.
Result<void> check_not_own(const std::string& path, const SenderOptions& options,
                           const std::string& config);

}  // namespace smev::cli
