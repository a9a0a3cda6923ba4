#pragma once
// The commands. Each gives its exit code, or the error that the caller tells and maps to one.

#include <string>
#include <vector>

#include "smev-send/environment.hpp"
#include "smev-send/invocation.hpp"
#include "smev-send/stop_signals.hpp"
#include "smev/sender/sender.hpp"

namespace smev::cli {

/// What a command works with.
struct Session {
  Sender& sender;
  const Environment& environment;
  bool json = false;
  bool quiet = false;
  std::string config;  ///< path of the settings
};

Result<ExitCode> submit(const Session& session, const SubmitCommand& command);
Result<ExitCode> run(const Session& session, const StopSignals& signals);
Result<ExitCode> drain(const Session& session, const DrainCommand& command,
                       const StopSignals& signals);
Result<ExitCode> list(const Session& session, const ListCommand& command);
Result<ExitCode> show(const Session& session, const ShowCommand& command);
/// The error of a command that names an update that is not there.
Error no_update(UpdateId id);
/// `queue …`, but for list, show and drain, which are those of the first level.
Result<ExitCode> manage_queue(const Session& session, const QueueCommand& command);
/// `db check`.
Result<ExitCode> check_database(const Session& session, const DbCheckCommand& command);
/// `db backup` and `db migrate`: they open the database by themselves, whatever its version.
Result<ExitCode> maintain_database(const Invocation& invocation, const DbCommand& command,
                                   const Environment& environment);

/// Dictionaries need the configuration alone: no key, no network, no outbox.
struct DictionarySession {
  const elk::Dictionaries& dictionaries;
  const Environment& environment;
  bool json = false;
  bool quiet = false;
};

/// `dict list`, `dict load` and `dict show`.
Result<ExitCode> consult(const DictionarySession& session, const DictionaryCommand& command);

/// `profile check`, `profile letter` and `profile row`: they read the configuration by themselves,
/// because one that is not complete yet is what they are for.
Result<ExitCode> prepare(const Invocation& invocation, const ProfileCommand& command,
                         const Environment& environment);

/// `sign`, `verify` and `transform`: of the configuration they read the key and whom to trust, and
/// only when these are needed.
Result<ExitCode> look_after_signatures(const Invocation& invocation,
                                       const SignatureCommand& command,
                                       const Environment& environment);
/// Faults of the section [key] name the configuration file.
Result<std::shared_ptr<Signer>> open_configured_signer(const KeyOptions& key,
                                                       const std::string& config, TimePoint now);
/// `key check`: opens the key of the configuration, whatever else stands there.
Result<ExitCode> check_key(const Invocation& invocation, const Environment& environment);
/// `trust list`, `trust add`, `trust remove` and `trust check`: like the profile, they read a
/// configuration that need not be complete. No key, no network, no outbox.
Result<ExitCode> administer(const Invocation& invocation, const TrustCommand& command,
                            const Environment& environment);

/// Everything but main: parses, opens, works, tells.
ExitCode run_command_line(std::vector<std::string> arguments, const Environment& environment);

}  // namespace smev::cli
