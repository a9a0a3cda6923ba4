// Contract: submitting. See sdk/outbox/table_submit.cpp.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "sdk/base/bytes.hpp"
#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OutboxSubmit : public OutboxContract {};
SMEV_FOR_ALL_STORES(OutboxSubmit);

TEST_P(OutboxSubmit, keeps_the_update_as_it_was_given) {
  NewUpdate given = new_update("1");
  given.payload = std::string("{\"a\":\"\0\xD0\xAF\"}", 11);
  given.not_before = now() + minutes(5);
  given.deadline = now() + hours(5);
  const UpdateId id = submit(given);
  const UpdateRow row = update(id);
  EXPECT_EQ(row.order, given.order);
  EXPECT_EQ(row.sequence, 1);
  EXPECT_EQ(row.type, given.type);
  EXPECT_EQ(row.payload, given.payload);
  EXPECT_EQ(row.state, UpdateState::queued);
  EXPECT_EQ(row.not_before, given.not_before);
  EXPECT_EQ(row.deadline, given.deadline);
  EXPECT_EQ(row.submitted_at, now());
  EXPECT_EQ(row.settled_at, std::nullopt);
  EXPECT_EQ(row.hold_reason, HoldReason::none);
}

TEST_P(OutboxSubmit, survives_reopening) {
  if (!GetParam().survives_reopening) GTEST_SKIP() << "this store is in memory";
  const UpdateId id = submit("1");
  reopen();
  EXPECT_EQ(state(id), UpdateState::queued);
  EXPECT_THAT(claim_ids(), ElementsAre(id));
}

TEST_P(OutboxSubmit, what_was_rejected_or_expired_is_new_when_it_comes_again) {
  for (const auto& [event, keyed] : {std::pair{UpdateEvent::rejected, true},
                                     {UpdateEvent::rejected, false},
                                     {UpdateEvent::expired, true},
                                     {UpdateEvent::expired, false}}) {
    NewUpdate given = new_update(std::string(name(event)) + (keyed ? " with a key" : ""));
    if (!keyed) given.idempotency_key.clear();
    const UpdateId old = submit(given);
    freeze_one();
    finish(start_one(), MessageEvent::refused);
    EXPECT_TRUE(outbox().submit(given, {})->duplicate) << "held: its fate is open";
    ASSERT_TRUE(outbox().decide(old, event, "operator", "подам снова"));
    const auto refuse = [](const OrderFacts&, NewUpdate&) -> Result<void> {
      return fail(validation_error({{"status.code", "one_of", "нет", ""}}));
    };
    EXPECT_EQ(error_of(outbox().submit(given, refuse)).code, ErrorCode::validation);
    const auto again = outbox().submit(given, {});
    ASSERT_TRUE(again) << again.error().describe();
    EXPECT_FALSE(again->duplicate);
    EXPECT_NE(again->id, old);
    const auto retry = outbox().submit(given, {});
    EXPECT_EQ(retry->id, again->id);
    EXPECT_TRUE(retry->duplicate);
    deliver(send_one(), again->id);
    EXPECT_TRUE(outbox().submit(given, {})->duplicate) << "delivered";
  }
}

TEST_P(OutboxSubmit, what_was_cancelled_or_skipped_or_replaced_is_known_again) {
  const NewUpdate cancelled = new_update("a");
  ASSERT_TRUE(outbox().decide(submit(cancelled), UpdateEvent::cancelled, "operator", "ушло"));
  EXPECT_TRUE(outbox().submit(cancelled, {})->duplicate);
  const NewUpdate given = new_update("b");
  const UpdateId old = submit(given);
  freeze_one();
  finish(start_one(), MessageEvent::refused);
  ASSERT_TRUE(outbox().replace(old, new_update("b"), {}, "operator", "опечатка"));
  EXPECT_EQ(outbox().submit(given, {})->id, old);
}

