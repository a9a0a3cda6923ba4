// smev-send/queue_decide.cpp

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_fixture.hpp"
#include "sdk/outbox/sqlite_database.hpp"

namespace smev::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class QueueDecide : public QueueCommands {};

TEST_F(QueueDecide, named_updates_are_decided_without_a_question) {
  hold({"A-1", "A-2", "A-3", "A-4"});
  EXPECT_EQ(run({"queue", "requeue", "1", "--reason", "исправлено"}), ExitCode::done) << err;
  EXPECT_EQ(out, "1: в очереди\n");
  EXPECT_EQ(run({"queue", "skip", "2", "--reason", "виден"}), ExitCode::done);
  EXPECT_EQ(run({"queue", "reject", "3", "--reason", "данные"}), ExitCode::done);
  EXPECT_EQ(run({"queue", "expire", "4", "--reason", "поздно"}), ExitCode::done);
  EXPECT_EQ(state(1), "queued");
  EXPECT_EQ(state(2), "skipped");
  EXPECT_EQ(state(3), "rejected");
  EXPECT_EQ(state(4), "expired");
  submit({"A-5"});
  EXPECT_EQ(run({"queue", "cancel", "5", "--reason", "ошибка"}), ExitCode::done);
  EXPECT_EQ(state(5), "cancelled");
}

TEST_F(QueueDecide, what_is_requeued_goes_again_before_what_waits_behind_it) {
  hold({"A-1", "A-1"});
  ASSERT_EQ(run({"queue", "requeue", "1", "--reason", "исправлено"}), ExitCode::done);
  deliver();
  EXPECT_EQ(state(1), "delivered");
  EXPECT_EQ(state(2), "delivered");
}

TEST_F(QueueDecide, one_that_cannot_be_decided_does_not_stop_the_others) {
  hold({"A-1", "A-2"});
  submit({"A-3"});
  const json document =
      told({"queue", "skip", "1", "3", "17", "2", "--reason", "виден"}, ExitCode::validation);
  EXPECT_EQ(document.at("decision"), "skipped");
  EXPECT_EQ(document.at("done"), 2);
  EXPECT_EQ(document.at("refused"), 2);
  const json& updates = document.at("updates");
  EXPECT_EQ(updates.at(0), json({{"id", 1}, {"state", "skipped"}, {"error", nullptr}}));
  EXPECT_EQ(updates.at(1).at("error").at("code"), "illegal_transition");
  EXPECT_EQ(updates.at(2).at("error").at("code"), "not_found");
  EXPECT_EQ(updates.at(3).at("state"), "skipped");
}

TEST_F(QueueDecide, what_was_decided_before_the_store_failed_is_told) {
  hold({"A-1", "A-2", "A-3"});
  {
    auto base = outbox::SqliteDatabase::open(options().outbox_path, std::chrono::seconds(1));
    ASSERT_TRUE(
        (*base)->execute("CREATE TRIGGER t BEFORE INSERT ON audit WHEN NEW.update_id = 2 "
                         "BEGIN SELECT RAISE(ABORT, 'no'); END"));
  }
  const std::vector<std::string> decision = {"queue", "skip", "1", "2", "3", "--reason", "виден"};
  const json document = told(decision, ExitCode::storage);
  EXPECT_EQ(document.at("done"), 1);
  EXPECT_EQ(document.at("updates").at(0).at("state"), "skipped");
  EXPECT_EQ(document.at("error").at("code"), "store");
  EXPECT_EQ(state(2), "held");
  EXPECT_EQ(state(3), "held");
}

TEST_F(QueueDecide, a_refusal_names_the_state_and_what_can_be_done_in_it) {
  submit({"A-1"});
  EXPECT_EQ(run({"queue", "skip", "1", "--reason", "r"}), ExitCode::validation);
  EXPECT_EQ(err,
            "1: Обновление в состоянии «в очереди»: сейчас возможны queue cancel, queue expire\n");
  in = first_update("A-1");
  in.replace(in.find("-60012726"), 9, "-60012727");
  EXPECT_EQ(run({"queue", "replace", "1", "-", "--reason", "r"}), ExitCode::validation);
  EXPECT_EQ(err,
            "Обновление в состоянии «в очереди»: сейчас возможны queue cancel, queue expire\n");
  deliver();
  for (const char* decision : {"requeue", "skip", "reject", "cancel", "expire"}) {
    EXPECT_EQ(run({"queue", decision, "1", "--reason", "r"}), ExitCode::validation);
    EXPECT_EQ(err, "1: Обновление в состоянии «доставлено»: это исход, решать больше нечего\n");
  }
}

