#pragma once
// A disk whose every sync takes longer: what group commit is for.

#include <sqlite3.h>

#include "smev/base/clock.hpp"

namespace smev::bench {

/// While it lives, SQLite files that are opened wait this much in each sync.
class SlowSync {
 public:
  explicit SlowSync(Duration added);
  ~SlowSync();
  SlowSync(const SlowSync&) = delete;
  SlowSync& operator=(const SlowSync&) = delete;

 private:
  sqlite3_vfs* before_;
  sqlite3_vfs vfs_;
};

}  // namespace smev::bench
