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
struct ListCommand {
  std::optional<UpdateState> state;
  std::optional<std::string> order;
  UpdateId after = 0;
  int limit = kListLimitDefault;
};
struct ShowCommand {
  UpdateId id = 0;
};
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

struct DbMigrateCommand {
  bool dry_run = false;
};

struct Invocation {
  std::string config;
  bool json = false;
  bool quiet = false;
  std::variant<SubmitCommand, RunCommand, DrainCommand, ListCommand, ShowCommand, DictionaryCommand,
               ProfileCommand, SignatureCommand, KeyCheckCommand, TrustCommand, DbMigrateCommand>
      command;
};

/// What the arguments ask for. When nothing is left to do (help was asked for, or the line is
/// wrong) the answer has been given and the exit code says how.
std::variant<Invocation, ExitCode> parse_arguments(std::vector<std::string> arguments,
                                                   const Environment& environment);

}  // namespace smev::cli
