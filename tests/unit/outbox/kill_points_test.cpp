// A process is killed before and after every commit, and another one takes its work up.

#include "sdk/outbox/kill_points.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "sdk/base/bytes.hpp"
#include "smev/outbox/outbox.hpp"
#include "tests/support/record_answer.hpp"
#include "tests/unit/outbox/child_process.hpp"
#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox_test {
namespace {

constexpr const char* kChild = "KillPoints.DISABLED_work_to_the_end";
constexpr const char* kDirectoryVariable = "OUTBOX_TEST_DIRECTORY";
constexpr int kOrders = 2;
constexpr int kUpdatesPerOrder = 2;
// Each point is passed at least this often before all work is done.
constexpr int kVisits = 3;
constexpr Duration kLease = std::chrono::minutes(1);

/// A file to which whole lines are added, as a kill leaves them.
class Journal {
 public:
  explicit Journal(std::string path) : path_(std::move(path)) {}
  void add(const std::string& line) const {
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::string text = line + "\n";
    ASSERT_EQ(::write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(file);
  }
  [[nodiscard]] std::vector<std::vector<std::string>> lines() const {
    std::vector<std::vector<std::string>> result;
    std::ifstream file(path_);
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      auto& last = result.emplace_back();
      for (std::string word; words >> word;) last.push_back(word);
    }
    return result;
  }

 private:
  std::string path_;
};

NewUpdate update_of(int order, int index) {
  NewUpdate update;
  update.order = {"TEST01", Contour::test, std::to_string(order)};
  update.type = "elk/status/1.0.2";
  update.payload = std::to_string(order) + "/" + std::to_string(index);
  update.payload_digest = sha256_hex(update.payload);
  update.idempotency_key = update.payload;
  return update;
}

/// A worker and, at the other end of its wire, a SMEV that is a journal of what came.
class Worker {
 public:
  explicit Worker(const std::string& directory)
      : wire_(directory + "/wire"),
        promised_(directory + "/promised"),
        clock_(system_clock()),
        ids_(time_based_ids(clock_)) {
    auto opened = sqlite_outbox({.path = directory + "/outbox.db"}, clock_);
    EXPECT_TRUE(opened) << opened.error().describe();
    outbox_ = *opened;
  }

  void work_to_the_end() {
    for (int order = 0; order < kOrders; ++order) {
      for (int index = 0; index < kUpdatesPerOrder; ++index) submit(order, index);
    }
    const auto guard = outbox_->start_dispatching();
    ASSERT_TRUE(guard) << guard.error().describe();
    acknowledge_all();
    while (outbox_->stats()->final < kOrders * kUpdatesPerOrder) {
      ASSERT_NO_FATAL_FAILURE(round());
    }
  }

 private:
  void submit(int order, int index) {
    const auto submitted = outbox_->submit(update_of(order, index), {});
    ASSERT_TRUE(submitted) << submitted.error().describe();
    promised_.add(std::to_string(submitted->id));
  }

  void round() {
    const auto claims = outbox_->claim_updates(10, kLease);
    ASSERT_TRUE(claims) << claims.error().describe();
    std::vector<NewMessage> messages;
    for (const ClaimedUpdate& claimed : *claims) messages.push_back(compose(claimed));
    if (!messages.empty()) {
      ASSERT_TRUE(outbox_->freeze(messages));
    }
    const auto started = outbox_->start_attempts(10, kLease);
    ASSERT_TRUE(started) << started.error().describe();
    for (const StartedAttempt& attempt : *started) {
      ASSERT_NO_FATAL_FAILURE(transmit(attempt));
    }
    ASSERT_NO_FATAL_FAILURE(receive());
  }

  NewMessage compose(const ClaimedUpdate& claimed) {
    NewMessage message;
    message.message_id = ids_->next();
    message.content_type = "text/xml";
    message.body = claimed.update.payload + " " + message.message_id.text();
    message.schema_version = "1.2";
    message.items.push_back({claimed.update.id, 0, claimed.update.sequence == 1, "", {}});
    message.lease_epochs.push_back(claimed.lease_epoch);
    return message;
  }

  void transmit(const StartedAttempt& attempt) {
    const MessageRow& row = attempt.message;
    wire_.add(row.message_id.text() + " " + std::to_string(row.items[0].update) + " " +
              row.items[0].order_number + " " + sha256_hex(row.body));
    AttemptOutcome outcome;
    outcome.message_id = row.message_id;
    outcome.attempt = attempt.attempt;
    outcome.lease_epoch = attempt.lease_epoch;
    outcome.event = MessageEvent::accepted;
    outcome.answer_deadline = clock_->now() + std::chrono::hours(1);
    const auto changed = outbox_->finish_attempts({outcome});
    ASSERT_TRUE(changed) << changed.error().describe();
  }

