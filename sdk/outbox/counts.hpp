#pragma once
// How much of what, as a running sender asks it again and again.

#include "sdk/outbox/rows.hpp"

namespace smev::outbox {

Result<OutboxStats> count_all(Database& database);
/// The same without what is final.
Result<OutboxStats> count_open(Database& database);

}  // namespace smev::outbox
