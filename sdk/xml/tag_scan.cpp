#include "sdk/xml/tag_scan.hpp"

#include <algorithm>

namespace smev::xml {

namespace {

// Position behind `end`, searched from `from`; the end of the text when there is none.
std::size_t behind(std::string_view text, std::string_view end, std::size_t from) {
  const std::size_t found = text.find(end, from);
  return found == std::string_view::npos ? text.size() : found + end.size();
}

}  // namespace

std::size_t most_attributes(std::string_view octets) {
  std::size_t most = 0;
  std::size_t at = octets.find('<');
  while (at < octets.size()) {
    const std::string_view rest = octets.substr(at, 9);
    if (rest.rfind("<!--", 0) == 0) {
      at = behind(octets, "-->", at + 4);
    } else if (rest == "<![CDATA[") {
      at = behind(octets, "]]>", at + 9);
    } else if (rest.rfind("<?", 0) == 0) {
      at = behind(octets, "?>", at + 2);
    } else {
      std::size_t count = 0;
      char quote = 0;
      for (++at; at < octets.size() && (quote != 0 || octets[at] != '>'); ++at) {
        const char c = octets[at];
        if (quote != 0) {
          quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
          quote = c;
        } else if (c == '=') {
          ++count;
        }
      }
      most = std::max(most, count);
    }
    at = octets.find('<', at);
  }
  return most;
}

}  // namespace smev::xml
