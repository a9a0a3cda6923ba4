#pragma once
// `trust check`: would the signers of a file be trusted, and why not.

#include "smev-send/trust_change.hpp"

namespace smev::cli {

Result<ExitCode> check_trust(const TrustSession& session, const TrustCheckCommand& command);

}  // namespace smev::cli
