#pragma once
// `trust add` and `trust remove`: changes of the folders of trust.

#include "sdk/signature/trust_inspection.hpp"
#include "smev-send/environment.hpp"
#include "smev-send/exit_code.hpp"
#include "smev-send/invocation.hpp"

namespace smev::cli {

struct TrustSession {
  const TrustOptions& options;
  const signature::InspectedTrust& trust;
  const Environment& environment;
  TimePoint now;
  bool json = false;
  bool quiet = false;
};

/// What a change does: running programs take less trust at once, more only when they can read every
/// file.
enum class Effect { more_trust, less_trust };

/// After a change: looks at the files again and tells the person when running programs see it. The
/// code is that of the first faulty file, which keeps them from it.
Result<ExitCode> tell_effect(const TrustSession& session, Effect effect);

Result<ExitCode> add_trust(const TrustSession& session, const TrustAddCommand& command);
Result<ExitCode> remove_trust(const TrustSession& session, const TrustRemoveCommand& command);

}  // namespace smev::cli
