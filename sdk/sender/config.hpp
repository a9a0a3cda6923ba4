#pragma once
// The keys of the configuration file: one table that the reader, its complaints and the test of
// docs/configuration.md share.

#include <string>
#include <vector>

namespace smev {

struct ConfigKey {
  std::string path;           ///< "smev.connect_timeout"
  std::string default_value;  ///< as TOML: "\"5s\"", "1"; empty when there is none
};

/// In the order of docs/configuration.md.
const std::vector<ConfigKey>& config_keys();

/// A configuration file that is larger is refused.
inline constexpr std::size_t kConfigBytesMax = 32u << 10;

}  // namespace smev
