#include "smev-send/invocation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "command_fixture.hpp"

namespace smev::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Arguments : public testing::Test {
 protected:
  std::variant<Invocation, ExitCode> parse(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    const Environment environment{in_, out_, err_, [this](const char*) { return variable; },
                                  [](const std::string&) -> Result<SenderOptions> {
                                    return fail(local_error(ErrorCode::internal, "not opened"));
                                  }};
    return parse_arguments(std::move(arguments), environment);
  }
  template <class Command>
  Command command(std::vector<std::string> arguments) {
    const auto parsed = parse(std::move(arguments));
    if (const auto* invocation = std::get_if<Invocation>(&parsed)) {
      if (const auto* wanted = std::get_if<Command>(&invocation->command)) return *wanted;
    }
    ADD_FAILURE() << err();
    return {};
  }
  Invocation invocation(std::vector<std::string> arguments) {
    const auto parsed = parse(std::move(arguments));
    if (const auto* made = std::get_if<Invocation>(&parsed)) return *made;
    ADD_FAILURE() << err();
    return {};
  }
  void expect_usage_fault(std::vector<std::string> arguments, const std::string& text) {
    const auto parsed = parse(std::move(arguments));
    const auto* code = std::get_if<ExitCode>(&parsed);
    ASSERT_NE(code, nullptr) << text;
    EXPECT_EQ(*code, ExitCode::usage);
    EXPECT_EQ(out_.str(), "");
    EXPECT_THAT(err(), AllOf(HasSubstr("Неверная командная строка"), HasSubstr(text)));
  }
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }

  std::optional<std::string> variable;

 private:
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Arguments, a_wrong_line_points_to_the_help_of_its_command) {
  expect_usage_fault({"--nonsense"}, "\nСправка: smev-send --help\n");
  expect_usage_fault({"show"}, "\nСправка: smev-send show --help\n");
  expect_usage_fault({"queue", "skip", "3"}, "\nСправка: smev-send queue skip --help\n");
  expect_usage_fault({"queue", "nonsense"}, "\nСправка: smev-send queue --help\n");
}

TEST_F(Arguments, configuration_comes_from_the_flag_then_the_variable_then_the_usual_place) {
  EXPECT_EQ(invocation({"run"}).config, "/etc/smev/smev.toml");
  variable = "";
  EXPECT_EQ(invocation({"run"}).config, "/etc/smev/smev.toml");
  variable = "/srv/smev.toml";
  EXPECT_EQ(invocation({"run"}).config, "/srv/smev.toml");
  EXPECT_EQ(invocation({"--config", "x.toml", "run"}).config, "x.toml");
}

TEST_F(Arguments, common_flags_stand_before_the_command_or_after_it) {
  const Invocation before = invocation({"--json", "--quiet", "--config=x", "list"});
  EXPECT_TRUE(before.json && before.quiet && before.config == "x");
  const Invocation after = invocation({"list", "--json", "--quiet", "--config=x"});
  EXPECT_TRUE(after.json && after.quiet && after.config == "x");
  const Invocation neither = invocation({"list"});
  EXPECT_FALSE(neither.json || neither.quiet);
}

TEST_F(Arguments, submit_takes_a_file_a_key_and_a_wait) {
  const auto plain = command<SubmitCommand>({"submit", "-"});
  EXPECT_EQ(plain.file, "-");
  EXPECT_EQ(plain.idempotency_key, "");
  EXPECT_EQ(plain.wait, std::nullopt);
  const auto full = command<SubmitCommand>({"submit", "u.json", "--key", "k", "--wait", "90s"});
  EXPECT_EQ(full.file, "u.json");
  EXPECT_EQ(full.idempotency_key, "k");
  EXPECT_EQ(full.wait, Duration(90s));
}

TEST_F(Arguments, submit_takes_the_form_of_its_file_and_what_to_do_with_it) {
  const auto plain = command<SubmitCommand>({"submit", "-"});
  EXPECT_EQ(plain.format, std::nullopt);
  EXPECT_FALSE(plain.check);
  EXPECT_EQ(plain.files + plain.errors, "");
  const auto full = command<SubmitCommand>(
      {"submit", "u", "--format", "xml", "--files", "f", "--check", "--errors", "e"});
  EXPECT_EQ(full.format, InputFormat::xml);
  EXPECT_TRUE(full.check);
  EXPECT_EQ(full.files, "f");
  EXPECT_EQ(full.errors, "e");
  for (const char* name : {"json", "ndjson", "csv"}) EXPECT_TRUE(input_format(name)) << name;
}

