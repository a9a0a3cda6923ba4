#pragma once
// What lies under the database: WAL needs shared memory, which no network file system has; and who
// opens or leaves a store does so alone.

#include <string>

#include "sdk/outbox/file_handle.hpp"
#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"

namespace smev::outbox {

/// By the magic number of statfs(2).
bool is_network_file_system(long magic);
/// Refuses a directory on a network file system.
Result<void> check_local_directory(const std::string& directory);
/// Waits until nobody else opens or leaves a store there; until the handle goes. Busy after
/// `timeout`: whoever holds it was stopped in between.
Result<FileHandle> lock_directory(const std::string& path, Duration timeout);

}  // namespace smev::outbox
