#pragma once
// Result files, kept beside the database and named by their content: files/ab/abcdef…
//
// A name appears only after the octets under it are on the disk, and is on the disk itself before
// `keep` returns. Thread-safe; several processes may keep the same content at once.

#include <chrono>
#include <cstdint>
#include <string>

#include "smev/outbox/outbox.hpp"

namespace smev::outbox {

/// What `KeptFiles::keep` would call the file, or why it would not take it; nothing is kept.
Result<StoredFile> hash_file(const std::string& path, std::uint64_t file_bytes_max);

/// A file that was kept later than this may be on its way into a submit, and stays.
inline constexpr auto kFileStays = std::chrono::hours(24);

class KeptFiles {
 public:
  /// `root` is made when it is not there; its parent has to be.
  static Result<KeptFiles> open(std::string root, std::uint64_t file_bytes_max);

  Result<StoredFile> keep(const std::string& path) const;
  /// That a kept file is there with its size; its octets are not read.
  Result<void> check_there(const StoredFile& file) const;
  /// The path of a kept file, its octets read and hashed. `not_found`, or `io` when it has another
  /// content; `store` when no file can be read now.
  Result<std::string> verified_path(const std::string& sha256) const;
  /// Removes a kept file that nobody needs any more; false when it was not there, or was kept again
  /// within the last day: then somebody may be about to submit it.
  Result<bool> remove_unused(const std::string& sha256) const;
  /// Half-written files of processes that died, when they are a day old.
  void remove_abandoned() const;

 private:
  KeptFiles(std::string root, std::uint64_t file_bytes_max)
      : root_(std::move(root)), file_bytes_max_(file_bytes_max) {}
  [[nodiscard]] std::string folder_of(const std::string& sha256) const;
  [[nodiscard]] std::string path_of(const std::string& sha256) const;
  [[nodiscard]] Error not_read(Error error) const;
  Result<void> put_in_place(const std::string& temporary, const std::string& sha256) const;

  std::string root_;
  std::uint64_t file_bytes_max_;
};

}  // namespace smev::outbox
