#pragma once
// GOST R 34.11-2012 (Streebog), 256 bit.

#include <string>
#include <string_view>

#include "smev/base/result.hpp"

namespace smev::signature {

/// 32 octets.
Result<std::string> streebog256(std::string_view octets);
/// The same over a file, streamed.
Result<std::string> streebog256_file(const std::string& path);

}  // namespace smev::signature
