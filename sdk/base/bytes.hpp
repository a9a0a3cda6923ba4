#pragma once
// Octets are std::string: what libxml2, curl and SQLite take and give.

#include <cstdint>
#include <string>
#include <string_view>

#include "smev/base/result.hpp"

namespace smev {

/// Without line breaks, as SMEV wants it.
std::string base64_encode(std::string_view octets);
/// White space is skipped; anything else that is no base64 is an error (bad_xml).
Result<std::string> base64_decode(std::string_view text);
std::string hex_encode(std::string_view octets);

/// SHA-256 as 64 lower-case hexadecimal digits: the name of a stored file, the check of frozen
/// bytes.
std::string sha256_hex(std::string_view octets);

/// Cryptographically strong.
std::string random_octets(std::size_t count);
std::uint64_t random_number();

Result<std::string> read_file(const std::string& path, std::size_t limit_bytes = 64u << 20);
/// Written beside, synced, renamed, directory synced: either the old content or the new.
/// @param permissions of the file; without them only its owner may read it
Result<void> write_file_durably(const std::string& path, std::string_view octets,
                                unsigned permissions = 0600);
/// Once it returns, the file stays away, whatever happens to the machine.
Result<void> remove_file_durably(const std::string& path);

}  // namespace smev
