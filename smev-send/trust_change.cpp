#include "smev-send/trust_change.hpp"

#include <algorithm>
#include <ostream>

#include "smev-send/table.hpp"

namespace smev::cli {
namespace {

using signature::InspectedFile;

const char* consequence_of(Effect effect) {
  return effect == Effect::less_trust
             ? "Работающие программы увидят это в течение секунды, но добавленного не увидят и "
               "заново не запустятся, пока не исправлен или не убран файл:\n"
             : "Работающие программы этого НЕ увидят и заново не запустятся, пока не исправлен или "
               "не убран файл:\n";
}

}  // namespace

Result<ExitCode> tell_effect(const TrustSession& session, Effect effect) {
  SMEV_ASSIGN(const signature::InspectedTrust now, signature::inspect_trust(session.options));
  const auto is_faulty = [](const InspectedFile& file) { return file.error.has_value(); };
  const auto first = std::find_if(now.files.begin(), now.files.end(), is_faulty);
  std::ostream& err = session.environment.err;
  if (first == now.files.end()) {
    if (!session.json && !session.quiet) {
      err << "Работающие программы увидят это в течение секунды.\n";
    }
    return ExitCode::done;
  }
  err << consequence_of(effect);
  for (const InspectedFile& file : now.files) {
    if (file.error) err << "  " << printable(file.path) << " — " << file.error->describe() << '\n';
  }
  return exit_code(first->error->code);
}

}  // namespace smev::cli