TEST_P(OutboxSubmit, numbers_the_updates_of_each_order_from_one) {
  EXPECT_EQ(update(submit("1")).sequence, 1);
  EXPECT_EQ(update(submit("2")).sequence, 1);
  EXPECT_EQ(update(submit("1")).sequence, 2);
  EXPECT_EQ(update(submit("1")).sequence, 3);
  EXPECT_EQ(facts("1").next_sequence, 4);
}

TEST_P(OutboxSubmit, the_same_number_in_another_contour_or_of_another_sender_is_another_order) {
  submit("1");
  NewUpdate other_contour = new_update("1");
  other_contour.order.contour = Contour::production;
  EXPECT_EQ(update(submit(other_contour)).sequence, 1);
  NewUpdate other_sender = new_update("1");
  other_sender.order.sender = "TEST02";
  EXPECT_EQ(update(submit(other_sender)).sequence, 1);
}

TEST_P(OutboxSubmit, the_same_key_with_the_same_content_gives_the_same_id) {
  const NewUpdate given = new_update("1");
  const auto first = outbox().submit(given, {});
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->duplicate);
  const auto second = outbox().submit(given, {});
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->duplicate);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->sequence, first->sequence);
  EXPECT_EQ(facts("1").next_sequence, 2);
}

TEST_P(OutboxSubmit, the_same_key_is_a_duplicate_even_after_the_update_was_delivered) {
  const NewUpdate given = new_update("1");
  const UpdateId id = submit(given);
  deliver(send_one(), id);
  const auto again = outbox().submit(given, {});
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->id, id);
}

TEST_P(OutboxSubmit, the_same_key_with_another_content_is_a_conflict) {
  NewUpdate given = new_update("1");
  submit(given);
  given.payload_digest = sha256_hex("something else");
  EXPECT_EQ(error_of(outbox().submit(given, {})).code, ErrorCode::idempotency_conflict);
  EXPECT_EQ(facts("1").next_sequence, 2);
}

TEST_P(OutboxSubmit, without_a_key_the_same_content_for_the_same_order_is_a_repeat) {
  NewUpdate given = new_update("1");
  given.idempotency_key.clear();
  const UpdateId id = submit(given);
  deliver(send_one(), id);
  const auto again = outbox().submit(given, {});
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->id, id);
  given.order.number = "2";
  EXPECT_NE(submit(given), id);
}

TEST_P(OutboxSubmit, what_has_a_key_is_no_repeat_of_what_has_none) {
  NewUpdate given = new_update("1");
  const UpdateId keyed = submit(given);
  given.idempotency_key.clear();
  const UpdateId keyless = submit(given);
  EXPECT_NE(keyless, keyed);
  given.idempotency_key = "another";
  EXPECT_NE(submit(given), keyless);
}

TEST_P(OutboxSubmit, a_key_belongs_to_its_sender_and_contour) {
  NewUpdate given = new_update("1");
  const UpdateId first = submit(given);
  given.order.contour = Contour::production;
  EXPECT_NE(submit(given), first);
  given.order.sender = "TEST02";
  EXPECT_NE(submit(given), first);
}

TEST_P(OutboxSubmit, reports_everything_that_is_missing_at_once) {
  const Error error = error_of(outbox().submit(NewUpdate{}, {}));
  EXPECT_EQ(error.code, ErrorCode::validation);
  EXPECT_EQ(error.fields.size(), 4u) << "a key is none of them";
}

TEST_P(OutboxSubmit, names_are_text) {
  NewUpdate given = new_update("\xFF");
  given.idempotency_key = std::string("a\0b", 3);
  const Error error = error_of(outbox().submit(given, {}));
  EXPECT_EQ(error.code, ErrorCode::validation);
  EXPECT_EQ(error.fields.size(), 2u);
}

TEST_P(OutboxSubmit, a_key_that_looks_derived_from_the_content_is_refused) {
  NewUpdate given = new_update("1");
  given.idempotency_key = "digest:" + given.payload_digest;
  const Error error = error_of(outbox().submit(given, {}));
  EXPECT_EQ(error.code, ErrorCode::validation);
  ASSERT_EQ(error.fields.size(), 1u);
  EXPECT_EQ(error.fields[0].field, "idempotency_key");
  given.idempotency_key += "0";
  EXPECT_TRUE(outbox().submit(given, {}));
}

