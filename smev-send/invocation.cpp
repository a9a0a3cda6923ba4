#include "smev-send/invocation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include <CLI/CLI.hpp>

#include "smev-send/grammar.hpp"
#include "smev-send/queue_grammar.hpp"
#include "smev-send/report_json.hpp"
#include "smev-send/table.hpp"

namespace smev::cli {
namespace {

std::string dictionary_names() {
  std::string names;
  for (const elk::DictionaryKind kind : elk::kDictionaryKinds) {
    names += (names.empty() ? "" : ", ") + std::string(name(kind));
  }
  return names;
}

std::string letter_names() {
  std::string names;
  for (const LetterKind kind : kLetterKinds) {
    names += (names.empty() ? "" : ", ") + std::string(name(kind));
  }
  return names;
}

std::string exit_code_lines() {
  std::string lines = "Коды завершения:";
  for (const ExitCodeRow& row : exit_codes()) {
    lines += fmt::format("\n  {:>2}  {}", static_cast<int>(row.code), row.text);
  }
  return lines;
}

CLI::Option* add_dictionary(CLI::App& command, elk::DictionaryKind& to) {
  return command
      .add_option_function<std::string>(
          "name",
          [&to](const std::string& value) {
            const auto kind = elk::dictionary_kind(value);
            if (!kind) throw CLI::ValidationError("name", "известны: " + dictionary_names());
            to = *kind;
          },
          "Справочник: " + dictionary_names())
      ->option_text("ИМЯ")
      ->required();
}

/// Columns by characters, where CLI11 counts octets.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() {
    label("Usage", "Вызов");
    label("OPTIONS", "КЛЮЧИ");
    label("SUBCOMMAND", "КОМАНДА");
    label("Positionals", "Аргументы");
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string head = "  " + make_option_name(option, is_positional) + make_option_opts(option);
    const std::size_t width = display_width(head);
    if (width < get_column_width()) head += std::string(get_column_width() - width, ' ');
    return head + make_option_desc(option) + '\n';
  }
};

/// The command line's grammar; CLI11 fills `line` while it parses.
struct Line {
  Invocation invocation;
  SubmitCommand submit;
  DrainCommand drain;
  std::optional<Duration> drain_timeout;
  ListCommand list;
  ShowCommand show;
  DictLoadCommand dict_load;
  DictShowCommand dict_show;
  ProfileLetterCommand profile_letter;
  SignCommand sign;
  VerifyCommand verify;
  TransformCommand transform;
  TrustAddCommand trust_add;
  bool trust_intermediate = false;
  bool trust_revocations = false;
  TrustRemoveCommand trust_remove;
  TrustCheckCommand trust_check;
  QueueGrammar queue;
  DbGrammar db;

  CLI::App app{"Отправка статусов и результатов услуг в личный кабинет заявителя через СМЭВ 3"};

