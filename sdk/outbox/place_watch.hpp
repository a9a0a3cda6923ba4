#pragma once
// That a path still leads to the file that was opened by it. A file that somebody has taken away or
// put another one in the place of goes on being written, and nobody will ever read it again.

#include <sys/types.h>

#include <string>

#include "smev/base/result.hpp"

namespace smev::outbox {

class PlaceWatch {
 public:
  /// Watches nothing.
  PlaceWatch() = default;
  /// What the path leads to now.
  static Result<PlaceWatch> over(std::string path);
  /// What the descriptor was opened on, at the path by which it was.
  static Result<PlaceWatch> over(int descriptor, std::string path);

  /// `store` when the path leads elsewhere. Costs one look at the directory.
  [[nodiscard]] Result<void> check() const;

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace smev::outbox