TEST_F(QueueDecide, what_is_on_its_way_is_waited_for) {
  submit({"A-1"});
  transport->go_out_of_reach();
  ASSERT_EQ(run({"drain", "--timeout", "0s"}), ExitCode::try_later);
  EXPECT_EQ(run({"queue", "cancel", "1", "--reason", "r"}), ExitCode::validation);
  EXPECT_EQ(err,
            "1: Обновление в состоянии «в пути»: дождитесь исхода отправки, до него решать "
            "нельзя\n");
}

TEST_F(QueueDecide, an_update_that_is_not_there_is_told_alike_by_every_command) {
  submit({"A-1"});
  const std::vector<std::vector<std::string>> commands = {
      {"show", "9"},
      {"queue", "log", "9"},
      {"queue", "export", "9"},
      {"queue", "skip", "9", "--reason", "r"},
      {"queue", "hurry", "9", "--reason", "r"},
      {"queue", "replace", "9", "-", "--reason", "r"}};
  for (const std::vector<std::string>& command : commands) {
    in = first_update("A-2");
    EXPECT_EQ(run(command), ExitCode::validation) << command[1];
    EXPECT_THAT(err, ::testing::MatchesRegex("(9: )?Обновления с номером 9 нет\n")) << command[1];
  }
}

TEST_F(QueueDecide, an_update_that_is_named_twice_is_decided_once) {
  submit({"A-1"});
  const json document = told({"queue", "cancel", "1", "1", "--reason", "ошибка"});
  EXPECT_EQ(document.at("done"), 1);
  EXPECT_EQ(document.at("refused"), 0);
}

TEST_F(QueueDecide, what_waits_for_no_moment_is_not_hurried) {
  submit({"A-1"});
  const json document =
      told({"queue", "hurry", "1", "17", "--reason", "часы исправлены"}, ExitCode::validation);
  EXPECT_EQ(document.at("decision"), "hurried");
  EXPECT_EQ(document.at("refused"), 2);
  EXPECT_EQ(document.at("updates").at(0).at("error").at("code"), "illegal_transition");
  EXPECT_EQ(document.at("updates").at(1).at("error").at("code"), "not_found");
  EXPECT_EQ(run({"queue", "hurry", "--reason", "r"}), ExitCode::usage);
}

TEST_F(QueueDecide, by_criteria_it_shows_the_count_and_a_sample_and_asks) {
  hold({"A-1", "A-2", "A-3", "A-4", "A-5", "A-6"});
  interactive = true;
  in = "нет\n";
  EXPECT_EQ(run({"queue", "requeue", "--hold-reason", "refused", "--reason", "починили"}),
            ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr("Обновлений: 6\n"), HasSubstr("A-1"), HasSubstr("A-5"),
                         Not(HasSubstr("A-6")), HasSubstr("… и ещё 1"),
                         HasSubstr("Все 6 вернуть в очередь? [да/нет]")));
  EXPECT_EQ(told({"list", "--state", "held"}).at("updates").size(), 6u);
  in = "да\n";
  EXPECT_EQ(run({"queue", "requeue", "--hold-reason", "refused", "--reason", "починили"}),
            ExitCode::done);
  EXPECT_THAT(err, HasSubstr("Решено 6, отвергнуто 0"));
  EXPECT_EQ(told({"list", "--state", "queued"}).at("updates").size(), 6u);
}

TEST_F(QueueDecide, where_nobody_can_be_asked_it_takes_a_yes) {
  hold({"A-1", "A-2"});
  EXPECT_EQ(run({"queue", "skip", "--state", "held", "--reason", "виден"}), ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr("Подходит обновлений: 2"), HasSubstr("--yes")));
  EXPECT_EQ(state(1), "held");
  EXPECT_EQ(told({"queue", "skip", "--state", "held", "--reason", "виден", "--yes"}).at("done"), 2);
}

TEST_F(QueueDecide, criteria_mean_what_is_held_unless_a_state_is_named) {
  hold({"A-1", "A-1"});
  EXPECT_EQ(told({"queue", "cancel", "--order", "A-1", "--reason", "r", "--yes"}).at("done"), 1);
  EXPECT_EQ(state(1), "cancelled");
  EXPECT_EQ(state(2), "queued");
  EXPECT_EQ(
      told({"queue", "cancel", "--order", "A-1", "--state", "queued", "--reason", "r", "--yes"})
          .at("done"),
      1);
  EXPECT_EQ(state(2), "cancelled");
}

