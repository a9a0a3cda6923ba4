#pragma once
// The PIN or password, read from where the options say. Read at each use, kept by nobody.

#include <optional>

#include "sdk/signature/secret.hpp"
#include "smev/signature/key.hpp"

namespace smev::signature {

/// Nothing when no source is configured. Errors: key; they name the source, never the PIN.
Result<std::optional<Secret>> read_pin(const PinSource& source);

/// Russian: which source it is, for error texts: "файл /etc/smev/pin".
std::string describe(const PinSource& source);

}  // namespace smev::signature
