#include <fmt/format.h>

#include <ostream>

#include "smev-send/commands.hpp"
#include "smev-send/report_json.hpp"
#include "smev-send/report_text.hpp"

namespace smev::cli {

Result<ExitCode> list(const Session& session, const ListCommand& command) {
  UpdateFilter filter = command.filter(session.sender.options().clock->now());
  filter.after = command.after;
  filter.limit = command.limit + 1;  // one more tells whether there is another page
  SMEV_ASSIGN(std::vector<UpdateRow> updates, session.sender.list(filter));
  UpdateId next_after = 0;
  if (updates.size() > static_cast<std::size_t>(command.limit)) {
    updates.pop_back();
    next_after = updates.back().id;
  }

  const Environment& environment = session.environment;
  if (session.json) {
    environment.out << list_json(updates, next_after) << '\n';
    return ExitCode::done;
  }
  if (!updates.empty()) environment.out << list_text(updates, environment.colour);
  if (session.quiet) return ExitCode::done;
  if (updates.empty()) environment.err << "Ничего не найдено.\n";
  if (next_after != 0) environment.err << fmt::format("Есть ещё: --after {}\n", next_after);
  return ExitCode::done;
}

Error no_update(UpdateId id) {
  Error error = local_error(ErrorCode::not_found, {});
  error.text = fmt::format("Обновления с номером {} нет", id);
  return error;
}

Result<ExitCode> show(const Session& session, const ShowCommand& command) {
  SMEV_ASSIGN(const std::optional<UpdateReport> report, session.sender.find(command.id));
  if (!report) return fail(no_update(command.id));
  const Environment& environment = session.environment;
  environment.out << (session.json ? report_json(*report) + '\n'
                                   : report_text(*report, environment.colour));
  return ExitCode::done;
}

}  // namespace smev::cli
