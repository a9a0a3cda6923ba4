#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "command_fixture.hpp"
#include "smev/sender/sender.hpp"

// smev-send/inspect.cpp

namespace smev::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Inspect : public CommandLine {
 protected:
  void submit(const std::string& text) {
    in = text;
    ASSERT_EQ(run({"submit", "-"}), ExitCode::done) << err;
  }
  std::vector<int> listed(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"list", "--json"});
    EXPECT_EQ(run(std::move(arguments)), ExitCode::done) << out;
    std::vector<int> ids;
    const json updates = json::parse(out).at("updates");
    for (const json& update : updates) ids.push_back(update.at("id"));
    return ids;
  }
};

TEST_F(Inspect, an_outbox_that_is_not_there_is_no_empty_one) {
  EXPECT_EQ(run({"list"}), ExitCode::storage);
  EXPECT_THAT(err, HasSubstr("outbox.path"));
  EXPECT_EQ(run({"show", "1"}), ExitCode::storage);
  EXPECT_EQ(run({"list"}), ExitCode::storage) << "reading has made it";
}

TEST_F(Inspect, list_of_an_empty_outbox_is_empty) {
  run({"drain"});
  EXPECT_EQ(run({"list"}), ExitCode::done);
  EXPECT_EQ(out, "");
  EXPECT_EQ(err, "Ничего не найдено.\n");
  EXPECT_THAT(listed({}), ElementsAre());
}

TEST_F(Inspect, list_is_a_table_without_colours) {
  submit(first_update("A-1"));
  EXPECT_EQ(run({"list"}), ExitCode::done);
  EXPECT_THAT(out, testing::MatchesRegex(
                       "номер  заявление  по порядку  статус  состояние  с +причина\n"
                       "1      A-1        1           6       в очереди  [-0-9: ]+МСК\n"));
}

TEST_F(Inspect, list_is_coloured_on_a_terminal) {
  submit(first_update("A-1"));
  run({"drain"});
  colour = true;
  run({"list"});
  EXPECT_THAT(out, HasSubstr("\x1b[32mдоставлено\x1b[0m"));
}

TEST_F(Inspect, list_narrows_by_state_and_order) {
  submit(first_update("A-1"));
  run({"drain"});
  submit(first_update("A-2"));
  submit(later_update("A-1", 7));
  EXPECT_THAT(listed({}), ElementsAre(1, 2, 3));
  EXPECT_THAT(listed({"--state", "queued"}), ElementsAre(2, 3));
  EXPECT_THAT(listed({"--order", "A-1"}), ElementsAre(1, 3));
  EXPECT_THAT(listed({"--order", "A-1", "--state", "delivered"}), ElementsAre(1));
  EXPECT_THAT(listed({"--order", "A-3"}), ElementsAre());
}

TEST_F(Inspect, list_goes_page_by_page) {
  for (const char* order : {"A-1", "A-2", "A-3"}) submit(first_update(order));
  EXPECT_THAT(listed({"--limit", "2"}), ElementsAre(1, 2));
  EXPECT_EQ(json::parse(out).at("next_after"), 2);
  EXPECT_THAT(listed({"--limit", "2", "--after", "2"}), ElementsAre(3));
  EXPECT_EQ(json::parse(out).at("next_after"), nullptr);
  EXPECT_THAT(listed({"--limit", "3"}), ElementsAre(1, 2, 3));
  EXPECT_EQ(json::parse(out).at("next_after"), nullptr);
  run({"list", "--limit", "2"});
  EXPECT_EQ(err, "Есть ещё: --after 2\n");
}

