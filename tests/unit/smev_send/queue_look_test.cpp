// smev-send/queue_look.cpp, queue.cpp

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_fixture.hpp"
#include "sdk/outbox/audit.hpp"
#include "smev-send/report_text.hpp"
#include "smev/testing/manual_clock.hpp"

namespace smev::cli {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class QueueLook : public QueueCommands {};

TEST_F(QueueLook, stats_tell_how_much_of_what_and_why_it_stands) {
  hold({"A-1", "A-1", "A-2"});
  submit({"A-3"});
  EXPECT_EQ(run({"queue", "stats"}), ExitCode::done);
  EXPECT_THAT(out, AllOf(HasSubstr("В очереди:             2 (готово 1, отложено 0, ждут своей "
                                   "очереди 1), старшее подано 20"),
                         HasSubstr("Остановлено:           2, дольше всех с 20"),
                         HasSubstr("refused  2        СМЭВ или ЕЛК отказали"),
                         HasSubstr("Ждут человека:         заявлений 2, за остановленными в "
                                   "очереди 1"),
                         Not(HasSubstr("приостановлена"))));
}

TEST_F(QueueLook, stats_are_told_as_json) {
  hold({"A-1", "A-1", "A-2"});
  const json document = told({"queue", "stats"});
  const json& stats = document.at("stats");
  EXPECT_EQ(stats.at("queued"), 1);
  EXPECT_EQ(stats.at("ready"), 0);
  EXPECT_EQ(stats.at("held"), 2);
  EXPECT_EQ(stats.at("blocked"), 1);
  EXPECT_EQ(stats.at("blocked_orders"), 2);
  EXPECT_EQ(stats.at("held_by_reason"), json({{"refused", 2}}));
  EXPECT_GE(stats.at("oldest_held_seconds"), 0);
  EXPECT_EQ(stats.at("oldest_in_flight_seconds"), nullptr);
  EXPECT_EQ(document.at("pause"), nullptr);
}

/// SMEV was out of reach, and so the message of A-1 rests.
class QueueLookAtRests : public QueueLook {
 protected:
  /// @param ahead of the clock while it was tried
  void rest(Duration ahead) {
    clock = moment;
    submit({"A-1"});
    transport->go_out_of_reach();
    moment->set(start + ahead);
    ASSERT_EQ(run({"drain", "--timeout", "0s"}), ExitCode::try_later) << out << err;
    moment->set(start);
    transport = std::make_shared<FriendlyTransport>();
  }
  const std::shared_ptr<smev::testing::ManualClock> moment =
      std::make_shared<smev::testing::ManualClock>();
  const TimePoint start = moment->now();
};

TEST_F(QueueLookAtRests, stats_count_them_all_and_tell_the_first_and_the_last_try) {
  rest(std::chrono::hours(1));
  EXPECT_EQ(run({"queue", "stats"}), ExitCode::done);
  EXPECT_THAT(out, AllOf(HasSubstr("Ждут повтора:          сообщений 1, первое — не раньше "
                                   "2026-04-16 11:47:3"),
                         HasSubstr(", последнее — 2026-04-16 11:47:3"),
                         Not(HasSubstr("самой длинной паузы"))));
  const json stats = told({"queue", "stats"}).at("stats");
  EXPECT_EQ(stats.at("resting_messages"), 1);
  EXPECT_EQ(stats.at("earliest_try"), stats.at("latest_try"));
  EXPECT_THAT(stats.at("latest_try").get<std::string>(), HasSubstr("2026-04-16T08:47:3"));
}

TEST_F(QueueLookAtRests, stats_say_when_no_pause_is_so_long) {
  rest(std::chrono::hours(25));
  EXPECT_EQ(run({"queue", "stats"}), ExitCode::done);
  EXPECT_THAT(out,
              HasSubstr("последнее — 2026-04-17 11:47:33 МСК (дальше самой длинной паузы: часы "
                        "спешили, перезапустите службу)"));
}

TEST_F(QueueLookAtRests, list_and_show_tell_when_the_next_try_comes) {
  rest(std::chrono::hours(1));
  submit({"A-2"});
  EXPECT_EQ(run({"queue", "list"}), ExitCode::done);
  EXPECT_THAT(out,
              ::testing::MatchesRegex("номер .*состояние  с +попытка не раньше        причина\n"
                                      "1 .*в пути +[-0-9: ]+МСК  2026-04-16 11:47:3[34] МСК\n"
                                      "2 .*в очереди +[-0-9: ]+МСК  — *\n"));
  const json updates = told({"queue", "list"}).at("updates");
  EXPECT_THAT(updates.at(0).at("next_try").get<std::string>(), HasSubstr("2026-04-16T08:47:3"));
  EXPECT_EQ(updates.at(1).at("next_try"), nullptr);
  EXPECT_EQ(run({"queue", "show", "1"}), ExitCode::done);
  EXPECT_THAT(out, HasSubstr("  Повтор:        не раньше 2026-04-16 11:47:3"));
  moment->set(start + std::chrono::hours(2));
  EXPECT_EQ(run({"drain"}), ExitCode::done);
  EXPECT_EQ(run({"list"}), ExitCode::done);
  EXPECT_THAT(out, Not(HasSubstr("попытка"))) << "no column without need";
}

TEST_F(QueueLook, a_list_says_since_when_something_is_held) {
  const auto moment = std::make_shared<testing::ManualClock>();
  clock = moment;
  submit({"A-1"});
  ASSERT_EQ(run({"list"}), ExitCode::done);
  const std::string submitted = out;
  moment->advance(std::chrono::hours(1));
  transport = std::make_shared<FriendlyTransport>(13);
  ASSERT_EQ(run({"drain"}), ExitCode::held) << err;
  const TimePoint held = moment->now();
  moment->advance(std::chrono::hours(1));
  ASSERT_EQ(run({"list"}), ExitCode::done);
  EXPECT_THAT(out, HasSubstr(moscow_time_text(held)));
  EXPECT_THAT(submitted, HasSubstr(moscow_time_text(held - std::chrono::hours(1))));
}

TEST_F(QueueLook, blocked_names_the_head_its_reason_and_what_waits) {
  hold({"A-1", "A-1", "A-2"});
  EXPECT_EQ(run({"queue", "blocked"}), ExitCode::done);
  EXPECT_THAT(out,
              ::testing::ContainsRegex("A-1 +1 +20[-0-9: ]+МСК +1 +refused +СМЭВ или ЕЛК отказали "
                                       "\\(код 13\\)"));
  const json page = told({"queue", "blocked", "--limit", "1"});
  EXPECT_EQ(page.at("blocked").at(0).at("order"), "A-1");
  EXPECT_EQ(page.at("blocked").at(0).at("waiting"), 1);
  EXPECT_EQ(page.at("blocked").at(0).at("head").at("hold").at("reason"), "refused");
  EXPECT_NE(page.at("blocked").at(0).at("head").at("held_since"), nullptr);
  EXPECT_EQ(page.at("next_after"), 1);
  const json rest = told({"queue", "blocked", "--after", "1"});
  EXPECT_EQ(rest.at("blocked").size(), 1u);
  EXPECT_EQ(rest.at("next_after"), nullptr);
}

TEST_F(QueueLook, list_show_and_drain_are_those_of_the_first_level) {
  submit({"A-1", "A-2"});
  EXPECT_EQ(run({"queue", "drain"}), ExitCode::done);
  EXPECT_EQ(told({"queue", "list"}), told({"list"}));
  EXPECT_EQ(told({"queue", "show", "2"}), told({"show", "2"}));
}

TEST_F(QueueLook, list_narrows_by_reason_fault_and_time) {
  hold({"A-1", "A-2"});
  submit({"A-3"});
  const auto count = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"list"});
    return told(std::move(arguments)).at("updates").size();
  };
  EXPECT_EQ(count({"--hold-reason", "refused"}), 2u);
  EXPECT_EQ(count({"--hold-reason", "deadline"}), 0u);
  EXPECT_EQ(count({"--fault", "13"}), 2u);
  EXPECT_EQ(count({"--since", "2020-01-01"}), 3u);
  EXPECT_EQ(count({"--until", "2020-01-01"}), 0u);
  EXPECT_EQ(count({"--older", "1h"}), 0u);
  EXPECT_EQ(count({"--older", "0s"}), 3u);
}

