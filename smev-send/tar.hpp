#pragma once
// A writer of archives in the ustar form (POSIX.1-2001), as any tar reads them.

#include <string>
#include <string_view>

#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"

namespace smev::cli {

class TarArchive {
 public:
  explicit TarArchive(TimePoint written) : written_(written) {}

  /// A regular file that only its owner may read. An error for a name of more than 100 octets or a
  /// file of 8 GiB and more.
  Result<void> add(std::string_view name, std::string_view octets);
  /// The whole archive. Nothing can be added any more.
  std::string finish();

 private:
  TimePoint written_;
  std::string octets_;
};

}  // namespace smev::cli
