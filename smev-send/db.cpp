// The database of the outbox itself: is it whole, a copy of it, newer tables.

#include <fmt/format.h>

#include <ostream>

#include "smev-send/commands.hpp"
#include "smev-send/json_values.hpp"

namespace smev::cli {
namespace {

Result<SqliteOptions> place_of(const Invocation& invocation, const Environment& environment) {
  SMEV_ASSIGN(const SenderOptions options, environment.load_options(invocation.config));
  return SqliteOptions{.path = options.outbox_path};
}

Result<ExitCode> back_up(const Invocation& invocation, const DbBackupCommand& command,
                         const Environment& environment) {
  SMEV_ASSIGN(const SqliteOptions place, place_of(invocation, environment));
  SMEV_ASSIGN(const SqliteBackup made, back_up_sqlite(place, command.file));
  if (invocation.json) {
    environment.out << written({{"file", made.path}, {"bytes", made.bytes}, {"files", made.files}})
                    << '\n';
    return ExitCode::done;
  }
  environment.out << fmt::format("{} ({} байт)\n", made.path, made.bytes);
  if (!invocation.quiet) {
    environment.err << fmt::format("Файлов результатов в копии нет: теперь скопируйте каталог {}\n",
                                   made.files);
  }
  return ExitCode::done;
}

Result<ExitCode> migrate(const Invocation& invocation, const DbMigrateCommand& command,
                         const Environment& environment) {
  SMEV_ASSIGN(const SqliteOptions place, place_of(invocation, environment));
  SMEV_ASSIGN(const SqliteMigrated migrated, migrate_sqlite(place, command.dry_run));
  if (invocation.json) {
    environment.out << written({{"from", migrated.from},
                                {"to", migrated.to},
                                {"dry_run", command.dry_run},
                                {"sql", migrated.sql}})
                    << '\n';
  } else if (migrated.sql.empty()) {
    environment.out << fmt::format("Таблицы уже версии {}.\n", migrated.to);
  } else if (command.dry_run) {
    environment.out << migrated.sql;
  } else {
    environment.out << fmt::format("Таблицы обновлены: версия {} → {}.\n", migrated.from,
                                   migrated.to);
  }
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> maintain_database(const Invocation& invocation, const DbCommand& command,
                                   const Environment& environment) {
  if (const auto* backup = std::get_if<DbBackupCommand>(&command)) {
    return back_up(invocation, *backup, environment);
  }
  if (const auto* migration = std::get_if<DbMigrateCommand>(&command)) {
    return migrate(invocation, *migration, environment);
  }
  return fail(local_error(ErrorCode::internal, "a check needs the outbox"));
}

Result<ExitCode> check_database(const Session& session, const DbCheckCommand& command) {
  SMEV_ASSIGN(const StoreCheck check, session.sender.outbox().check_store(command.files));
  const Environment& environment = session.environment;
  if (session.json) {
    environment.out << written({{"sound", check.sound()},
                                {"messages", check.messages},
                                {"answers", check.answers},
                                {"files", check.files},
                                {"faults", check.faults}})
                    << '\n';
  } else {
    environment.out << fmt::format("Проверено сообщений {}, ответов {}, файлов {}: {}\n",
                                   check.messages, check.answers, check.files,
                                   check.sound() ? "всё цело" : "ЕСТЬ ПОВРЕЖДЕНИЯ");
    for (const std::string& fault : check.faults) environment.err << fault << '\n';
    if (!check.sound()) {
      environment.err << "Остановите отправку и восстановите базу и каталог files из копии.\n";
    }
  }
  return check.sound() ? ExitCode::done : ExitCode::storage;
}

}  // namespace smev::cli
