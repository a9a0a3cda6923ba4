#pragma once
// Another program, started for one piece of work: it gets octets on standard input, and gives back
// what it writes. No shell. For a process with many threads: nothing is allocated between fork and
// exec, no descriptor of ours but the three reaches the program, no signal is raised here, and it
// is always waited for.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"

namespace smev {

struct ProgramCall {
  std::vector<std::string> words;  ///< program (without a slash: looked up in PATH), arguments
  std::string_view input;
  /// A variable that the program gets, or does not get although this process has it. The rest of
  /// the environment is this process's.
  struct Variable {
    std::string_view name;
    const char* assignment = nullptr;  ///< "NAME=value"; null: the program does not get it
  } variable;
  Duration timeout{};          ///< then it is killed, and all that it has started in its group
  std::size_t output_max = 0;  ///< octets of each output
};

struct ProgramEnd {
  int exit_code = -1;
  int signal = 0;      ///< that ended it; `exit_code` is -1 then
  std::string output;  ///< of its standard output
  std::string errors;  ///< of its standard error; what is beyond the limit is left out
};

/// Errors: `io` when it cannot be started, `timeout`, `limit_exceeded` for too much output. An exit
/// code that is not 0 is no error.
Result<ProgramEnd> run_program(const ProgramCall& call);

}  // namespace smev
