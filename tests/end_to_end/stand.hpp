#pragma once
// A sender and a mock server in one process, with everything real between them: SOAP and FTP over
// loopback, GOST signatures, an SQLite file. The clock is the machine's, and can be made to jump.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mock-smev/server.hpp"
#include "smev/sender/sender.hpp"
#include "tests/support/signed_answers.hpp"

namespace smev::end_to_end {

/// Longer than anything takes; a test that needs it all has failed.
inline constexpr Duration kPatience = std::chrono::seconds(30);

class JumpingClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return system_->now() + offset_.load(); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return system_->steady();
  }
  void jump(Duration by) { offset_ = offset_.load() + by; }

 private:
  std::shared_ptr<Clock> system_ = system_clock();
  std::atomic<Duration> offset_{Duration{}};
};

class EndToEnd : public ::testing::Test {
 protected:
  EndToEnd();
  ~EndToEnd() override;

  /// Starts both sides; before it, `mock` and `change_sender` may be set.
  void start(std::vector<mock::ReactionRule> reactions = {});
  /// Another sender of the same department over the same SMEV, with an outbox of its own.
  Sender another_sender(const std::string& outbox);

  UpdateId submit(const elk::Update& update);
  /// Works until nothing is left to do.
  void drain();
  /// The queue gives the oldest first: when the answer to one more order has come, everything that
  /// was in it has been taken, whether anybody waited for it or not.
  void take_all_answers();
  void decide(UpdateId id, UpdateEvent event);

  UpdateReport report(UpdateId id);
  UpdateRow row(UpdateId id) { return report(id).update; }
  void expect_delivered(UpdateId id);
  void expect_held(UpdateId id, HoldReason reason, std::optional<int> code = std::nullopt);
  /// Answers to all messages of the update, oldest first. Each must be acknowledged.
  std::vector<AnswerRow> acknowledged_answers(UpdateId id);
  /// Status codes in the citizen's account; nothing when there is no such order.
  std::vector<int> account(const std::string& number);
  /// Whether each message of the update was a create, oldest first.
  std::vector<bool> creates(UpdateId id);
  /// What was told of the update, receipts apart: they may come before or after the answer.
  std::vector<std::string> events(UpdateId id) const;

  testing::TemporaryFolder folder_;
  std::shared_ptr<JumpingClock> clock_ = std::make_shared<JumpingClock>();
  mock::Options mock_;
  std::function<void(SenderOptions&)> change_sender_ = [](SenderOptions&) {};
  std::function<void(const Event&)> on_event_ = [](const Event&) {};
  std::unique_ptr<mock::Server> server_;
  std::optional<Sender> sender_;

 private:
  Sender open_sender(const std::string& outbox);

  std::vector<Event> events_;
  int next_marker_ = 0;
};

/// A first update, with the facts of the order.
elk::Update created(const std::string& number, std::int16_t code = 6);
/// A later one, by the number alone.
elk::Update updated(const std::string& number, std::int16_t code = 7);

}  // namespace smev::end_to_end
