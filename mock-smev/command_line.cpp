#include "mock-smev/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <sstream>

#include "sdk/base/bytes.hpp"

namespace smev::mock {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// What `parse` takes; anything else is answered with what is wanted.
template <class Parse>
CLI::Validator readable_by(Parse parse, const std::string& wanted, const std::string& name = "") {
  return CLI::Validator(
      [=](std::string& text) { return parse(text) ? std::string() : "нужно " + wanted; }, name);
}

CLI::Validator duration_text() {
  return readable_by(&parse_duration, "время: 250ms, 30s, 15m, 2h", "ВРЕМЯ");
}

CLI::Validator one_of(const std::vector<std::string>& words) {
  const auto known = [words](const std::string& text) {
    return std::find(words.begin(), words.end(), text) != words.end();
  };
  return readable_by(known, "одно из: " + joined(words), joined(words));
}

/// What CLI11 fills and what is not an option by itself.
struct Arguments {
  std::string redeliver = "15m";
  std::string answer_delay = "0";
  std::string request_age_max = "0";
  std::string fault_style = "old";
  std::optional<std::uint64_t> seed;
  bool any_first_status = false;
  bool no_test_message = false;
  std::vector<std::string> injections;
  std::vector<std::string> reactions;
};

void add_server_options(CLI::App& app, Options& options) {
  app.add_option("--dir", options.directory, "Папка состояния: ключи, файлы, smev.toml")
      ->capture_default_str();
  app.add_option("--listen", options.listen, "Адрес, на котором слушать")->capture_default_str();
  app.add_flag("--allow-remote", options.allow_remote, "Разрешить не локальный адрес");
  app.add_option("--port", options.http_port, "Порт HTTP; 0 — любой свободный")
      ->capture_default_str();
  app.add_option("--ftp-port", options.ftp_port, "Порт FTP; 0 — любой свободный")
      ->capture_default_str();
  app.add_option("--ports-file", options.ports_file, "Записать сюда занятые порты (JSON)");
}

void add_service_options(CLI::App& app, ServiceOptions& service, Arguments& arguments) {
  app.add_option("--redeliver", arguments.redeliver,
                 "Через сколько неподтверждённый ответ придёт снова")
      ->check(duration_text())
      ->capture_default_str();
  app.add_option("--answer-delay", arguments.answer_delay, "Через сколько ответ встаёт в очередь")
      ->check(duration_text())
      ->capture_default_str();
  app.add_option("--drop-after-accept", service.drop_after_accept,
                 "Доля принятых SendRequest, после которых связь рвётся");
  app.add_option("--drop-ack", service.drop_ack, "Доля Ack, на которых связь рвётся");
  app.add_option("--seed", arguments.seed, "Зерно случайных обрывов");
  app.add_option("--tamper-answers", service.tamper_answers,
                 "Испортить после подписания столько первых ответов");
  app.add_option("--fault", arguments.fault_style, "Вид SOAP-ошибок")
      ->check(one_of({"old", "new"}))
      ->capture_default_str();
  app.add_flag("--plain", service.plain, "Ответы GetResponse без multipart/related");
  app.add_flag("--no-test-message", arguments.no_test_message,
               "Принимать сообщения без TestMessage");
  app.add_flag("--drop-refused", service.drop_refused,
               "Ack с accepted=false убирает сообщение из очереди");
  app.add_option("--sender-mnemonic", service.sender_mnemonic, "Мнемоника отправителя")
      ->capture_default_str();
  app.add_option("--smev-mnemonic", service.smev_mnemonic, "Мнемоника СМЭВ")->capture_default_str();
  app.add_option("--provider-mnemonic", service.provider_mnemonic, "Мнемоника ЕЛК")
      ->capture_default_str();
  app.add_option("--inject", arguments.injections,
                 "ОПЕРАЦИЯ=БЕДА[:СКОЛЬКО], например SendRequest=SMEVFailure:3. Беды: " +
                     joined(trouble_names()))
      ->check(readable_by(&parse_injection,
                          "ОПЕРАЦИЯ=БЕДА[:СКОЛЬКО], где операция — SendRequest, GetResponse или "
                          "Ack, беда — одна из: " +
                              joined(trouble_names())));
  app.add_option("--react", arguments.reactions,
                 "НОМЕР=РЕАКЦИЯ[:СКОЛЬКО]: ответ о заявлении по сценарию, например "
                 "1999290001=code-13:2. Реакции: " +
                     joined(reaction_names()))
      ->check(readable_by(&parse_reaction_rule, "НОМЕР=РЕАКЦИЯ[:СКОЛЬКО], где реакция — одна из: " +
                                                    joined(reaction_names())));
}

void add_account_options(CLI::App& app, AccountRules& rules, Arguments& arguments) {
  app.add_option("--services", rules.services, "Известные ТКУ; без параметра известны все")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--unknown-status", rules.unknown_statuses,
                 "Коды, которых нет в справочнике статусов (результат 4)")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--first-status", rules.first_statuses,
                 "Коды, с которых может начаться заявление (иначе результат 31)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
  app.add_flag("--any-first-status", arguments.any_first_status,
               "Заявление может начаться с любого статуса");
  app.add_option("--request-age-max", arguments.request_age_max,
                 "Более старая requestDate даёт результат 38; 0 — никогда")
      ->check(duration_text())
      ->capture_default_str();
  app.add_option("--absent-attachment-code", rules.absent_attachment_code,
                 "Код результата для FSuuid без описания вложения")
      ->capture_default_str();
}

