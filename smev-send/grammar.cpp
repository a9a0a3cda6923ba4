#include "smev-send/grammar.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace smev::cli {
namespace {

std::string state_names() {
  std::string names;
  for (const UpdateState state : all_update_states()) {
    names += (names.empty() ? "" : ", ") + std::string(name(state));
  }
  return names;
}

std::string hold_reason_names() {
  std::string names;
  for (const HoldReason reason : all_hold_reasons()) {
    if (reason == HoldReason::none) continue;
    names += (names.empty() ? "" : ", ") + std::string(name(reason));
  }
  return names;
}

void add_state(CLI::App& command, std::optional<UpdateState>& to) {
  command
      .add_option_function<std::string>(
          "--state",
          [&to](const std::string& value) {
            to = update_state(value);
            if (!to) throw CLI::ValidationError("--state", "известны: " + state_names());
          },
          "Только в этом состоянии: " + state_names())
      ->option_text("СОСТОЯНИЕ");
}

void add_hold_reason(CLI::App& command, std::optional<HoldReason>& to) {
  command
      .add_option_function<std::string>(
          "--hold-reason",
          [&to](const std::string& value) {
            to = hold_reason(value);
            if (!to || *to == HoldReason::none) {
              throw CLI::ValidationError("--hold-reason", "известны: " + hold_reason_names());
            }
          },
          "Только остановленные по этой причине: " + hold_reason_names())
      ->option_text("ПРИЧИНА");
}

CLI::Validator update_id() {
  return CLI::Validator(
      [](std::string& text) {
        return whole_number(1)(text).empty()
                   ? std::string()
                   : "нужен номер обновления; по номеру заявления их покажет list --order НОМЕР";
      },
      "НОМЕР");
}

// A variable of a script that is not set must not choose everything.
CLI::Validator not_empty() {
  return CLI::Validator(
      [](std::string& text) { return text.empty() ? "значение пусто" : std::string(); }, "");
}

}  // namespace

CLI::Validator whole_number(std::int64_t least, std::int64_t most) {
  return CLI::Validator(
      [least, most](std::string& text) {
        std::int64_t number = 0;
        const char* end = text.data() + text.size();
        const auto [stop, failed] = std::from_chars(text.data(), end, number);
        if (failed == std::errc() && stop == end && number >= least && number <= most) {
          return std::string();
        }
        return most == kNumberMax ? fmt::format("нужно целое число от {}", least)
                                  : fmt::format("нужно целое число от {} до {}", least, most);
      },
      "ЧИСЛО");
}

CLI::App& add_command(CLI::App& app, const char* name, const char* text) {
  CLI::App* command = app.add_subcommand(name, text);
  command->group("Команды");
  command->set_help_flag("-h,--help", "Показать справку")->group(kOptionsTitle);
  command->fallthrough();  // the common options are welcome after the command too
  return *command;
}

CLI::Option* add_duration(CLI::App& command, const char* flag, std::optional<Duration>& to,
                          const std::string& text) {
  return command
      .add_option_function<std::string>(
          flag,
          [&to, flag](const std::string& value) {
            to = parse_duration(value);
            if (!to) {
              throw CLI::ValidationError(
                  flag, "нужен срок: целое число и единица ms, s, m, h или d, например 10m");
            }
          },
          text)
      ->option_text("СРОК");
}

CLI::Option* add_moment(CLI::App& command, const char* flag, std::optional<TimePoint>& to,
                        const std::string& text) {
  return command
      .add_option_function<std::string>(
          flag,
          [&to, flag](const std::string& value) {
            const auto moment =
                DateTime::parse(value.find('T') == std::string::npos ? value + "T00:00:00" : value);
            if (!moment) {
              throw CLI::ValidationError(
                  flag, "нужна дата, например 2026-04-16 или 2026-04-16T10:47:33+03:00");
            }
            to = moment->instant();
          },
          text)
      ->option_text("ДАТА");
}

void add_update_id(CLI::App& command, UpdateId& to) {
  command.add_option("id", to, "Номер, который напечатали submit и list")
      ->check(update_id())
      ->option_text("НОМЕР")
      ->required();
}

void add_criteria(CLI::App& command, UpdateCriteria& to) {
  add_state(command, to.state);
  command.add_option("--order", to.order, "Только этого заявления")
      ->check(not_empty())
      ->option_text("НОМЕР");
  add_hold_reason(command, to.hold_reason);
  command
      .add_option("--fault", to.fault,
                  "Только с этой ошибкой: код результата, имя ошибки или часть пояснения")
      ->check(not_empty())
      ->option_text("ОШИБКА");
  add_moment(command, "--since", to.since, "Только поданные с этого времени");
  add_moment(command, "--until", to.until, "Только поданные до этого времени");
  add_duration(command, "--older", to.older, "Только поданные раньше, чем столько времени назад");
}

void add_limit(CLI::App& command, int& to) {
  command
      .add_option("--limit", to,
                  fmt::format("Не больше стольких строк, 1..{}; без ключа {}", kListLimitMax,
                              kListLimitDefault))
      ->check(whole_number(1, kListLimitMax))
      ->option_text("ЧИСЛО");
}

void add_page(CLI::App& command, UpdateId& after, int& limit) {
  command.add_option("--after", after, "Только с номером больше этого")
      ->check(whole_number(0))
      ->option_text("НОМЕР");
  add_limit(command, limit);
}

}  // namespace smev::cli
