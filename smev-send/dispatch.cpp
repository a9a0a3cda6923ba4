#include <unistd.h>

#include <ostream>

#include "smev-send/commands.hpp"
#include "smev-send/report_json.hpp"
#include "smev-send/report_text.hpp"

namespace smev::cli {
namespace {

/// Leaves at once: what is under way is on record, and goes on at the next start.
void leave() { ::_exit(static_cast<int>(ExitCode::try_later)); }

/// With --json each event is a line of its own, written out at once.
void tell_events(const Session& session) {
  if (!session.json) return;
  std::ostream& out = session.environment.out;
  session.sender.on_event([&out](const Event& event) { out << event_json(event) << std::endl; });
}

/// A connection to PostgreSQL may hold a password: it is not shown.
std::string outbox_text(const SenderOptions& options) {
  return options.postgres.connection.empty() ? options.outbox_path : "PostgreSQL";
}

void tell_start(const SenderOptions& options) {
  if (!options.logger) return;
  options.logger->write(LogLevel::info, "run.started", "Отправка запускается",
                        {{"version", SMEV_VERSION},
                         {"contour", std::string(name(options.contour))},
                         {"endpoint", options.soap.url},
                         {"outbox", outbox_text(options)}});
}

void tell_end(const SenderOptions& options, const Result<void>& ran) {
  if (!options.logger) return;
  if (ran) return options.logger->write(LogLevel::info, "run.stopped", "Отправка остановлена", {});
  options.logger->error(
      "run.failed", ran.error().text,
      {{"error", std::string(name(ran.error().code))}, {"detail", ran.error().detail}});
}

}  // namespace

Result<ExitCode> run(const Session& session, const StopSignals& signals) {
  const StopWatch watch(
      signals, [&session] { session.sender.stop(); }, leave);
  tell_events(session);
  tell_start(session.sender.options());
  const Result<void> ran = session.sender.run();
  tell_end(session.sender.options(), ran);
  SMEV_TRY(ran);
  return ExitCode::done;
}

Result<ExitCode> drain(const Session& session, const DrainCommand& command,
                       const StopSignals& signals) {
  const StopWatch watch(
      signals, [&session] { session.sender.stop(); }, leave);
  SMEV_ASSIGN(const DrainReport report, session.sender.drain(command.timeout));
  session.environment.out << (session.json ? drain_json(report) + '\n' : drain_text(report));
  if (!report.complete) return ExitCode::try_later;
  return report.stats.held > 0 ? ExitCode::held : ExitCode::done;
}

}  // namespace smev::cli
