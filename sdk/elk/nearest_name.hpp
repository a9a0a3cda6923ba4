#pragma once
// Names of fields that nobody knows: which known one was probably meant. Only a name that is near
// to a known one is ever shown, for any other may be somebody's data (a row that was taken for a
// header, a value that slipped into a key).

#include <string>
#include <string_view>
#include <vector>

namespace smev::elk {

/// The known name that was probably meant; empty when none is near.
std::string nearest_name(std::string_view name, const std::vector<std::string_view>& known);

/// As `nearest_name`, among all names of fields in the forms of an update.
bool is_near_to_a_field(std::string_view name);

}  // namespace smev::elk
