#pragma once
// The command line as values.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sdk/signature/trust_list.hpp"
#include "smev-send/environment.hpp"
#include "smev-send/exit_code.hpp"
#include "smev-send/letters.hpp"
#include "smev/base/clock.hpp"
#include "smev/elk/dictionary.hpp"
#include "smev/outbox/outbox.hpp"

namespace smev::cli {

inline constexpr char kConfigVariable[] = "SMEV_CONFIG";
inline constexpr char kConfigPath[] = "/etc/smev/smev.toml";
inline constexpr int kListLimitDefault = 100;
inline constexpr int kListLimitMax = 10'000;

enum class InputFormat { json, ndjson, csv, xml };
/// "json", "ndjson", "csv", "xml".
std::optional<InputFormat> input_format(std::string_view name);

struct SubmitCommand {
  std::string file;  ///< "-": standard input
  std::string idempotency_key;
  std::optional<Duration> wait;
  std::optional<InputFormat> format;  ///< empty: found out
  std::string files;                  ///< folder of the files that business XML names
  bool check = false;                 ///< judge only, store nothing
  std::string errors;                 ///< where faulty records are written to
};
struct RunCommand {};
struct DrainCommand {
  Duration timeout = std::chrono::minutes(10);
};
/// Which updates are meant; what is empty does not narrow.
struct UpdateCriteria {
  std::optional<UpdateState> state;
  std::optional<std::string> order;
  std::optional<HoldReason> hold_reason;
  std::optional<std::string> fault;
  std::optional<TimePoint> since;
  std::optional<TimePoint> until;
  std::optional<Duration> older;  ///< submitted longer ago than this

  friend bool operator==(const UpdateCriteria&, const UpdateCriteria&) = default;
  [[nodiscard]] UpdateFilter filter(TimePoint now) const;
};
struct ListCommand : UpdateCriteria {
  UpdateId after = 0;
  int limit = kListLimitDefault;
};
struct ShowCommand {
  UpdateId id = 0;
};
/// Who decides, and why: both stay on record.
struct DecisionMaker {
  std::string who;  ///< empty: whoever is logged in
  std::string reason;
};
struct QueueStatsCommand {};
struct QueueBlockedCommand {
  UpdateId after = 0;
  int limit = kListLimitDefault;
};
/// requeue, skip, reject, cancel, expire
struct QueueDecideCommand : DecisionMaker {
  UpdateEvent event = UpdateEvent::requeued;
  std::vector<UpdateId> ids;  ///< empty: by the criteria
  UpdateCriteria criteria;
  bool yes = false;  ///< do not ask
};
struct QueueReplaceCommand : DecisionMaker {
  UpdateId id = 0;
  SubmitCommand update;  ///< file, format, files and key
};
struct QueueHurryCommand : DecisionMaker {
  std::vector<UpdateId> ids;
};
struct QueuePauseCommand : DecisionMaker {};
struct QueueResumeCommand : DecisionMaker {};
struct QueueLogCommand {
  UpdateId id = 0;  ///< 0: of all updates and of the outbox
  std::int64_t before = 0;
  int limit = kListLimitDefault;
};
struct QueuePruneCommand : DecisionMaker {
  Duration older{};
  bool yes = false;  ///< do not ask
};
struct QueueExportCommand {
  UpdateId id = 0;
  std::string out;  ///< empty: update-ID.tar
};
using QueueCommand =
    std::variant<QueueStatsCommand, QueueBlockedCommand, QueueDecideCommand, QueueReplaceCommand,
                 QueueHurryCommand, QueuePauseCommand, QueueResumeCommand, QueueLogCommand,
                 QueuePruneCommand, QueueExportCommand>;
struct DbCheckCommand {
  bool files = false;  ///< read the result files too
};
struct DbBackupCommand {
  std::string file;
};
struct DbMigrateCommand {
  bool dry_run = false;
};
using DbCommand = std::variant<DbCheckCommand, DbBackupCommand, DbMigrateCommand>;
struct DictListCommand {};
struct DictLoadCommand {
  elk::DictionaryKind kind{};
  std::string file;
};
struct DictShowCommand {
  elk::DictionaryKind kind{};
  std::optional<std::string> code;  ///< empty: all of them
};
struct ProfileCheckCommand {};
struct ProfileLetterCommand {
  std::optional<LetterKind> kind;  ///< empty: which there are
};
struct ProfileRowCommand {};
struct SignCommand {
  std::string file;
  std::string out;        ///< empty: standard output, or beside the file
  bool personal = false;  ///< the business content, by an official
  bool detached = false;  ///< a CMS beside the file even though it is XML
};
struct VerifyCommand {
  std::string file;
  std::string signature;  ///< the detached one; empty: inside, or beside the file
  std::optional<TimePoint> at;
  bool no_trust = false;
  bool strip_blanks = false;
};
struct TransformCommand {
  std::string file;
  std::string id;  ///< empty: what the only signature covers, else the whole
};
using SignatureCommand = std::variant<SignCommand, VerifyCommand, TransformCommand>;
/// Opens the key of the configuration and says what it is.
struct KeyCheckCommand {};
using ProfileCommand = std::variant<ProfileCheckCommand, ProfileLetterCommand, ProfileRowCommand>;
using DictionaryCommand = std::variant<DictListCommand, DictLoadCommand, DictShowCommand>;
struct TrustListCommand {};
struct TrustAddCommand {
  std::string file;
  signature::TrustList list = signature::TrustList::trusted;
  bool yes = false;    ///< do not ask
  bool force = false;  ///< even what has expired, or what nobody vouches for
};
struct TrustRemoveCommand {
  std::string what;  ///< fingerprint, serial number or file
  bool yes = false;  ///< even the last one
};
struct TrustCheckCommand {
  std::string file;
  std::optional<TimePoint> at;  ///< empty: now
};
using TrustCommand =
    std::variant<TrustListCommand, TrustAddCommand, TrustRemoveCommand, TrustCheckCommand>;

struct Invocation {
  std::string config;
  bool json = false;
  bool quiet = false;
  std::variant<SubmitCommand, RunCommand, DrainCommand, ListCommand, ShowCommand, DictionaryCommand,
               ProfileCommand, SignatureCommand, KeyCheckCommand, TrustCommand, QueueCommand,
               DbCommand>
      command;
};

/// What the arguments ask for. When nothing is left to do (help was asked for, or the line is
/// wrong) the answer has been given and the exit code says how.
std::variant<Invocation, ExitCode> parse_arguments(std::vector<std::string> arguments,
                                                   const Environment& environment);

}  // namespace smev::cli
