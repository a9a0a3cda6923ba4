#pragma once
// For commands that only write to the outbox or read it: they need no key and no network, and
// whoever runs them need not be able to read the key.

#include <memory>

#include "smev/transport/transport.hpp"

namespace smev::cli {

/// Refuses every call.
std::shared_ptr<Transport> offline_transport();

}  // namespace smev::cli
