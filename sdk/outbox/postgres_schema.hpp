#pragma once
// The tables of the PostgreSQL store (docs/postgres.md), and the steps that lead to them.

#include <string>
#include <vector>

#include "sdk/outbox/postgres_database.hpp"

namespace smev::outbox {

/// One step; it never changes once it was released.
struct PostgresMigration {
  int version = 0;      ///< of the schema after the step
  std::string purpose;  ///< kept in the table schema_version
  std::string sql;      ///< {schema} stands for the name of the schema
};

const std::vector<PostgresMigration>& postgres_migrations();

/// 0: nothing is there.
Result<int> schema_version(PostgresDatabase& database, const std::string& schema);

/// The script that leads from `version` to the last of `steps`; empty when there is nothing to do.
std::string migration_script(const std::vector<PostgresMigration>& steps, const std::string& schema,
                             int version);

/// Brings the schema up to the last of `steps`, one process at a time, all or nothing; gives the
/// version that was there. A newer schema is refused.
Result<int> migrate(PostgresDatabase& database, const std::string& schema,
                    const std::vector<PostgresMigration>& steps);

/// Refuses a schema that is not of this program's version.
Result<void> check_schema(PostgresDatabase& database, const std::string& schema);

}  // namespace smev::outbox
