#pragma once
// What lies under the database: WAL needs shared memory, which no network file system has.

#include <string>

#include "smev/base/result.hpp"

namespace smev::outbox {

/// By the magic number of statfs(2).
bool is_network_file_system(long magic);
/// Refuses a directory on a network file system.
Result<void> check_local_directory(const std::string& directory);

}  // namespace smev::outbox
