// One round at a time, with a clock that stands still: what a thread of Sender::run does in a loop.

#include "sdk/sender/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/base/runtime.hpp"
#include "sdk/sender/elk_status.hpp"
#include "sdk/sender/receiver.hpp"
#include "smev/testing/manual_clock.hpp"
#include "smev/testing/scripted_transport.hpp"
#include "tests/support/forwarding_outbox.hpp"

namespace smev {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::ManualClock;
using testing::ScriptedTransport;
using ::testing::SizeIs;
using Outcome = Transmission::Outcome;

class FragileOutbox final : public testing::ForwardingOutbox {
 public:
  bool refuse_outcomes = false;
  bool damage_circuits = false;
  Result<std::optional<Circuit>> circuit(const std::string& endpoint) override {
    if (damage_circuits) return fail(local_error(ErrorCode::store, "rubbish", Retry::after_fix));
    return inner().circuit(endpoint);
  }
  Result<std::vector<UpdateRow>> finish_attempts(
      const std::vector<AttemptOutcome>& outcomes) override {
    if (refuse_outcomes) return fail(local_error(ErrorCode::store, "the disk is full"));
    return inner().finish_attempts(outcomes);
  }
};

/// Polls can be refused.
class LimitedTransport final : public Transport {
 public:
  int polls = 0;
  Result<PreparedMessage> prepare(const OutgoingMessage&) override {
    return fail(local_error(ErrorCode::internal, "not used"));
  }
  void transmit(std::vector<PreparedMessage>, Done) override {}
  Result<std::optional<IncomingMessage>> receive(const AnswerSelector&) override {
    ++polls;
    return fail(local_error(ErrorCode::smev_fault, "too many calls", Retry::throttled));
  }
  Result<void> acknowledge(const std::string&, bool) override { return {}; }
};

/// Reports when it is told to.
class HeldTransport final : public Transport {
 public:
  Result<PreparedMessage> prepare(const OutgoingMessage& message) override {
    return PreparedMessage{message.message_id, "text/xml", "<a/>", "1.2", {}};
  }
  void transmit(std::vector<PreparedMessage> messages, Done done) override {
    for (const PreparedMessage& message : messages) waiting_.push_back(message.message_id);
    done_ = std::move(done);
  }
  void report_one() {
    const Uuid id = waiting_.back();
    waiting_.pop_back();
    Transmission transmission;
    transmission.outcome = Outcome::accepted;
    done_(id, std::move(transmission));
  }
  Result<std::optional<IncomingMessage>> receive(const AnswerSelector&) override {
    return std::optional<IncomingMessage>{};
  }
  Result<void> acknowledge(const std::string&, bool) override { return {}; }

 private:
  std::vector<Uuid> waiting_;
  Done done_;
};

/// Signs in so much time, or not at all.
class SlowSigning final : public ScriptedTransport {
 public:
  SlowSigning(std::shared_ptr<ManualClock> clock, Duration each)
      : clock_(std::move(clock)), each_(each) {}
  Duration& each() { return each_; }
  int signed_or_tried = 0;
  bool key_there = true;

  Result<PreparedMessage> prepare(const OutgoingMessage& message) override {
    ++signed_or_tried;
    clock_->advance(each_);
    if (!key_there) return fail(local_error(ErrorCode::key, "the token is gone"));
    return ScriptedTransport::prepare(message);
  }

 private:
  std::shared_ptr<ManualClock> clock_;
  Duration each_;
};

/// The store says of one order's message that its files cannot be read now.
class DiskAway final : public ScriptedTransport {
 public:
  std::string away;
  Result<PreparedMessage> prepare(const OutgoingMessage& message) override {
    if (!away.empty() && message.content.find(">" + away + "<") != std::string::npos) {
      return fail(local_error(ErrorCode::store, "files", Retry::later));
    }
    return ScriptedTransport::prepare(message);
  }
};

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() {
    outbox_->set_inner(sqlite_outbox({.path = ":memory:"}, clock_).value());
    transport_ = std::make_shared<ScriptedTransport>([this](const PreparedMessage& message) {
      sent_.push_back(message.message_id);
      Transmission transmission;
      transmission.outcome = outcome_;
      if (outcome_ == Outcome::accepted) return transmission;
      transmission.error = local_error(ErrorCode::connect, "no way", Retry::later);
      if (throttled_) transmission.error->retry = Retry::throttled;
      return transmission;
    });
    options_.mnemonic = "TEST01";
    options_.profile.inn = "0012345673";  // of nobody: region 00 does not exist
    options_.clock = clock_;
    options_.ids = seeded_ids(clock_, 1);
    options_.logger = null_logger();
    options_.outbox = outbox_;
    options_.transport = transport_;
    options_.soap.url = "http://smev.example/ws";
    options_.retry.breaker_failures = 2;
    options_.retry.base = options_.retry.cap = 1s;
    options_.retry.breaker_pause = 1s;
  }

