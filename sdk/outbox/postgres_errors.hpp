#pragma once
// What PostgreSQL says, as errors that tell the operator what to do.

#include <string>
#include <string_view>

#include "sdk/outbox/postgres_database.hpp"
#include "smev/base/error.hpp"

namespace smev::outbox {

/// `state` is SQLSTATE; `detail` has no values of rows.
Error postgres_error(std::string_view state, std::string detail);
PostgresTrouble trouble_of(std::string_view state);
/// No connection, or none any more.
Error postgres_lost(std::string detail);
/// The server is not what the store needs; `text` is Russian and says what to change.
Error postgres_unfit(std::string text, std::string detail);

}  // namespace smev::outbox
