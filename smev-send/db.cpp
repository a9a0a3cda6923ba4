// The database of the outbox itself: is it whole, a copy of it, newer tables.

#include <fmt/format.h>

#include <ostream>

#include "smev-send/commands.hpp"
#include "smev-send/json_values.hpp"

namespace smev::cli {
namespace {

Failure not_sqlite() {
  Error error = local_error(ErrorCode::config, "outbox.postgres is set", Retry::after_fix);
  error.text = "Базу PostgreSQL копируют её средствами, например pg_dump: docs/postgres.md.";
  return fail(std::move(error));
}

Result<ExitCode> back_up(const Invocation& invocation, const SenderOptions& options,
                         const DbBackupCommand& command, const Environment& environment) {
  if (!options.postgres.connection.empty()) return not_sqlite();
  SMEV_ASSIGN(const SqliteBackup made, back_up_sqlite({.path = options.outbox_path}, command.file));
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

Result<Migrated> migrated(const SenderOptions& options, bool dry_run) {
  if (!options.postgres.connection.empty()) return migrate_postgres(options.postgres, dry_run);
  return migrate_sqlite({.path = options.outbox_path}, dry_run);
}

Result<ExitCode> migrate(const Invocation& invocation, const SenderOptions& options,
                         const DbMigrateCommand& command, const Environment& environment) {
  SMEV_ASSIGN(const Migrated done, migrated(options, command.dry_run));
  if (invocation.json) {
    environment.out << written({{"from", done.from},
                                {"to", done.to},
                                {"dry_run", command.dry_run},
                                {"sql", done.sql}})
                    << '\n';
  } else if (done.sql.empty()) {
    environment.out << fmt::format("Таблицы уже версии {}.\n", done.to);
  } else if (command.dry_run) {
    environment.out << done.sql;
  } else {
    environment.out << fmt::format("Таблицы обновлены: версия {} → {}.\n", done.from, done.to);
  }
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> maintain_database(const Invocation& invocation, const DbCommand& command,
                                   const Environment& environment) {
  SMEV_ASSIGN(const SenderOptions options, environment.load_options(invocation.config));
  if (const auto* backup = std::get_if<DbBackupCommand>(&command)) {
    return back_up(invocation, options, *backup, environment);
  }
  if (const auto* migration = std::get_if<DbMigrateCommand>(&command)) {
    return migrate(invocation, options, *migration, environment);
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
      environment.err
          << "Что делать: docs/operations.md, «База повреждена». Если повреждены только "
             "файлы результатов, верните из копии их одни.\n";
    }
  }
  return check.sound() ? ExitCode::done : ExitCode::storage;
}

}  // namespace smev::cli
