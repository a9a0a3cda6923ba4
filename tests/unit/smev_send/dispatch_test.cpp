#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <csignal>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>

#include "command_fixture.hpp"
#include "smev/sender/sender.hpp"

// smev-send/dispatch.cpp

namespace smev::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class Dispatch : public CommandLine {
 protected:
  void submit(const std::string& text) {
    in = text;
    ASSERT_EQ(run({"submit", "-"}), ExitCode::done) << err;
  }
};

TEST_F(Dispatch, drain_delivers_everything_and_says_so) {
  submit(first_update("A-1"));
  submit(later_update("A-1", 7));
  submit(first_update("A-2"));
  EXPECT_EQ(run({"drain", "--json"}), ExitCode::done);
  const json report = json::parse(out);
  EXPECT_EQ(report.at("complete"), true);
  EXPECT_EQ(report.at("stats").at("final"), 3);
  EXPECT_EQ(report.at("stats").at("queued"), 0);
  EXPECT_EQ(transport->acknowledged().size(), 3u);
}

TEST_F(Dispatch, drain_with_nothing_to_do_is_done) {
  EXPECT_EQ(run({"drain"}), ExitCode::done);
  EXPECT_THAT(out, HasSubstr("отправлено и отвечено"));
}

TEST_F(Dispatch, drain_tells_that_something_is_held_and_what_it_blocks) {
  transport = std::make_shared<FriendlyTransport>(13);
  submit(first_update("A-1"));
  submit(later_update("A-1", 7));
  EXPECT_EQ(run({"drain"}), ExitCode::held);
  EXPECT_THAT(out, HasSubstr("Остановлено:   1\n"));
  EXPECT_THAT(out, HasSubstr("Ждут:          1"));
  EXPECT_THAT(out, HasSubstr("smev-send list --state held"));
}

TEST_F(Dispatch, drain_ends_with_its_time_when_smev_is_out_of_reach) {
  transport->go_out_of_reach();
  submit(first_update("A-1"));
  EXPECT_EQ(run({"drain", "--timeout", "50ms", "--json"}), ExitCode::try_later);
  const json report = json::parse(out);
  EXPECT_EQ(report.at("complete"), false);
  EXPECT_EQ(report.at("stats").at("final"), 0);
}

TEST_F(Dispatch, second_dispatcher_is_told_to_try_later) {
  auto other = Sender::open(options());
  ASSERT_TRUE(other) << other.error().describe();
  auto guard = other->outbox().start_dispatching();
  ASSERT_TRUE(guard) << guard.error().describe();
  EXPECT_EQ(run({"run", "--json"}), ExitCode::try_later);
  EXPECT_EQ(json::parse(out).at("error").at("code"), "store_busy");
  EXPECT_EQ(run({"drain"}), ExitCode::try_later);
  EXPECT_THAT(err, HasSubstr("остановите его (служба: systemctl stop smev-send)"));
}

/// Sends itself a signal as soon as an answer is acknowledged.
class TerminatedTransport final : public Transport {
 public:
  explicit TerminatedTransport(std::shared_ptr<Transport> inner) : inner_(std::move(inner)) {}
  Result<PreparedMessage> prepare(const OutgoingMessage& message) override {
    return inner_->prepare(message);
  }
  void transmit(std::vector<PreparedMessage> messages, Done done) override {
    inner_->transmit(std::move(messages), std::move(done));
  }
  Result<std::optional<IncomingMessage>> receive(const AnswerSelector& selector) override {
    return inner_->receive(selector);
  }
  Result<void> acknowledge(const std::string& message_id, bool accepted) override {
    auto done = inner_->acknowledge(message_id, accepted);
    ::kill(::getpid(), SIGTERM);
    return done;
  }

 private:
  std::shared_ptr<Transport> inner_;
};

/// What was logged with a text, as "event field=value …".
class KeptLog final : public Logger {
 public:
  void write(LogLevel, std::string_view event, std::string_view text,
             const std::vector<LogField>& fields) override {
    if (text.empty()) return;
    std::string line(event);
    for (const LogField& field : fields) line += ' ' + std::string(field.name) + '=' + field.value;
    const std::lock_guard lock(mutex_);
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;

 private:
  std::mutex mutex_;
};

TEST_F(Dispatch, run_logs_where_it_works_at_its_start_and_that_it_has_stopped) {
  const auto kept = std::make_shared<KeptLog>();
  logger = kept;
  submit(first_update("A-1"));
  other_transport = std::make_shared<TerminatedTransport>(transport);
  EXPECT_EQ(run({"run"}), ExitCode::done);
  ASSERT_GE(kept->lines.size(), 2u);
  EXPECT_THAT(kept->lines.front(),
              AllOf(HasSubstr("run.started version="), HasSubstr(" contour=test endpoint="),
                    HasSubstr(" outbox=" + path("outbox.db"))));
  EXPECT_EQ(kept->lines.back(), "run.stopped");
}

TEST_F(Dispatch, run_works_until_the_signal_and_tells_each_event) {
  submit(first_update("A-1"));
  other_transport = std::make_shared<TerminatedTransport>(transport);
  EXPECT_EQ(run({"run", "--json"}), ExitCode::done);
  std::vector<std::string> events;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    const json event = json::parse(line);
    EXPECT_EQ(event.at("order"), "A-1");
    events.push_back(event.at("event"));
  }
  // The answer may be stored before the receipt is: their order says nothing.
  EXPECT_THAT(events, testing::Contains("delivered"));
  other_transport = nullptr;
  EXPECT_EQ(run({"drain"}), ExitCode::done);
}

}  // namespace
}  // namespace smev::cli
