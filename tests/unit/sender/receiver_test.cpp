// One round at a time, with a clock that stands still: what a poller of Sender::run does in a loop.

#include "sdk/sender/receiver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>

#include "sdk/base/runtime.hpp"
#include "sdk/sender/elk_status.hpp"
#include "smev/testing/manual_clock.hpp"
#include "tests/support/forwarding_outbox.hpp"

namespace smev {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

/// Notes what is asked of it, and refuses one answer.
class NotingOutbox final : public testing::ForwardingOutbox {
 public:
  explicit NotingOutbox(std::vector<std::string>& calls) : calls_(calls) {}
  std::optional<std::string> refused;
  Retry refusal = Retry::after_fix;

  Result<std::vector<RecordedAnswer>> record_answers(
      const std::vector<NewAnswer>& answers) override {
    std::string call = "store";
    for (const NewAnswer& answer : answers) call += " " + answer.message_id;
    calls_.push_back(call);
    for (const NewAnswer& answer : answers) {
      if (refused != answer.message_id) continue;
      return fail(local_error(ErrorCode::store, "a damaged row", refusal));
    }
    return inner().record_answers(answers);
  }

 private:
  std::vector<std::string>& calls_;
};

/// A queue of answers to messages of nobody.
class QueueTransport final : public Transport {
 public:
  explicit QueueTransport(std::vector<std::string>& calls, testing::ManualClock& clock)
      : calls_(calls), clock_(clock) {}
  bool hides = true;  ///< what was given comes again only after a long time
  Duration takes{};   ///< a call
  Duration ack_takes{};
  std::optional<std::string> unreachable;
  std::map<std::string, Error> ack_errors;

  void put(const std::string& id, std::size_t octets = 1, bool verified = true) {
    IncomingMessage message;
    message.message_id = id;
    message.original_message_id = "11111111-1111-1111-8111-111111111111";
    message.kind = IncomingMessage::Kind::content;
    message.raw = std::string(octets, 'x');
    message.verified = verified;
    queue_.push_back(std::move(message));
  }

  Result<PreparedMessage> prepare(const OutgoingMessage&) override {
    return fail(local_error(ErrorCode::internal, "not used"));
  }
  void transmit(std::vector<PreparedMessage>, Done) override {}
  Result<std::optional<IncomingMessage>> receive(const AnswerSelector&) override {
    clock_.advance(takes);
    if (queue_.empty()) {
      calls_.emplace_back("empty");
      return std::optional<IncomingMessage>{};
    }
    if (unreachable == queue_.front().message_id) {
      calls_.emplace_back("no way");
      return fail(local_error(ErrorCode::connect, "no way", Retry::later));
    }
    IncomingMessage message = queue_.front();
    if (hides) queue_.pop_front();
    calls_.push_back("receive " + message.message_id);
    return std::optional(std::move(message));
  }
  Result<void> acknowledge(const std::string& id, bool) override {
    clock_.advance(ack_takes);
    calls_.push_back("ack " + id);
    if (const auto error = ack_errors.find(id); error != ack_errors.end()) {
      return fail(error->second);
    }
    std::erase_if(queue_, [&](const IncomingMessage& each) { return each.message_id == id; });
    return {};
  }

 private:
  std::vector<std::string>& calls_;
  testing::ManualClock& clock_;
  std::deque<IncomingMessage> queue_;
};

class ReceiverTest : public ::testing::Test {
 protected:
  ReceiverTest() {
    outbox_->set_inner(sqlite_outbox({.path = ":memory:"}, clock_).value());
    parts_.options.clock = clock_;
    parts_.options.logger = null_logger();
    parts_.options.outbox = outbox_;
    parts_.options.transport = transport_;
    parts_.options.sole_consumer = true;  // so that what is of nobody is acknowledged
    parts_.runtime = Runtime::acquire().value();
    parts_.type = elk_status_type({});
  }

