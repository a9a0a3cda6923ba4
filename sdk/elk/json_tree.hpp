#pragma once
// JSON text to a tree that remembers what nlohmann's own would forget: the order of fields, and
// whether a key stood twice. Limited in size, depth and count; syntax errors come with line and
// column and without a quotation, because the text holds personal data.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/elk/faults.hpp"
#include "smev/base/result.hpp"

namespace smev::elk {

inline constexpr std::size_t kJsonBytesMax = 8u << 20;
inline constexpr std::size_t kJsonDepthMax = 16;
inline constexpr std::size_t kJsonFieldsMax = 256;  ///< of one object

struct JsonNode {
  enum class Kind {
    null,
    boolean,
    integer,
    big_integer,  ///< an integer beyond 64 bits with sign
    fraction,
    text,
    array,
    object,
  };

  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  std::string text;
  std::vector<JsonNode> items;    ///< of an array; of an object, in the order of `keys`
  std::vector<std::string> keys;  ///< of an object
};

/// Fails with bad_json (syntax) or limit_exceeded. A key that stands twice is a fault in `faults`,
/// and its first value counts. `root_path` is the path of the whole in such faults ("" or "order").
/// `first_line` is where the text begins in what the person has before them.
Result<JsonNode> parse_json(std::string_view text, const std::string& root_path, Faults& faults,
                            std::size_t first_line = 1);

/// A key of the input as it may be shown in a path: cut, and with long numbers hidden.
std::string shown_key(std::string_view key);

}  // namespace smev::elk
