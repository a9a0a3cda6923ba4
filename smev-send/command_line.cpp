#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <ostream>
#include <system_error>
#include <utility>

#include "sdk/base/file_error.hpp"
#include "smev-send/commands.hpp"
#include "smev-send/offline_transport.hpp"
#include "smev-send/report_json.hpp"

namespace smev::cli {
namespace {

bool dispatches(const Invocation& invocation) {
  return std::holds_alternative<RunCommand>(invocation.command) ||
         std::holds_alternative<DrainCommand>(invocation.command);
}

// What makes no sense over an outbox that is not there.
bool needs_outbox(const Invocation& invocation) {
  return std::holds_alternative<ListCommand>(invocation.command) ||
         std::holds_alternative<ShowCommand>(invocation.command) ||
         std::holds_alternative<QueueCommand>(invocation.command) ||
         std::holds_alternative<DbCommand>(invocation.command);
}

bool outbox_exists(const SenderOptions& options) {
  // A folder that must not be looked into may hold one: opening it says what is wrong.
  std::error_code unknown;
  return options.outbox || !options.postgres.connection.empty() ||
         std::filesystem::exists(options.outbox_path, unknown) || unknown;
}

// As a restore leaves it for which the disk had no room: opened, it would become a new base.
bool is_empty_file(const SenderOptions& options) {
  std::error_code unknown;
  return !options.outbox && options.postgres.connection.empty() &&
         std::filesystem::is_regular_file(options.outbox_path, unknown) &&
         std::filesystem::file_size(options.outbox_path, unknown) == 0;
}

// A mistyped path must not look like an empty queue.
Result<void> check_outbox_exists(const SenderOptions& options) {
  const bool empty = is_empty_file(options);
  if (outbox_exists(options) && !empty) return {};
  Error error =
      local_error(ErrorCode::store, "no outbox at " + options.outbox_path, Retry::after_fix);
  error.text =
      empty ? "Файл базы исходящих пуст. Восстановите базу из резервной копии. Если её ещё не "
              "было, удалите файл: базу создаст первый submit или run."
            : "Базы исходящих нет. Проверьте outbox.path в настройках: базу создаёт первый submit "
              "или run.";
  return fail(std::move(error));
}

/// SQLite does not say which file it cannot open, nor the system that it was the outbox.
Error with_path(Error error, const std::string& path) {
  if (path.empty()) return error;
  const bool unnamed = error.detail.find(path) == std::string::npos;
  if (error.code == ErrorCode::store && unnamed) error.detail = path + ": " + error.detail;
  if (error.code == ErrorCode::io && !unnamed && error.text.starts_with(text(error.code))) {
    error.text = "Нет доступа к базе исходящих. Проверьте outbox.path и права на каталог.";
  }
  return error;
}

Result<Sender> open(const Invocation& invocation, const Environment& environment) {
  SMEV_ASSIGN(SenderOptions options, environment.load_options(invocation.config));
  const bool at_work = dispatches(invocation);
  const auto* submits = std::get_if<SubmitCommand>(&invocation.command);
  if (!options.logger) {
    // What a submit warns of it tells itself.
    const LogLevel least = submits != nullptr ? LogLevel::error : LogLevel::warning;
    options.logger = stderr_logger(at_work && !invocation.quiet ? LogLevel::info : least);
  }
  if (submits != nullptr && submits->check && !outbox_exists(options)) {
    options.outbox_path = ":memory:";  // a check leaves nothing behind
  }
  if (needs_outbox(invocation)) SMEV_TRY(check_outbox_exists(options));
  if (needs_outbox(invocation) || (submits != nullptr && submits->check)) {
    options.postgres.create = false;
  }
  if (!at_work) options.transport = offline_transport();
  const std::string path = options.postgres.connection.empty() ? options.outbox_path : "";
  Result<Sender> sender = Sender::open(std::move(options));
  if (!sender) return fail(with_path(sender.error(), path));
  return sender;
}

Result<ExitCode> consult(const Invocation& invocation, const DictionaryCommand& command,
                         const Environment& environment) {
  SMEV_ASSIGN(const SenderOptions options, environment.load_options(invocation.config));
  return consult({options.profile.dictionaries, environment, invocation.json, invocation.quiet},
                 command);
}

Result<ExitCode> work(const Invocation& invocation, const Environment& environment) {
  if (const auto* command = std::get_if<DictionaryCommand>(&invocation.command)) {
    return consult(invocation, *command, environment);
  }
  if (const auto* command = std::get_if<ProfileCommand>(&invocation.command)) {
    return prepare(invocation, *command, environment);
  }
  if (const auto* command = std::get_if<SignatureCommand>(&invocation.command)) {
    return look_after_signatures(invocation, *command, environment);
  }
  if (std::holds_alternative<KeyCheckCommand>(invocation.command)) {
    return check_key(invocation, environment);
  }
  if (const auto* command = std::get_if<TrustCommand>(&invocation.command)) {
    return administer(invocation, *command, environment);
  }
  const auto* database = std::get_if<DbCommand>(&invocation.command);
  const auto* check = database != nullptr ? std::get_if<DbCheckCommand>(database) : nullptr;
  if (database != nullptr && check == nullptr) {
    return maintain_database(invocation, *database, environment);
  }
  // Before open: the threads that it starts must not take the signals.
  std::optional<StopSignals> signals;
  if (dispatches(invocation)) signals.emplace();
  SMEV_ASSIGN(Sender sender, open(invocation, environment));
  const Session session{sender, environment, invocation.json, invocation.quiet, invocation.config};
  if (check != nullptr) return check_database(session, *check);
  return std::visit(
      [&](const auto& command) -> Result<ExitCode> {
        using Command = std::decay_t<decltype(command)>;
        if constexpr (std::is_same_v<Command, SubmitCommand>) return submit(session, command);
        if constexpr (std::is_same_v<Command, RunCommand>) return run(session, *signals);
        if constexpr (std::is_same_v<Command, DrainCommand>)
          return drain(session, command, *signals);
        if constexpr (std::is_same_v<Command, ListCommand>) return list(session, command);
        if constexpr (std::is_same_v<Command, ShowCommand>) return show(session, command);
        if constexpr (std::is_same_v<Command, QueueCommand>) return manage_queue(session, command);
        return ExitCode::internal;  // the others have been answered above
      },
      invocation.command);
}

ExitCode tell(const Error& error, bool json, const Environment& environment) {
  if (json) {
    environment.out << error_json(error) << '\n';
  } else {
    environment.err << error.describe() << '\n';
  }
  return exit_code(error.code);
}

/// What the SDK cannot say: how a configuration is named here, and what else holds the outbox.
Error with_next_step(Error error, const std::string& config) {
  if (error.code == ErrorCode::config && ::access(config.c_str(), R_OK) != 0) {
    error.text += fmt::format(": {}. Назовите его ключом --config или в переменной {}",
                              file_cause(errno), kConfigVariable);
  }
  if (error.code == ErrorCode::store_busy) {
    error.text +=
        ". Дождитесь, пока он закончит, или остановите его (служба: systemctl stop smev-send). "
        "Подавать, смотреть и решать можно и рядом с ним: всё отправит он";
  }
  return error;
}

}  // namespace

ExitCode run_command_line(std::vector<std::string> arguments, const Environment& environment) {
  const auto parsed = parse_arguments(std::move(arguments), environment);
  ExitCode code = ExitCode::done;
  if (const ExitCode* answered = std::get_if<ExitCode>(&parsed)) {
    code = *answered;
  } else {
    const Invocation& invocation = std::get<Invocation>(parsed);
    const Result<ExitCode> done = work(invocation, environment);
    code =
        done ? *done
             : tell(with_next_step(done.error(), invocation.config), invocation.json, environment);
  }
  // A full disk or a closed pipe: what was to be said is lost, and nobody may think it was said.
  if (environment.out.flush()) return code;
  environment.err << (code == ExitCode::done ? "Вывод записать не удалось. Сама команда выполнена\n"
                                             : "Вывод записать не удалось\n");
  return ExitCode::storage;
}

}  // namespace smev::cli
