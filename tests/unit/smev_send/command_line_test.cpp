#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "command_fixture.hpp"
#include "smev-send/commands.hpp"

// smev-send/command_line.cpp

namespace smev::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Main : public CommandLine {};

TEST_F(Main, asks_for_the_configuration_that_is_named) {
  variables["SMEV_CONFIG"] = "/srv/smev.toml";
  run({"list"});
  EXPECT_EQ(config_asked_for, "/srv/smev.toml");
}

TEST_F(Main, wrong_configuration_is_told_with_every_fault) {
  std::istringstream input;
  std::ostringstream output;
  std::ostringstream errors;
  const Environment environment{input, output, errors, [](const char*) { return std::nullopt; },
                                [](const std::string& path) -> Result<SenderOptions> {
                                  Error error = validation_error(
                                      {{"poll.pollers", "range", "допустимо от 1 до 16", ""},
                                       {"mnemonic", "missing", "не указано", ""}},
                                      ErrorCode::config);
                                  error.detail = path;
                                  return fail(std::move(error));
                                }};
  EXPECT_EQ(run_command_line({"--config", "my.toml", "run"}, environment), ExitCode::configuration);
  EXPECT_EQ(output.str(), "");
  EXPECT_THAT(errors.str(), AllOf(HasSubstr("my.toml"), HasSubstr("\n  poll.pollers: "),
                                  HasSubstr("\n  mnemonic: ")));
  EXPECT_EQ(run_command_line({"--json", "list"}, environment), ExitCode::configuration);
  const auto error = nlohmann::json::parse(output.str()).at("error");
  EXPECT_EQ(error.at("code"), "config");
  EXPECT_EQ(error.at("fields").size(), 2u);
  EXPECT_EQ(error.at("fields").at(0).at("field"), "poll.pollers");
}

TEST_F(Main, an_outbox_that_cannot_be_opened_is_named) {
  std::filesystem::create_directory(path("outbox.db"));
  EXPECT_EQ(run({"list"}), ExitCode::storage);
  EXPECT_THAT(err, HasSubstr(path("outbox.db")));
}

TEST_F(Main, an_outbox_that_cannot_be_reached_is_no_absent_one) {
  std::filesystem::create_symlink("outbox.db", path("outbox.db"));
  EXPECT_EQ(run({"list"}), ExitCode::storage);
  EXPECT_THAT(err, AllOf(HasSubstr("Нет доступа к базе исходящих. Проверьте outbox.path"),
                         HasSubstr(path("outbox.db"))));
}

TEST_F(Main, a_value_that_will_not_do_is_told_of_what_the_help_names) {
  EXPECT_EQ(run({"queue", "skip", "x", "--reason", "r"}), ExitCode::usage);
  EXPECT_THAT(err, HasSubstr("значение не подходит: НОМЕР…: нужно целое число"));
  EXPECT_EQ(run({"dict", "show", "x"}), ExitCode::usage);
  EXPECT_THAT(err, HasSubstr("значение не подходит: ИМЯ: известны: statuses"));
  EXPECT_EQ(run({"list", "--limit", "0"}), ExitCode::usage);
  EXPECT_THAT(err, HasSubstr("значение не подходит: --limit: нужно целое число"));
}

TEST_F(Main, output_that_cannot_be_written_is_no_success) {
  std::istringstream input;
  std::ostringstream output;
  std::ostringstream errors;
  const Environment environment{
      input, output, errors, [](const char*) { return std::nullopt; },
      [this](const std::string&) -> Result<SenderOptions> { return options(); }};
  output.setstate(std::ios::badbit);
  EXPECT_EQ(run_command_line({"list", "--json"}, environment), ExitCode::storage);
  EXPECT_EQ(errors.str(), "Вывод записать не удалось\n");
  errors.str("");
  EXPECT_EQ(run_command_line({"submit", write("u.json", first_update("A-1"))}, environment),
            ExitCode::storage);
  EXPECT_THAT(errors.str(), HasSubstr("Вывод записать не удалось. Сама команда выполнена\n"));
}

TEST_F(Main, a_base_of_no_octets_is_no_base) {
  write("outbox.db", "");
  for (const char* command : {"list", "queue stats", "db check"}) {
    std::istringstream words(command);
    EXPECT_EQ(run({std::istream_iterator<std::string>(words), {}}), ExitCode::storage) << command;
    EXPECT_THAT(err, HasSubstr("Файл базы исходящих пуст")) << command;
  }
  EXPECT_EQ(std::filesystem::file_size(path("outbox.db")), 0u);
  EXPECT_EQ(run({"submit", write("u.json", first_update("A-1"))}), ExitCode::done)
      << "a first submit that broke off leaves such a file";
}

TEST_F(Main, a_condition_of_no_octets_is_none) {
  for (const char* option : {"--fault", "--order"}) {
    EXPECT_EQ(run({"queue", "reject", option, "", "--reason", "r", "--yes"}), ExitCode::usage);
    EXPECT_THAT(err, HasSubstr(std::string(option) + ": значение пусто")) << option;
  }
}

}  // namespace
}  // namespace smev::cli
