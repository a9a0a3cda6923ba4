#pragma once
// One event as one line of logfmt.

#include <string>
#include <string_view>
#include <vector>

#include "smev/base/clock.hpp"
#include "smev/base/log.hpp"

namespace smev {

std::string_view name(LogLevel level);

/// `time=… level=… event=… text="…" name=value …`, without line end. Whatever a value holds, it
/// cannot break the line or forge a field: it is quoted and its control characters are escaped.
std::string log_line(TimePoint moment, LogLevel level, std::string_view event,
                     std::string_view text, const std::vector<LogField>& fields);

}  // namespace smev
