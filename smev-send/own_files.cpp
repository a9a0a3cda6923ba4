#include "smev-send/own_files.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace smev::cli {
namespace {

namespace fs = std::filesystem;

// Where the octets would go, links followed, whether it is there yet or not.
fs::path target_of(const fs::path& path) {
  std::error_code unknown;
  const fs::path absolute = fs::absolute(path, unknown);
  const fs::path target = fs::weakly_canonical(absolute, unknown);
  return unknown ? absolute : target;
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

// "outbox.db" itself, "outbox.db-wal", "outbox.db.mark" and whatever else SQLite or the store may
// put there.
bool is_beside(const fs::path& path, const fs::path& base) {
  if (path.parent_path() != base.parent_path()) return false;
  const std::string name = path.filename().string();
  const std::string own = base.filename().string();
  return name == own || name.starts_with(own + "-") || name.starts_with(own + ".");
}

bool is_store(const fs::path& target, const SenderOptions& options) {
  if (!options.postgres.connection.empty()) {
    return is_inside(target, target_of(options.postgres.files));
  }
  if (options.outbox_path.empty()) return false;
  const fs::path base = target_of(options.outbox_path);
  return is_beside(target, base) || is_inside(target, base.parent_path() / "files");
}

}  // namespace

Result<void> check_not_own(const std::string& path, const SenderOptions& options,
                           const std::string& config) {
  std::vector<std::string> own = {config, options.key.key, options.key.certificate,
                                  options.key.pin.file};
  for (const auto* list :
       {&options.trust.trusted, &options.trust.intermediates, &options.trust.revocations}) {
    own.insert(own.end(), list->begin(), list->end());
  }
  const fs::path target = target_of(path);
  const bool named = std::any_of(own.begin(), own.end(), [&](const std::string& each) {
    std::error_code unknown;
    return !each.empty() && (target == target_of(each) || fs::equivalent(path, each, unknown));
  });
  if (!named && !is_store(target, options)) return {};
  Error error =
      local_error(ErrorCode::validation, path + " is the program's own", Retry::after_fix);
  error.text =
      "Этот файл нужен самой программе (база исходящих, настройки, ключи): назовите другой";
  return fail(std::move(error));
}

}  // namespace smev::cli