TEST_P(OutboxSubmit, the_check_sees_the_order_as_it_was_before_this_update) {
  NewUpdate first = new_update("1");
  first.facts = "facts";
  first.mark = "2026-04-16";
  std::vector<OrderFacts> seen;
  const auto look = [&](const OrderFacts& order, NewUpdate&) -> Result<void> {
    seen.push_back(order);
    return {};
  };
  ASSERT_TRUE(outbox().submit(first, look));
  ASSERT_TRUE(outbox().submit(new_update("1"), look));
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].next_sequence, 1);
  EXPECT_EQ(seen[0].facts, "");
  EXPECT_EQ(seen[0].key, order("1"));
  EXPECT_EQ(seen[1].next_sequence, 2);
  EXPECT_EQ(seen[1].facts, "facts");
  EXPECT_EQ(seen[0].last_mark, std::nullopt);
  EXPECT_EQ(seen[1].last_mark, "2026-04-16");
  EXPECT_EQ(seen[1].elk_number, std::nullopt) << "only an answer gives it";
  EXPECT_FALSE(seen[1].known_to_recipient);
}

TEST_P(OutboxSubmit, an_error_of_the_check_leaves_nothing_behind) {
  const auto refuse = [](const OrderFacts&, NewUpdate&) -> Result<void> {
    return fail(local_error(ErrorCode::validation, "too early"));
  };
  const NewUpdate given = new_update("1");
  EXPECT_EQ(error_of(outbox().submit(given, refuse)).detail, "too early");
  const auto order_row = outbox().find_order(order("1"));
  ASSERT_TRUE(order_row);
  EXPECT_EQ(*order_row, std::nullopt);
  EXPECT_FALSE(outbox().submit(given, {})->duplicate);
}

TEST_P(OutboxSubmit, a_check_that_throws_is_an_error_and_leaves_nothing_behind) {
  const auto broken = [](const OrderFacts&, NewUpdate&) -> Result<void> {
    throw std::runtime_error("broken");
  };
  EXPECT_EQ(error_of(outbox().submit(new_update("1"), broken)).code, ErrorCode::internal);
  EXPECT_EQ(stats().queued, 0);
  EXPECT_NE(submit("1"), 0);
}

TEST_P(OutboxSubmit, facts_are_those_of_the_latest_update_that_has_them) {
  submit("1");
  EXPECT_EQ(facts("1").facts, "");
  NewUpdate with_facts = new_update("1");
  with_facts.facts = "first";
  submit(with_facts);
  submit("1");
  EXPECT_EQ(facts("1").facts, "first");
  NewUpdate later = new_update("1");
  later.facts = "second";
  submit(later);
  EXPECT_EQ(facts("1").facts, "second");
}

TEST_P(OutboxSubmit, the_check_may_amend_payload_facts_and_mark) {
  NewUpdate given = new_update("1");
  const auto amend = [](const OrderFacts&, NewUpdate& update) -> Result<void> {
    update.payload = "amended";
    update.facts = "amended facts";
    update.mark = "later";
    return {};
  };
  const auto submitted = outbox().submit(given, amend);
  ASSERT_TRUE(submitted) << submitted.error().describe();
  EXPECT_EQ((*outbox().find_update(submitted->id))->payload, "amended");
  EXPECT_EQ(facts("1").facts, "amended facts");
  EXPECT_EQ(facts("1").last_mark, "later");
  EXPECT_TRUE(outbox().submit(given, amend)->duplicate) << "the same content as given";
}

TEST_P(OutboxSubmit, the_mark_of_what_a_person_took_out_does_not_count) {
  NewUpdate given = new_update("1");
  given.mark = "a";
  submit(given);
  given = new_update("1");
  given.mark = "b";
  const UpdateId second = submit(given);
  EXPECT_EQ(facts("1").last_mark, "b");
  ASSERT_TRUE(outbox().decide(second, UpdateEvent::cancelled, "оператор", "подан по ошибке"));
  EXPECT_EQ(facts("1").last_mark, "a");
}

