#include "smev-send/exit_code.hpp"

int main() { return static_cast<int>(smev::cli::ExitCode::usage); }
