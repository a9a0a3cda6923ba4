#include "mock-smev/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace smev::mock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

Options read(const std::vector<std::string>& arguments) {
  const CommandLine line = read_command_line(arguments);
  EXPECT_TRUE(line.options) << line.text;
  return line.options.value_or(Options{});
}

TEST(CommandLine, has_the_documented_defaults) {
  const Options options = read({});
  EXPECT_EQ(options.directory, "mock");
  EXPECT_EQ(options.listen, "127.0.0.1");
  EXPECT_EQ(options.http_port, 8080);
  EXPECT_EQ(options.ftp_port, 2121);
  EXPECT_EQ(options.service.redeliver, Duration(15min));
  EXPECT_EQ(options.service.answer_delay, Duration(0));
  EXPECT_EQ(options.service.fault_style, FaultStyle::old_server);
  EXPECT_EQ(options.service.sender_mnemonic, "MOCK01");
  EXPECT_EQ(options.service.smev_mnemonic, "SMEV");
  EXPECT_TRUE(options.service.require_test_message);
  EXPECT_THAT(options.account.first_statuses, ElementsAre(6));
  EXPECT_EQ(options.account.request_age_max, Duration(0));
}

TEST(CommandLine, sets_every_option) {
  const Options options = read({"--dir",
                                "/d",
                                "--listen",
                                "0.0.0.0",
                                "--allow-remote",
                                "--port",
                                "0",
                                "--ftp-port",
                                "1",
                                "--ports-file",
                                "/p",
                                "--redeliver",
                                "2s",
                                "--answer-delay",
                                "300ms",
                                "--drop-after-accept",
                                "0.25",
                                "--drop-ack",
                                "0.5",
                                "--seed",
                                "7",
                                "--tamper-answers",
                                "3",
                                "--fault",
                                "new",
                                "--plain",
                                "--no-test-message",
                                "--drop-refused",
                                "--sender-mnemonic",
                                "A1",
                                "--smev-mnemonic",
                                "B1",
                                "--provider-mnemonic",
                                "C1",
                                "--inject",
                                "SendRequest=SMEVFailure:3",
                                "--inject",
                                "Ack=drop",
                                "--react",
                                "1999290001=code-13:2",
                                "--react",
                                "A=B=omit",
                                "--services",
                                "-60012726,-1",
                                "--unknown-status",
                                "5940,223",
                                "--first-status",
                                "6,1",
                                "--request-age-max",
                                "720h",
                                "--absent-attachment-code",
                                "99"});
  EXPECT_EQ(options.directory, "/d");
  EXPECT_EQ(options.listen, "0.0.0.0");
  EXPECT_TRUE(options.allow_remote);
  EXPECT_EQ(options.http_port, 0);
  EXPECT_EQ(options.ftp_port, 1);
  EXPECT_EQ(options.ports_file, "/p");
  const ServiceOptions& service = options.service;
  EXPECT_EQ(service.redeliver, Duration(2s));
  EXPECT_EQ(service.answer_delay, Duration(300ms));
  EXPECT_DOUBLE_EQ(service.drop_after_accept, 0.25);
  EXPECT_DOUBLE_EQ(service.drop_ack, 0.5);
  EXPECT_EQ(service.seed, 7u);
  EXPECT_EQ(service.tamper_answers, 3);
  EXPECT_EQ(service.fault_style, FaultStyle::new_gateway);
  EXPECT_TRUE(service.plain);
  EXPECT_FALSE(service.require_test_message);
  EXPECT_TRUE(service.drop_refused);
  EXPECT_EQ(service.sender_mnemonic, "A1");
  EXPECT_EQ(service.smev_mnemonic, "B1");
  EXPECT_EQ(service.provider_mnemonic, "C1");
  ASSERT_EQ(service.injections.size(), 2u);
  EXPECT_EQ(service.injections[0].count, 3);
  EXPECT_EQ(service.injections[1].operation, "Ack");
  ASSERT_EQ(service.reactions.size(), 2u);
  EXPECT_EQ(service.reactions[0].count, 2);
  EXPECT_EQ(service.reactions[1].order_number, "A=B");
  EXPECT_THAT(options.account.services, ElementsAre("-60012726", "-1"));
  EXPECT_THAT(options.account.unknown_statuses, ElementsAre(5940, 223));
  EXPECT_THAT(options.account.first_statuses, ElementsAre(6, 1));
  EXPECT_EQ(options.account.request_age_max, Duration(720h));
  EXPECT_EQ(options.account.absent_attachment_code, 99);
}

TEST(CommandLine, lets_an_order_begin_with_any_status_when_told) {
  EXPECT_TRUE(read({"--any-first-status"}).account.first_statuses.empty());
}

TEST(CommandLine, draws_another_seed_each_time_unless_one_is_given) {
  EXPECT_NE(read({}).service.seed, read({}).service.seed);
}

TEST(CommandLine, tells_what_is_wrong_and_ends_with_2) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--unknown"},         {"--port", "x"},          {"--redeliver", "15"},
      {"--fault", "middle"}, {"--inject", "x=y"},      {"--react", "1=nothing"},
      {"--seed", "-"},       {"--answer-delay", "1d"}, {"stray"}};
  for (const auto& arguments : wrong) {
    const CommandLine line = read_command_line(arguments);
    EXPECT_FALSE(line.options) << arguments[0];
    EXPECT_EQ(line.exit_code, kExitUsage) << arguments[0];
    EXPECT_FALSE(line.text.empty()) << arguments[0];
  }
}

TEST(CommandLine, tells_a_mistake_in_russian_and_where_the_help_is) {
  const std::string text = read_command_line({"--unknown"}).text;
  EXPECT_THAT(
      text, HasSubstr("Неверная командная строка: лишний или неизвестный аргумент «--unknown»\n"));
  EXPECT_THAT(text, HasSubstr("Справка: mock-smev --help\n"));
  EXPECT_THAT(read_command_line({"--port", "x"}).text,
              HasSubstr("Неверная командная строка: значение не подходит: --port = x\n"));
}

TEST(CommandLine, names_what_can_be_chosen_when_something_else_was) {
  EXPECT_THAT(read_command_line({"--fault", "middle"}).text,
              HasSubstr("(--fault: нужно одно из: old, new)\n"));
  for (const char* wrong : {"x", "SendRequest=nothing", "Nothing=drop", "SendRequest=drop:0"}) {
    const std::string text = read_command_line({"--inject", wrong}).text;
    EXPECT_THAT(text, HasSubstr("--inject: нужно ОПЕРАЦИЯ=БЕДА")) << wrong;
    for (const std::string& name : trouble_names()) EXPECT_THAT(text, HasSubstr(name)) << wrong;
  }
  for (const char* wrong : {"1", "=omit", "1=nothing", "1=code-0", "1=omit:0"}) {
    const std::string text = read_command_line({"--react", wrong}).text;
    EXPECT_THAT(text, HasSubstr("--react: нужно НОМЕР=РЕАКЦИЯ")) << wrong;
    for (const std::string& name : reaction_names()) EXPECT_THAT(text, HasSubstr(name)) << wrong;
  }
}

TEST(CommandLine, explains_itself) {
  const CommandLine line = read_command_line({"--help"});
  EXPECT_FALSE(line.options);
  EXPECT_EQ(line.exit_code, 0);
  EXPECT_THAT(line.text, HasSubstr("--drop-after-accept"));
  for (const std::string& name : reaction_names()) EXPECT_THAT(line.text, HasSubstr(name));
}

}  // namespace
}  // namespace smev::mock
