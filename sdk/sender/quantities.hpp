#pragma once
// Durations and sizes as the configuration writes them: a whole number and its unit, nothing else.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "smev/base/clock.hpp"

namespace smev {

/// The shortest exact spelling that `parse_duration` reads back: "15m", "36h", "1500ms". Below a
/// millisecond nothing can be written and nothing is kept.
std::string duration_text(Duration duration);

/// "100B", "512KiB", "50MiB", "1GiB".
std::optional<std::size_t> parse_size(std::string_view text);
std::string size_text(std::size_t bytes);

}  // namespace smev