// --- files

TEST_P(OutboxSubmit, a_kept_file_is_found_by_its_content) {
  const std::string content(3'000'000, 'x');
  const auto kept = outbox().keep_file(write_file("result.pdf", content));
  ASSERT_TRUE(kept) << kept.error().describe();
  EXPECT_EQ(kept->sha256, sha256_hex(content));
  EXPECT_EQ(kept->size, content.size());
  const auto path = outbox().file_path(kept->sha256);
  ASSERT_TRUE(path) << path.error().describe();
  EXPECT_EQ(*read_file(*path), content);
}

TEST_P(OutboxSubmit, the_kept_file_does_not_follow_its_original) {
  const std::string original = write_file("result.pdf", "first");
  const auto kept = outbox().keep_file(original);
  ASSERT_TRUE(kept);
  write_file("result.pdf", "second");
  EXPECT_EQ(*read_file(*outbox().file_path(kept->sha256)), "first");
  std::filesystem::remove(original);
  EXPECT_TRUE(outbox().file_path(kept->sha256));
}

TEST_P(OutboxSubmit, the_same_content_is_kept_once) {
  const auto first = outbox().keep_file(write_file("a", "same"));
  const auto second = outbox().keep_file(write_file("b", "same"));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*outbox().file_path(first->sha256), *outbox().file_path(second->sha256));
}

TEST_P(OutboxSubmit, an_empty_file_can_be_kept) {
  const auto kept = outbox().keep_file(write_file("empty", ""));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size, 0u);
  EXPECT_TRUE(outbox().file_path(kept->sha256));
}

TEST_P(OutboxSubmit, a_file_that_is_not_there_is_not_found) {
  EXPECT_EQ(error_of(outbox().keep_file(directory_.file("missing"))).code, ErrorCode::not_found);
  EXPECT_EQ(error_of(outbox().keep_file(directory_.path())).code, ErrorCode::io);
  ASSERT_TRUE(outbox().keep_file(write_file("a", "content")));
  EXPECT_EQ(error_of(outbox().file_path(sha256_hex("unknown"))).code, ErrorCode::not_found);
  EXPECT_EQ(error_of(outbox().file_path("../../etc/passwd")).code, ErrorCode::not_found);
}

TEST_P(OutboxSubmit, a_kept_file_that_was_changed_or_removed_is_told_apart) {
  const auto kept = outbox().keep_file(write_file("result.pdf", "content"));
  ASSERT_TRUE(kept);
  const std::string path = *outbox().file_path(kept->sha256);
  std::ofstream(path, std::ios::binary) << "CONTENT";
  EXPECT_EQ(error_of(outbox().file_path(kept->sha256)).code, ErrorCode::io);
  std::filesystem::remove(path);
  EXPECT_EQ(error_of(outbox().file_path(kept->sha256)).code, ErrorCode::not_found);
  ASSERT_TRUE(outbox().keep_file(directory_.file("result.pdf")));
  EXPECT_TRUE(outbox().file_path(kept->sha256)) << "kept again, it is whole again";
}

TEST_P(OutboxSubmit, an_update_whose_file_was_not_kept_is_refused) {
  NewUpdate given = new_update("1");
  given.files = {{sha256_hex("never kept"), 10}};
  EXPECT_EQ(error_of(outbox().submit(given, {})).code, ErrorCode::not_found);
  const auto kept = outbox().keep_file(write_file("result.pdf", "content"));
  ASSERT_TRUE(kept);
  given.files = {{kept->sha256, kept->size + 1}};
  EXPECT_EQ(error_of(outbox().submit(given, {})).code, ErrorCode::io);
  given.files = {*kept, *kept};
  EXPECT_TRUE(outbox().submit(given, {}));
}

}  // namespace
}  // namespace smev::outbox_test
