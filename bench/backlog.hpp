#pragma once
// An outbox with a long backlog, written by SQL: a million submits would measure something else.

#include <filesystem>
#include <memory>
#include <string>

#include "smev/outbox/outbox.hpp"

namespace smev::bench {

/// What stands in an outbox. Every order has real facts and its updates a real payload.
struct Backlog {
  int held_orders = 0;    ///< the oldest: a held head and a follower each
  int queued_orders = 0;  ///< one queued update each
};

/// Makes the outbox at `path` anew and opens it.
std::shared_ptr<Outbox> make_backlog(const std::filesystem::path& path, const Backlog& backlog);

}  // namespace smev::bench
