#pragma once
// The command line of mock-smev: what each option is called and which option of the server it sets.

#include <optional>
#include <string>
#include <vector>

#include "mock-smev/options.hpp"

namespace smev::mock {

inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

struct CommandLine {
  std::optional<Options> options;  ///< nothing: print `text` and end with `exit_code`
  int exit_code = 0;
  std::string text;  ///< the help (exit code 0), or what is wrong
};

/// @param arguments without the program's name
CommandLine read_command_line(const std::vector<std::string>& arguments);

}  // namespace smev::mock
