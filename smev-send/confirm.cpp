#include "smev-send/confirm.hpp"

#include <istream>
#include <ostream>
#include <utility>

namespace smev::cli {
namespace {

Failure refused(std::string text) {
  Error error = local_error(ErrorCode::validation, {}, Retry::after_fix);
  error.text = std::move(text);
  return fail(std::move(error));
}

}  // namespace

Result<void> confirm(const Environment& environment, const std::string& question,
                     const std::string& unasked) {
  if (!environment.interactive) return refused(unasked);
  environment.err << question << " [да/нет] " << std::flush;
  std::string answer;
  std::getline(environment.in, answer);
  for (const char* yes : {"да", "Да", "д", "yes", "y"}) {
    if (answer == yes) return {};
  }
  return refused("Не подтверждено: ничего не изменено");
}

}  // namespace smev::cli
