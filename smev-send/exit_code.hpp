#pragma once
// Exit codes are part of the public interface: scripts and unit files rely on them
// (docs/smev-send.md). Numbers above 64 follow sysexits.h.

#include <string_view>
#include <vector>

#include "smev/base/error.hpp"
#include "smev/outbox/states.hpp"

namespace smev::cli {

enum class ExitCode : int {
  done = 0,
  held = 1,            ///< something waits for a person, or ended without delivery
  usage = 2,           ///< the command line itself is wrong
  network = 3,         ///< SMEV or the way to it; the outcome may be in doubt
  validation = 4,      ///< the data were not taken
  crypto = 5,          ///< key, certificate, signature
  internal = 70,       ///< a bug of ours
  storage = 74,        ///< a file, a folder or the outbox cannot be read or written
  try_later = 75,      ///< busy, stopped, or the time was over with work left
  configuration = 78,  ///< the configuration file
};

struct ExitCodeRow {
  ExitCode code;
  std::string_view name;
  std::string_view text;  ///< Russian
};
/// Every code, lowest first.
const std::vector<ExitCodeRow>& exit_codes();

ExitCode exit_code(ErrorCode code);
/// What an update's state means for the one who waits for it.
ExitCode exit_code(UpdateState state);

}  // namespace smev::cli
