// Contract: forgetting what is settled and old. See sdk/outbox/table_prune.cpp.

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

class OutboxPrune : public OutboxContract {
 protected:
  UpdateId delivered(const NewUpdate& given, bool acknowledged = true) {
    const UpdateId id = submit(given);
    const RecordedAnswer answer = deliver(send_one(), id);
    if (acknowledged) {
      EXPECT_TRUE(outbox().mark_acknowledged({answer.id}));
    }
    return id;
  }
  UpdateId delivered(const std::string& number) { return delivered(new_update(number)); }
  Pruned prune(Duration older, int limit = 100) {
    const auto pruned = outbox().prune({.settled_before = now() - older,
                                        .limit = limit,
                                        .who = "operator",
                                        .reason = "срок хранения"});
    EXPECT_TRUE(pruned) << pruned.error().describe();
    return pruned.value_or(Pruned{});
  }
  /// As if it had been kept two days ago.
  void age(const std::string& sha256) {
    const auto path = outbox().file_path(sha256);
    ASSERT_TRUE(path);
    fs::last_write_time(*path, fs::file_time_type::clock::now() - hours(48));
  }
};
SMEV_FOR_ALL_STORES(OutboxPrune);

TEST_P(OutboxPrune, what_is_final_and_old_loses_its_content_and_keeps_its_row) {
  NewUpdate given = new_update("a");
  given.mark = "mark";
  const UpdateId id = delivered(given);
  const Uuid message_id = outbox().messages_of(id)->at(0).message_id;
  const UpdateRow before = update(id);
  advance(hours(2));
  EXPECT_EQ(*outbox().count_prunable(now() - hours(1)), 1);
  const Pruned pruned = prune(hours(1));
  EXPECT_EQ(pruned.updates, 1);
  EXPECT_EQ(pruned.messages, 1);
  EXPECT_EQ(pruned.answers, 1);
  EXPECT_FALSE(pruned.more);
  const UpdateRow after = update(id);
  EXPECT_EQ(after.payload, "");
  EXPECT_EQ(after.pruned_at, now());
  EXPECT_EQ(after.state, UpdateState::delivered);
  EXPECT_EQ(after.settled_at, before.settled_at);
  EXPECT_EQ(facts("a").last_mark, "mark") << "the next update is judged by it";
  const MessageRow emptied = message(message_id);
  EXPECT_EQ(emptied.body, "");
  EXPECT_EQ(emptied.pruned_at, now());
  EXPECT_EQ(emptied.body_sha256.size(), 64u);
  EXPECT_THAT(*outbox().attempts_of(message_id), IsEmpty());
  EXPECT_THAT(*outbox().answers_to(message_id), IsEmpty());
  EXPECT_EQ(*outbox().count_prunable(now()), 0);
  EXPECT_EQ(prune(hours(0)).updates, 0) << "once is enough";
}

TEST_P(OutboxPrune, what_is_younger_or_not_final_stays_whole) {
  const UpdateId old = delivered("a");
  advance(hours(2));
  const UpdateId young = delivered("b");
  const UpdateId queued = submit("c");
  EXPECT_EQ(prune(hours(1)).updates, 1);
  EXPECT_EQ(update(old).payload, "");
  EXPECT_NE(update(young).payload, "");
  EXPECT_NE(update(queued).payload, "");
  EXPECT_EQ(outbox().messages_of(young)->at(0).pruned_at, std::nullopt);
}

TEST_P(OutboxPrune, submitting_it_again_still_gives_the_same_update) {
  const NewUpdate given = new_update("a");
  const UpdateId id = delivered(given);
  advance(hours(2));
  prune(hours(1));
  const auto again = outbox().submit(given, {});
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(again->id, id);
  EXPECT_TRUE(again->duplicate);
}

