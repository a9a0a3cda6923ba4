#include "sdk/base/mime.hpp"

#include <algorithm>
#include <array>

namespace smev {

bool is_allowed_mime(std::string_view mime) {
  constexpr std::array<std::string_view, 5> kGroups = {"text/", "image/", "audio/", "video/",
                                                       "application/"};
  for (const std::string_view group : kGroups) {
    if (mime.substr(0, group.size()) == group) {
      const std::string_view rest = mime.substr(group.size());
      return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '+' || c == '.';
      });
    }
  }
  return false;
}

}  // namespace smev
