#pragma once
// The VFS through which the store opens its database: seals each page that goes into the database
// file (page_check.hpp) and looks at the seal of each page that comes out of it; of the write-ahead
// log it looks at SQLite's own checks, which SQLite itself only does when it recovers. What is not
// as it was written comes back as SQLITE_IOERR_DATA and is never seen by anybody. Before a log is
// removed, its mark is taken back (commit_mark.hpp).
//
// Everything else is done by the VFS that is SQLite's default when a file is opened. A file whose
// header does not leave room for the check (another program's) is read and written as it is.

#include <cstdint>
#include <optional>

struct sqlite3;
struct sqlite3_file;

namespace smev::outbox {

/// Its name for sqlite3_open_v2; registered with SQLite at the first call, for the whole process,
/// because SQLite knows no other way.
const char* checked_vfs();

/// From now on what this connection commits goes into the log in one piece. It must sync each
/// commit and never spill its cache: else SQLite relies on frames that it has not ended.
void gather_commits(sqlite3* connection);

/// The salt of the last commit that was written through this handle of a log.
std::optional<std::uint64_t> committed_salt(sqlite3_file* log);

}  // namespace smev::outbox