  Line() {
    app.name("smev-send");
    app.formatter(std::make_shared<HelpFormatter>());
    app.option_defaults()->group(kOptionsTitle);
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("smev-send ") + SMEV_VERSION, "Показать версию")
        ->group(kOptionsTitle);
    app.set_help_flag("-h,--help", "Показать справку")->group(kOptionsTitle);
    app.add_option(
           "--config", invocation.config,
           fmt::format("Файл настроек; без ключа: ${}, затем {}", kConfigVariable, kConfigPath))
        ->option_text("ФАЙЛ");
    app.add_flag("--json", invocation.json, "Вывод для программ: JSON");
    app.add_flag("--quiet", invocation.quiet, "Меньше сообщений в стандартный поток ошибок");
    add_submit();
    add_run(app);
    add_drain(app);
    add_list(app);
    add_show(app);
    add_queue();
    add_db();
    add_dict();
    add_profile();
    add_sign();
    add_verify();
    add_transform();
    add_key();
    add_trust();
    app.footer(exit_code_lines());  // after the commands, which would inherit it
  }

  void add_submit() {
    CLI::App& command =
        add_command(app, "submit", "Проверить обновления и надёжно поставить в очередь");
    command.add_option("file", submit.file, "Файл с обновлениями, «-» — стандартный ввод")
        ->option_text("ФАЙЛ")
        ->required();
    command.add_option("--key", submit.idempotency_key, "Ключ идемпотентности")
        ->option_text("КЛЮЧ");
    add_duration(command, "--wait", submit.wait,
                 "Ждать, пока работающий smev-send run доведёт обновления до исхода");
    command
        .add_option_function<std::string>(
            "--format",
            [this](const std::string& value) {
              submit.format = input_format(value);
              if (!submit.format) {
                throw CLI::ValidationError("--format", "известны: json, ndjson, csv, xml");
              }
            },
            "Вид файла: json, ndjson, csv, xml; без ключа — по имени, затем по содержимому")
        ->option_text("ВИД");
    command.add_option("--files", submit.files, "Каталог файлов вложений готового XML")
        ->option_text("КАТАЛОГ");
    command.add_flag("--check", submit.check, "Только проверить, ничего не сохраняя");
    command.add_option("--errors", submit.errors, "Записать сюда записи с ошибками, как они есть")
        ->option_text("ФАЙЛ");
    command.final_callback([this] { invocation.command = submit; });
  }

  void add_run(CLI::App& parent) {
    CLI::App& run =
        add_command(parent, "run", "Отправлять и принимать ответы до сигнала остановки");
    run.final_callback([this] { invocation.command = RunCommand{}; });
  }

  void add_drain(CLI::App& parent) {
    CLI::App& command = add_command(parent, "drain", "Отправить всё, что в очереди, и закончить");
    add_duration(command, "--timeout", drain_timeout, "Сколько времени на это есть; без ключа 10m");
    command.final_callback([this] {
      drain.timeout = drain_timeout.value_or(drain.timeout);
      invocation.command = drain;
    });
  }

  void add_list(CLI::App& parent) {
    CLI::App& command = add_command(parent, "list", "Показать обновления таблицей");
    add_criteria(command, list);
    add_page(command, list.after, list.limit);
    command.final_callback([this] { invocation.command = list; });
  }

  void add_show(CLI::App& parent) {
    CLI::App& command = add_command(parent, "show", "Показать всё, что было с одним обновлением");
    add_update_id(command, show.id);
    command.final_callback([this] { invocation.command = show; });
  }

  void add_queue() {
    CLI::App& command =
        add_command(app, "queue", "Очередь: что стоит и почему, решения, пауза, журнал, чистка");
    command.require_subcommand(1);
    add_list(command);
    add_show(command);
    add_drain(command);
    queue.add(command, [this](QueueCommand chosen) { invocation.command = std::move(chosen); });
  }

  void add_db() {
    CLI::App& command =
        add_command(app, "db", "База исходящих: проверить, скопировать, обновить таблицы");
    command.require_subcommand(1);
    db.add(command, [this](DbCommand chosen) { invocation.command = std::move(chosen); });
  }

  void add_dict() {
    CLI::App& command = add_command(app, "dict", "Справочники: показать, загрузить из ЕСНСИ");
    command.require_subcommand(1);
    CLI::App& list_all = add_command(command, "list", "Показать, какие есть и откуда взяты");
    list_all.final_callback([this] { invocation.command = DictListCommand{}; });
    CLI::App& load = add_command(command, "load", "Проверить выгрузку ЕСНСИ и сохранить в каталог");
    add_dictionary(load, dict_load.kind);
    load.add_option("file", dict_load.file, "Выгрузка: XML или CSV")
        ->option_text("ФАЙЛ")
        ->required();
    load.final_callback([this] { invocation.command = dict_load; });
    CLI::App& look = add_command(command, "show", "Показать справочник или одну запись");
    add_dictionary(look, dict_show.kind);
    look.add_option("code", dict_show.code, "Код")->option_text("КОД");
    look.final_callback([this] { invocation.command = dict_show; });
  }

  void add_sign() {
    CLI::App& command = add_command(
        app, "sign", "Подписать запрос к СМЭВ (XML) или файл (отсоединённая подпись рядом)");
    command.add_option("file", sign.file, "Файл")->option_text("ФАЙЛ")->required();
    command
        .add_option("--out", sign.out,
                    "Куда записать; без ключа: XML — в стандартный вывод, подпись — в ФАЙЛ.p7s")
        ->option_text("ФАЙЛ");
    command.add_flag("--personal", sign.personal,
                     "Подпись должностного лица под бизнес-данными (PersonalSignature)");
    command.add_flag("--detached", sign.detached, "Отсоединённая подпись, хотя это XML");
    command.final_callback([this] { invocation.command = SignatureCommand(sign); });
  }

  void add_verify() {
    CLI::App& command = add_command(
        app, "verify", "Проверить подписи сообщения СМЭВ или отсоединённую подпись файла");
    command.add_option("file", verify.file, "Сообщение (XML или тело ответа HTTP) или любой файл")
        ->option_text("ФАЙЛ")
        ->required();
    command
        .add_option("--signature", verify.signature,
                    "Отсоединённая подпись; без ключа: ФАЙЛ.p7s, затем ФАЙЛ.sig")
        ->option_text("ФАЙЛ");
    add_moment(command, "--at", verify.at,
               "На какой момент судить о доверии; без ключа — когда сообщение отправлено, иначе "
               "сейчас");
    command.add_flag("--no-trust", verify.no_trust,
                     "Не судить о доверии к сертификатам (настройки тогда не нужны)");
    command.add_flag("--strip-blanks", verify.strip_blanks,
                     "Не считать пробелы внутри SignedInfo: для сохранённых копий с отступами");
    command.final_callback([this] { invocation.command = SignatureCommand(verify); });
  }

  void add_transform() {
    CLI::App& command =
        add_command(app, "transform",
                    "Напечатать байты, от которых СМЭВ считает хеш (канонизация и трансформация)");
    command.add_option("file", transform.file, "Сообщение")->option_text("ФАЙЛ")->required();
    command
        .add_option("--id", transform.id,
                    "Элемент с этим Id; без ключа — тот, который подписан, или весь документ")
        ->option_text("ID");
    command.final_callback([this] { invocation.command = SignatureCommand(transform); });
  }

  void add_profile() {
    CLI::App& command =
        add_command(app, "profile", "Подключение: что готово, письма, строка справочника");
    command.require_subcommand(1);
    CLI::App& check =
        add_command(command, "check", "Что в настройках готово, чего не хватает и что отвергнут");
    check.final_callback([this] { invocation.command = ProfileCheckCommand{}; });
    CLI::App& letter = add_command(command, "letter", "Напечатать письмо; без аргумента — список");
    letter
        .add_option_function<std::string>(
            "kind",
            [this](const std::string& value) {
              profile_letter.kind = letter_kind(value);
              if (!profile_letter.kind) {
                throw CLI::ValidationError("kind", "известны: " + letter_names());
              }
            },
            "Письмо: " + letter_names())
        ->option_text("ПИСЬМО");
    letter.final_callback([this] { invocation.command = profile_letter; });
    CLI::App& row = add_command(command, "row", "Строка справочника организаций-отправителей, CSV");
    row.final_callback([this] { invocation.command = ProfileRowCommand{}; });
  }

  void add_key() {
    CLI::App& command = add_command(app, "key", "Ключ информационной системы: проверить");
    command.require_subcommand(1);
    CLI::App& check = add_command(
        command, "check", "Открыть ключ из настроек, сделать пробную подпись, показать сертификат");
    check.final_callback([this] { invocation.command = KeyCheckCommand{}; });
  }

  void add_trust() {
    CLI::App& command = add_command(app, "trust", "Доверие: сертификаты СМЭВ и списки отозванных");
    command.require_subcommand(1);
    CLI::App& list_all = add_command(command, "list", "Показать, каким сертификатам доверяем");
    list_all.final_callback([this] { invocation.command = TrustListCommand{}; });
    add_trust_add(command);
    CLI::App& remove = add_command(command, "remove", "Убрать сертификат или список из каталога");
    remove
        .add_option("what", trust_remove.what,
                    "Отпечаток SHA-256 или его начало, серийный номер или файл")
        ->option_text("ЧТО")
        ->required();
    remove.add_flag("--yes", trust_remove.yes, "Даже последний доверенный сертификат");
    remove.final_callback([this] { invocation.command = trust_remove; });
    add_trust_check(command);
  }

  void add_trust_add(CLI::App& command) {
    CLI::App& add = add_command(command, "add", "Добавить сертификат или список отозванных");
    add.add_option("file", trust_add.file, "Файл: PEM, DER или PKCS#7")
        ->option_text("ФАЙЛ")
        ->required();
    add.add_flag("--crl", trust_revocations, "Это список отозванных сертификатов (СОС)");
    add.add_flag("--intermediate", trust_intermediate, "Это сертификат промежуточного УЦ");
    add.add_flag("--yes", trust_add.yes, "Не спрашивать подтверждения");
    add.add_flag("--force", trust_add.force,
                 "Даже истёкший сертификат или список, за который никто не ручается");
    add.final_callback([this] {
      if (trust_intermediate && trust_revocations) {
        throw CLI::ValidationError("--crl", "нужен один из ключей: --crl или --intermediate");
      }
      if (trust_intermediate) trust_add.list = signature::TrustList::intermediates;
      if (trust_revocations) trust_add.list = signature::TrustList::revocations;
      invocation.command = trust_add;
    });
  }

  void add_trust_check(CLI::App& command) {
    CLI::App& check =
        add_command(command, "check", "Проверить сертификат или все сертификаты сообщения");
    check.add_option("file", trust_check.file, "Сертификат или подписанное сообщение XML")
        ->option_text("ФАЙЛ")
        ->required();
    add_moment(check, "--at", trust_check.at,
               "Судить на этот момент; без ключа — на текущий, без смещения — московское время");
    check.final_callback([this] { invocation.command = trust_check; });
  }
};