TEST_F(QueueDecide, criteria_that_nothing_meets_decide_nothing) {
  hold({"A-1"});
  EXPECT_EQ(run({"queue", "skip", "--order", "A-9", "--reason", "виден"}), ExitCode::done);
  EXPECT_EQ(err, "Ничего не найдено.\n");
  EXPECT_EQ(told({"queue", "skip", "--order", "A-9", "--reason", "виден"}).at("done"), 0);
}

TEST_F(QueueDecide, wrong_lines_are_told) {
  hold({"A-1"});
  EXPECT_EQ(run({"queue"}), ExitCode::usage);
  EXPECT_EQ(run({"queue", "skip", "1"}), ExitCode::usage) << "no reason";
  EXPECT_EQ(run({"queue", "skip", "--reason", "r"}), ExitCode::usage) << "of what";
  EXPECT_EQ(run({"queue", "skip", "1", "--state", "held", "--reason", "r"}), ExitCode::usage);
  EXPECT_EQ(run({"queue", "skip", "x", "--reason", "r"}), ExitCode::usage);
  EXPECT_EQ(run({"queue", "skip", "--hold-reason", "none", "--reason", "r"}), ExitCode::usage);
  EXPECT_THAT(err, HasSubstr("refused, unanswered"));
  EXPECT_EQ(state(1), "held");
  EXPECT_EQ(run({"queue", "skip", "1", "--reason", ""}), ExitCode::validation);
}

class QueueReplace : public QueueCommands {
 protected:
  static std::string corrected(const std::string& order) {
    std::string update = first_update(order);
    return update.replace(update.find("-60012726"), 9, "-60012727");
  }
};

TEST_F(QueueReplace, the_corrected_update_takes_the_place_of_the_held_one) {
  hold({"A-1", "A-1"});
  in = corrected("A-1");
  EXPECT_EQ(run({"queue", "replace", "1", "-", "--reason", "не та услуга"}), ExitCode::done) << err;
  EXPECT_EQ(out, "3\n");
  EXPECT_THAT(err, HasSubstr("встало на место 1"));
  deliver();
  EXPECT_EQ(state(1), "rejected");
  EXPECT_EQ(state(2), "delivered");
  EXPECT_EQ(state(3), "delivered");
  const json old = told({"show", "1"});
  EXPECT_EQ(old.at("update").at("replaced_by"), 3);
  EXPECT_EQ(old.at("audit").at(0).at("action"), "replaced");
  const json fresh = told({"show", "3"});
  EXPECT_EQ(fresh.at("update").at("replaces"), 1);
  EXPECT_EQ(fresh.at("update").at("sequence"), 1);
  EXPECT_EQ(fresh.at("update").at("revision"), 1);
  run({"show", "1"});
  EXPECT_THAT(out, HasSubstr("Заменено:      обновлением 3"));
}

TEST_F(QueueReplace, is_told_as_a_submit_is_and_may_be_repeated) {
  hold({"A-1"});
  in = corrected("A-1");
  const json first = told({"queue", "replace", "1", "-", "--reason", "r", "--key", "k"});
  EXPECT_EQ(first.at("update").at("id"), 2);
  EXPECT_EQ(first.at("repeat"), false);
  EXPECT_EQ(told({"queue", "replace", "1", "-", "--reason", "r", "--key", "k"}).at("repeat"), true);
}

TEST_F(QueueReplace, faults_are_told_as_of_a_submit) {
  hold({"A-1"});
  in = first_update("A-2");
  EXPECT_EQ(run({"queue", "replace", "1", "-", "--reason", "r"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("order.number"));
  in = first_update("A-1");
  EXPECT_EQ(told({"queue", "replace", "1", "-", "--reason", "r"}, ExitCode::validation)
                .at("error")
                .at("code"),
            "idempotency_conflict");
  in = "[" + corrected("A-1") + "]";
  EXPECT_EQ(run({"queue", "replace", "1", "-", "--reason", "r"}), ExitCode::validation);
  in = corrected("A-1");
  EXPECT_EQ(run({"queue", "replace", "9", "-", "--reason", "r"}), ExitCode::validation);
  EXPECT_EQ(state(1), "held");
}

}  // namespace
}  // namespace smev::cli
