#pragma once
// Asking the person at the terminal.

#include <string>

#include "smev-send/environment.hpp"

namespace smev::cli {

/// Good when the answer is yes. When it is no, or when nobody can be asked, an error: `unasked`
/// tells then what to do instead.
Result<void> confirm(const Environment& environment, const std::string& question,
                     const std::string& unasked);

}  // namespace smev::cli
