#include <fmt/format.h>

#include <ostream>

#include "smev-send/json_values.hpp"
#include "smev-send/queue.hpp"
#include "smev-send/update_source.hpp"

namespace smev::cli {
namespace {

Result<elk::Update> read_one(const Session& session, const SubmitCommand& command) {
  SMEV_ASSIGN(const std::unique_ptr<UpdateSource> source,
              open_updates(command, session.environment, session.sender.options().profile));
  if (!source->single()) {
    Error error = local_error(ErrorCode::validation, "a list", Retry::after_fix);
    error.text = "На место одного обновления встаёт одно: нужен JSON с одним обновлением";
    return fail(std::move(error));
  }
  SMEV_ASSIGN(std::optional<InputRecord> record, source->next());
  return std::move(record->read.update);
}

}  // namespace

Result<ExitCode> replace(const Session& session, const QueueReplaceCommand& command) {
  SMEV_ASSIGN(const std::string who, decided_by(session.environment, command));
  SMEV_ASSIGN(const elk::Update update, read_one(session, command.update));
  SubmitOptions options;
  options.idempotency_key = command.update.idempotency_key;
  const Result<Replaced> outcome =
      session.sender.replace(command.id, update, options, who, command.reason);
  if (!outcome) return fail(refusal(session, command.id, outcome.error()));
  const Replaced& replaced = *outcome;
  std::ostream& out = session.environment.out;
  std::ostream& err = session.environment.err;
  if (session.json) {
    SMEV_ASSIGN(const std::optional<UpdateRow> row,
                session.sender.outbox().find_update(replaced.update));
    Json warnings = Json::array();
    for (const FieldFault& warning : replaced.warnings) warnings.push_back(json_of(warning));
    out << written({{"update", row ? json_of(*row) : Json(nullptr)},
                    {"repeat", replaced.repeat},
                    {"warnings", std::move(warnings)}})
        << '\n';
    return ExitCode::done;
  }
  out << replaced.update << '\n';
  for (const FieldFault& warning : replaced.warnings) {
    err << fmt::format("Предупреждение: {}: {}\n", warning.field, warning.text);
  }
  if (!session.quiet) {
    err << fmt::format("Обновление {} встало на место {}, прежнее отклонено.\n", replaced.update,
                       command.id);
  }
  return ExitCode::done;
}

}  // namespace smev::cli