TEST_F(Arguments, drain_takes_ten_minutes_unless_told) {
  EXPECT_EQ(command<DrainCommand>({"drain"}).timeout, Duration(10min));
  EXPECT_EQ(command<DrainCommand>({"drain", "--timeout", "250ms"}).timeout, Duration(250ms));
}

TEST_F(Arguments, list_takes_its_filters) {
  const auto plain = command<ListCommand>({"list"});
  EXPECT_EQ(plain.state, std::nullopt);
  EXPECT_EQ(plain.limit, kListLimitDefault);
  const auto full = command<ListCommand>(
      {"list", "--state", "held", "--order", "A-1", "--after", "7", "--limit", "10000"});
  EXPECT_EQ(full.state, UpdateState::held);
  EXPECT_EQ(full.order, "A-1");
  EXPECT_EQ(full.after, 7);
  EXPECT_EQ(full.limit, kListLimitMax);
}

TEST_F(Arguments, criteria_become_a_filter) {
  UpdateCriteria criteria = command<ListCommand>({"list", "--state", "held", "--hold-reason",
                                                  "unanswered", "--fault", "SMEV-100", "--since",
                                                  "2026-04-16", "--until", "2026-04-17T00:00:00Z"});
  const TimePoint now = DateTime::parse("2026-04-20T00:00:00Z")->instant();
  UpdateFilter filter = criteria.filter(now);
  EXPECT_EQ(filter.state, UpdateState::held);
  EXPECT_EQ(filter.hold_reason, HoldReason::unanswered);
  EXPECT_EQ(filter.fault, "SMEV-100");
  EXPECT_EQ(filter.submitted_since, DateTime::parse("2026-04-16T00:00:00+03:00")->instant())
      << "without an offset it is Moscow's";
  EXPECT_EQ(filter.submitted_before, DateTime::parse("2026-04-17T00:00:00Z")->instant());
  criteria.older = std::chrono::hours(24);
  EXPECT_EQ(criteria.filter(now).submitted_before, criteria.until) << "the earlier of both";
  criteria.older = std::chrono::hours(24 * 10);
  EXPECT_EQ(criteria.filter(now).submitted_before, now - std::chrono::hours(24 * 10));
}

TEST_F(Arguments, queue_decisions_take_ids_or_criteria) {
  const auto of = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "queue");
    return std::get<QueueDecideCommand>(command<QueueCommand>(std::move(arguments)));
  };
  for (const auto& [word, event] :
       {std::pair{"requeue", UpdateEvent::requeued}, std::pair{"skip", UpdateEvent::skipped},
        std::pair{"reject", UpdateEvent::rejected}, std::pair{"cancel", UpdateEvent::cancelled},
        std::pair{"expire", UpdateEvent::expired}}) {
    const auto named = of({word, "7", "8", "--reason", "why", "--who", "me"});
    EXPECT_EQ(named.event, event);
    EXPECT_EQ(named.ids, (std::vector<UpdateId>{7, 8}));
    EXPECT_EQ(named.reason, "why");
    EXPECT_EQ(named.who, "me");
    EXPECT_FALSE(named.yes);
  }
  const auto many = of({"requeue", "--order", "A-1", "--reason", "why", "--yes"});
  EXPECT_EQ(many.criteria.order, "A-1");
  EXPECT_TRUE(many.yes);
  expect_usage_fault({"queue", "requeue", "--reason", "why"}, "не подходит");
  expect_usage_fault({"queue", "requeue", "7"}, "не хватает: --reason ТЕКСТ\n");
}

TEST_F(Arguments, show_takes_an_id) { EXPECT_EQ(command<ShowCommand>({"show", "17"}).id, 17); }

TEST_F(Arguments, dict_takes_a_dictionary_and_a_code_or_a_file) {
  const auto of = [this](std::vector<std::string> arguments) {
    return command<DictionaryCommand>(std::move(arguments));
  };
  EXPECT_TRUE(std::holds_alternative<DictListCommand>(of({"dict", "list"})));
  const auto load = std::get<DictLoadCommand>(of({"dict", "load", "channels", "e.xml"}));
  EXPECT_EQ(load.kind, elk::DictionaryKind::channels);
  EXPECT_EQ(load.file, "e.xml");
  const auto all = std::get<DictShowCommand>(of({"dict", "show", "statuses"}));
  EXPECT_EQ(all.code, std::nullopt);
  const auto one = std::get<DictShowCommand>(of({"dict", "show", "statuses", "-1"}));
  EXPECT_EQ(one.kind, elk::DictionaryKind::statuses);
  EXPECT_EQ(one.code, "-1");
  EXPECT_TRUE(invocation({"dict", "list", "--json"}).json);
}