/// The innermost command that was given: what is missing is missing there.
const CLI::App& command_given(const CLI::App& app) {
  const auto inner = app.get_subcommands();
  return inner.empty() ? app : command_given(*inner.front());
}

/// Where the help of what was given is: «smev-send queue skip --help».
std::string help_line(const CLI::App& app) {
  std::string line = "smev-send";
  const CLI::App* given = &app;
  for (auto inner = given->get_subcommands(); !inner.empty(); inner = given->get_subcommands()) {
    given = inner.front();
    line += ' ' + given->get_name();
  }
  return line + " --help";
}

/// As the help calls them: «ФАЙЛ», «--reason ТЕКСТ».
std::string missing_arguments(const CLI::App& command) {
  std::string missing;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_required() || option->count() > 0) continue;
    const std::string name = option->get_positional() ? "" : option->get_name() + ' ';
    missing += (missing.empty() ? "" : ", ") + name + option->get_option_text();
  }
  return missing;
}

std::string missing_text(const CLI::App& app) {
  const std::vector<std::string> unknown = app.remaining(true);
  if (!unknown.empty()) return "неизвестная команда «" + unknown.front() + "»";
  const std::string missing = missing_arguments(command_given(app));
  return missing.empty() ? "не хватает команды" : "не хватает: " + missing;
}

