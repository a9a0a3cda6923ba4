#pragma once
/// Everything that can be set about a sender. The same fields stand in the TOML file
/// (docs/configuration.md); durations there are "5s", "15m", "24h", sizes "50MiB".

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/clock.hpp"
#include "smev/base/ids.hpp"
#include "smev/base/log.hpp"
#include "smev/base/result.hpp"
#include "smev/elk/profile.hpp"
#include "smev/outbox/outbox.hpp"
#include "smev/signature/key.hpp"
#include "smev/signature/signer.hpp"
#include "smev/signature/verifier.hpp"
#include "smev/transport/transport.hpp"

namespace smev {

/// Pauses between attempts: full jitter between `base` and the doubled, capped value.
struct RetryOptions {
  Duration base = std::chrono::seconds(5);
  Duration cap = std::chrono::minutes(15);
  Duration throttled = std::chrono::minutes(5);  ///< pause after SMEV's limit of calls
  /// After so many failures of the endpoint in a row nothing is sent for `breaker_pause`; then one
  /// message goes as a probe, and each failed probe doubles the pause up to `cap`. 1..1000.
  int breaker_failures = 10;
  Duration breaker_pause = std::chrono::seconds(30);
  /// An update that SMEV does not have so long before its deadline is warned of. 0: never.
  Duration deadline_lead = std::chrono::hours(1);
};

/// How the response queue is asked.
struct PollOptions {
  Duration fast = std::chrono::seconds(1);   ///< while an answer is awaited
  Duration slow = std::chrono::seconds(45);  ///< while nothing is awaited
  Duration deadline =
      std::chrono::hours(72);  ///< an accepted message without an answer is then held
  int pollers = 1;             ///< threads that ask at once; 1..16
};

struct SenderOptions {
  /// A TOML file; fields below then come from it, and those that name who sends and where must not
  /// be set as well (load_options gives them to be changed). Empty: the fields below are taken as
  /// they are; their faults are told by the file's names (`outbox.path`).
  std::string config{};

  std::string mnemonic{};           ///< of the information system in SMEV
  Contour contour = Contour::test;  ///< test sends TestMessage
  elk::Profile profile{};
  std::optional<std::string> node_id{};
  /// True: nobody else takes answers from this certificate's queue, strays are acknowledged.
  bool sole_consumer = false;

  std::string outbox_path{};   ///< SQLite file; its folder holds the files too
  PostgresOptions postgres{};  ///< instead of the SQLite file when it has a connection
  /// The only folder from which updates of the inbox may name files: whoever may write there need
  /// not be allowed to read what this process can. Empty: they may name none.
  std::string inbox_files{};
  KeyOptions key{};
  TrustOptions trust{};  ///< whose signatures count as SMEV's
  SoapOptions soap{};
  FtpOptions file_store{};
  AnswerSelector selector{};  ///< empty: whatever comes
  RetryOptions retry{};
  PollOptions poll{};
  int orders_per_message_max = 1;  ///< 1..100
  Duration message_age_max =
      std::chrono::hours(36);  ///< an unsent id older than this is not offered

  // Parts that can be replaced; empty: made from the fields above (the logger: one that is silent).
  // None of them may throw.
  std::shared_ptr<Clock> clock{};
  std::shared_ptr<IdSource> ids{};
  std::shared_ptr<Logger> logger{};
  std::shared_ptr<Outbox> outbox{};
  std::shared_ptr<Signer> signer{};
  std::shared_ptr<Verifier> verifier{};
  std::shared_ptr<Transport> transport{};

  /// Faults of all fields at once; empty when usable.
  [[nodiscard]] std::vector<FieldFault> validate() const;
};

/// Reads a TOML file; unknown keys are faults with their line and the nearest known name. Relative
/// paths in it are taken from the file's own folder.
Result<SenderOptions> load_options(const std::string& path);

/// "5s", "250ms", "15m", "36h", "3d".
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace smev