Result<void> apply(const Arguments& arguments, Options& options) {
  SMEV_ASSIGN(options.service.redeliver, parse_duration(arguments.redeliver));
  SMEV_ASSIGN(options.service.answer_delay, parse_duration(arguments.answer_delay));
  SMEV_ASSIGN(options.account.request_age_max, parse_duration(arguments.request_age_max));
  options.service.seed = arguments.seed.value_or(random_number());
  options.service.fault_style =
      arguments.fault_style == "new" ? FaultStyle::new_gateway : FaultStyle::old_server;
  options.service.require_test_message = !arguments.no_test_message;
  if (arguments.any_first_status) options.account.first_statuses.clear();
  for (const std::string& text : arguments.injections) {
    SMEV_ASSIGN(InjectionRule rule, parse_injection(text));
    options.service.injections.push_back(std::move(rule));
  }
  for (const std::string& text : arguments.reactions) {
    SMEV_ASSIGN(ReactionRule rule, parse_reaction_rule(text));
    options.service.reactions.push_back(std::move(rule));
  }
  return {};
}

std::shared_ptr<CLI::Formatter> russian_formatter() {
  auto formatter = std::make_shared<CLI::Formatter>();
  formatter->label("Usage", "Вызов");
  formatter->label("OPTIONS", "КЛЮЧИ");
  return formatter;
}

/// CLI11 tells its story in English; it names the option before a colon or after an equals sign.
std::string mistake(const CLI::ParseError& error, const CLI::App& app) {
  const std::string told = error.what();
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::ExtrasError:
      return "лишний или неизвестный аргумент «" + app.remaining().front() + "»";
    case CLI::ExitCodes::ArgumentMismatch:
      return "нет значения или значений больше одного у ключа " + told.substr(0, told.find(':'));
    case CLI::ExitCodes::ConversionError:  // "Could not convert: --port = x"
      return "значение не подходит:" + told.substr(told.find(':') + 1);
    default:
      return "значение не подходит (" + told + ")";
  }
}

}  // namespace

CommandLine read_command_line(const std::vector<std::string>& arguments) {
  CLI::App app("Имитатор СМЭВ 3 и личного кабинета для вида сведений elk/status 1.0.2",
               "mock-smev");
  app.formatter(russian_formatter());
  app.option_defaults()->group("Ключи");
  app.set_help_flag("-h,--help", "Показать справку")->group("Ключи");
  Options options;
  Arguments given;
  add_server_options(app, options);
  add_service_options(app, options.service, given);
  add_account_options(app, options.account, given);
  CommandLine line;
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    std::ostringstream help;
    const bool asked = app.exit(error, help, help) == 0;
    line.exit_code = asked ? 0 : kExitUsage;
    line.text = asked ? help.str()
                      : "Неверная командная строка: " + mistake(error, app) +
                            "\nСправка: mock-smev --help\n";
    return line;
  }
  if (auto applied = apply(given, options); !applied) {
    line.exit_code = kExitUsage;
    line.text = applied.error().describe() + '\n';
    return line;
  }
  line.options = std::move(options);
  return line;
}

}  // namespace smev::mock
