#pragma once
// Errors about keys: an operator has to know which of the many things that can be wrong it is.

#include <string>

#include "smev/base/result.hpp"

namespace smev::signature {

/// @param text Russian, for the operator
/// @param detail English, for the developer; never a PIN
inline Failure key_failure(std::string text, std::string detail, Retry retry = Retry::after_fix) {
  Error error = local_error(ErrorCode::key, std::move(detail), retry);
  error.text = std::move(text);
  return fail(std::move(error));
}

}  // namespace smev::signature
