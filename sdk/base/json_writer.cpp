#include "sdk/base/json_writer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sdk/base/text.hpp"

namespace smev {
namespace {

bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

}  // namespace

JsonWriter& JsonWriter::raw(std::string_view json) {
  begin();
  out_.append(json);
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_plain) && is_valid_utf8(text)) {
    begin();
    out_.append(1, '"').append(text).append(1, '"');
    return *this;
  }
  constexpr int kNoIndent = -1;
  return raw(
      nlohmann::json(text).dump(kNoIndent, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace smev
