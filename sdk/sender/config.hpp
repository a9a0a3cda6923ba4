#pragma once
// The configuration file: its keys, one table that the reader, its complaints and the test of
// docs/configuration.md share; and reading it for those who judge its values themselves.

#include <string>
#include <vector>

#include "smev/sender/options.hpp"

namespace smev {

struct ConfigKey {
  std::string path;           ///< "smev.connect_timeout"
  std::string default_value;  ///< as TOML: "\"5s\"", "1"; empty when there is none
};

/// In the order of docs/configuration.md.
const std::vector<ConfigKey>& config_keys();

/// A configuration file that is larger is refused.
inline constexpr std::size_t kConfigBytesMax = 32u << 10;

/// As load_options, but values are not judged: only a file that cannot be read, an unknown key and
/// a value of the wrong type are faults.
Result<SenderOptions> read_options(const std::string& path);

}  // namespace smev
