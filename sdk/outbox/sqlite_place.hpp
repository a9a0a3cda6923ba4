#pragma once
// Where an outbox over SQLite keeps what.

#include <memory>
#include <string>

#include "smev/base/result.hpp"

namespace smev::outbox {

inline constexpr const char* kLockSuffix = ".lock";
inline constexpr const char* kMarkSuffix = ".mark";
inline constexpr const char* kLogSuffix = "-wal";

/// A store in memory has a directory that goes with it.
struct StorePlace {
  std::string database;
  std::string lock;  ///< empty: nobody else can see this store
  std::string mark;  ///< how far it was committed
  std::string files;
  std::shared_ptr<void> temporary;  ///< removes the directory of a store in memory
};

/// The absolute path without links: what lies beside a database has one name, whichever way leads
/// to it. Of a file that is not there: of what is there of its path.
Result<std::string> resolve_links(const std::string& path);

Result<StorePlace> place_in_memory();
/// Refuses a network file system.
Result<StorePlace> place_on_disk(const std::string& path);
/// Of a database that is there: an error when it is not.
Result<StorePlace> place_that_is_there(const std::string& path);

}  // namespace smev::outbox
