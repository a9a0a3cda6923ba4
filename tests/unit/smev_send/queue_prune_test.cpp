// smev-send/queue_prune.cpp

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_fixture.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "smev/testing/manual_clock.hpp"

namespace smev::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class QueuePrune : public QueueCommands {
 protected:
  void SetUp() override {
    QueueCommands::SetUp();
    clock = manual_;
  }
  std::shared_ptr<testing::ManualClock> manual_ = std::make_shared<testing::ManualClock>();
};

TEST_F(QueuePrune, asks_and_then_forgets_what_is_final_and_old) {
  submit({"A-1", "A-2"});
  deliver();
  manual_->advance(std::chrono::hours(24 * 91));
  submit({"A-3"});
  interactive = true;
  in = "нет\n";
  EXPECT_EQ(run({"queue", "prune", "--older", "90d", "--reason", "срок"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr(": 2. "));
  in = "да\n";
  EXPECT_EQ(run({"queue", "prune", "--older", "90d", "--reason", "срок"}), ExitCode::done);
  EXPECT_THAT(out, HasSubstr("Очищено обновлений 2, сообщений 2, ответов 2"));
  run({"show", "1"});
  EXPECT_THAT(out, HasSubstr("Очищено:"));
  EXPECT_THAT(out, HasSubstr("содержание очищено, SHA-256"));
  EXPECT_THAT(out, HasSubstr("1, подробности очищены")) << "it was sent, and that is still known";
  const json story = told({"show", "1"});
  EXPECT_NE(story.at("update").at("pruned_at"), nullptr);
  EXPECT_EQ(story.at("update").at("statuses"), json::array());
  EXPECT_EQ(story.at("messages").at(0).at("size"), 0);
  EXPECT_EQ(told({"queue", "log"}).at("log").at(0).at("action"), "pruned");
}

TEST_F(QueuePrune, a_file_that_is_loaded_again_still_finds_what_was_pruned) {
  submit({"A-1"});
  deliver();
  manual_->advance(std::chrono::hours(48));
  ASSERT_EQ(told({"queue", "prune", "--older", "1d", "--reason", "срок", "--yes"}).at("updates"),
            1);
  in = first_update("A-1");
  EXPECT_EQ(run({"submit", "-"}), ExitCode::done) << err;
  EXPECT_EQ(out, "1\n");
}

TEST_F(QueuePrune, with_nothing_to_forget_asks_nothing_and_writes_nothing) {
  submit({"A-1"});
  EXPECT_EQ(told({"queue", "prune", "--older", "1d", "--reason", "срок"}).at("updates"), 0);
  EXPECT_EQ(told({"queue", "log"}).at("log"), json::array());
  EXPECT_EQ(run({"queue", "prune", "--reason", "срок"}), ExitCode::usage);
}

TEST_F(QueuePrune, says_why_something_stays) {
  submit({"A-1"});
  deliver();
  EXPECT_EQ(run({"queue", "prune", "--older", "1d", "--reason", "срок"}), ExitCode::done);
  EXPECT_THAT(out, HasSubstr("Очищено обновлений 0"));
  EXPECT_THAT(err, AllOf(HasSubstr("Стирать нечего: до 2026-04-15 10:47:3"),
                         HasSubstr("ничего не завершено")));
  manual_->advance(std::chrono::hours(2));
  EXPECT_EQ(run({"queue", "prune", "--older", "1h", "--reason", "срок", "--yes"}), ExitCode::done);
  EXPECT_EQ(err, "");
  submit({"A-2"});
  deliver();
  manual_->advance(std::chrono::hours(48));
  EXPECT_EQ(run({"queue", "prune", "--older", "1d", "--reason", "срок", "--yes"}), ExitCode::done);
  EXPECT_EQ(err, "");
}

TEST_F(QueuePrune, what_went_before_the_store_failed_is_told) {
  constexpr int kMoreThanABatch = 201;
  std::vector<std::string> orders;
  for (int i = 1; i <= kMoreThanABatch; ++i) orders.push_back("A-" + std::to_string(i));
  submit(orders);
  told({"queue", "cancel", "--state", "queued", "--reason", "r", "--yes"});
  manual_->advance(std::chrono::seconds(1));
  {
    auto base = outbox::SqliteDatabase::open(options().outbox_path, std::chrono::seconds(1));
    ASSERT_TRUE(
        (*base)->execute("CREATE TRIGGER t BEFORE UPDATE ON updates WHEN NEW.id = 201 "
                         "BEGIN SELECT RAISE(ABORT, 'no'); END"));
  }
  const std::vector<std::string> prune = {"queue",    "prune", "--older", "0s",
                                          "--reason", "срок",  "--yes"};
  const json document = told(prune, ExitCode::storage);
  EXPECT_EQ(document.at("updates"), kMoreThanABatch - 1);
  EXPECT_EQ(document.at("error").at("code"), "store");
  EXPECT_EQ(run(prune), ExitCode::storage);
  EXPECT_EQ(out, "") << "nothing went this time";
}

TEST_F(QueuePrune, where_nobody_can_be_asked_it_takes_a_yes) {
  submit({"A-1"});
  deliver();
  manual_->advance(std::chrono::hours(48));
  EXPECT_EQ(run({"queue", "prune", "--older", "1d", "--reason", "срок"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("--yes"));
  EXPECT_EQ(told({"show", "1"}).at("update").at("pruned_at"), nullptr);
}

}  // namespace
}  // namespace smev::cli
