#pragma once
// What several tests of this floor need: a sender's profile, a plain valid update, files of the
// project and of the samples that may stand beside it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "smev/elk/profile.hpp"

namespace smev::elk::testing {

// 16.04.2026 10:00:00 in Moscow.
inline constexpr TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 4 / 16} +
                                std::chrono::hours{7}};

inline Profile test_profile() {
  Profile profile;
  profile.inn = "9901000010";
  profile.kpp = "990101001";
  return profile;
}

inline Update valid_update() {
  Update update;
  update.order.number = "1999290001";
  update.order.service = "-60012726";
  update.order.filed_at = DateTime(kNow - std::chrono::hours(2));
  update.order.applicant = PersonBySnils{
      .snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна", .middle_name = {}};
  update.status.code = 6;
  update.status.at = DateTime(kNow - std::chrono::hours(1));
  return update;
}

inline std::filesystem::path project_root() {
  if (const char* root = std::getenv("SMEV_SOURCE_DIR")) return root;
  return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
}

inline std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry);
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace smev::elk::testing