TEST_F(QueueLook, log_tells_who_did_what_and_why_newest_first) {
  hold({"A-1", "A-2"});
  ASSERT_EQ(run({"queue", "skip", "1", "--reason", "уже виден"}), ExitCode::done) << err;
  ASSERT_EQ(run({"queue", "reject", "2", "--reason", "не нужен", "--who", "Анна"}), ExitCode::done);
  ASSERT_EQ(run({"queue", "pause", "--reason", "работы"}), ExitCode::done);
  EXPECT_EQ(run({"queue", "log"}), ExitCode::done);
  EXPECT_LT(out.find("отправка приостановлена"), out.find("отклонено"));
  EXPECT_LT(out.find("отклонено"), out.find("пропущено"));
  EXPECT_THAT(out, AllOf(HasSubstr("Анна"), HasSubstr("operator"), HasSubstr("уже виден"),
                         HasSubstr("A-2"), Not(HasSubstr("Петрова"))));
  const json page = told({"queue", "log", "--limit", "1"});
  EXPECT_EQ(page.at("log").at(0).at("action"), "paused");
  EXPECT_EQ(page.at("log").at(0).at("update"), nullptr);
  const std::string next = page.at("next_before").dump();
  EXPECT_EQ(told({"queue", "log", "--before", next}).at("log").size(), 2u);
  const json one = told({"queue", "log", "1"});
  ASSERT_EQ(one.at("log").size(), 1u);
  EXPECT_EQ(one.at("log").at(0).at("action"), "skipped");
  EXPECT_EQ(one.at("log").at(0).at("order"), "A-1");
}

