#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "sdk/elk/rules.hpp"
#include "sdk/sender/config.hpp"
#include "smev-send/commands.hpp"
#include "smev-send/report_json.hpp"
#include "smev-send/table.hpp"

namespace smev::cli {
namespace {

using elk::ChecklistLine;
using elk::Readiness;

constexpr char kDelivery[] = "доставка";

// --- check --------------------------------------------------------------------------------------

/// A key is not opened here; a path that leads nowhere can be told without that.
elk::Hint unreadable_key(const KeyOptions& key) {
  std::vector<std::string> paths;
  if (key.kind() == KeyKind::file) paths.push_back(key.key);
  paths.push_back(key.certificate);
  for (const std::string& path : paths) {
    if (path.empty() || ::access(path.c_str(), R_OK) == 0) continue;
    return {"Файла нет, или он не читается: " + path, {}};
  }
  return {};
}

std::vector<ChecklistLine> checklist(const SenderOptions& options) {
  elk::Checklist list(options.validate());
  list.look("mnemonic", "Мнемоника системы в СМЭВ");
  list.look("profile.env",
            fmt::format("Среда ЕПГУ {} и контур {}", options.profile.env, name(options.contour)));
  elk::look_at_profile(list, options.profile, options.mnemonic);
  list.look("outbox", "Хранилище исходящих");
  list.look("key", "Ключ и сертификат (годятся ли, скажет smev-send key check)",
            unreadable_key(options.key));
  list.look("smev", "Соединение со СМЭВ");
  elk::Hint no_store;
  if (options.file_store.url.empty()) {
    no_store = {"Не указано (file_store.url): статус с файлом результата отправить не получится",
                kDelivery};
  }
  list.look("file_store", "Файловое хранилище СМЭВ", no_store);
  return list.take();
}

std::string line_text(const ChecklistLine& line, bool colour) {
  if (line.readiness == Readiness::ready) {
    return painted("✓", Paint::green, colour) + ' ' + printable(line.title) + '\n';
  }
  const bool refused = line.readiness == Readiness::refused;
  return painted(refused ? "✗" : "–", refused ? Paint::red : Paint::yellow, colour) +
         fmt::format(" {} ({})\n    {}{}\n", printable(line.title), line.field,
                     printable(line.text), line.source.empty() ? "" : " [" + line.source + "]");
}

Result<ExitCode> check(const SenderOptions& options, const Invocation& invocation,
                       const Environment& environment) {
  const std::vector<ChecklistLine> lines = checklist(options);
  const auto count = [&](Readiness readiness) {
    return std::count_if(lines.begin(), lines.end(),
                         [&](const ChecklistLine& line) { return line.readiness == readiness; });
  };
  if (invocation.json) {
    environment.out << checklist_json(lines) << '\n';
  } else {
    for (const ChecklistLine& line : lines) {
      environment.out << line_text(line, environment.colour);
    }
    if (!invocation.quiet) {
      environment.err << fmt::format(
          "✓ готово: {}; – не указано или требует внимания: {}; ✗ будет отвергнуто: {}\n",
          count(Readiness::ready), count(Readiness::attention), count(Readiness::refused));
    }
  }
  return count(Readiness::refused) == 0 ? ExitCode::done : ExitCode::validation;
}

// --- letter, row --------------------------------------------------------------------------------

/// A blank can be filled in by hand; a wrong number would go out as it is.
Result<void> refuse_wrong_values(const SenderOptions& options) {
  std::vector<FieldFault> faults = elk::check(options.profile);
  for (FieldFault& fault : faults) fault.field.insert(0, "profile.");
  const elk::Mnemonic mnemonic = options.mnemonic;
  if (!mnemonic.empty() && !mnemonic.valid()) {
    faults.push_back({"mnemonic", "pattern", "Мнемоника не такого вида, какой бывает в СМЭВ", {}});
  }
  faults.erase(std::remove_if(faults.begin(), faults.end(),
                              [](const FieldFault& fault) { return fault.code == "missing"; }),
               faults.end());
  if (faults.empty()) return {};
  return fail(validation_error(std::move(faults)));
}

/// What has been printed is of no use yet when something is lacking.
ExitCode tell_lacking(const std::vector<std::string>& lacking, const Invocation& invocation,
                      const Environment& environment) {
  if (lacking.empty()) return ExitCode::done;
  if (!invocation.json) {
    environment.err << "Не хватает (в тексте это пропуски):\n";
    for (const std::string& key : lacking) environment.err << "  " << key << '\n';
  }
  return ExitCode::validation;
}

ExitCode list_letters(const Invocation& invocation, const Environment& environment) {
  if (invocation.json) {
    environment.out << letters_json() << '\n';
    return ExitCode::done;
  }
  Table table({"по порядку", "письмо", "кому", "о чём"});
  int position = 0;
  for (const LetterKind kind : kLetterKinds) {
    table.add({std::to_string(++position), std::string(name(kind)), std::string(addressee(kind)),
               std::string(title(kind))});
  }
  environment.out << table.text(environment.colour);
  if (!invocation.quiet) {
    environment.err << "Текст письма: smev-send profile letter ПИСЬМО; строка справочника к "
                       "первому: smev-send profile row\n";
  }
  return ExitCode::done;
}

Result<ExitCode> write_letter(LetterKind kind, const SenderOptions& options,
                              const Invocation& invocation, const Environment& environment) {
  SMEV_TRY(refuse_wrong_values(options));
  const Letter made = letter(kind, options.profile, options.mnemonic);
  if (invocation.json) {
    environment.out << letter_json(kind, made) << '\n';
  } else {
    environment.out << fmt::format("Кому: {}\nТема: {}\n\n{}", made.to, made.subject, made.body);
    if (made.by_hand && !invocation.quiet) {
      environment.err << "СНИЛС администратора и код услуги впишите сами: в настройках их нет.\n";
    }
  }
  return tell_lacking(made.lacking, invocation, environment);
}

Result<ExitCode> write_row(const SenderOptions& options, const Invocation& invocation,
                           const Environment& environment) {
  SMEV_TRY(refuse_wrong_values(options));
  const DirectoryRow row = directory_row(options.profile, options.mnemonic);
  environment.out << (invocation.json ? row_json(row) + '\n' : directory_csv(row));
  return tell_lacking(row.lacking, invocation, environment);
}

}  // namespace

Result<ExitCode> prepare(const Invocation& invocation, const ProfileCommand& command,
                         const Environment& environment) {
  const auto* letter = std::get_if<ProfileLetterCommand>(&command);
  if (letter != nullptr && !letter->kind) return list_letters(invocation, environment);
  SMEV_ASSIGN(const SenderOptions options, read_options(invocation.config));
  if (letter != nullptr) return write_letter(*letter->kind, options, invocation, environment);
  if (std::holds_alternative<ProfileRowCommand>(command)) {
    return write_row(options, invocation, environment);
  }
  return check(options, invocation, environment);
}

}  // namespace smev::cli
