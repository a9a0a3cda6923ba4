#include "sdk/sender/retry_policy.hpp"

#include <gtest/gtest.h>

namespace smev {
namespace {

using Outcome = Transmission::Outcome;

MessageRow message(int attempts, int doubtful) {
  MessageRow row;
  row.attempts = attempts;
  row.tries = attempts - 1;
  row.doubtful_attempts = doubtful;
  return row;
}

RetrySituation situation() {
  RetrySituation s;
  s.now = TimePoint(std::chrono::hours(500000));
  s.random = 1.0;
  s.answer_deadline = std::chrono::hours(72);
  return s;
}

Transmission ended(Outcome outcome, std::optional<Error> error = std::nullopt) {
  Transmission t;
  t.outcome = outcome;
  t.error = std::move(error);
  return t;
}

Error fault(std::string name, Retry retry) {
  Error error;
  error.code = ErrorCode::smev_fault;
  error.origin = Origin::smev;
  error.retry = retry;
  error.text = "отказ";
  error.fault = SmevFault{};
  error.fault->name = std::move(name);
  return error;
}

TEST(Backoff, grows_from_base_to_cap_and_is_spread_over_the_whole_range) {
  const RetryOptions retry;
  EXPECT_EQ(backoff(retry, 1, 1.0), std::chrono::seconds(5));
  EXPECT_EQ(backoff(retry, 2, 1.0), std::chrono::seconds(10));
  EXPECT_EQ(backoff(retry, 8, 1.0), std::chrono::seconds(640));
  EXPECT_EQ(backoff(retry, 9, 1.0), std::chrono::minutes(15));
  EXPECT_EQ(backoff(retry, 1'000'000, 1.0), std::chrono::minutes(15));
  EXPECT_EQ(backoff(retry, 5, 0.0), Duration(0));
  EXPECT_EQ(backoff(retry, 2, 0.5), std::chrono::seconds(5));
}

TEST(RetryPolicy, sets_an_answer_deadline_when_accepted) {
  const AttemptOutcome outcome = judge(message(1, 0), ended(Outcome::accepted), situation());
  EXPECT_EQ(outcome.event, MessageEvent::accepted);
  EXPECT_EQ(outcome.answer_deadline, situation().now + std::chrono::hours(72));
  EXPECT_FALSE(outcome.update_event);
}

TEST(RetryPolicy,
     takes_already_sent_as_success_only_after_an_attempt_of_ours_that_may_have_arrived) {
  const Transmission duplicate =
      ended(Outcome::duplicate, fault("MessageIsAlreadySent", Retry::never));
  EXPECT_EQ(judge(message(2, 1), duplicate, situation()).event, MessageEvent::accepted);

  const AttemptOutcome foreign = judge(message(1, 0), duplicate, situation());
  EXPECT_EQ(foreign.event, MessageEvent::refused);
  EXPECT_EQ(foreign.update_event, UpdateEvent::stopped);
  EXPECT_EQ(foreign.hold_reason, HoldReason::foreign_duplicate);
}

TEST(RetryPolicy, offers_the_same_message_again_when_the_outcome_is_unknown) {
  const AttemptOutcome outcome = judge(
      message(1, 0), ended(Outcome::in_doubt, local_error(ErrorCode::timeout, "")), situation());
  EXPECT_EQ(outcome.event, MessageEvent::doubt);
  EXPECT_EQ(outcome.not_before, situation().now + std::chrono::seconds(5));
  EXPECT_FALSE(outcome.update_event);
}

TEST(RetryPolicy, waits_longer_when_smev_limits_calls) {
  const AttemptOutcome outcome = judge(
      message(1, 0), ended(Outcome::refused, fault("AccessDenied", Retry::throttled)), situation());
  EXPECT_EQ(outcome.event, MessageEvent::not_taken);
  EXPECT_EQ(outcome.not_before, situation().now + std::chrono::minutes(5));
  EXPECT_FALSE(outcome.costs_try);
}

TEST(RetryPolicy, waits_as_long_as_the_other_side_asks_but_not_for_ever) {
  Transmission busy = ended(Outcome::in_doubt, local_error(ErrorCode::http, "503"));
  busy.retry_after = std::chrono::minutes(2);
  EXPECT_EQ(judge(message(1, 0), busy, situation()).not_before,
            situation().now + std::chrono::minutes(2));
  busy.retry_after = std::chrono::hours(1000);
  EXPECT_EQ(judge(message(1, 0), busy, situation()).not_before,
            situation().now + std::chrono::hours(24));

  Transmission limited = ended(Outcome::refused, fault("AccessDenied", Retry::throttled));
  limited.retry_after = std::chrono::minutes(1);
  EXPECT_EQ(judge(message(1, 0), limited, situation()).not_before,
            situation().now + std::chrono::minutes(1));
}

TEST(RetryPolicy, burns_no_try_on_a_fault_of_this_machine) {
  const AttemptOutcome outcome = judge(
      message(9, 0), ended(Outcome::not_sent, local_error(ErrorCode::io, "disk")), situation());
  EXPECT_EQ(outcome.event, MessageEvent::not_taken);
  EXPECT_EQ(outcome.not_before, situation().now + std::chrono::seconds(5));
  EXPECT_FALSE(outcome.costs_try);
  EXPECT_TRUE(judge(message(9, 0), ended(Outcome::not_sent, local_error(ErrorCode::connect, "")),
                    situation())
                  .costs_try);
}

TEST(RetryPolicy, lets_the_pause_grow_by_the_tries_that_counted) {
  MessageRow row = message(9, 0);
  row.tries = 1;
  const Transmission lost = ended(Outcome::not_sent, local_error(ErrorCode::connect, ""));
  EXPECT_EQ(judge(row, lost, situation()).not_before, situation().now + std::chrono::seconds(10));
}

TEST(RetryPolicy, stops_for_a_person_when_refused_for_good) {
  for (Retry retry : {Retry::never, Retry::after_fix}) {
    const AttemptOutcome outcome =
        judge(message(1, 0), ended(Outcome::refused, fault("InvalidContent", retry)), situation());
    EXPECT_EQ(outcome.event, MessageEvent::refused);
    EXPECT_EQ(outcome.update_event, UpdateEvent::stopped);
    EXPECT_EQ(outcome.hold_reason, HoldReason::refused);
    EXPECT_EQ(outcome.hold_text, "отказ");
    EXPECT_EQ(outcome.fault, "InvalidContent");
  }
}

TEST(RetryPolicy, makes_a_stale_id_anew_only_when_no_attempt_can_have_arrived) {
  const Transmission stale = ended(Outcome::refused, fault("StaleMessageId", Retry::after_fix));
  const AttemptOutcome clean = judge(message(1, 0), stale, situation());
  EXPECT_EQ(clean.event, MessageEvent::superseded);
  EXPECT_EQ(clean.update_event, UpdateEvent::returned);
  EXPECT_EQ(clean.not_before, situation().now + std::chrono::minutes(5))
      << "our clock may be wrong: then the next id is stale too";

  const AttemptOutcome doubtful = judge(message(3, 1), stale, situation());
  EXPECT_EQ(doubtful.update_event, UpdateEvent::stopped);
  EXPECT_EQ(doubtful.hold_reason, HoldReason::stale_in_doubt);

  EXPECT_EQ(judge_stale(message(1, 0), "old").update_event, UpdateEvent::returned);
  EXPECT_EQ(judge_stale(message(1, 1), "old").hold_reason, HoldReason::stale_in_doubt);
}

TEST(RetryPolicy, stops_for_a_missing_file_without_calling_the_message_refused) {
  const AttemptOutcome outcome =
      judge_missing_file(message(2, 1), local_error(ErrorCode::not_found, "gone"));
  EXPECT_EQ(outcome.event, MessageEvent::not_taken);
  EXPECT_EQ(outcome.update_event, UpdateEvent::stopped);
  EXPECT_EQ(outcome.hold_reason, HoldReason::file_missing);
}

TEST(RetryPolicy, puts_the_error_name_on_record_when_there_is_no_fault) {
  const AttemptOutcome outcome =
      judge(message(1, 0), ended(Outcome::not_sent, local_error(ErrorCode::connect, "refused")),
            situation());
  EXPECT_EQ(outcome.event, MessageEvent::not_taken);
  EXPECT_EQ(outcome.fault, "connect");
  EXPECT_EQ(outcome.text, "refused");
}

}  // namespace
}  // namespace smev
