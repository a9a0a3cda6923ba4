#pragma once
// The one way to open the database of an outbox: whatever was committed and is not there any more
// is noticed before anything is read, and what shows it (the log, the mark) stays as it is.

#include <memory>

#include "sdk/outbox/sqlite_database.hpp"
#include "sdk/outbox/sqlite_place.hpp"

namespace smev::outbox {

/// A store to work with: made when it is not there; with the tables of this program.
Result<std::unique_ptr<SqliteDatabase>> open_store(const StorePlace& place, Duration busy_timeout);

/// A database that is there, whatever the version of its tables; nothing in it is changed.
struct OpenedDatabase {
  std::unique_ptr<SqliteDatabase> database;
  std::int64_t version = 0;  ///< of the tables (sqlite_schema.hpp)
};
Result<OpenedDatabase> open_as_it_is(const StorePlace& place, Duration busy_timeout);

}  // namespace smev::outbox