  SenderParts parts() {
    SenderParts parts;
    parts.options = options_;
    parts.runtime = Runtime::acquire().value();
    parts.type = elk_status_type(options_.profile);
    return parts;
  }

  UpdateId submit(const std::string& number, const SubmitOptions& submit_options = {}) {
    Result<Sender> sender = Sender::open(options_);
    EXPECT_TRUE(sender) << sender.error().describe();
    elk::Update update;
    update.order = {.number = number,
                    .service = "-60012726",
                    .filed_at = *DateTime::parse("2026-04-16T10:00:00+03:00"),
                    .applicant = elk::PersonBySnils{
                        .snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна"}};
    update.status = {.code = 6, .at = clock_->now()};
    const Result<UpdateId> id = sender->submit(update, submit_options);
    EXPECT_TRUE(id) << id.error().describe();
    return id.value_or(0);
  }

  /// A process: as many rounds as there is work, then its end.
  struct Running {
    explicit Running(DispatcherTest& test)
        : parts(test.parts()), events(parts), dispatcher(parts, events, bell, 1) {
      events.set_callback([&test](const Event& event) { test.events_.push_back(event); });
      guard = parts.outbox().start_dispatching().value();
    }
    void work() {
      for (int i = 0; i < 20; ++i) {
        const Result<bool> busy = dispatcher.round();
        ASSERT_TRUE(busy) << busy.error().describe();
        if (!*busy) return;
      }
      FAIL() << "it never comes to rest";
    }
    SenderParts parts;
    EventSink events;
    Bell bell;
    std::shared_ptr<void> guard;
    Dispatcher dispatcher;
  };

  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  std::shared_ptr<FragileOutbox> outbox_ = std::make_shared<FragileOutbox>();
  std::shared_ptr<ScriptedTransport> transport_;
  SenderOptions options_;
  Outcome outcome_ = Outcome::accepted;
  bool throttled_ = false;
  std::vector<Uuid> sent_;
  std::vector<Event> events_;
};

TEST_F(DispatcherTest, spares_an_endpoint_that_fails_and_probes_it_with_the_oldest_message) {
  outcome_ = Outcome::not_sent;
  for (const char* number : {"a", "b", "c"}) submit(number);
  Running running(*this);
  running.work();
  ASSERT_THAT(sent_, SizeIs(3));
  const Uuid oldest = sent_.front();
  running.work();
  EXPECT_THAT(sent_, SizeIs(3)) << "the way is closed";

  clock_->advance(1s);
  running.work();
  EXPECT_EQ(sent_.size(), 4u) << "one probe";
  EXPECT_EQ(sent_.back(), oldest);

  outcome_ = Outcome::accepted;
  clock_->advance(2s);
  running.work();
  EXPECT_EQ(sent_.size(), 7u) << "the probe succeeds, and all go";
}

TEST_F(DispatcherTest, a_restart_does_not_begin_by_asking_a_failing_endpoint_again) {
  outcome_ = Outcome::not_sent;
  options_.retry.breaker_pause = 1min;
  options_.retry.cap = 1min;
  options_.retry.base = 1ms;
  for (const char* number : {"a", "b"}) submit(number);
  Running(*this).work();
  ASSERT_THAT(sent_, SizeIs(2));

  clock_->advance(1s);
  Running again(*this);
  again.work();
  EXPECT_THAT(sent_, SizeIs(2));
  const Result<Duration> pause = again.dispatcher.pause();
  ASSERT_TRUE(pause);
  EXPECT_GT(*pause, 100ms) << "what is due and may not go must not keep the thread busy";
  clock_->advance(1min);
  again.work();
  EXPECT_THAT(sent_, SizeIs(3));
}

TEST_F(DispatcherTest, a_limit_of_calls_holds_up_every_message) {
  outcome_ = Outcome::refused;
  throttled_ = true;
  options_.soap.in_flight_max = 1;
  for (const char* number : {"a", "b"}) submit(number);
  Running running(*this);
  running.work();
  EXPECT_THAT(sent_, SizeIs(1));
  outcome_ = Outcome::accepted;
  clock_->advance(4min);
  running.work();
  EXPECT_THAT(sent_, SizeIs(1));
  clock_->advance(1min);
  running.work();
  EXPECT_THAT(sent_, SizeIs(3));
}

TEST_F(DispatcherTest, warns_once_before_a_deadline_and_holds_after_it) {
  outcome_ = Outcome::not_sent;
  const UpdateId id = submit("a", {.deadline = clock_->now() + 2h});
  Running running(*this);
  running.work();
  const auto told = [&] {
    std::vector<Event::Kind> kinds;
    for (const Event& event : events_) {
      if (event.update == id) kinds.push_back(event.kind);
    }
    return kinds;
  };
  EXPECT_THAT(told(), ElementsAre());
  clock_->advance(1h);
  running.work();
  clock_->advance(10min);
  running.work();
  EXPECT_THAT(told(), ElementsAre(Event::Kind::deadline_near));
  clock_->advance(50min);
  running.work();
  EXPECT_THAT(told(), ElementsAre(Event::Kind::deadline_near, Event::Kind::held));
  EXPECT_EQ(events_.back().hold_reason, HoldReason::deadline);
}

TEST_F(DispatcherTest, sends_what_a_slow_key_has_signed_before_it_signs_the_rest) {
  const auto slow = std::make_shared<SlowSigning>(clock_, 1s);
  options_.transport = transport_ = slow;
  for (int i = 0; i < 10; ++i) submit(std::to_string(i));
  Running running(*this);
  ASSERT_TRUE(running.dispatcher.round());
  EXPECT_EQ(slow->signed_or_tried, 2);
  EXPECT_THAT(slow->sent(), SizeIs(2));
  slow->each() = 0s;
  running.work();
  EXPECT_EQ(slow->signed_or_tried, 10);
  EXPECT_THAT(slow->sent(), SizeIs(10));
}

TEST_F(DispatcherTest, asks_a_key_that_is_away_only_now_and_then) {
  const auto slow = std::make_shared<SlowSigning>(clock_, 0s);
  options_.transport = transport_ = slow;
  slow->key_there = false;
  for (int i = 0; i < 10; ++i) submit(std::to_string(i));
  Running running(*this);
  running.work();
  running.work();
  EXPECT_EQ(slow->signed_or_tried, 1);
  const Result<Duration> pause = running.dispatcher.pause();
  ASSERT_TRUE(pause);
  EXPECT_GT(*pause, 100ms) << "what is due and cannot be signed must not keep the thread busy";
  clock_->advance(options_.retry.base);
  running.work();
  EXPECT_EQ(slow->signed_or_tried, 2);
  slow->key_there = true;
  clock_->advance(options_.retry.base);
  running.work();
  EXPECT_THAT(slow->sent(), SizeIs(10));
}

TEST_F(DispatcherTest, a_disk_of_files_that_is_away_delays_what_has_files_and_nothing_else) {
  const auto transport = std::make_shared<DiskAway>();
  options_.transport = transport_ = transport;
  const UpdateId with_file = submit("with");
  submit("without");
  transport->away = outbox_->find_update(with_file)->value().order.number;
  Running running(*this);
  running.work();
  EXPECT_THAT(transport->sent(), SizeIs(1));
  EXPECT_EQ(outbox_->find_update(with_file)->value().state, UpdateState::queued);
  transport->away.clear();
  clock_->advance(options_.retry.base);
  running.work();
  EXPECT_THAT(transport->sent(), SizeIs(2));
}

// What could not become a message, and what a person has decided about meanwhile.
class DecidedMeanwhile final : public ScriptedTransport {
 public:
  std::function<void()> decide;
  Result<PreparedMessage> prepare(const OutgoingMessage&) override {
    decide();
    return fail(local_error(fault, "no"));
  }
  ErrorCode fault = ErrorCode::validation;
};

TEST_F(DispatcherTest, goes_on_when_a_person_decides_about_what_it_is_composing) {
  const auto transport = std::make_shared<DecidedMeanwhile>();
  options_.transport = transport;
  Running running(*this);
  for (const ErrorCode fault : {ErrorCode::validation, ErrorCode::key}) {
    const UpdateId id = submit(std::string(name(fault)));
    transport->fault = fault;
    transport->decide = [&] {
      EXPECT_TRUE(outbox_->decide(id, UpdateEvent::cancelled, "оператор", "ошибка"));
    };
    const Result<bool> round = running.dispatcher.round();
    EXPECT_TRUE(round) << round.error().describe();
    EXPECT_EQ(outbox_->find_update(id)->value().state, UpdateState::cancelled);
  }
}

TEST_F(DispatcherTest, ends_after_a_store_error_between_the_attempts_of_a_round) {
  options_.message_age_max = 1h;
  outcome_ = Outcome::not_sent;
  submit("old");
  Running running(*this);
  running.work();
  submit("fresh");
  // The first message is too old to be offered, and that cannot be written down.
  clock_->advance(2h);
  outbox_->refuse_outcomes = true;
  EXPECT_FALSE(running.dispatcher.round());
  const Result<void> finished = running.dispatcher.finish();
  EXPECT_TRUE(finished) << "nothing is waited for that was never handed over";
}

TEST_F(DispatcherTest, takes_an_endpoint_of_which_rubbish_was_kept_for_one_that_works) {
  submit("a");
  outbox_->damage_circuits = true;
  Running running(*this);
  running.work();
  EXPECT_THAT(sent_, SizeIs(1));
}

TEST_F(DispatcherTest, goes_on_looking_for_deadlines_when_the_wall_clock_is_set_back) {
  Running running(*this);
  running.work();
  clock_->set(clock_->now() - 30min);
  const UpdateId id =
      submit("a", {.not_before = clock_->now() + 1h, .deadline = clock_->now() + 1min});
  clock_->advance(1min);
  running.work();
  EXPECT_EQ((*outbox_->find_update(id))->state, UpdateState::held);
}

TEST_F(DispatcherTest, polls_pause_too_when_smev_limits_calls) {
  const auto limited = std::make_shared<LimitedTransport>();
  options_.transport = limited;
  SenderParts shared = parts();
  EventSink sink(shared);
  Bell bell;
  Receiver receiver(shared, sink, bell);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(receiver.round());
  EXPECT_EQ(limited->polls, 1);
  EXPECT_EQ(receiver.pause().value(), options_.poll.slow);
  clock_->advance(5min);
  EXPECT_TRUE(receiver.round());
  EXPECT_EQ(limited->polls, 2);
}

TEST_F(DispatcherTest, the_first_report_wakes_it_and_those_right_behind_are_written_with_it) {
  const auto held = std::make_shared<HeldTransport>();
  options_.transport = held;
  for (const char* number : {"a", "b", "c", "d"}) submit(number);
  Running running(*this);
  running.work();
  unsigned long seen = running.bell.rings();
  const auto is_woken = [&] { return std::exchange(seen, running.bell.rings()) != seen; };
  held->report_one();
  EXPECT_TRUE(is_woken());
  held->report_one();
  EXPECT_FALSE(is_woken()) << "it is up already";
  running.dispatcher.await_reports();  // they are half of what was under way: it waits for nothing
  running.work();
  EXPECT_EQ(outbox_->stats()->awaiting_answer, 2);
  is_woken();
  held->report_one();
  EXPECT_TRUE(is_woken());
  held->report_one();
  EXPECT_TRUE(is_woken()) << "the last always";
  running.work();
  EXPECT_EQ(outbox_->stats()->awaiting_answer, 4);
}

}  // namespace
}  // namespace smev
