#pragma once
// Samples that lie beside the project and are not part of it. Tests that need them are skipped when
// they are not there.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace smev::testing {

/// The project: $SMEV_SOURCE_DIR as ctest sets it, else where this file was compiled.
inline std::filesystem::path source_folder() {
  const char* named = std::getenv("SMEV_SOURCE_DIR");
  return named != nullptr
             ? std::filesystem::path(named)
             : std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
}

/// $SMEV_SHARED, else `shared` beside the project; empty when neither exists.
inline std::filesystem::path shared_folder() {
  const char* named = std::getenv("SMEV_SHARED");
  if (named != nullptr && *named != '\0') return named;
  const auto beside = source_folder() / ".." / "shared";
  return std::filesystem::exists(beside) ? beside : std::filesystem::path();
}

inline std::string octets_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace smev::testing

#define SMEV_NEEDS_SHARED(relative)                                                 \
  if (::smev::testing::shared_folder().empty() ||                                   \
      !std::filesystem::exists(::smev::testing::shared_folder() / (relative))) {    \
    GTEST_SKIP() << "the samples beside the project are not there: " << (relative); \
  }                                                                                 \
  static_assert(true)
