#pragma once
// The JSON of --json: one document a command, its fields stable (docs/smev-send.md). A field that
// has no value is null, never absent. Nothing in it tells who the applicant is.

#include <string>
#include <string_view>
#include <vector>

#include "smev/sender/sender.hpp"

namespace smev::cli {

/// A wrong command line is no ErrorCode of the SDK.
inline constexpr std::string_view kUsageCode = "usage";

std::string error_json(const Error& error);
std::string error_json(const Error& error, std::string_view code);
std::string update_json(const UpdateRow& update);
/// @param next_after where the next page begins; 0: there is none
std::string list_json(const std::vector<UpdateRow>& updates, UpdateId next_after);
std::string report_json(const UpdateReport& report);
std::string drain_json(const DrainReport& report);
std::string event_json(const Event& event);

}  // namespace smev::cli
