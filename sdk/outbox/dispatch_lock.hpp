#pragma once
// One dispatcher per SQLite file: an advisory lock that dies with its process.

#include <memory>
#include <string>

#include "smev/base/result.hpp"

namespace smev::outbox {

/// Held until the last copy of the guard is dropped; `store_busy` when somebody has it, in this
/// process or another.
Result<std::shared_ptr<void>> take_dispatch_lock(const std::string& lock_path);

}  // namespace smev::outbox
