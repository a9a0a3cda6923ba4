#pragma once
// What the commands see of the world around them: everything that a test must be able to replace.

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "smev/sender/options.hpp"

namespace smev::cli {

struct Environment {
  std::istream& in;
  std::ostream& out;  ///< data
  std::ostream& err;  ///< talk
  std::function<std::optional<std::string>(const char* name)> variable;
  std::function<Result<SenderOptions>(const std::string& path)> load_options;
  bool colour = false;       ///< `out` is a terminal that wants colours
  bool interactive = false;  ///< someone sits at `in` who can be asked
  std::string login = {};    ///< who started the program; empty: not known
};

}  // namespace smev::cli