TEST_F(Inspect, show_tells_the_whole_story_of_a_delivered_update) {
  submit(first_update("A-1"));
  run({"drain"});
  EXPECT_EQ(run({"show", "1"}), ExitCode::done);
  EXPECT_THAT(out, AllOf(HasSubstr("Обновление 1 · заявление A-1, по порядку 1\n"),
                         HasSubstr("Состояние:     доставлено\n"),
                         HasSubstr("Статус:        6 от 2026-04-16T10:47:33+03:00\n"),
                         HasSubstr("MOCK01, тестовый контур"),
                         HasSubstr("Содержит:      создание заявления\n"), HasSubstr("принято"),
                         HasSubstr("200"), HasSubstr("верна, сертификату доверяем (CN=SMEV)")));
  EXPECT_THAT(out, AllOf(Not(HasSubstr("Петрова")), Not(HasSubstr("112-233"))));
}

TEST_F(Inspect, show_tells_it_as_json) {
  submit(first_update("A-1"));
  run({"drain"});
  EXPECT_EQ(run({"show", "1", "--json"}), ExitCode::done);
  const json report = json::parse(out);
  EXPECT_EQ(report.at("update").at("state"), "delivered");
  EXPECT_EQ(report.at("update").at("result_code"), 0);
  ASSERT_EQ(report.at("messages").size(), 1u);
  const json& message = report.at("messages").at(0);
  EXPECT_EQ(message.at("state"), "answered");
  EXPECT_EQ(message.at("message_id").get<std::string>().size(), 36u);
  EXPECT_EQ(message.at("sha256").get<std::string>().size(), 64u);
  EXPECT_EQ(message.at("items").at(0).at("kind"), "create");
  ASSERT_EQ(message.at("attempts").size(), 1u);
  EXPECT_EQ(message.at("attempts").at(0).at("outcome"), "accepted");
  EXPECT_EQ(message.at("attempts").at(0).at("http_status"), 200);
  ASSERT_EQ(message.at("answers").size(), 1u);
  EXPECT_EQ(message.at("answers").at(0).at("verified"), true);
  EXPECT_NE(message.at("answers").at(0).at("acknowledged"), nullptr);
  EXPECT_EQ(message.at("answers").at(0).at("signatures").at(0).at("holds"), true);
  EXPECT_THAT(out, Not(HasSubstr("Петрова")));
}

TEST_F(Inspect, show_of_a_held_update_says_what_to_do) {
  transport = std::make_shared<FriendlyTransport>(13);
  submit(first_update("A-1"));
  run({"drain"});
  EXPECT_EQ(run({"show", "1"}), ExitCode::done);
  EXPECT_THAT(out, AllOf(HasSubstr("Состояние:     остановлено\n"), HasSubstr("(код 13) [refused]"),
                         HasSubstr(std::string(next_step(HoldReason::refused)))));
}

TEST_F(Inspect, show_tells_the_decisions_of_people) {
  transport = std::make_shared<FriendlyTransport>(13);
  submit(first_update("A-1"));
  run({"drain"});
  auto sender = Sender::open(options());
  ASSERT_TRUE(sender) << sender.error().describe();
  ASSERT_TRUE(sender->outbox().decide(1, UpdateEvent::rejected, "operator", "wrong service"));
  run({"show", "1"});
  EXPECT_THAT(out,
              AllOf(HasSubstr("Решения людей"), HasSubstr("operator"), HasSubstr("wrong service")));
  run({"show", "1", "--json"});
  EXPECT_EQ(json::parse(out).at("audit").back().at("reason"), "wrong service");
}

TEST_F(Inspect, show_of_an_unknown_id_is_an_error) {
  run({"drain"});
  EXPECT_EQ(run({"show", "17"}), ExitCode::validation);
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, HasSubstr("Обновления с номером 17 нет"));
  EXPECT_EQ(run({"show", "17", "--json"}), ExitCode::validation);
  EXPECT_EQ(json::parse(out).at("error").at("code"), "not_found");
}

TEST_F(Inspect, needs_no_transport_and_no_key) {
  transport->go_out_of_reach();
  submit(first_update("A-1"));
  EXPECT_EQ(run({"list"}), ExitCode::done);
  EXPECT_EQ(run({"show", "1"}), ExitCode::done);
  EXPECT_THAT(out, HasSubstr("Сообщений ещё не было."));
}

}  // namespace
}  // namespace smev::cli