TEST_F(QueueLook, a_pause_is_told_everywhere_until_it_is_over) {
  submit({"A-1"});
  EXPECT_EQ(run({"queue", "pause", "--reason", "работы у СМЭВ"}), ExitCode::done);
  EXPECT_THAT(out, HasSubstr("Отправка приостановлена"));
  run({"queue", "stats"});
  EXPECT_THAT(out, AllOf(HasSubstr("Отправка приостановлена с 20"), HasSubstr("работы у СМЭВ"),
                         HasSubstr("(operator)")));
  EXPECT_EQ(run({"drain"}), ExitCode::try_later);
  EXPECT_THAT(out, HasSubstr("smev-send queue resume"));
  EXPECT_EQ(told({"drain"}, ExitCode::try_later).at("pause").at("reason"), "работы у СМЭВ");
  EXPECT_EQ(state(1), "queued");
  EXPECT_EQ(told({"queue", "resume", "--reason", "окончены"}).at("pause"), nullptr);
  EXPECT_EQ(run({"drain"}), ExitCode::done);
}

TEST_F(QueueLook, resuming_what_goes_on_is_said_and_leaves_no_record) {
  submit({"A-1"});
  EXPECT_EQ(run({"queue", "resume", "--reason", "окончены"}), ExitCode::done);
  EXPECT_EQ(out, "Отправка и так идёт: её никто не приостанавливал.\n");
  EXPECT_EQ(told({"queue", "resume", "--reason", "окончены"}).at("pause"), nullptr);
  EXPECT_EQ(told({"queue", "log"}).at("log"), json::array());
}

TEST_F(QueueLook, every_action_on_record_has_a_russian_word) {
  for (const UpdateEvent event :
       {UpdateEvent::requeued, UpdateEvent::rejected, UpdateEvent::skipped, UpdateEvent::cancelled,
        UpdateEvent::expired}) {
    EXPECT_NE(action_label(name(event)), name(event));
  }
  for (const auto action : {outbox::kPaused, outbox::kResumed, outbox::kReplaced,
                            outbox::kReplacement, outbox::kHurried, outbox::kPruned}) {
    EXPECT_NE(action_label(action), action);
  }
}

TEST_F(QueueLook, an_outbox_that_is_not_there_is_no_empty_one) {
  for (const char* command : {"stats", "blocked", "log"}) {
    EXPECT_EQ(run({"queue", command}), ExitCode::storage) << command;
  }
  EXPECT_EQ(run({"queue", "pause", "--reason", "r"}), ExitCode::storage);
}

TEST_F(QueueLook, without_a_name_nobody_decides) {
  submit({"A-1"});
  login = "";
  EXPECT_EQ(run({"queue", "pause", "--reason", "работы"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("--who"));
  EXPECT_EQ(run({"queue", "pause", "--reason", "работы", "--who", "Анна"}), ExitCode::done);
  EXPECT_EQ(run({"queue", "resume", "--reason", "", "--who", "Анна"}), ExitCode::validation);
}

}  // namespace
}  // namespace smev::cli
