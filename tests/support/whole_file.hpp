#pragma once
// A file as it lies on the disk, for those that stand in for the system's calls and so may not use
// what goes through them.

#include <fstream>
#include <string>

namespace smev::testing {

/// Empty when it cannot be read.
inline std::string whole_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = in.tellg();
  if (size <= 0) return {};
  std::string octets(static_cast<std::size_t>(size), '\0');
  in.seekg(0).read(octets.data(), size);
  return in ? octets : std::string();
}

}  // namespace smev::testing
