#pragma once
// How a verdict comes to say what is wrong.

#include "smev/signature/verifier.hpp"

namespace smev::signature {

/// Its problem is this error.
void set_problem(SignatureVerdict& verdict, const Error& error);
/// Its form or its place is not taken for this reason: nothing was computed.
void set_refusal(SignatureVerdict& verdict, const Error& error);
/// Says which of digest and value does not hold, if one does not.
void set_outcome(SignatureVerdict& verdict);
void set_trust(SignatureVerdict& verdict, Trust trust);

}  // namespace smev::signature