TEST_P(OutboxPrune, a_late_answer_to_it_still_finds_its_message) {
  const UpdateId id = delivered("a");
  const Uuid message_id = outbox().messages_of(id)->at(0).message_id;
  advance(hours(2));
  prune(hours(1));
  const RecordedAnswer late =
      record(answer_to(message_id, "<late/>"), {stopped(id, HoldReason::refused)});
  EXPECT_FALSE(late.repeated);
  EXPECT_EQ(state(id), UpdateState::delivered);
}

TEST_P(OutboxPrune, an_answer_that_comes_to_what_is_pruned_goes_when_it_is_as_old) {
  const UpdateId id = delivered("a");
  const Uuid message_id = outbox().messages_of(id)->at(0).message_id;
  advance(hours(2));
  prune(hours(1));
  const RecordedAnswer again = deliver(message_id, id);
  const RecordedAnswer open = deliver(message_id, id);
  ASSERT_TRUE(outbox().mark_acknowledged({again.id}));
  EXPECT_EQ(prune(hours(1)).answers, 0) << "it is young";
  const UpdateId held = submit("b");
  const Uuid waiting = send_one();
  const RecordedAnswer kept = record(answer_to(waiting), {stopped(held, HoldReason::refused)});
  ASSERT_TRUE(outbox().mark_acknowledged({kept.id}));
  advance(hours(2));
  const Pruned pruned = prune(hours(1));
  EXPECT_EQ(pruned.answers, 1);
  EXPECT_EQ(pruned.updates, 0);
  ASSERT_EQ(outbox().answers_to(message_id)->size(), 1u);
  EXPECT_EQ(outbox().answers_to(message_id)->at(0).id, open.id) << "SMEV offers it still";
  EXPECT_EQ(outbox().answers_to(waiting)->size(), 1u) << "its update waits for a person";
  EXPECT_EQ(outbox().audit_log({})->size(), 2u) << "each run that erased something";
  ASSERT_TRUE(outbox().mark_acknowledged({open.id}));
  EXPECT_EQ(prune(hours(1)).answers, 1);
  EXPECT_EQ(outbox().check_store(true)->answers, 1);
  EXPECT_TRUE(outbox().check_store(true)->sound());
}

TEST_P(OutboxPrune, late_answers_go_however_many_others_came_before_them) {
  const UpdateId id = delivered("a");
  const Uuid message_id = outbox().messages_of(id)->at(0).message_id;
  advance(hours(2));
  prune(hours(1));
  NewAnswer other = answer_to(message_id);
  other.original_message_id = "of another system";
  for (int i = 0; i < 300; ++i) {
    other.raw = std::to_string(i);
    record(other, {});
  }
  ASSERT_TRUE(outbox().mark_acknowledged({deliver(message_id, id).id}));
  advance(hours(2));
  EXPECT_EQ(prune(hours(1)).answers, 1);
  EXPECT_EQ(outbox().unsettled_answers(1000)->size(), 300u);
}

TEST_P(OutboxPrune, an_answer_that_is_not_acknowledged_yet_keeps_its_update) {
  const UpdateId id = delivered(new_update("a"), false);
  advance(hours(2));
  EXPECT_EQ(prune(hours(1)).updates, 0);
  ASSERT_TRUE(outbox().mark_acknowledged({outbox().unacknowledged()->at(0).id}));
  EXPECT_EQ(prune(hours(1)).updates, 1);
  EXPECT_EQ(update(id).payload, "");
}

TEST_P(OutboxPrune, a_message_that_carries_something_open_stays_whole) {
  const UpdateId a = submit("a");
  const UpdateId b = submit("b");
  const NewMessage both = message_of(claim());
  ASSERT_TRUE(outbox().freeze({both}));
  finish(start_one(), MessageEvent::accepted);
  const RecordedAnswer answer =
      record(answer_to(both.message_id),
             {settlement(a, UpdateEvent::delivered), stopped(b, HoldReason::refused)});
  ASSERT_TRUE(outbox().mark_acknowledged({answer.id}));
  advance(hours(2));
  EXPECT_EQ(prune(hours(1)).updates, 0);
  EXPECT_NE(message(both.message_id).body, "");
  ASSERT_TRUE(outbox().decide(b, UpdateEvent::rejected, "op", "причина"));
  advance(hours(2));
  EXPECT_EQ(prune(hours(1)).updates, 2);
}

