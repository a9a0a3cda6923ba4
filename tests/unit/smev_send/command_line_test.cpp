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

TEST_F(Main, output_that_cannot_be_written_is_no_success) {
  std::istringstream input;
  std::ostringstream output;
  std::ostringstream errors;
  const Environment environment{
      input, output, errors, [](const char*) { return std::nullopt; },
      [this](const std::string&) -> Result<SenderOptions> { return options(); }};
  output.setstate(std::ios::badbit);
  EXPECT_EQ(run_command_line({"list", "--json"}, environment), ExitCode::storage);
}

}  // namespace
}  // namespace smev::cli
