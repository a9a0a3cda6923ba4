#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "smev-send/commands.hpp"

namespace smev::cli {
namespace {

std::string told(const PostgresMigrated& migrated, bool dry_run) {
  if (migrated.sql.empty()) return fmt::format("Таблицы уже версии {}.\n", migrated.to);
  if (dry_run) return migrated.sql;
  return fmt::format("Таблицы обновлены: версия {} → {}.\n", migrated.from, migrated.to);
}

}  // namespace

Result<ExitCode> migrate(const Invocation& invocation, const DbMigrateCommand& command,
                         const Environment& environment) {
  SMEV_ASSIGN(const SenderOptions options, environment.load_options(invocation.config));
  if (options.postgres.connection.empty()) {
    Error error = local_error(ErrorCode::config, "outbox.postgres is not set", Retry::after_fix);
    error.text = "Таблицы файла SQLite создаются сами; db migrate нужен с outbox.postgres.";
    return fail(std::move(error));
  }
  SMEV_ASSIGN(const PostgresMigrated migrated, migrate_postgres(options.postgres, command.dry_run));
  if (invocation.json) {
    environment.out << nlohmann::json{{"from", migrated.from},
                                      {"to", migrated.to},
                                      {"dry_run", command.dry_run},
                                      {"sql", migrated.sql}}
                           .dump()
                    << '\n';
  } else {
    environment.out << told(migrated, command.dry_run);
  }
  return ExitCode::done;
}

}  // namespace smev::cli
