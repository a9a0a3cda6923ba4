// Trying now what waits for its moment.

#include <fmt/format.h>

#include <ostream>

#include "smev-send/json_values.hpp"
#include "smev-send/queue.hpp"
#include "smev-send/report_text.hpp"

namespace smev::cli {

Result<ExitCode> hurry(const Session& session, const QueueHurryCommand& command) {
  SMEV_ASSIGN(const std::string who, decided_by(session.environment, command));
  Json list = Json::array();
  int refused = 0;
  for (const UpdateId id : command.ids) {
    Result<UpdateRow> row = session.sender.outbox().hurry(id, who, command.reason);
    if (!row && row.error().code == ErrorCode::not_found) row = fail(no_update(id));
    // An error of the store ends the run; one of the update is told, and the others go on.
    if (!row) {
      const Error& error = row.error();
      const bool of_update = exit_code(error.code) == ExitCode::validation && error.fields.empty();
      if (!of_update) return fail(error);
      ++refused;
    }
    list.push_back({{"id", id},
                    {"state", row ? Json(name(row->state)) : Json(nullptr)},
                    {"error", row ? Json(nullptr) : json_of(row.error(), name(row.error().code))}});
    if (session.json) continue;
    if (row) {
      session.environment.out << fmt::format("{}: уйдёт при ближайшей возможности\n", id);
    } else {
      session.environment.err << fmt::format("{}: {}\n", id, row.error().describe());
    }
  }
  if (session.json) {
    session.environment.out << written({{"decision", "hurried"},
                                        {"done", command.ids.size() - refused},
                                        {"refused", refused},
                                        {"updates", std::move(list)}})
                            << '\n';
  }
  return refused > 0 ? ExitCode::validation : ExitCode::done;
}

}  // namespace smev::cli
