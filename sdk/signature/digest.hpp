#pragma once
// GOST digests: R 34.11-2012 (Streebog) of 256 and 512 bit, R 34.11-94.

#include <string>
#include <string_view>

#include "smev/signature/signer.hpp"

namespace smev::signature {

/// Octets of the digest that goes with a signature algorithm: 32, or 64 for 512-bit keys.
Result<std::string> digest(SignatureAlgorithm algorithm, std::string_view octets);
/// The same over a file, streamed.
Result<std::string> digest_file(SignatureAlgorithm algorithm, const std::string& path);

}  // namespace smev::signature
