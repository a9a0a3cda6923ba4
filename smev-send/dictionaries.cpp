#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "sdk/base/bytes.hpp"
#include "smev-send/commands.hpp"
#include "smev-send/message_file.hpp"
#include "smev-send/report_json.hpp"
#include "smev-send/report_text.hpp"
#include "smev-send/table.hpp"

namespace smev::cli {
namespace {

using elk::Dictionary;
using elk::DictionaryEntry;

constexpr unsigned kReadableByAll = 0644;  // the service may run as another user; nothing is secret

DictionaryChange change_between(const Dictionary& former, const Dictionary& loaded) {
  DictionaryChange change;
  for (const DictionaryEntry& entry : loaded.entries()) {
    const DictionaryEntry* before = former.find(entry.code);
    if (before == nullptr) {
      ++change.added;
    } else if (before->name != entry.name || before->final != entry.final ||
               before->explanation != entry.explanation) {
      ++change.changed;
    }
  }
  change.removed = former.entries().size() + change.added - loaded.entries().size();
  return change;
}

std::string source_text(const Dictionary& dictionary) {
  if (dictionary.is_built_in()) return "встроенный";
  std::string text = dictionary.path();
  if (dictionary.written_at()) text += " от " + moscow_time_text(*dictionary.written_at());
  if (!dictionary.revision().empty()) text += ", ревизия " + dictionary.revision();
  return text;
}

std::string list_text(const elk::Dictionaries& dictionaries, bool colour) {
  Table table({"имя", "справочник", "ЕСНСИ", "записей", "откуда"});
  for (const elk::DictionaryKind kind : elk::kDictionaryKinds) {
    const Dictionary& dictionary = dictionaries.of(kind);
    const std::string_view id = esnsi_id(kind);
    table.add({std::string(name(kind)), std::string(title(kind)),
               std::string(id.empty() ? "—" : id), std::to_string(dictionary.entries().size()),
               source_text(dictionary)});
  }
  return table.text(colour);
}

std::string remark_of(const DictionaryEntry& entry) {
  std::string remark = entry.final ? "завершает заявление" : "";
  if (!entry.proven) {
    remark += std::string(remark.empty() ? "" : "; ") + "для этого вида сведений не проверено";
  }
  return remark;
}

std::string entries_text(const Dictionary& dictionary, bool colour) {
  Table table({"код", "наименование", "примечание"});
  for (const DictionaryEntry& entry : dictionary.entries()) {
    table.add({entry.code, entry.name.empty() ? "—" : entry.name, remark_of(entry)});
  }
  return table.text(colour);
}

std::string entry_text(const DictionaryEntry& entry) {
  std::string text = printable(entry.code) + "  " + printable(entry.name) + '\n';
  if (const std::string remark = remark_of(entry); !remark.empty()) text += remark + '\n';
  if (!entry.explanation.empty()) text += printable(entry.explanation) + '\n';
  return text;
}

Error no_folder() {
  Error error = local_error(ErrorCode::config, "profile.dictionaries is not set", Retry::after_fix);
  error.text =
      "Загружать некуда: создайте каталог и укажите его в настройках, например "
      "profile.dictionaries = \"dictionaries\"";
  return error;
}

Error no_code(const Dictionary& dictionary, const std::string& code) {
  const std::string_view dictionary_name = name(dictionary.kind());
  Error error =
      local_error(ErrorCode::not_found, fmt::format("no such code in {}", dictionary_name));
  error.text = fmt::format("В справочнике {} нет кода «{}»", dictionary_name, printable(code));
  if (dictionary.is_built_in()) error.text += "; встроенный справочник неполон";
  return error;
}

Result<ExitCode> list(const DictionarySession& session) {
  session.environment.out << (session.json
                                  ? dictionaries_json(session.dictionaries) + '\n'
                                  : list_text(session.dictionaries, session.environment.colour));
  return ExitCode::done;
}

Result<ExitCode> load(const DictionarySession& session, const DictLoadCommand& command) {
  const std::string& folder = session.dictionaries.folder();
  if (folder.empty()) return fail(no_folder());
  const Result<Dictionary> given = Dictionary::load(command.kind, command.file);
  if (!given) return fail(as_given_file(given.error()));
  const std::string csv = given->to_csv();
  // What is left in the folder must be readable at the next start, whatever quotes have added.
  SMEV_TRY(Dictionary::read(command.kind, csv));
  const std::string path =
      (std::filesystem::path(folder) / (std::string(name(command.kind)) + ".csv")).string();
  SMEV_TRY(write_file_durably(path, csv, kReadableByAll));
  SMEV_ASSIGN(const Dictionary kept, Dictionary::load(command.kind, path));

  const DictionaryChange change = change_between(session.dictionaries.of(command.kind), kept);
  session.environment.out << (session.json
                                  ? loaded_json(kept, change) + '\n'
                                  : fmt::format(
                                        "{}: записей {} (новых {}, изменено {}, исчезло {}) — {}\n",
                                        name(command.kind), kept.entries().size(), change.added,
                                        change.changed, change.removed, source_text(kept)));
  if (!session.json && !session.quiet) {
    session.environment.err << "Работающие программы увидят его после перезапуска.\n";
  }
  return ExitCode::done;
}

Result<ExitCode> show(const DictionarySession& session, const DictShowCommand& command) {
  const Dictionary& dictionary = session.dictionaries.of(command.kind);
  std::ostream& out = session.environment.out;
  if (!command.code) {
    out << (session.json ? dictionary_json(dictionary) + '\n'
                         : entries_text(dictionary, session.environment.colour));
    return ExitCode::done;
  }
  const DictionaryEntry* entry = dictionary.find(*command.code);
  if (entry == nullptr) return fail(no_code(dictionary, *command.code));
  out << (session.json ? entry_json(dictionary, *entry) + '\n' : entry_text(*entry));
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> consult(const DictionarySession& session, const DictionaryCommand& command) {
  if (const auto* loads = std::get_if<DictLoadCommand>(&command)) return load(session, *loads);
  if (const auto* shows = std::get_if<DictShowCommand>(&command)) return show(session, *shows);
  return list(session);
}

}  // namespace smev::cli
