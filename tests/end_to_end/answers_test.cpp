// docs/answers.md, beyond the codes: whom an answer names, how it is written, and what comes that
// is no answer.

#include "tests/end_to_end/stand.hpp"

namespace smev::end_to_end {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kNumber[] = "1999290001";

// ---- whom the answer names ----

TEST_F(EndToEnd, omit_holds_what_the_answer_does_not_name) {
  start({{kNumber, "omit", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_held(id, HoldReason::not_in_answer);
  const auto answers = acknowledged_answers(id);
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_THAT(answers[0].note, HasSubstr("чужих заявлений: 1"));
  EXPECT_THAT(account(kNumber), ElementsAre(6)) << "so a person has to look";
}

TEST_F(EndToEnd, foreign_is_noted_and_settles_nothing) {
  start({{kNumber, "foreign", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_delivered(id);
  const auto answers = acknowledged_answers(id);
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_THAT(answers[0].note, HasSubstr("чужих заявлений: 1"));
}

TEST_F(EndToEnd, repeat_delivers_what_is_named_twice_alike) {
  start({{kNumber, "repeat", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_delivered(id);
  EXPECT_THAT(acknowledged_answers(id).at(0).note, IsEmpty());
}

TEST_F(EndToEnd, conflict_holds_what_is_named_twice_with_different_codes) {
  start({{kNumber, "conflict", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_held(id, HoldReason::bad_answer);
  EXPECT_THAT(row(id).hold_text, AllOf(HasSubstr("0"), HasSubstr("5")));
  EXPECT_THAT(acknowledged_answers(id), SizeIs(1));
  EXPECT_THAT(account(kNumber), ElementsAre(6));
}

TEST_F(EndToEnd, renamed_goes_by_the_number_of_elk_where_that_is_known) {
  start({{kNumber, "noise", 1}, {kNumber, "renamed", 1}, {"1999290002", "renamed", 1}});
  submit(created(kNumber));
  const UpdateId known = submit(updated(kNumber));
  const UpdateId unknown = submit(created("1999290002"));
  drain();
  expect_delivered(known);
  EXPECT_THAT(acknowledged_answers(known).at(0).note, HasSubstr("под другим orderNumber"));
  expect_held(unknown, HoldReason::not_in_answer);
}

// ---- how it is written ----

TEST_F(EndToEnd, wrong_total_settles_by_the_orders_and_is_noted) {
  start({{kNumber, "wrong-total", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_delivered(id);
  EXPECT_THAT(acknowledged_answers(id).at(0).note, HasSubstr("код ответа 11"));
}

TEST_F(EndToEnd, wrong_kind_settles_by_the_orders_and_is_noted) {
  start({{kNumber, "noise", 1}, {kNumber, "wrong-kind", 1}});
  submit(created(kNumber));
  const UpdateId id = submit(updated(kNumber));
  drain();
  expect_delivered(id);
  EXPECT_THAT(acknowledged_answers(id).at(0).note, HasSubstr("это ответ на создание"));
  EXPECT_THAT(account(kNumber), ElementsAre(6, 7));
}

TEST_F(EndToEnd, broken_settles_as_far_as_it_can_be_read) {
  start({{kNumber, "broken", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_delivered(id);
  EXPECT_THAT(acknowledged_answers(id), SizeIs(1));
  EXPECT_EQ((*sender_->outbox().find_order(row(id).order))->elk_number, mock::kFirstElkNumber);
}

TEST_F(EndToEnd, unreadable_holds_and_is_acknowledged) {
  start({{kNumber, "unreadable", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_held(id, HoldReason::bad_answer);
  EXPECT_THAT(acknowledged_answers(id), SizeIs(1));
  EXPECT_THAT(account(kNumber), ElementsAre(6));
}

TEST_F(EndToEnd, other_type_to_a_message_of_ours_holds) {
  start({{kNumber, "other-type", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_held(id, HoldReason::bad_answer);
  EXPECT_THAT(row(id).hold_text, HasSubstr("другой вид сведений"));
  EXPECT_THAT(acknowledged_answers(id), SizeIs(1));
}

TEST_F(EndToEnd, noise_of_prefixes_and_declarations_is_read_through) {
  start({{kNumber, "noise", 2}});
  const UpdateId first = submit(created(kNumber));
  const UpdateId second = submit(updated(kNumber));
  drain();
  expect_delivered(first);
  expect_delivered(second);
  EXPECT_THAT(acknowledged_answers(first).at(0).note, IsEmpty());
}

TEST_F(EndToEnd, an_answer_that_was_changed_on_its_way_is_neither_settled_nor_acknowledged) {
  mock_.service.tamper_answers = 1;
  start();
  const UpdateId id = submit(created(kNumber));
  bool jumped = false;
  on_event_ = [&](const Event& event) {
    // SMEV gives it again later, this time whole.
    if (event.kind == Event::Kind::answer_refused && !std::exchange(jumped, true)) {
      clock_->jump(mock_.service.redeliver);
    }
  };
  drain();
  expect_delivered(id);
  const std::vector<AnswerRow> answers = report(id).messages[0].answers;
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_FALSE(answers[0].verified);
  EXPECT_FALSE(answers[0].acknowledged);
  EXPECT_TRUE(answers[1].acknowledged);
}

// ---- refusals and notices ----

TEST_F(EndToEnd, rejected_holds_with_every_code_and_text) {
  start({{kNumber, "rejected", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_held(id, HoldReason::refused);
  EXPECT_THAT(row(id).hold_text, AllOf(HasSubstr("NO_DATA, FAILURE"), HasSubstr("сценарию"),
                                       HasSubstr("Вторая причина")));
  EXPECT_THAT(acknowledged_answers(id), SizeIs(1));
  EXPECT_THAT(account(kNumber), IsEmpty());
}

TEST_F(EndToEnd, rejected_by_smev_holds_with_every_validation_error) {
  start({{kNumber, "rejected-by-smev", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_held(id, HoldReason::refused);
  EXPECT_THAT(row(id).hold_text, AllOf(HasSubstr("SMEV-403"), HasSubstr("the first violation"),
                                       HasSubstr("the second violation")));
  EXPECT_THAT(acknowledged_answers(id), SizeIs(1));
}

class SeveralOrders : public EndToEnd, public ::testing::WithParamInterface<const char*> {};

TEST_P(SeveralOrders, that_are_refused_together_go_again_one_by_one) {
  change_sender_ = [](SenderOptions& options) { options.orders_per_message_max = 10; };
  start({{"B", GetParam(), 2}});
  const UpdateId a = submit(created("A"));
  const UpdateId b = submit(created("B"));
  const UpdateId c = submit(created("C"));
  drain();
  expect_delivered(a);
  expect_held(b, HoldReason::refused);
  expect_delivered(c);
  for (const UpdateId id : {a, b, c}) EXPECT_THAT(creates(id), ElementsAre(true, true));
  EXPECT_NE(report(a).messages[1].message.message_id, report(c).messages[1].message.message_id);
  EXPECT_THAT(account("A"), ElementsAre(6));
  EXPECT_THAT(account("B"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(ByEitherSide, SeveralOrders,
                         ::testing::Values("rejected", "rejected-by-smev"), [](const auto& test) {
                           return test.param == std::string("rejected") ? "recipient" : "smev";
                         });

TEST_F(EndToEnd, status_is_a_notice_and_several_are_normal) {
  start({{kNumber, "status", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_delivered(id);
  const auto answers = acknowledged_answers(id);
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_EQ(answers[0].kind, "status");
  EXPECT_THAT(answers[1].note, HasSubstr("RequestStatus 2"));
  EXPECT_EQ(answers[2].kind, "content");
  EXPECT_THAT(events(id), ElementsAre("submitted", "delivered"));
}

TEST_F(EndToEnd, notice_of_smev_settles_nothing) {
  start({{kNumber, "notice", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  expect_delivered(id);
  const auto answers = acknowledged_answers(id);
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(answers[0].kind, "async_status");
  EXPECT_THAT(answers[0].note, HasSubstr("underProcessing"));
}

// ---- twice, late, never ----

TEST_F(EndToEnd, twice_bad_news_after_good_changes_nothing_and_is_kept) {
  start({{kNumber, "twice", 1}});
  const UpdateId id = submit(created(kNumber));
  drain();
  take_all_answers();
  expect_delivered(id);
  EXPECT_THAT(acknowledged_answers(id), SizeIs(2));
  EXPECT_EQ(report(id).messages[0].message.items[0].result_code, 0);
}

TEST_F(EndToEnd, twice_good_news_after_bad_delivers) {
  mock_.account.services = {"-60012726"};
  start({{kNumber, "twice", 1}});
  elk::Update update = created(kNumber);
  update.order.service = "-1";  // 13, and then 0
  const UpdateId id = submit(update);
  drain();
  take_all_answers();
  expect_delivered(id);
  EXPECT_THAT(acknowledged_answers(id), SizeIs(2));
  EXPECT_EQ(report(id).messages[0].message.items[0].result_code, 0);
}

TEST_F(EndToEnd, an_answer_whose_ack_fails_comes_again_and_settles_nothing_again) {
  mock_.service.injections = {{"Ack", "SMEVFailure", 1}};
  start();
  UpdateId first = 0;
  on_event_ = [&](const Event& event) {
    if (event.kind != Event::Kind::delivered || first != 0) return;
    first = event.update;
    clock_->jump(mock_.service.redeliver);
  };
  // One more than are taken in one go: its answer is still in the queue when the others come again.
  constexpr int kOrders = 17;
  std::vector<UpdateId> submitted;
  for (int i = 0; i < kOrders; ++i) {
    submitted.push_back(submit(created(std::to_string(1999290001 + i))));
  }
  drain();
  for (const UpdateId id : submitted) expect_delivered(id);
  EXPECT_EQ(server_->journal().counters().at("GetResponse.redelivered"), 1U);
  const auto answers = acknowledged_answers(first);
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(answers[0].message_id, answers[1].message_id);
  EXPECT_NE(answers[0].raw, answers[1].raw) << "signed anew";
  EXPECT_THAT(events(first), ElementsAre("submitted", "delivered"));
  EXPECT_EQ(server_->service().queue_size(), 0U);
}

TEST_F(EndToEnd, lost_answer_holds_at_the_deadline) {
  start({{kNumber, "lost-answer", 1}});
  const UpdateId id = submit(created(kNumber));
  on_event_ = [&](const Event& event) {
    if (event.kind == Event::Kind::accepted) clock_->jump(sender_->options().poll.deadline);
  };
  drain();
  expect_held(id, HoldReason::unanswered);
  EXPECT_THAT(acknowledged_answers(id), IsEmpty());
  EXPECT_THAT(account(kNumber), ElementsAre(6));
  EXPECT_FALSE(sender_->outbox().decide(id, UpdateEvent::requeued, "operator", "ещё раз"))
      << "it could show twice";
}

class LateAnswer : public EndToEnd {
 protected:
  /// An update that is held as unanswered; its answer comes with the next take_all_answers.
  UpdateId held_before_its_answer() {
    change_sender_ = [](SenderOptions& options) { options.poll.deadline = std::chrono::hours(1); };
    start({{kNumber, "late-2h", 1}});
    const UpdateId id = submit(created(kNumber));
    on_event_ = [this](const Event& event) {
      if (event.kind == Event::Kind::accepted) clock_->jump(std::chrono::hours(1));
    };
    drain();
    expect_held(id, HoldReason::unanswered);
    on_event_ = [](const Event&) {};
    clock_->jump(std::chrono::hours(1));
    return id;
  }
};

TEST_F(LateAnswer, with_code_0_delivers_what_is_held_and_frees_its_order) {
  const UpdateId id = held_before_its_answer();
  const UpdateId next = submit(updated(kNumber));
  take_all_answers();
  drain();
  expect_delivered(id);
  expect_delivered(next);
  EXPECT_THAT(account(kNumber), ElementsAre(6, 7));
}

TEST_F(LateAnswer, changes_nothing_about_what_was_skipped_but_teaches_its_order) {
  const UpdateId id = held_before_its_answer();
  decide(id, UpdateEvent::skipped);
  take_all_answers();
  EXPECT_EQ(row(id).state, UpdateState::skipped);
  EXPECT_THAT(acknowledged_answers(id), SizeIs(1));
  const UpdateId next = submit(updated(kNumber));
  drain();
  EXPECT_THAT(creates(next), ElementsAre(false));
  expect_delivered(next);
}

TEST_F(LateAnswer, changes_nothing_about_what_has_expired) {
  const UpdateId id = held_before_its_answer();
  decide(id, UpdateEvent::expired);
  take_all_answers();
  EXPECT_EQ(row(id).state, UpdateState::expired);
  EXPECT_THAT(acknowledged_answers(id), SizeIs(1));
}

}  // namespace
}  // namespace smev::end_to_end
