#include "smev-send/queue.hpp"

#include <fmt/format.h>

#include <array>
#include <ostream>
#include <utility>
#include <vector>

#include "smev-send/json_values.hpp"
#include "smev-send/report_text.hpp"
#include "smev-send/table.hpp"

namespace smev::cli {
namespace {

struct Run {
  const Session& session;

  Result<ExitCode> operator()(const QueueStatsCommand&) const { return stats(session); }
  Result<ExitCode> operator()(const QueueBlockedCommand& command) const {
    return blocked(session, command);
  }
  Result<ExitCode> operator()(const QueueDecideCommand& command) const {
    return decide(session, command);
  }
  Result<ExitCode> operator()(const QueueReplaceCommand& command) const {
    return replace(session, command);
  }
  Result<ExitCode> operator()(const QueueHurryCommand& command) const {
    return hurry(session, command);
  }
  Result<ExitCode> operator()(const QueuePauseCommand& command) const {
    return pause(session, command);
  }
  Result<ExitCode> operator()(const QueueResumeCommand& command) const {
    return resume(session, command);
  }
  Result<ExitCode> operator()(const QueueLogCommand& command) const {
    return log(session, command);
  }
  Result<ExitCode> operator()(const QueuePruneCommand& command) const {
    return prune(session, command);
  }
  Result<ExitCode> operator()(const QueueExportCommand& command) const {
    return export_bundle(session, command);
  }
};

/// The decisions by their commands, as the help lists them.
constexpr std::array<std::pair<UpdateEvent, std::string_view>, 5> kDecisions = {
    {{UpdateEvent::requeued, "requeue"},
     {UpdateEvent::skipped, "skip"},
     {UpdateEvent::rejected, "reject"},
     {UpdateEvent::cancelled, "cancel"},
     {UpdateEvent::expired, "expire"}}};

std::string state_text(UpdateState state) {
  std::string text = fmt::format("Обновление в состоянии «{}»: ", label(state));
  if (is_final(state)) return text + "это исход, решать больше нечего";
  std::vector<std::string> possible;
  for (const auto& [event, command] : kDecisions) {
    if (next(state, event)) possible.push_back(fmt::format("queue {}", command));
  }
  if (possible.empty()) return text + "дождитесь исхода отправки, до него решать нельзя";
  return text + fmt::format("сейчас возможны {}", fmt::join(possible, ", "));
}

Result<ExitCode> tell_pause(const Session& session, const char* running = "Отправка идёт.\n") {
  SMEV_ASSIGN(const std::optional<Pause> now, session.sender.outbox().paused());
  std::ostream& out = session.environment.out;
  if (session.json) {
    out << written({{"pause", json_of(now)}}) << '\n';
  } else {
    out << (now ? "Отправка приостановлена. Ответы принимаются, подавать и решать можно.\n"
                : running);
  }
  return ExitCode::done;
}

}  // namespace

Result<std::string> decided_by(const Environment& environment, const DecisionMaker& maker) {
  if (!maker.who.empty()) return maker.who;
  if (!environment.login.empty()) return environment.login;
  return fail(validation_error({{"who", "missing", "Укажите, кто решил: --who ИМЯ.", ""}}));
}

Error refusal(const Session& session, UpdateId id, Error error) {
  const auto row = session.sender.outbox().find_update(id);
  if (!row) return error;
  if (!*row) return no_update(id);
  const UpdateState state = (*row)->state;
  if (error.code != ErrorCode::illegal_transition || state == UpdateState::held) return error;
  error.text = state_text(state);
  error.detail.clear();  // the same in English
  return error;
}

Result<ExitCode> manage_queue(const Session& session, const QueueCommand& command) {
  return std::visit(Run{session}, command);
}

Result<ExitCode> pause(const Session& session, const QueuePauseCommand& command) {
  SMEV_ASSIGN(const std::string who, decided_by(session.environment, command));
  SMEV_TRY(session.sender.outbox().pause(who, command.reason));
  return tell_pause(session);
}

Result<ExitCode> resume(const Session& session, const QueueResumeCommand& command) {
  SMEV_ASSIGN(const std::string who, decided_by(session.environment, command));
  SMEV_ASSIGN(const std::optional<Pause> pause, session.sender.outbox().paused());
  // The record stays for ever: it holds what was done, not what was typed.
  if (!pause) return tell_pause(session, "Отправка и так идёт: её никто не приостанавливал.\n");
  SMEV_TRY(session.sender.outbox().resume(who, command.reason));
  return tell_pause(session);
}

}  // namespace smev::cli
