#pragma once
// Whether a certificate may sign messages for SMEV now. Found out when the key is opened.

#include "sdk/signature/openssl.hpp"
#include "smev/signature/signer.hpp"

namespace smev::signature {

/// A GOST R 34.10-2012 key, no authority, digitalSignature where key usage is limited, valid at
/// `now`. Errors: key.
Result<void> check_fitness(X509& certificate, TimePoint now);

/// Signs random octets and verifies them under the signer's certificate. Errors: key, and those of
/// the signer.
Result<void> try_out(Signer& signer);

}  // namespace smev::signature
