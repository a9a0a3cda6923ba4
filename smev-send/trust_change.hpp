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

/// When a change counts; and what holds it up, or will stop the next start.
void tell_effect(const TrustSession& session);

Result<ExitCode> add_trust(const TrustSession& session, const TrustAddCommand& command);
Result<ExitCode> remove_trust(const TrustSession& session, const TrustRemoveCommand& command);

}  // namespace smev::cli