TEST_F(Arguments, profile_takes_a_letter_or_none) {
  const auto of = [this](std::vector<std::string> arguments) {
    return command<ProfileCommand>(std::move(arguments));
  };
  EXPECT_TRUE(std::holds_alternative<ProfileCheckCommand>(of({"profile", "check"})));
  EXPECT_TRUE(std::holds_alternative<ProfileRowCommand>(of({"profile", "row"})));
  EXPECT_EQ(std::get<ProfileLetterCommand>(of({"profile", "letter"})).kind, std::nullopt);
  for (const LetterKind kind : kLetterKinds) {
    const std::string word(name(kind));
    EXPECT_EQ(std::get<ProfileLetterCommand>(of({"profile", "letter", word})).kind, kind);
  }
  expect_usage_fault({"profile"}, "не хватает команды");
  expect_usage_fault({"profile", "letter", "ткy"}, "organizations-senders, tku, standard");
}

TEST_F(Arguments, wrong_lines_are_told_in_russian) {
  expect_usage_fault({}, "не хватает команды");
  expect_usage_fault({"send"}, "неизвестная команда «send»");
  expect_usage_fault({"submit"}, "не хватает: ФАЙЛ\n");
  expect_usage_fault({"submit", "a", "b"}, "лишний или неизвестный аргумент «b»\n");
  expect_usage_fault({"submit", "a", "--wait", "5"}, "нужен срок");
  expect_usage_fault({"submit", "a", "--key"}, "у ключа --key нет значения");
  expect_usage_fault({"submit", "a", "--format", "xls"}, "json, ndjson, csv, xml");
  expect_usage_fault({"list", "--state", "stuck"}, "queued, in_flight");
  expect_usage_fault({"list", "--limit", "0"}, "не подходит");
  expect_usage_fault({"list", "--limit", "10001"}, "нужно целое число от 1 до 10000\n");
  expect_usage_fault({"list", "--after", "-1"}, "нужно целое число от 0\n");
  expect_usage_fault({"show"}, "не хватает: НОМЕР\n");
  expect_usage_fault({"show", "0"},
                     "нужен номер обновления; по номеру заявления их покажет list --order НОМЕР\n");
  expect_usage_fault({"show", "x"},
                     "нужен номер обновления; по номеру заявления их покажет list --order НОМЕР\n");
  expect_usage_fault({"show", "7x"},
                     "нужен номер обновления; по номеру заявления их покажет list --order НОМЕР\n");
  expect_usage_fault({"show", "99999999999999999999"},
                     "нужен номер обновления; по номеру заявления их покажет list --order НОМЕР\n");
  expect_usage_fault({"queue", "log", "0"}, "нужно целое число от 1\n");
  expect_usage_fault({"queue", "skip", "1", "x", "--reason", "r"}, "нужно целое число от 1\n");
  expect_usage_fault({"run", "list"}, "лишний");
  expect_usage_fault({"run", "--colour"}, "лишний");
}

TEST_F(Arguments, wrong_line_is_told_as_json_when_json_is_wanted) {
  const auto parsed = parse({"--json", "send"});
  ASSERT_TRUE(std::holds_alternative<ExitCode>(parsed));
  EXPECT_EQ(std::get<ExitCode>(parsed), ExitCode::usage);
  EXPECT_EQ(nlohmann::json::parse(out()).at("error").at("code"), "usage");
  EXPECT_EQ(err(), "");
}

TEST_F(Arguments, help_names_every_command_and_exit_code) {
  const auto parsed = parse({"--help"});
  ASSERT_TRUE(std::holds_alternative<ExitCode>(parsed));
  EXPECT_EQ(std::get<ExitCode>(parsed), ExitCode::done);
  for (const char* word : {"submit", "run", "drain", "list", "show", "queue", "db", "dict",
                           "profile", "--config", "--json", "--quiet"}) {
    EXPECT_THAT(out(), HasSubstr(word));
  }
  for (const ExitCodeRow& row : exit_codes()) EXPECT_THAT(out(), HasSubstr(std::string(row.text)));
}

TEST_F(Arguments, help_of_a_command_names_its_flags) {
  parse({"list", "--help"});
  EXPECT_THAT(out(), AllOf(HasSubstr("--state"), HasSubstr("--order"), HasSubstr("--limit")));
}

TEST_F(Arguments, version_is_told) {
  const auto parsed = parse({"--version"});
  EXPECT_EQ(std::get<ExitCode>(parsed), ExitCode::done);
  EXPECT_THAT(out(), testing::MatchesRegex("smev-send [0-9.]+\n"));
}

}  // namespace
}  // namespace smev::cli
