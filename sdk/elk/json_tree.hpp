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
// Beyond what the rules allow of an update, and far below what the octets could hold: a value costs
// a hundred octets of memory, and one of the text.
inline constexpr std::size_t kJsonListMax = 10'000;     ///< items of one list
inline constexpr std::size_t kJsonValuesMax = 500'000;  ///< of one document

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

/// Fails with bad_json (syntax; a list that is too long, as a fault `too_many`) or limit_exceeded.
/// A key that stands twice is a fault in `faults`, and its first value counts. `root_path` is the
/// path of the whole in such faults ("" or "order"). `first_line` is where the text begins in what
/// the person has before them.
Result<JsonNode> parse_json(std::string_view text, const std::string& root_path, Faults& faults,
                            std::size_t first_line = 1);

/// Whether the text is JSON within the limits of size and depth, without keeping anything of it.
/// The same errors.
Result<void> check_json(std::string_view text);

/// A key of the input as it may stand in a path: by its name where that is near to the name of a
/// field, else by its number in its object (from 1), for it may be anything.
std::string key_as_shown(std::string_view key, std::size_t number);

}  // namespace smev::elk
