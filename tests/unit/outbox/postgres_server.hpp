#pragma once
// A PostgreSQL server of the tests' own: in a temporary folder, on a Unix socket, started at the
// first wish, stopped at the end of the program (the kernel ends it should the program be killed).
// SMEV_TEST_POSTGRES names a running one instead (scripts/test starts one for all programs).

#include <string>

#include "smev/base/result.hpp"

namespace smev::outbox_test {

/// Why there is none; empty when there can be one.
std::string postgres_missing();

/// The conninfo of the server's database, where the user may do everything.
Result<std::string> postgres_connection();

/// A schema name that belongs to `place` alone, the same each time.
std::string schema_for(const std::string& place);

/// Runs statements, several at once.
Result<void> run_in_postgres(const std::string& sql);

/// Deletes every row of the store's tables in a schema, which need not be there.
Result<void> empty_schema(const std::string& schema);

}  // namespace smev::outbox_test