TEST_P(OutboxPrune, goes_in_batches_and_is_on_record_once) {
  for (const char* number : {"a", "b", "c"}) delivered(number);
  advance(hours(2));
  EXPECT_TRUE(prune(hours(1), 2).more);
  const auto rest = outbox().prune({.settled_before = now() - hours(1),
                                    .limit = 2,
                                    .first = false,
                                    .who = "operator",
                                    .reason = "срок хранения"});
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->updates, 1);
  EXPECT_FALSE(rest->more);
  const auto log = outbox().audit_log({});
  ASSERT_EQ(log->size(), 1u);
  EXPECT_EQ(log->at(0).action, "pruned");
  EXPECT_EQ(log->at(0).update, 0);
  EXPECT_EQ(error_of(outbox().prune({.settled_before = now()})).fields.size(), 2u);
}

TEST_P(OutboxPrune, a_file_goes_with_the_last_update_that_has_it) {
  // Content of this test alone: what another store of the same server has is not removed.
  const auto shared = outbox().keep_file(write_file("shared.pdf", "shared" + directory_.path()));
  const auto own = outbox().keep_file(write_file("own.pdf", "own" + directory_.path()));
  ASSERT_TRUE(shared && own);
  NewUpdate first = new_update("a");
  first.files = {*shared, *own};
  delivered(first);
  advance(hours(25));
  NewUpdate second = new_update("b");
  second.files = {*shared};
  delivered(second);
  age(shared->sha256);
  age(own->sha256);
  EXPECT_EQ(prune(hours(1)).files, 1);
  EXPECT_EQ(error_of(outbox().file_path(own->sha256)).code, ErrorCode::not_found);
  EXPECT_TRUE(outbox().file_path(shared->sha256));
  advance(hours(25));
  EXPECT_EQ(prune(hours(1)).files, 1);
  EXPECT_EQ(error_of(outbox().file_path(shared->sha256)).code, ErrorCode::not_found);
}

TEST_P(OutboxPrune, a_file_that_was_just_kept_may_be_on_its_way_into_a_submit) {
  const auto kept = outbox().keep_file(write_file("result.pdf", "result"));
  ASSERT_TRUE(kept);
  NewUpdate first = new_update("a");
  first.files = {*kept};
  delivered(first);
  advance(hours(25));
  age(kept->sha256);
  ASSERT_TRUE(outbox().keep_file(write_file("again.pdf", "result")));
  EXPECT_EQ(prune(hours(1)).files, 0);
  NewUpdate second = new_update("b");
  second.files = {*kept};
  const UpdateId id = submit(second);
  EXPECT_TRUE(outbox().file_path(kept->sha256)) << id;
}

TEST_P(OutboxPrune, an_update_with_files_is_not_forgotten_before_they_can_go) {
  const auto kept = outbox().keep_file(write_file("young.pdf", "young" + directory_.path()));
  NewUpdate with_file = new_update("a");
  with_file.files = {*kept};
  delivered(with_file);
  delivered("b");
  advance(hours(24));
  EXPECT_EQ(*outbox().count_prunable(now()), 1);
  EXPECT_EQ(prune(hours(1)).updates, 1) << "the one without";
  advance(std::chrono::microseconds(1));
  age(kept->sha256);
  EXPECT_EQ(*outbox().count_prunable(now()), 1);
  EXPECT_EQ(prune(hours(1)).files, 1);
}

TEST_P(OutboxPrune, a_pruned_store_is_sound) {
  delivered("a");
  submit("b");
  advance(hours(2));
  prune(hours(1));
  const auto check = outbox().check_store(true);
  ASSERT_TRUE(check) << check.error().describe();
  EXPECT_THAT(check->faults, IsEmpty());
}

}  // namespace
}  // namespace smev::outbox_test
