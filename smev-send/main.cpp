#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "smev-send/commands.hpp"

namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool wants_colour() {
  const auto refused = variable("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && (!refused || refused->empty());
}

// Behind sudo stands a person, and not root.
std::string login() {
  const auto behind = variable("SUDO_USER");
  if (::geteuid() == 0 && behind && !behind->empty()) return *behind;
  const passwd* user = ::getpwuid(::geteuid());
  return user != nullptr ? user->pw_name : "uid " + std::to_string(::geteuid());
}

}  // namespace

int main(int argc, char** argv) {
  using smev::cli::ExitCode;
  // A reader that closes the pipe is noticed by the failed write.
  std::signal(SIGPIPE, SIG_IGN);
  // A limit of the size of files is told of as a full disk is.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    const bool interactive = ::isatty(STDIN_FILENO) == 1;
    const smev::cli::Environment environment{
        std::cin,           std::cout,      std::cerr,   variable,
        smev::load_options, wants_colour(), interactive, login()};
    return static_cast<int>(smev::cli::run_command_line({argv + 1, argv + argc}, environment));
  } catch (const std::exception& error) {
    std::cerr << "Внутренняя ошибка программы (" << error.what() << ")\n";
    return static_cast<int>(ExitCode::internal);
  }
}
