#pragma once
// The tables of the SQLite store (docs/outbox.md names them), and the mark that tells whose file it
// is.

#include <cstdint>

#include "sdk/outbox/sqlite_database.hpp"

namespace smev::outbox {

/// PRAGMA application_id: "SMEV" in ASCII.
inline constexpr std::int64_t kApplicationId = 0x534D4556;
/// PRAGMA user_version. From 3 on pages carry checks (checked_vfs.hpp).
inline constexpr std::int64_t kSchemaVersion = 5;

/// Of the tables in the file; 0: there is nothing in it yet. Refuses a database of something else.
Result<std::int64_t> schema_version(Database& database);

/// That they are still of this program's version: somebody may have migrated them since. Cheap, for
/// every transaction.
Result<void> check_version(Database& database);

/// Makes the connection durable and, in an empty database, the tables. Refuses a database of
/// something else, or of another version of this store, and leaves it as it was.
Result<void> ensure_schema(SqliteDatabase& database);

}  // namespace smev::outbox