  /// Whether more may be waiting.
  bool round() {
    const Result<bool> more = receiver_.round();
    EXPECT_TRUE(more) << more.error().describe();
    return more.value_or(false);
  }
  std::vector<std::string> calls() { return std::exchange(calls_, {}); }
  /// After a silence one answer has come, and been taken by itself: others may wait behind it.
  void begin_backlog() {
    calls();
    EXPECT_FALSE(round());
    transport_->put("first");
    EXPECT_TRUE(round());
    EXPECT_THAT(calls(), ElementsAre("empty", "receive first", "store first", "ack first"));
  }
  static Error fault() {
    Error error = local_error(ErrorCode::smev_fault, "internal failure", Retry::later);
    error.origin = Origin::smev;
    error.fault = SmevFault{};
    return error;
  }
  static Error no_way() {
    Error error = local_error(ErrorCode::connect, "no way", Retry::later);
    error.origin = Origin::network;
    return error;
  }
  std::size_t stored_at_first() {
    const auto all = calls();
    const auto store = std::find_if(all.begin(), all.end(), [](const std::string& call) {
      return call.rfind("store ", 0) == 0;
    });
    return store == all.end() ? 0 : std::count(store->begin(), store->end(), ' ');
  }

  std::vector<std::string> calls_;
  std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
  std::shared_ptr<NotingOutbox> outbox_ = std::make_shared<NotingOutbox>(calls_);
  std::shared_ptr<QueueTransport> transport_ = std::make_shared<QueueTransport>(calls_, *clock_);
  SenderParts parts_;
  EventSink events_{parts_};
  Bell bell_;
  Receiver receiver_{parts_, events_, bell_};
};

TEST_F(ReceiverTest, stores_the_first_at_once_and_what_is_behind_it_together) {
  begin_backlog();
  transport_->put("a");
  transport_->put("b");
  EXPECT_FALSE(round()) << "the queue was seen to be empty";
  EXPECT_THAT(calls(),
              ElementsAre("receive a", "receive b", "empty", "store a b", "ack a", "ack b"));
  EXPECT_THAT(*outbox_->unacknowledged(), ::testing::IsEmpty());
  for (const char* id : {"c", "d"}) transport_->put(id);
  EXPECT_TRUE(round());
  EXPECT_THAT(calls(), ElementsAre("receive c", "store c", "ack c")) << "after a silence again";
}

TEST_F(ReceiverTest, no_answer_waits_for_a_call_where_an_empty_queue_is_slow_to_say_so) {
  transport_->takes = 51ms;
  EXPECT_FALSE(round());
  transport_->takes = 0ms;
  for (const char* id : {"a", "b", "c"}) transport_->put(id);
  for (int i = 0; i < 3; ++i) {
    calls();
    EXPECT_TRUE(round());
    EXPECT_EQ(stored_at_first(), 1u);
  }
  EXPECT_FALSE(round()) << "and now it was quick";
  begin_backlog();
  for (const char* id : {"d", "e"}) transport_->put(id);
  round();
  EXPECT_EQ(stored_at_first(), 2u);
}

TEST_F(ReceiverTest, does_not_wait_for_a_second_answer_of_one_that_gives_it_after_the_ack) {
  begin_backlog();
  transport_->hides = false;
  for (const char* id : {"a", "b", "c"}) transport_->put(id);
  EXPECT_TRUE(round());
  EXPECT_THAT(calls(), ElementsAre("receive a", "receive a", "store a a", "ack a", "ack a"));
  EXPECT_TRUE(round());
  EXPECT_THAT(calls(), ElementsAre("receive b", "store b", "ack b")) << "once is enough";
  EXPECT_TRUE(round());
  EXPECT_FALSE(round());
}

TEST_F(ReceiverTest, stores_sixteen_together_at_most) {
  begin_backlog();
  for (int i = 0; i < 17; ++i) transport_->put(std::to_string(i));
  EXPECT_TRUE(round());
  EXPECT_EQ(stored_at_first(), 16u);
  EXPECT_FALSE(round());
  EXPECT_EQ(stored_at_first(), 1u);
}

TEST_F(ReceiverTest, a_slow_call_ends_what_is_waited_for) {
  begin_backlog();
  for (int i = 0; i < 8; ++i) transport_->put(std::to_string(i));
  transport_->takes = 51ms;
  EXPECT_TRUE(round());
  EXPECT_EQ(stored_at_first(), 1u);
  transport_->takes = 50ms;
  EXPECT_TRUE(round());
  EXPECT_EQ(stored_at_first(), 5u) << "a quarter of a second";
}

TEST_F(ReceiverTest, what_is_gathered_has_a_limit_of_octets) {
  begin_backlog();
  constexpr std::size_t kLimit = 4u << 20;
  transport_->put("a", kLimit - 1);
  transport_->put("b");
  transport_->put("c");
  EXPECT_TRUE(round());
  EXPECT_EQ(stored_at_first(), 2u);
}

TEST_F(ReceiverTest, what_came_before_the_network_broke_is_stored_and_acknowledged) {
  begin_backlog();
  transport_->put("a");
  transport_->put("b");
  transport_->unreachable = "b";
  EXPECT_FALSE(round());
  EXPECT_THAT(calls(), ElementsAre("receive a", "no way", "store a", "ack a"));
}

TEST_F(ReceiverTest, what_cannot_be_recorded_does_not_keep_the_others_back) {
  begin_backlog();
  for (const char* id : {"a", "b", "c"}) transport_->put(id);
  outbox_->refused = "b";
  EXPECT_FALSE(receiver_.round()) << "it is told all the same";
  EXPECT_THAT(calls(), ElementsAre("receive a", "receive b", "receive c", "empty", "store a b c",
                                   "store a", "ack a", "store b", "store c", "ack c"));
}

TEST_F(ReceiverTest, a_store_that_is_away_is_not_asked_for_each) {
  begin_backlog();
  for (const char* id : {"a", "b"}) transport_->put(id);
  outbox_->refused = "b";
  outbox_->refusal = Retry::later;
  EXPECT_FALSE(receiver_.round());
  EXPECT_THAT(calls(), ElementsAre("receive a", "receive b", "empty", "store a b"));
}

TEST_F(ReceiverTest, what_is_not_verified_is_stored_and_left_alone_among_others) {
  begin_backlog();
  transport_->put("a");
  transport_->put("forged", 1, false);
  transport_->put("b");
  EXPECT_FALSE(round());
  EXPECT_THAT(calls(), ElementsAre("receive a", "receive forged", "receive b", "empty",
                                   "store a forged b", "ack a", "ack b"));
}

TEST_F(ReceiverTest, nothing_is_left_out_because_another_has_the_same_id_or_none) {
  begin_backlog();
  transport_->put("a", 1, false);
  transport_->put("a", 2);
  round();
  EXPECT_THAT(calls(), ElementsAre("receive a", "receive a", "store a a", "ack a"));
  begin_backlog();
  transport_->put("", 1, false);
  transport_->put("", 2, false);
  round();
  EXPECT_THAT(calls(), ElementsAre("receive ", "receive ", "store  "));
  EXPECT_EQ(outbox_->unsettled_answers(9)->size(), 5u) << "none of them is of a message of ours";
}

TEST_F(ReceiverTest, an_ack_that_is_refused_does_not_keep_the_others_back) {
  begin_backlog();
  for (const char* id : {"a", "b", "c"}) transport_->put(id);
  transport_->ack_errors["a"] = fault();
  EXPECT_FALSE(round());
  EXPECT_THAT(calls(), ElementsAre("receive a", "receive b", "receive c", "empty", "store a b c",
                                   "ack a", "ack b", "ack c"));
}

TEST_F(ReceiverTest, no_ack_follows_one_that_did_not_get_through) {
  begin_backlog();
  for (const char* id : {"a", "b"}) transport_->put(id);
  transport_->ack_errors["a"] = no_way();
  EXPECT_FALSE(round());
  EXPECT_THAT(calls(), ElementsAre("receive a", "receive b", "empty", "store a b", "ack a"));
}

TEST_F(ReceiverTest, over_the_limit_of_calls_nothing_more_is_asked) {
  begin_backlog();
  for (const char* id : {"a", "b"}) transport_->put(id);
  Error throttled = fault();
  throttled.retry = Retry::throttled;
  transport_->ack_errors["a"] = throttled;
  EXPECT_FALSE(round());
  EXPECT_THAT(calls(), ElementsAre("receive a", "receive b", "empty", "store a b", "ack a"));
  EXPECT_FALSE(round());
  EXPECT_THAT(calls(), ::testing::IsEmpty());
}

TEST_F(ReceiverTest, a_stop_does_not_wait_for_a_whole_batch_of_slow_acks) {
  begin_backlog();
  for (const char* id : {"a", "b", "c", "d"}) transport_->put(id);
  transport_->ack_takes = 2500ms;
  bell_.stop();
  EXPECT_FALSE(round());
  EXPECT_THAT(calls(), ElementsAre("receive a", "receive b", "receive c", "receive d", "empty",
                                   "store a b c d", "ack a", "ack b"))
      << "five seconds";
}

}  // namespace
}  // namespace smev
