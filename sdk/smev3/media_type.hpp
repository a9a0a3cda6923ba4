#pragma once
// The value of a Content-Type header, read leniently: names in any case, values with or without
// quotes, blanks anywhere.

#include <map>
#include <string>
#include <string_view>

namespace smev::smev3 {

struct MediaType {
  std::string name;  ///< "multipart/related", in lower case
  std::map<std::string, std::string>
      parameters;  ///< names in lower case; the first of a name stays

  /// Empty when there is no such parameter.
  [[nodiscard]] std::string parameter(const std::string& lower_case_name) const;
  [[nodiscard]] bool is_multipart() const;
  /// text/xml, application/xml, application/xop+xml, application/soap+xml and their kind.
  [[nodiscard]] bool is_xml() const;
};

MediaType parse_media_type(std::string_view value);

/// ASCII only: header names and values.
std::string lower_ascii(std::string_view text);
/// Without blanks, tabs and line ends on either side.
std::string_view trim_ascii(std::string_view text);

}  // namespace smev::smev3
