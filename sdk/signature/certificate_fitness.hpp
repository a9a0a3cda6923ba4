#pragma once
// Whether a certificate may sign messages: ours now, which is found out when the key is opened, and
// those of others.

#include <string>

#include "sdk/signature/openssl.hpp"
#include "smev/signature/signer.hpp"

namespace smev::signature {

/// A GOST R 34.10-2012 key, no authority, digitalSignature where key usage is limited, valid at
/// `now`. Errors: key.
Result<void> check_fitness(X509& certificate, TimePoint now);

/// Why a certificate may not sign a message that somebody else made with it; empty when it may: it
/// is no authority's, and its key usage, when limited, names digitalSignature or nonRepudiation.
std::string unfitness_to_sign(X509& certificate);

/// Signs random octets and verifies them under the signer's certificate. Errors: key, and those of
/// the signer.
/// @param hint what else a signature that does not verify may come from, for the operator
Result<void> try_out(Signer& signer, const std::string& hint = {});

}  // namespace smev::signature
