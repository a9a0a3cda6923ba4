#pragma once
// Whose the updates of an outbox are: what was submitted under another mnemonic or contour would
// go out under this one's, a trial as the real thing.

#include "sdk/sender/core.hpp"

namespace smev {

/// `config`, with both senders named, unless the update is this sender's.
Result<void> check_ours(const SenderOptions& options, const UpdateRow& update);
/// The same of everything that is not final; reads one row for each order that is open.
Result<void> check_all_ours(const SenderParts& parts);
/// The same of a few that stand for all, as submitting never mixes them.
Result<void> check_some_ours(const SenderParts& parts);

}  // namespace smev
