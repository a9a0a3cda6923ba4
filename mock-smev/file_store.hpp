#pragma once
// The file store of SMEV on disk: one level of directories named by UUIDs, files in them. Whatever
// a client writes as a path, it cannot leave the root. Thread-safe as far as the file system is.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smev/base/result.hpp"

namespace smev::mock {

/// Octets of a file's name; what file systems commonly take.
inline constexpr std::size_t kFileNameMax = 255;
/// Letters before the name of a file that is still being received. A client cannot use such a name.
inline constexpr char kPartPrefix[] = ".part-";

struct StoredFile {
  std::string path;
  std::string name;
  std::uintmax_t size = 0;
};

/// A path inside the store: "/", "/UUID" or "/UUID/NAME".
struct StorePath {
  std::string directory;
  std::string name;

  [[nodiscard]] bool is_root() const { return directory.empty(); }
  [[nodiscard]] bool is_directory() const { return name.empty(); }
};

class FileStore {
 public:
  /// @param root folder of uploaded files
  /// @param kept folder of files that a message has claimed, safe from later uploads
  static Result<FileStore> open(const std::string& root, const std::string& kept);

  /// Reads a client's path against its working directory (itself a store path, "/" or "/UUID");
  /// nothing when it is none of the three forms.
  static std::optional<StorePath> resolve(std::string_view working_directory,
                                          std::string_view path);

  [[nodiscard]] std::string disk_path(const StorePath& path) const;
  [[nodiscard]] bool has_directory(const std::string& directory) const;
  /// Already there counts as success.
  Result<void> make_directory(const std::string& directory);
  /// The one file of a directory. Fails with not_found when there is none and with io when there
  /// are several: nothing says which of them a message means.
  [[nodiscard]] Result<StoredFile> only_file(const std::string& directory) const;
  /// A second name for the file's present content, under which it stays as it is now.
  Result<StoredFile> keep(const StoredFile& file, const std::string& kept_name) const;

 private:
  FileStore(std::string root, std::string kept) : root_(std::move(root)), kept_(std::move(kept)) {}
  std::string root_;
  std::string kept_;
};

}  // namespace smev::mock
