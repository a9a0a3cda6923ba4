#pragma once
// The commands of `queue`: looking, deciding, pausing, forgetting, handing over.

#include <string>

#include "smev-send/commands.hpp"

namespace smev::cli {

/// Who decides: as named, else whoever is logged in. An error when neither is known.
Result<std::string> decided_by(const Environment& environment, const DecisionMaker& maker);

/// A refusal of the outbox as an operator needs it: that there is no such update, or in which state
/// it is and what can be decided about it there. What the outbox tells of something held stays.
Error refusal(const Session& session, UpdateId id, Error error);

Result<ExitCode> stats(const Session& session);
Result<ExitCode> blocked(const Session& session, const QueueBlockedCommand& command);
Result<ExitCode> log(const Session& session, const QueueLogCommand& command);
Result<ExitCode> decide(const Session& session, const QueueDecideCommand& command);
Result<ExitCode> replace(const Session& session, const QueueReplaceCommand& command);
Result<ExitCode> hurry(const Session& session, const QueueHurryCommand& command);
Result<ExitCode> pause(const Session& session, const QueuePauseCommand& command);
Result<ExitCode> resume(const Session& session, const QueueResumeCommand& command);
Result<ExitCode> prune(const Session& session, const QueuePruneCommand& command);
Result<ExitCode> export_bundle(const Session& session, const QueueExportCommand& command);

}  // namespace smev::cli
