#include "mock-smev/file_store.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "sdk/base/text.hpp"

namespace smev::mock {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kUuidLength = 36;

Failure io_failure(const std::string& what, const std::error_code& why) {
  return fail(local_error(ErrorCode::io, what + ": " + why.message()));
}

bool is_uuid(std::string_view text) {
  if (text.size() != kUuidLength) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !digit) return false;
  }
  return true;
}

bool is_file_name(std::string_view name) {
  const bool plain =
      std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  return !name.empty() && name.size() <= kFileNameMax - (sizeof kPartPrefix - 1) && name != "." &&
         name != ".." && name.substr(0, sizeof kPartPrefix - 1) != kPartPrefix && plain &&
         is_valid_utf8(name);
}

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return parts;
}

}  // namespace

Result<FileStore> FileStore::open(const std::string& root, const std::string& kept) {
  for (const std::string& folder : {root, kept}) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return io_failure("cannot make the folder " + folder, error);
  }
  return FileStore(root, kept);
}

std::optional<StorePath> FileStore::resolve(std::string_view working_directory,
                                            std::string_view path) {
  std::vector<std::string> parts;
  if (path.substr(0, 1) != "/") parts = segments(working_directory);
  for (std::string& part : segments(path)) {
    if (part != "..") {
      parts.push_back(std::move(part));
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  StorePath resolved;
  if (parts.empty()) return resolved;
  if (parts.size() > 2 || !is_uuid(parts[0])) return std::nullopt;
  resolved.directory = parts[0];
  if (parts.size() == 1) return resolved;
  if (!is_file_name(parts[1])) return std::nullopt;
  resolved.name = parts[1];
  return resolved;
}

std::string FileStore::disk_path(const StorePath& path) const {
  std::string joined = root_;
  if (!path.directory.empty()) joined += '/' + path.directory;
  if (!path.name.empty()) joined += '/' + path.name;
  return joined;
}

bool FileStore::has_directory(const std::string& directory) const {
  std::error_code ignored;
  return fs::is_directory(disk_path({directory, {}}), ignored);
}

Result<void> FileStore::make_directory(const std::string& directory) {
  std::error_code error;
  fs::create_directory(disk_path({directory, {}}), error);
  if (error) return io_failure("cannot make the directory " + directory, error);
  return {};
}

Result<StoredFile> FileStore::only_file(const std::string& directory) const {
  const auto path = resolve("/", directory);
  if (!path || path->is_root() || !path->is_directory() || !has_directory(directory)) {
    return fail(local_error(ErrorCode::not_found, "no directory of that name in the file store"));
  }
  std::vector<StoredFile> found;
  std::error_code error;
  for (fs::directory_iterator entry(disk_path(*path), error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    const std::string name = entry->path().filename().string();
    if (!entry->is_regular_file(ignored) || name.rfind(kPartPrefix, 0) == 0) continue;
    found.push_back({entry->path().string(), name, entry->file_size(ignored)});
  }
  if (error) return io_failure("cannot read the directory " + directory, error);
  if (found.empty()) {
    return fail(local_error(ErrorCode::not_found, "the directory holds no file"));
  }
  if (found.size() > 1) {
    return fail(local_error(ErrorCode::io, "the directory holds several files"));
  }
  return found.front();
}

Result<StoredFile> FileStore::keep(const StoredFile& file, const std::string& kept_name) const {
  StoredFile kept{kept_ + '/' + kept_name, file.name, file.size};
  std::error_code error;
  fs::remove(kept.path, error);
  // An upload replaces a file by renaming, so that a second link keeps the present content.
  fs::create_hard_link(file.path, kept.path, error);
  if (error) {
    error.clear();
    fs::copy_file(file.path, kept.path, error);
  }
  if (error) return io_failure("cannot keep a result file", error);
  return kept;
}

}  // namespace smev::mock
