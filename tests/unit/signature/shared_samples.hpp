#pragma once
// Vectors made by others, beside the project.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/shared_samples.hpp"

namespace smev::testing_support {

using testing::shared_folder;

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Entries of shared/vectors/FOLDER whose name begins with `prefix`, sorted.
inline std::vector<std::filesystem::path> vectors(const std::string& folder,
                                                  const std::string& prefix = "") {
  std::vector<std::filesystem::path> found;
  std::error_code absent;
  for (const auto& entry :
       std::filesystem::directory_iterator(shared_folder() / "vectors" / folder, absent)) {
    if (entry.path().filename().string().rfind(prefix, 0) == 0) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace smev::testing_support

/// Skips the test at hand when the samples are not there.
#define SMEV_NEED_VECTORS(folder)                                                       \
  if (::smev::testing_support::vectors(folder).empty())                                 \
  GTEST_SKIP() << "no samples in " << ::smev::testing_support::shared_folder().string() \
               << "/vectors/" << (folder) << "; set SMEV_SHARED"
