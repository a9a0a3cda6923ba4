#pragma once
// A port that cannot be listened on, told to whoever has to choose another.

#include <string>
#include <system_error>

#include "smev/base/error.hpp"

namespace smev::mock {

/// @param option that chooses the port
Error cannot_listen(const std::string& address, int port, const char* option,
                    const std::error_code& why);

}  // namespace smev::mock
