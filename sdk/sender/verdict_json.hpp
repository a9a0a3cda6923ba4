#pragma once
// Signature verdicts as the outbox keeps them: evidence that smev-send shows later.

#include <string>
#include <string_view>
#include <vector>

#include "smev/signature/verifier.hpp"

namespace smev {

/// An array of objects with role, present, digest_holds, value_holds, trust, reference, …, problem.
std::string to_json(const std::vector<SignatureVerdict>& verdicts);
std::vector<SignatureVerdict> verdicts_from_json(std::string_view json);

}  // namespace smev
