#pragma once
// What identifiers share with the texts that have no type of their own.

#include <string>
#include <string_view>

#include "smev/elk/identifiers.hpp"

namespace smev::elk {

/// Stars for all characters, but the last two digits of a number that is long enough.
std::string masked_number(std::string_view number);

}  // namespace smev::elk