  // SMEV answers everything that it has, again and again.
  void receive() {
    for (const auto& line : wire_.lines()) {
      ASSERT_EQ(line.size(), 4u);
      NewAnswer answer;
      answer.message_id = "answer-" + line[0];
      answer.original_message_id = line[0];
      answer.kind = "content";
      answer.content_type = "text/xml";
      answer.raw = "<answer/>";
      answer.verdicts = "[]";
      answer.verified = true;
      Settlement settled;
      settled.update = std::stoll(line[1]);
      settled.event = UpdateEvent::delivered;
      settled.result_code = 0;
      const auto recorded = smev::testing::record_answer(*outbox_, answer, {settled});
      ASSERT_TRUE(recorded) << recorded.error().describe();
    }
    acknowledge_all();
  }

  void acknowledge_all() {
    const auto waiting = outbox_->unacknowledged();
    ASSERT_TRUE(waiting);
    for (const AnswerRow& answer : *waiting) {
      ASSERT_TRUE(outbox_->mark_acknowledged({answer.id}));
    }
  }

  Journal wire_;
  Journal promised_;
  std::shared_ptr<Clock> clock_;
  std::shared_ptr<IdSource> ids_;
  std::shared_ptr<Outbox> outbox_;
};

TEST(KillPoints, DISABLED_work_to_the_end) {
  const char* directory = std::getenv(kDirectoryVariable);
  ASSERT_NE(directory, nullptr);
  Worker(directory).work_to_the_end();
}

void check_promised(Outbox& outbox, const std::string& directory) {
  for (const auto& line : Journal(directory + "/promised").lines()) {
    const auto update = outbox.find_update(std::stoll(line.at(0)));
    ASSERT_TRUE(update) << update.error().describe();
    EXPECT_TRUE(update->has_value()) << "update " << line[0] << " was lost";
  }
}

void check_wire(const std::string& directory) {
  std::map<std::string, std::string> bodies;
  std::map<std::string, std::set<std::string>> messages_of_update;
  std::map<std::string, long long> last_of_order;
  for (const auto& line : Journal(directory + "/wire").lines()) {
    const auto known = bodies.emplace(line[0], line[3]);
    EXPECT_EQ(known.first->second, line[3]) << "the same message with other octets";
    messages_of_update[line[1]].insert(line[0]);
    // Updates of an order were submitted in the order of their ids here.
    long long& last = last_of_order[line[2]];
    EXPECT_LE(last, std::stoll(line[1])) << "out of order";
    last = std::stoll(line[1]);
  }
  EXPECT_EQ(messages_of_update.size(), static_cast<std::size_t>(kOrders * kUpdatesPerOrder));
  for (const auto& [update, messages] : messages_of_update) {
    EXPECT_EQ(messages.size(), 1u) << "update " << update << " went in two messages";
  }
}

void kill_and_go_on(const std::string& point, int visit) {
  TemporaryDirectory directory;
  const Environment killed = {{kDirectoryVariable, directory.path()},
                              {"SMEV_KILL_AT", point + ":" + std::to_string(visit)}};
  const int status = wait_for_child(start_child(kChild, killed));
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "status " << status;
  {
    auto outbox = sqlite_outbox({.path = directory.file("outbox.db")}, system_clock());
    ASSERT_TRUE(outbox) << outbox.error().describe();
    check_promised(**outbox, directory.path());
  }
  const Environment unhurt = {{kDirectoryVariable, directory.path()}, {"SMEV_KILL_AT", "none:1"}};
  const int second = wait_for_child(start_child(kChild, unhurt));
  ASSERT_TRUE(WIFEXITED(second) && WEXITSTATUS(second) == 0) << "status " << second;
  check_wire(directory.path());
  auto outbox = sqlite_outbox({.path = directory.file("outbox.db")}, system_clock());
  ASSERT_TRUE(outbox) << outbox.error().describe();
  const auto rows = (*outbox)->list_updates({});
  ASSERT_TRUE(rows);
  for (const UpdateRow& row : *rows) {
    EXPECT_EQ(row.state, UpdateState::delivered) << row.id;
  }
  EXPECT_TRUE((*outbox)->unacknowledged()->empty());
}

class KillPointsAt : public ::testing::TestWithParam<std::string> {};

TEST_P(KillPointsAt, nothing_is_lost_doubled_or_out_of_order) {
#ifndef SMEV_KILL_POINTS
  GTEST_SKIP() << "built without SMEV_KILL_POINTS";
#endif
  const int visits =
      GetParam().starts_with("outbox.freeze.") || GetParam().starts_with("outbox.attempt_started.")
          ? kUpdatesPerOrder  // both orders share a commit
          : kVisits;
  for (int visit = 1; visit <= visits; ++visit) {
    SCOPED_TRACE(GetParam() + ":" + std::to_string(visit));
    ASSERT_NO_FATAL_FAILURE(kill_and_go_on(GetParam(), visit));
  }
}

std::vector<std::string> all_points() {
  std::vector<std::string> points;
  for (const outbox::CommitPoints& each : outbox::kAllCommitPoints) {
    points.emplace_back(each.committing);
    points.emplace_back(each.committed);
  }
  return points;
}

INSTANTIATE_TEST_SUITE_P(EveryCommit, KillPointsAt, ::testing::ValuesIn(all_points()),
                         [](const auto& point) {
                           std::string name = point.param.substr(sizeof("outbox.") - 1);
                           for (char& c : name) c = c == '.' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace smev::outbox_test
