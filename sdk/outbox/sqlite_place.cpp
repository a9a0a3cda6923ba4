#include "sdk/outbox/sqlite_place.hpp"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/file_system.hpp"

namespace smev::outbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kInMemory = ":memory:";
constexpr const char* kFilesFolder = "files";

}  // namespace

Result<std::string> resolve_links(const std::string& path) {
  std::error_code fault;
  const fs::path absolute = fs::absolute(path, fault);
  if (fault) return fail(system_error(fault.value(), "resolve", path));
  const fs::path resolved = fs::weakly_canonical(absolute, fault);
  if (fault) return fail(system_error(fault.value(), "resolve", path));
  return resolved.string();
}

Result<StorePlace> place_in_memory() {
  std::error_code fault;
  const fs::path parent = fs::temp_directory_path(fault);
  if (fault) return fail(system_error(fault.value(), "find", "the directory for temporary files"));
  std::string folder = (parent / "smev-outbox-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return fail(system_error(errno, "mkdtemp", folder));
  StorePlace place;
  place.database = kInMemory;
  place.files = folder + "/" + kFilesFolder;
  place.temporary = std::shared_ptr<void>(nullptr, [folder](void*) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  });
  return place;
}

Result<StorePlace> place_on_disk(const std::string& path) {
  if (path.empty()) {
    return fail(
        local_error(ErrorCode::config, "the path of the outbox is empty", Retry::after_fix));
  }
  SMEV_ASSIGN(const std::string database, resolve_links(path));
  const fs::path folder = fs::path(database).parent_path();
  StorePlace place;
  place.database = database;
  place.lock = place.database + kLockSuffix;
  place.mark = place.database + kMarkSuffix;
  place.files = (folder / kFilesFolder).string();
  SMEV_TRY(check_local_directory(folder.string()));
  return place;
}

Result<StorePlace> place_that_is_there(const std::string& path) {
  std::error_code fault;
  if (path == kInMemory || !fs::is_regular_file(path, fault)) {
    const bool hidden = fault && fault != std::errc::no_such_file_or_directory &&
                        fault != std::errc::not_a_directory;
    if (hidden) return fail(system_error(fault.value(), "look at", path));
    Error error = local_error(ErrorCode::store, "no database at " + path, Retry::after_fix);
    error.text = "Базы исходящих нет: " + path + ". Проверьте outbox.path в настройках.";
    return fail(std::move(error));
  }
  return place_on_disk(path);
}

}  // namespace smev::outbox
