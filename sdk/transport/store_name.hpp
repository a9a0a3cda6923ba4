#pragma once
// What a file is called in SMEV's file store.

#include <cstddef>
#include <string>
#include <string_view>

namespace smev::transport {

/// Of a whole name, in characters (smev3 §3.2; not from an official text).
inline constexpr std::size_t kStoreNameMax = 108;

/// A name that the store takes: slashes, backslashes and control characters become "_", a name that
/// is too long loses the end of its base and keeps its extension. Never empty, never "." or "..".
std::string store_name(std::string_view name);

/// Everything but letters, digits, "-", "." , "_" and "~" as %XX: one segment of a URL.
std::string percent_encoded(std::string_view text);

}  // namespace smev::transport