/// A fault of a value: of an argument it names what the help does, and not our own name for it.
std::string value_fault(const std::string& told, const CLI::App& command) {
  const std::size_t end = told.find(':');
  const CLI::Option* option =
      end == std::string::npos ? nullptr : command.get_option_no_throw(told.substr(0, end));
  if (option == nullptr || !option->get_positional()) return told;
  return option->get_option_text() + told.substr(end);
}

/// CLI11 tells its story in English, with the name of the option before a colon.
std::string mistake(const CLI::ParseError& error, const CLI::App& app) {
  const std::string told = error.what();
  const std::string option = told.substr(0, told.find(':'));
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::RequiredError:
      return missing_text(app);
    case CLI::ExitCodes::ExtrasError: {
      const std::vector<std::string> extra = app.remaining(true);
      return "лишний или неизвестный аргумент" + (extra.empty() ? "" : " «" + extra.front() + "»");
    }
    case CLI::ExitCodes::ArgumentMismatch:
      return "у ключа " + option + " нет значения или значений больше одного";
    case CLI::ExitCodes::ConversionError:
      return "значение не подходит";
    case CLI::ExitCodes::ValidationError:
      return "значение не подходит: " + value_fault(told, command_given(app));
    default:
      return "не удалось разобрать";
  }
}

/// The detail is CLI11's own English: it is told only where the text does not say everything.
Error usage_error(const CLI::ParseError& error, const CLI::App& app) {
  Error made;
  made.text = "Неверная командная строка: " + mistake(error, app);
  const auto kind = static_cast<CLI::ExitCodes>(error.get_exit_code());
  const bool told = kind == CLI::ExitCodes::RequiredError || kind == CLI::ExitCodes::ExtrasError ||
                    kind == CLI::ExitCodes::ArgumentMismatch ||
                    kind == CLI::ExitCodes::ValidationError;
  if (!told) made.detail = error.what();
  return made;
}

std::string config_path(const std::string& given, const Environment& environment) {
  if (!given.empty()) return given;
  const std::optional<std::string> variable = environment.variable(kConfigVariable);
  return variable && !variable->empty() ? *variable : kConfigPath;
}

}  // namespace

UpdateFilter UpdateCriteria::filter(TimePoint now) const {
  UpdateFilter filter;
  filter.state = state;
  filter.order_number = order;
  filter.hold_reason = hold_reason;
  filter.fault = fault;
  filter.submitted_since = since;
  filter.submitted_before = until;
  if (older && (!until || now - *older < *until)) filter.submitted_before = now - *older;
  return filter;
}

std::optional<InputFormat> input_format(std::string_view name) {
  if (name == "json") return InputFormat::json;
  if (name == "ndjson") return InputFormat::ndjson;
  if (name == "csv") return InputFormat::csv;
  if (name == "xml") return InputFormat::xml;
  return std::nullopt;
}

std::variant<Invocation, ExitCode> parse_arguments(std::vector<std::string> arguments,
                                                   const Environment& environment) {
  Line line;
  // Known before parsing, because a wrong line must be told in the form that was asked for.
  const bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    line.app.parse(std::move(arguments));
  } catch (const CLI::Success& asked) {  // help or version
    line.app.exit(asked, environment.out, environment.out);
    return ExitCode::done;
  } catch (const CLI::ParseError& error) {
    const Error told = usage_error(error, line.app);
    if (json) {
      environment.out << error_json(told, kUsageCode) << '\n';
    } else {
      environment.err << told.describe() << "\nСправка: " << help_line(line.app) << '\n';
    }
    return ExitCode::usage;
  }
  line.invocation.config = config_path(line.invocation.config, environment);
  return std::move(line.invocation);
}

}  // namespace smev::cli
