#pragma once
// Runs one disabled test of this program in a process of its own.

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace smev::outbox_test {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// Starts `test` ("Suite.DISABLED_name") with `added` to the environment; -1 when it cannot.
pid_t start_child(const std::string& test, const Environment& added);
/// The status of waitpid.
int wait_for_child(pid_t child);

}  // namespace smev::outbox_test
