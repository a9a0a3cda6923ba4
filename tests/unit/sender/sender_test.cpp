#include "smev/sender/sender.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "sdk/elk/answer.hpp"
#include "sdk/xml/document.hpp"
#include "smev/testing/scripted_transport.hpp"
#include "tests/support/forwarding_outbox.hpp"

namespace smev {
namespace {

using testing::ScriptedTransport;
constexpr Duration kLong = std::chrono::seconds(30);

elk::Request request_in(const PreparedMessage& message) {
  Result<xml::Document> document = xml::Document::parse(message.body);
  return *elk::read_request(document->root());
}

IncomingMessage answer_to(const PreparedMessage& message, int result,
                          std::optional<std::int64_t> elk_number = std::nullopt) {
  const elk::Request request = request_in(message);
  elk::Answer answer;
  answer.kind = request.kind;
  answer.code = result == 0 ? 0 : elk::result_code::kCompletedWithErrors;
  answer.message = result == 0 ? "OK" : "Completed with errors";
  for (const elk::RequestOrder& order : request.orders) {
    answer.orders.push_back({elk_number, order.order_number.text(), result, "text"});
  }
  IncomingMessage incoming;
  incoming.message_id = "answer-to-" + message.message_id.text();
  incoming.original_message_id = message.message_id.text();
  incoming.kind = IncomingMessage::Kind::content;
  incoming.content = elk::to_xml(answer);
  incoming.content_namespace = elk::kNamespace;
  incoming.content_root = elk::kResponseRoot;
  incoming.raw = incoming.content;
  incoming.verified = true;
  return incoming;
}

class SenderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("smev-sender-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "result.pdf") << "%PDF-1.4 result";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Answers every accepted message with the results given, in turn; 0 when they are used up.
  Sender open(std::vector<int> results = {}, ScriptedTransport::Script script = {}) {
    results_ = std::move(results);
    if (!script) {
      script = [this](const PreparedMessage& message) { return accept_and_answer(message); };
    }
    transport_ = std::make_shared<ScriptedTransport>(std::move(script));
    SenderOptions options = this->options();
    options.transport = transport_;
    Result<Sender> sender = Sender::open(std::move(options));
    EXPECT_TRUE(sender) << sender.error().describe();
    return *std::move(sender);
  }

  SenderOptions options() const {
    SenderOptions options;
    options.mnemonic = "TEST01";
    options.profile.inn = valid_inn();
    options.outbox_path = (folder_ / "outbox.db").string();
    options.key.key = options.key.certificate = "unused.pem";
    options.trust.trusted = {"unused.pem"};
    options.soap.url = "http://127.0.0.1:1/smev/v1.2/ws";
    options.poll.fast = std::chrono::milliseconds(1);
    options.retry.base = std::chrono::milliseconds(2);
    options.retry.cap = std::chrono::milliseconds(10);
    return options;
  }

  // Ten digits with a right check digit, of nobody: region 00 does not exist.
  static std::string valid_inn() { return "0012345673"; }

  Transmission accept_and_answer(const PreparedMessage& message) {
    const int result = next_result_ < results_.size() ? results_[next_result_++] : 0;
    const auto number = result == 0 ? std::optional<std::int64_t>(4654266659) : std::nullopt;
    transport_->put_answer(answer_to(message, result, number));
    Transmission accepted;
    accepted.outcome = Transmission::Outcome::accepted;
    return accepted;
  }

  static elk::Update created(const std::string& number) {
    elk::Update update;
    update.order = {.number = number,
                    .service = "-60012726",
                    .filed_at = *DateTime::parse("2026-04-16T10:00:00+03:00"),
                    .applicant = elk::PersonBySnils{
                        .snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна"}};
    update.status = {.code = 6, .at = *DateTime::parse("2026-04-16T10:47:33+03:00")};
    return update;
  }

  elk::Update finished(const std::string& number) const {
    elk::Update update;
    update.order.number = number;
    update.status = {.code = 3, .at = *DateTime::parse("2026-04-17T12:00:00+03:00")};
    update.status.results = {File::at((folder_ / "result.pdf").string())};
    return update;
  }

  static UpdateId submitted(Sender& sender, const elk::Update& update) {
    Result<UpdateId> id = sender.submit(update);
    EXPECT_TRUE(id) << id.error().describe();
    return *id;
  }

  static UpdateRow row(Sender& sender, UpdateId id) { return (*sender.find(id))->update; }

  std::filesystem::path folder_;
  std::shared_ptr<ScriptedTransport> transport_;
  std::vector<int> results_;
  std::size_t next_result_ = 0;
};

TEST_F(SenderTest, creates_an_order_first_and_updates_it_by_the_number_of_elk_afterwards) {
  Sender sender = open();
  submitted(sender, created("1999290001"));
  submitted(sender, finished("1999290001"));

  Result<DrainReport> drained = sender.drain(kLong);
  ASSERT_TRUE(drained) << drained.error().describe();
  EXPECT_TRUE(drained->complete);

  const std::vector<PreparedMessage> sent = transport_->sent();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(request_in(sent[0]).kind, elk::RequestKind::create);
  const elk::Request update = request_in(sent[1]);
  EXPECT_EQ(update.kind, elk::RequestKind::update);
  EXPECT_EQ(update.orders[0].elk_number, 4654266659);
  ASSERT_EQ(sent[1].files.size(), 1U);
  EXPECT_EQ(update.orders[0].statuses[0].attachments[0].uuid, sent[1].files[0].uuid.text());
  EXPECT_EQ(sent[1].files[0].name, "result.pdf");
  EXPECT_EQ(sent[1].files[0].mime, "application/pdf");
  EXPECT_EQ(transport_->acknowledged().size(), 2U);
}

TEST_F(SenderTest,
       offers_the_same_octets_after_a_doubtful_attempt_and_takes_already_sent_as_success) {
  int attempts = 0;
  Sender sender = open({}, [&](const PreparedMessage& message) {
    Transmission transmission;
    if (++attempts == 1) {
      transmission.outcome = Transmission::Outcome::in_doubt;
      transmission.error = local_error(ErrorCode::connection_lost, "reset", Retry::same_id_now);
      return transmission;
    }
    accept_and_answer(message);
    transmission.outcome = Transmission::Outcome::duplicate;
    transmission.error = local_error(ErrorCode::smev_fault, "MessageIsAlreadySent");
    return transmission;
  });
  const UpdateId id = submitted(sender, created("1999290001"));
  ASSERT_TRUE(sender.drain(kLong)->complete);

  const std::vector<PreparedMessage> sent = transport_->sent();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].message_id, sent[1].message_id);
  EXPECT_EQ(sent[0].body, sent[1].body);
  EXPECT_EQ(row(sender, id).state, UpdateState::delivered);
}

TEST_F(SenderTest, sends_statuses_of_one_date_a_microsecond_apart) {
  Sender sender = open();
  elk::Update day = finished("1999290001");
  day.status.code = 7;
  day.status.at = *DateTime::parse("2026-04-17T00:00:00+03:00");
  submitted(sender, created("1999290001"));
  const UpdateId first = submitted(sender, day);
  day.status.code = 3;
  submitted(sender, day);
  EXPECT_EQ(submitted(sender,
                      [&] {
                        day.status.code = 7;
                        return day;
                      }()),
            first)
      << "the same update as given";
  ASSERT_TRUE(sender.drain(kLong)->complete);
  const std::vector<PreparedMessage> sent = transport_->sent();
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(request_in(sent[1]).orders[0].statuses[0].at.text(), "2026-04-17T00:00:00+03:00");
  EXPECT_EQ(request_in(sent[2]).orders[0].statuses[0].at.text(),
            "2026-04-17T00:00:00.000001+03:00");
}

TEST_F(SenderTest, asks_a_follower_for_a_first_status_when_the_first_update_was_taken_out) {
  Sender sender = open({elk::result_code::kIncorrectServiceCode});
  const UpdateId first = submitted(sender, created("1999290001"));
  const UpdateId follower = submitted(sender, finished("1999290001"));
  ASSERT_TRUE(sender.drain(kLong)->complete);
  ASSERT_TRUE(sender.outbox().decide(first, UpdateEvent::skipped, "оператор", "подан не туда"));
  ASSERT_TRUE(sender.drain(kLong)->complete);
  EXPECT_EQ(row(sender, follower).hold_reason, HoldReason::rules);
  EXPECT_NE(row(sender, follower).hold_text.find("Первым статусом"), std::string::npos);
  EXPECT_EQ(transport_->sent().size(), 1U);

  // What comes after both begins the order anew, its date bound by neither.
  ASSERT_TRUE(sender.outbox().decide(follower, UpdateEvent::skipped, "оператор", "не по порядку"));
  elk::Update again = created("1999290001");
  again.status.at = *DateTime::parse("2026-04-16T10:30:00+03:00");
  const UpdateId anew = submitted(sender, again);
  ASSERT_TRUE(sender.drain(kLong)->complete);
  EXPECT_EQ(row(sender, anew).state, UpdateState::delivered);
  EXPECT_EQ(request_in(transport_->sent()[1]).kind, elk::RequestKind::create);
}

TEST_F(SenderTest, puts_a_corrected_update_at_the_place_of_the_one_that_elk_refused) {
  Sender sender = open({elk::result_code::kIncorrectServiceCode});
  const UpdateId refused = submitted(sender, created("1999290001"));
  const UpdateId follower = submitted(sender, finished("1999290001"));
  ASSERT_TRUE(sender.drain(kLong)->complete);

  elk::Update corrected = created("1999290001");
  corrected.order.service = "-60012727";
  std::get<elk::PersonBySnils>(*corrected.order.applicant).snils = "087-654-303 00";
  const Result<Replaced> replaced =
      sender.replace(refused, corrected, {}, "оператор", "не тот код услуги");
  ASSERT_TRUE(replaced) << replaced.error().describe();
  EXPECT_FALSE(replaced->repeat);
  EXPECT_TRUE(sender.replace(refused, corrected, {}, "оператор", "не тот код услуги")->repeat);
  ASSERT_TRUE(sender.drain(kLong)->complete);
  EXPECT_EQ(row(sender, refused).state, UpdateState::rejected);
  EXPECT_EQ(row(sender, replaced->update).state, UpdateState::delivered);
  EXPECT_EQ(row(sender, follower).state, UpdateState::delivered);
  const std::vector<PreparedMessage> sent = transport_->sent();
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(request_in(sent[1]).kind, elk::RequestKind::create);
  EXPECT_EQ(request_in(sent[1]).orders[0].service, "-60012727");
  EXPECT_EQ(request_in(sent[2]).orders[0].statuses[0].code, 3);
}

TEST_F(SenderTest, refuses_a_replacement_that_breaks_a_rule_at_its_place) {
  Sender sender = open({elk::result_code::kIncorrectServiceCode});
  const UpdateId refused = submitted(sender, created("1999290001"));
  submitted(sender, finished("1999290001"));
  ASSERT_TRUE(sender.drain(kLong)->complete);

  elk::Update late = created("1999290001");
  late.status.at = *DateTime::parse("2026-04-18T00:00:00+03:00");
  const Result<Replaced> behind = sender.replace(refused, late, {}, "оператор", "дата");
  ASSERT_FALSE(behind);
  EXPECT_EQ(behind.error().fields.at(0).field, "status.at");
  EXPECT_EQ(behind.error().fields.at(0).code, "date_order");
  const Result<Replaced> no_create =
      sender.replace(refused, finished("1999290001"), {}, "оператор", "первый");
  ASSERT_FALSE(no_create) << "it is the first of its order again";
  EXPECT_EQ(no_create.error().code, ErrorCode::idempotency_conflict) << "and a repeat besides";
  elk::Update first = finished("1999290001");
  first.status.at = *DateTime::parse("2026-04-16T12:00:00+03:00");
  EXPECT_EQ(sender.replace(refused, first, {}, "оператор", "первый").error().code,
            ErrorCode::validation);
  EXPECT_EQ(sender.replace(refused, created("1999290002"), {}, "оператор", "номер").error().code,
            ErrorCode::validation);
  EXPECT_EQ(row(sender, refused).state, UpdateState::held);
}

// "Accepted: so the next" is what a program does.
TEST_F(SenderTest, a_callback_may_submit_and_throw) {
  Sender sender = open();
  std::vector<std::string> told;
  sender.on_event([&](const Event& event) {
    if (event.kind == Event::Kind::accepted) return;  // it may come late, and is then not told
    told.push_back(std::string(name(event.kind)));
    if (event.kind == Event::Kind::delivered && event.update == 1) {
      EXPECT_TRUE(sender.submit(finished("1999290001")));
      sender.on_event({});
      throw std::runtime_error("broken");
    }
  });
  ASSERT_TRUE(sender.submit(created("1999290001")));
  ASSERT_TRUE(sender.drain(kLong));
  ASSERT_TRUE(sender.drain(kLong)) << "the callback may have come when nothing was left";
  EXPECT_EQ(told, (std::vector<std::string>{"submitted", "delivered", "submitted"}));
  EXPECT_EQ(sender.find(2)->value().update.state, UpdateState::delivered);
}

TEST_F(SenderTest, a_stop_ends_a_wait_and_the_end_of_a_sender_ends_its_run) {
  std::atomic<int> attempts = 0;
  auto sender = std::make_unique<Sender>(open({}, [&attempts](const PreparedMessage&) {
    ++attempts;
    Transmission transmission;
    transmission.outcome = Transmission::Outcome::not_sent;
    transmission.error = local_error(ErrorCode::connect, "no way", Retry::later);
    return transmission;
  }));
  const auto id = sender->submit(created("1999290001"));
  ASSERT_TRUE(id);
  std::atomic<bool> waited = false;
  std::thread waits([&] {
    const auto settled = sender->wait(*id, Duration::max());
    EXPECT_FALSE(settled);
    EXPECT_TRUE(settled || settled.error().code == ErrorCode::stopped);
    waited = true;
  });
  while (!waited) {  // it may not have begun to wait
    sender->stop();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  waits.join();
  ASSERT_TRUE(sender->run()) << "it was stopped before, and ends at once";
  EXPECT_EQ(attempts, 0);

  std::thread runs([&] { EXPECT_TRUE(sender->run()); });
  while (attempts == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  sender.reset();
  runs.join();
}

TEST_F(SenderTest, refuses_what_the_file_of_settings_would_win_over) {
  SenderOptions both;
  both.config = "/nowhere/smev.toml";
  both.mnemonic = "TEST01";
  both.outbox_path = "/tmp/x.db";
  const auto sender = Sender::open(both);
  ASSERT_FALSE(sender);
  EXPECT_EQ(sender.error().code, ErrorCode::config);
  ASSERT_EQ(sender.error().fields.size(), 2u);
  EXPECT_EQ(sender.error().fields[1].field, "outbox_path");
}

TEST_F(SenderTest, a_drain_ends_in_its_time_though_there_is_work_left) {
  Sender sender = open({}, [](const PreparedMessage&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    Transmission transmission;
    transmission.outcome = Transmission::Outcome::not_sent;
    transmission.error = local_error(ErrorCode::smev_fault, "again", Retry::same_id_now);
    return transmission;
  });
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(sender.submit(created(std::to_string(i))));
  const auto begun = std::chrono::steady_clock::now();
  const auto drained = sender.drain(std::chrono::milliseconds(50));
  ASSERT_TRUE(drained);
  EXPECT_FALSE(drained->complete);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kLong);
  const auto at_once = sender.drain(std::chrono::seconds(0));
  ASSERT_TRUE(at_once);
  EXPECT_FALSE(at_once->complete);
}

TEST_F(SenderTest, sends_nothing_while_it_is_paused_and_a_drain_does_not_wait_for_that) {
  Sender sender = open();
  submitted(sender, created("1999290001"));
  ASSERT_TRUE(sender.outbox().pause("оператор", "работы у СМЭВ"));
  const Result<DrainReport> paused = sender.drain(kLong);
  ASSERT_TRUE(paused) << paused.error().describe();
  EXPECT_FALSE(paused->complete);
  ASSERT_TRUE(paused->pause);
  EXPECT_EQ(paused->pause->who, "оператор");
  EXPECT_TRUE(transport_->sent().empty());
  ASSERT_TRUE(sender.outbox().resume("оператор", "работы окончены"));
  const Result<DrainReport> resumed = sender.drain(kLong);
  EXPECT_TRUE(resumed->complete);
  EXPECT_FALSE(resumed->pause);
  EXPECT_EQ(transport_->sent().size(), 1U);
}

TEST_F(SenderTest, updates_by_its_number_an_order_that_was_created_elsewhere) {
  Sender sender = open();
  elk::Update elsewhere = finished("1999290001");
  elsewhere.order.created_elsewhere = true;
  submitted(sender, elsewhere);
  elk::Update by_elk_number = finished("");
  by_elk_number.order.elk_number = 4654266660;
  const UpdateId numbered = submitted(sender, by_elk_number);
  ASSERT_TRUE(sender.drain(kLong)->complete);
  const elk::Request first = request_in(transport_->sent()[0]);
  EXPECT_EQ(first.kind, elk::RequestKind::update);
  EXPECT_EQ(first.orders[0].order_number.text(), "1999290001");
  EXPECT_EQ(first.orders[0].elk_number, std::nullopt);
  const elk::Request second = request_in(transport_->sent()[1]);
  EXPECT_EQ(second.kind, elk::RequestKind::update);
  EXPECT_EQ(second.orders[0].elk_number, 4654266660);
  EXPECT_EQ(row(sender, numbered).order.number, "elk:4654266660");
}

TEST_F(SenderTest, sends_a_queued_create_as_it_was_whatever_a_later_update_claims) {
  Sender sender = open();
  const UpdateId first = submitted(sender, created("1999290001"));
  elk::Update claiming = finished("1999290001");
  claiming.order.created_elsewhere = true;
  claiming.order.region = "45000000";
  const UpdateId second = submitted(sender, claiming);
  ASSERT_TRUE(sender.drain(kLong)->complete);
  EXPECT_EQ(row(sender, first).state, UpdateState::delivered);
  EXPECT_EQ(row(sender, second).state, UpdateState::delivered);
  const std::vector<PreparedMessage> sent = transport_->sent();
  ASSERT_EQ(sent.size(), 2U) << "no message was refused";
  EXPECT_EQ(request_in(sent[0]).kind, elk::RequestKind::create);
  EXPECT_EQ(request_in(sent[0]).orders[0].region, "00000000");
  EXPECT_EQ(request_in(sent[1]).kind, elk::RequestKind::update);
}

TEST_F(SenderTest, holds_what_claims_another_number_than_elk_has_given_meanwhile) {
  Sender sender = open();
  submitted(sender, created("1999290001"));
  elk::Update claiming = finished("1999290001");
  claiming.order.elk_number = 4654266660;
  const UpdateId second = submitted(sender, claiming);
  ASSERT_TRUE(sender.drain(kLong)->complete);
  EXPECT_EQ(transport_->sent().size(), 1U) << "nothing went to somebody else's order";
  EXPECT_EQ(row(sender, second).hold_reason, HoldReason::rules);
  EXPECT_NE(row(sender, second).hold_text.find("order.elk_number"), std::string::npos);

  const Result<UpdateId> refused = sender.submit(claiming, {"again", {}, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.at(0).code, "not_as_known");
}

TEST_F(SenderTest, takes_the_right_number_of_elk_after_a_mistyped_one) {
  Sender sender = open({elk::result_code::kOrderNotFound});
  elk::Update mistyped = finished("1999290001");
  mistyped.order.elk_number = 4654266660;
  const UpdateId first = submitted(sender, mistyped);
  ASSERT_TRUE(sender.drain(kLong)->complete);
  EXPECT_EQ(row(sender, first).hold_reason, HoldReason::order_not_found);

  elk::Update right = mistyped;
  right.order.elk_number = 4654266659;
  const UpdateId second = submitted(sender, right);
  ASSERT_TRUE(sender.outbox().decide(first, UpdateEvent::rejected, "оператор", "опечатка"));
  ASSERT_TRUE(sender.drain(kLong)->complete);
  EXPECT_EQ(row(sender, second).state, UpdateState::delivered);
  EXPECT_EQ(request_in(transport_->sent()[1]).orders[0].elk_number, 4654266659);
}

TEST_F(SenderTest, creates_with_what_later_updates_said_of_the_order) {
  Sender sender = open({elk::result_code::kIncorrectServiceCode});
  const UpdateId first = submitted(sender, created("1999290001"));
  elk::Update later = finished("1999290001");
  later.status.code = 6;
  later.order.region = "45000000";
  later.order.sender_kpp = "001201001";
  later.order.office = elk::Office{.name = "Окно № 2"};
  later.order.applicant =
      elk::PersonBySnils{.snils = "112-233-445 95", .last_name = "Иванова", .first_name = "Анна"};
  submitted(sender, later);
  ASSERT_TRUE(sender.drain(kLong)->complete);
  ASSERT_TRUE(sender.outbox().decide(first, UpdateEvent::skipped, "оператор", "не та услуга"));
  ASSERT_TRUE(sender.drain(kLong)->complete);
  const elk::Request request = request_in(transport_->sent().at(1));
  EXPECT_EQ(request.kind, elk::RequestKind::create);
  EXPECT_EQ(request.orders[0].service, "-60012726");
  EXPECT_EQ(request.orders[0].region, "45000000");
  EXPECT_EQ(request.orders[0].sender_kpp, "001201001");
  EXPECT_EQ(request.orders[0].office.name, "Окно № 2");
  EXPECT_EQ(std::get<elk::PersonBySnils>(*request.orders[0].applicant).last_name, "Иванова");
}

TEST_F(SenderTest, knows_another_applicant_by_any_number_that_the_order_was_named_by) {
  Sender sender = open();
  submitted(sender, created("1999290001"));
  elk::Update by_inn = finished("1999290001");
  by_inn.order.applicant =
      elk::PersonByInn{.inn = "990100001169", .last_name = "Петрова", .first_name = "Анна"};
  submitted(sender, by_inn);
  elk::Update other = finished("1999290001");
  other.status.code = 4;
  other.status.at = *DateTime::parse("2026-04-18T12:00:00+03:00");
  other.order.applicant =
      elk::PersonBySnilsAndBirthDate{.snils = "112-233-446 96", .birth_date = "1980-02-29"};
  const Result<UpdateId> refused = sender.submit(other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.at(0).field, "order.applicant");
  EXPECT_EQ(refused.error().fields.at(0).code, "not_as_known");
}

TEST_F(SenderTest, asks_a_converted_create_for_a_first_status_too) {
  Sender sender = open({elk::result_code::kOrderNotFound});
  elk::Update update = created("1999290001");
  update.status.code = 3;
  update.order.created_elsewhere = true;
  const UpdateId id = submitted(sender, update);
  ASSERT_TRUE(sender.drain(kLong)->complete);
  EXPECT_EQ(transport_->sent().size(), 1U);
  EXPECT_EQ(row(sender, id).hold_reason, HoldReason::rules);
  EXPECT_NE(row(sender, id).hold_text.find("Первым статусом"), std::string::npos);
}

class KeptLog final : public Logger {
 public:
  void write(LogLevel, std::string_view event, std::string_view text,
             const std::vector<LogField>&) override {
    const std::lock_guard lock(mutex_);
    text_.append(event).append(" ").append(text).append("\n");
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

TEST_F(SenderTest, keeps_what_smev_quotes_of_the_content_out_of_the_log) {
  const auto log = std::make_shared<KeptLog>();
  transport_ = std::make_shared<ScriptedTransport>([this](const PreparedMessage& message) {
    IncomingMessage answer = answer_to(message, 0);
    answer.kind = IncomingMessage::Kind::rejected;
    answer.text = "The value '112-233-445 95' of element 'snils' is not valid.";
    transport_->put_answer(std::move(answer));
    Transmission accepted;
    accepted.outcome = Transmission::Outcome::accepted;
    return accepted;
  });
  SenderOptions options = this->options();
  options.transport = transport_;
  options.logger = log;
  Result<Sender> sender = Sender::open(std::move(options));
  ASSERT_TRUE(sender) << sender.error().describe();
  const UpdateId id = submitted(*sender, created("1999290001"));
  ASSERT_TRUE(sender->drain(kLong)->complete);
  EXPECT_NE(row(*sender, id).hold_text.find("112-233-445 95"), std::string::npos);
  EXPECT_NE(log->text().find("update.held " + std::string(label(HoldReason::refused))),
            std::string::npos);
  EXPECT_EQ(log->text().find("112-233"), std::string::npos);
}

/// The machine's clock, wrong by as much as the test says.
class WrongClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return clock_->now() + ahead_.load(); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return clock_->steady();
  }
  void set_ahead(Duration ahead) { ahead_ = ahead; }

 private:
  std::shared_ptr<Clock> clock_ = system_clock();
  std::atomic<Duration> ahead_ = Duration::zero();
};

TEST_F(SenderTest, a_start_limits_what_a_clock_that_was_ahead_has_put_off) {
  constexpr Duration kYear = std::chrono::hours(24 * 365);
  constexpr Duration kLongestPause = std::chrono::hours(24);
  const auto clock = std::make_shared<WrongClock>();
  const auto log = std::make_shared<KeptLog>();
  bool lost = true;
  transport_ = std::make_shared<ScriptedTransport>([&](const PreparedMessage& message) {
    if (!std::exchange(lost, false)) return accept_and_answer(message);
    Transmission transmission;
    transmission.outcome = Transmission::Outcome::in_doubt;
    transmission.error = local_error(ErrorCode::connection_lost, "reset", Retry::same_id_now);
    return transmission;
  });
  SenderOptions options = this->options();
  options.transport = transport_;
  options.logger = log;
  options.clock = clock;
  options.retry.base = options.retry.cap = std::chrono::hours(1);
  Result<Sender> sender = Sender::open(std::move(options));
  ASSERT_TRUE(sender) << sender.error().describe();
  const UpdateId id = submitted(*sender, created("1999290001"));
  sender->on_event([&](const Event& event) {
    if (event.kind == Event::Kind::in_doubt) sender->stop();
  });
  const auto next_try = [&] { return *(*sender->find(id))->messages.at(0).message.not_before; };

  clock->set_ahead(kYear);
  ASSERT_TRUE(sender->run());
  EXPECT_GT(next_try(), system_clock()->now() + kYear - std::chrono::hours(1));
  EXPECT_EQ(log->text().find("retries.limited"), std::string::npos);

  clock->set_ahead(Duration::zero());
  ASSERT_FALSE(sender->drain(Duration::zero())->complete);
  EXPECT_LE(next_try(), system_clock()->now() + kLongestPause);
  EXPECT_NE(log->text().find("retries.limited Повторы были назначены позже"), std::string::npos);
  EXPECT_EQ(transport_->sent().size(), 1U) << "it is put off, and not sent at once";

  clock->set_ahead(kLongestPause);
  ASSERT_TRUE(sender->drain(kLong)->complete);
  EXPECT_EQ(row(*sender, id).state, UpdateState::delivered);
  const std::vector<PreparedMessage> sent = transport_->sent();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].message_id, sent[1].message_id);
  EXPECT_EQ(sent[0].body, sent[1].body);
}

TEST_F(SenderTest, warns_of_what_elk_may_refuse) {
  Sender sender = open();
  std::vector<FieldFault> warnings;
  sender.on_event([&](const Event& event) {
    warnings.insert(warnings.end(), event.warnings.begin(), event.warnings.end());
  });
  submitted(sender, created("1999290001"));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].field, "order.filed_at");
  EXPECT_EQ(warnings[0].code, "old_date");
}

TEST_F(SenderTest, neither_settles_nor_acknowledges_an_answer_whose_signature_fails) {
  std::vector<Event> events;
  Sender sender = open({}, [&](const PreparedMessage& message) {
    IncomingMessage answer = answer_to(message, 0);
    answer.verified = false;
    answer.problem = "digest does not hold";
    transport_->put_answer(std::move(answer));
    Transmission accepted;
    accepted.outcome = Transmission::Outcome::accepted;
    return accepted;
  });
  sender.on_event([&](const Event& event) { events.push_back(event); });
  const UpdateId id = submitted(sender, created("1999290001"));
  Result<DrainReport> drained = sender.drain(std::chrono::milliseconds(300));

  ASSERT_TRUE(drained);
  EXPECT_FALSE(drained->complete);
  EXPECT_EQ(row(sender, id).state, UpdateState::in_flight);
  EXPECT_TRUE(transport_->acknowledged().empty());
  EXPECT_EQ(sender.outbox().unsettled_answers(10)->size(), 1U);
  const auto refused = [](const Event& e) { return e.kind == Event::Kind::answer_refused; };
  ASSERT_EQ(std::count_if(events.begin(), events.end(), refused), 1);
  const Event& told = *std::find_if(events.begin(), events.end(), refused);
  EXPECT_EQ(told.update, id) << "it says so itself";
  EXPECT_EQ(told.order_number, "1999290001");
}

TEST_F(SenderTest, leaves_a_stray_answer_in_the_queue_unless_it_is_the_sole_consumer) {
  for (bool sole : {false, true}) {
    auto transport = std::make_shared<ScriptedTransport>();
    SenderOptions options = this->options();
    options.outbox_path = (folder_ / ("stray" + std::to_string(sole))).string();
    options.sole_consumer = sole;
    options.transport = transport;
    Result<Sender> sender = Sender::open(std::move(options));
    ASSERT_TRUE(sender) << sender.error().describe();
    IncomingMessage stray;
    stray.message_id = "5f0c5a5e-7f0c-11f1-8000-0242ac120002";
    stray.original_message_id = "6f0c5a5e-7f0c-11f1-8000-0242ac120002";
    stray.kind = IncomingMessage::Kind::content;
    stray.raw = "<a/>";
    stray.verified = true;
    transport->put_answer(stray);
    submitted(*sender, created("1999290001"));
    ASSERT_TRUE(sender->drain(std::chrono::milliseconds(200)));
    EXPECT_EQ(transport->acknowledged().size(), sole ? 1U : 0U);
    EXPECT_EQ(sender->outbox().unsettled_answers(10)->size(), 1U);
  }
}

TEST_F(SenderTest, settles_an_answer_that_comes_twice_only_once_and_acknowledges_both) {
  Sender sender = open({}, [&](const PreparedMessage& message) {
    IncomingMessage answer = answer_to(message, 0);
    transport_->put_answer(answer);
    transport_->put_answer(answer);
    Transmission accepted;
    accepted.outcome = Transmission::Outcome::accepted;
    return accepted;
  });
  std::vector<Event> delivered;
  sender.on_event([&](const Event& event) {
    if (event.kind == Event::Kind::delivered) delivered.push_back(event);
  });
  submitted(sender, created("1999290001"));
  ASSERT_TRUE(sender.drain(kLong)->complete);
  EXPECT_EQ(delivered.size(), 1U);
}

TEST_F(SenderTest, returns_the_same_id_for_the_same_update_and_another_for_another_file) {
  Sender sender = open();
  submitted(sender, created("1999290001"));
  const UpdateId first = submitted(sender, finished("1999290001"));
  EXPECT_EQ(submitted(sender, finished("1999290001")), first);
  std::ofstream(folder_ / "result.pdf") << "another result";
  EXPECT_NE(submitted(sender, finished("1999290001")), first);
}

TEST_F(SenderTest, knows_an_update_again_though_a_later_one_has_followed) {
  Sender sender = open();
  const UpdateId first = submitted(sender, created("1999290001"));
  submitted(sender, finished("1999290001"));
  EXPECT_EQ(submitted(sender, created("1999290001")), first);

  elk::Update older = created("1999290001");
  older.status.code = 7;
  Result<UpdateId> refused = sender.submit(older);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields[0].field, "status.at");
}

TEST_F(SenderTest, knows_a_repeat_though_it_would_be_refused_now) {
  Sender sender = open();
  elk::Update claiming = finished("1999290001");
  claiming.order.elk_number = 4654266660;
  claiming.order.created_elsewhere = true;
  const UpdateId first = submitted(sender, claiming);
  submitted(sender, created("1999290002"));
  ASSERT_TRUE(sender.outbox().decide(first, UpdateEvent::cancelled, "оператор", "не тот номер"));
  elk::Update facts = created("1999290001");
  facts.status.at = *DateTime::parse("2026-04-18T12:00:00+03:00");
  submitted(sender, facts);
  ASSERT_TRUE(sender.drain(kLong)->complete);
  // By now ЕЛК has given another number, and a later status has gone.
  EXPECT_EQ(submitted(sender, claiming), first);
  Rehearsal rehearsal;
  EXPECT_TRUE(sender.check(claiming, {}, rehearsal)->repeat);
  claiming.status.informed = true;
  EXPECT_FALSE(sender.submit(claiming));
}

TEST_F(SenderTest, tells_missing_files_beside_the_faults_of_the_rules_and_check_says_the_same) {
  Sender sender = open();
  elk::Update update = created("1999290001");
  update.order.service = "";
  update.status.results = {File::at((folder_ / "absent.pdf").string()), File::at(folder_.string())};
  const Result<UpdateId> id = sender.submit(update);
  ASSERT_FALSE(id);
  std::vector<std::string> fields;
  for (const FieldFault& fault : id.error().fields) fields.push_back(fault.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"order.service", "status.results[0].path",
                                              "status.results[1].path"}));
  Rehearsal rehearsal;
  const Result<CheckReport> checked = sender.check(update, {}, rehearsal);
  ASSERT_FALSE(checked);
  ASSERT_EQ(checked.error().fields.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(checked.error().fields[i].text, id.error().fields[i].text);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "files"));
}

TEST_F(SenderTest, tells_what_else_is_wrong_with_an_update_that_could_not_be_read_whole) {
  Sender sender = open();
  const Rehearsal rehearsal;
  const auto fields = [&](const elk::Update& part, const char* unread) {
    std::vector<std::string> names;
    for (const FieldFault& fault :
         sender.all_faults(part, {{unread, "wrong_type", "text", "XSD"}}, rehearsal)) {
      names.push_back(fault.field);
    }
    return names;
  };
  elk::Update part = created("1999290001");
  part.order.service = "";
  part.status.at = {};
  part.status.results = {File::at((folder_ / "absent.pdf").string())};
  EXPECT_EQ(fields(part, "status.at"),
            (std::vector<std::string>{"status.at", "order.service", "status.results[0].path"}));
  part.order.number = "";
  EXPECT_EQ(fields(part, "order.number"),
            (std::vector<std::string>{"order.number", "status.at", "status.results[0].path"}))
      << "whether it is the first update of its order is not known";
}

TEST_F(SenderTest, reports_every_fault_of_an_update_at_once_and_keeps_nothing) {
  Sender sender = open();
  elk::Update update = created("1999290001-1999290001-1999290001-1999");
  std::get<elk::PersonBySnils>(*update.order.applicant).snils = "112-233-445 96";
  Result<UpdateId> id = sender.submit(update);
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, ErrorCode::validation);
  std::set<std::string> fields;
  for (const FieldFault& fault : id.error().fields) fields.insert(fault.field);
  EXPECT_EQ(fields, (std::set<std::string>{"order.number", "order.applicant.snils"}));
  EXPECT_TRUE(sender.list({})->empty());
}

TEST_F(SenderTest, names_the_result_file_that_cannot_be_read) {
  Sender sender = open();
  elk::Update update = created("1999290001");
  update.status.results = {File::at((folder_ / "absent.pdf").string())};
  Result<UpdateId> id = sender.submit(update);
  ASSERT_FALSE(id);
  ASSERT_EQ(id.error().fields.size(), 1U);
  EXPECT_EQ(id.error().fields[0].field, "status.results[0].path");
}

TEST_F(SenderTest, does_not_dispatch_twice_over_one_outbox) {
  Sender sender = open();
  Result<std::shared_ptr<void>> guard = sender.outbox().start_dispatching();
  ASSERT_TRUE(guard);
  Result<void> run = sender.run();
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::store_busy);
}

TEST_F(SenderTest, sends_nothing_that_was_submitted_under_another_mnemonic_or_contour) {
  UpdateId id = 0;
  {
    Sender trial = open();
    id = submitted(trial, created("1999290001"));
  }
  for (const bool contour : {false, true}) {
    transport_ = std::make_shared<ScriptedTransport>(
        [this](const PreparedMessage& message) { return accept_and_answer(message); });
    SenderOptions other = options();
    other.transport = transport_;
    if (contour) {
      other.contour = Contour::production;
      other.profile.env = "EPGU";
    } else {
      other.mnemonic = "OTHER1";
    }
    Result<Sender> sender = Sender::open(other);
    ASSERT_TRUE(sender) << sender.error().describe();
    const Result<DrainReport> drained = sender->drain(kLong);
    ASSERT_FALSE(drained);
    EXPECT_EQ(drained.error().code, ErrorCode::config);
    EXPECT_NE(drained.error().text.find("TEST01"), std::string::npos);
    EXPECT_EQ(sender->run().error().code, ErrorCode::config);
    EXPECT_EQ(sender->submit(created("1999290002")).error().code, ErrorCode::config);
    EXPECT_TRUE(transport_->sent().empty());
  }
  Sender trial = open();
  ASSERT_TRUE(trial.drain(kLong)->complete);
  EXPECT_EQ(row(trial, id).state, UpdateState::delivered);
}

TEST_F(SenderTest, another_sender_may_go_on_once_what_there_was_is_final) {
  {
    Sender trial = open();
    const UpdateId id = submitted(trial, created("1999290001"));
    ASSERT_TRUE(trial.outbox().decide(id, UpdateEvent::cancelled, "оператор", "проба"));
  }
  transport_ = std::make_shared<ScriptedTransport>(
      [this](const PreparedMessage& message) { return accept_and_answer(message); });
  SenderOptions other = options();
  other.transport = transport_;
  other.mnemonic = "OTHER1";
  Result<Sender> sender = Sender::open(other);
  ASSERT_TRUE(sender) << sender.error().describe();
  submitted(*sender, created("1999290002"));
  EXPECT_TRUE(sender->drain(kLong)->complete);
}

TEST_F(SenderTest, stops_when_an_update_of_another_sender_turns_up_and_leaves_it_as_it_was) {
  Sender sender = open();
  NewUpdate stranger;
  stranger.order = {"OTHER1", Contour::test, "1"};
  stranger.type = "elk/status/1.0.2";
  stranger.payload_digest = stranger.idempotency_key = "key";
  std::atomic<UpdateId> id = 0;
  sender.on_event([&](const Event& event) {
    if (event.kind != Event::Kind::delivered) return;
    id = sender.outbox().submit(stranger, {}).value().id;
  });
  submitted(sender, created("1999290001"));
  const Result<void> ran = sender.run();
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, ErrorCode::config);
  EXPECT_EQ(transport_->sent().size(), 1U);
  EXPECT_EQ(row(sender, id).state, UpdateState::queued);
}

TEST_F(SenderTest, check_finds_what_submit_would_and_stores_nothing) {
  Sender sender = open();
  Rehearsal rehearsal;
  const auto faults_of = [&](const elk::Update& update) {
    const Result<CheckReport> report = sender.check(update, {}, rehearsal);
    return report ? std::vector<FieldFault>() : report.error().fields;
  };
  ASSERT_EQ(faults_of(finished("1999290001")).size(), 4U) << "nothing is known of its order yet";
  EXPECT_TRUE(faults_of(created("1999290001")).empty());
  EXPECT_TRUE(faults_of(finished("1999290001")).empty()) << "as if the create had been submitted";
  elk::Update missing_file = finished("1999290001");
  missing_file.status.results[0].path = folder_.string();
  EXPECT_EQ(faults_of(missing_file).at(0).field, "status.results[0].path");
  elk::Update early = created("1999290001");
  early.status.at = *DateTime::parse("2026-04-16T10:47:34+03:00");
  EXPECT_EQ(faults_of(early).at(0).code, "date_order");
  EXPECT_TRUE(sender.list({})->empty());
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "files"));
  EXPECT_EQ((*sender.outbox().find_order({"TEST01", Contour::test, "1999290001"})), std::nullopt);
}

TEST_F(SenderTest, check_remembers_as_many_updates_as_it_may) {
  Sender sender = open();
  Rehearsal rehearsal(2);
  EXPECT_TRUE(sender.check(created("1999290001"), {}, rehearsal));
  EXPECT_FALSE(sender.check(finished("1999290002"), {}, rehearsal)) << "is not remembered";
  EXPECT_TRUE(sender.check(created("1999290002"), {}, rehearsal));
  EXPECT_EQ(sender.check(created("1999290003"), {}, rehearsal).error().code,
            ErrorCode::limit_exceeded);
}

TEST_F(SenderTest, check_knows_repeats_of_the_outbox_and_of_its_own) {
  Sender sender = open();
  submitted(sender, created("1999290001"));
  submitted(sender, finished("1999290001"));
  Rehearsal rehearsal;
  EXPECT_TRUE(sender.check(created("1999290001"), {}, rehearsal)->repeat);
  EXPECT_TRUE(sender.check(finished("1999290001"), {}, rehearsal)->repeat);
  EXPECT_FALSE(sender.check(created("1999290002"), {}, rehearsal)->repeat);
  EXPECT_TRUE(sender.check(created("1999290002"), {}, rehearsal)->repeat);
  EXPECT_FALSE(sender.check(created("1999290003"), {"key", {}, {}}, rehearsal)->repeat);
  EXPECT_EQ(sender.check(created("1999290004"), {"key", {}, {}}, rehearsal).error().code,
            ErrorCode::idempotency_conflict);
}

// A change that shared its transaction with one that failed is done again: its check is asked
// twice.
class AskingTwice final : public testing::ForwardingOutbox {
 public:
  explicit AskingTwice(std::shared_ptr<Outbox> inner) { set_inner(std::move(inner)); }
  Result<Submitted> submit(const NewUpdate& update, const SubmitCheck& check) override {
    return ForwardingOutbox::submit(update, [&check](const OrderFacts& order, NewUpdate& placed) {
      NewUpdate first = placed;
      static_cast<void>(check(order, first));
      return check(order, placed);
    });
  }
};

TEST_F(SenderTest, a_check_that_is_asked_twice_says_the_same) {
  SenderOptions options = this->options();
  options.transport = transport_ = std::make_shared<ScriptedTransport>(
      [this](const PreparedMessage& message) { return accept_and_answer(message); });
  options.outbox =
      std::make_shared<AskingTwice>(*sqlite_outbox({.path = options.outbox_path}, system_clock()));
  Sender sender = *Sender::open(std::move(options));
  const elk::Update first = created("1999290001");
  elk::Update second = first;
  second.status.at = *DateTime::parse("2026-04-16T10:47:34+03:00");
  Rehearsal rehearsal(10);
  EXPECT_TRUE(sender.check(first, {}, rehearsal));
  EXPECT_TRUE(sender.check(second, {}, rehearsal));
  submitted(sender, first);
  submitted(sender, second);
  elk::Update wrong = created("1999290002");
  wrong.status.at = *DateTime::parse("2999-01-01T00:00:00+03:00");
  const Result<UpdateId> refused = sender.submit(wrong);
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().fields.empty());
}

/// A store whose surroundings have no room at first, and that tells of its marks.
class CrampedOutbox final : public testing::ForwardingOutbox {
 public:
  CrampedOutbox(std::shared_ptr<Outbox> inner, int refusals) : refusals_(refusals) {
    set_inner(std::move(inner));
  }
  Result<std::shared_ptr<void>> start_dispatching() override {
    if (refusals_-- > 0) return fail(local_error(ErrorCode::io, "no space left", Retry::later));
    return ForwardingOutbox::start_dispatching();
  }
  Result<void> mark_acknowledged(const std::vector<std::int64_t>& answers) override {
    if (!answers.empty()) marked.push_back(answers.size());
    return ForwardingOutbox::mark_acknowledged(answers);
  }
  std::vector<std::size_t> marked;

 private:
  int refusals_;
};

class CrampedSenderTest : public SenderTest {
 protected:
  Sender open_over(int refusals) {
    store_ = std::make_shared<CrampedOutbox>(
        *sqlite_outbox({.path = (folder_ / "outbox.db").string()}, system_clock()), refusals);
    transport_ = std::make_shared<ScriptedTransport>(
        [this](const PreparedMessage& message) { return accept_and_answer(message); });
    SenderOptions options = this->options();
    options.transport = transport_;
    options.outbox = store_;
    options.sole_consumer = true;
    options.poll.pollers = 1;
    Result<Sender> sender = Sender::open(std::move(options));
    EXPECT_TRUE(sender) << sender.error().describe();
    return *std::move(sender);
  }
  std::shared_ptr<CrampedOutbox> store_;
};

TEST_F(CrampedSenderTest, run_waits_for_room_beside_the_store_and_goes_on) {
  Sender sender = open_over(1);
  const UpdateId id = submitted(sender, created("1999290001"));
  sender.on_event([&](const Event& event) {
    if (event.kind == Event::Kind::delivered) sender.stop();
  });
  const Result<void> ran = sender.run();
  ASSERT_TRUE(ran) << ran.error().describe();
  EXPECT_EQ(row(sender, id).state, UpdateState::delivered);
}

TEST_F(CrampedSenderTest, what_is_acknowledged_in_a_row_is_marked_together) {
  Sender sender = open_over(0);
  constexpr int kAnswers = 100;
  for (int i = 0; i < kAnswers; ++i) {
    IncomingMessage stray;
    stray.message_id = "stray-" + std::to_string(i);
    stray.original_message_id = "11111111-1111-1111-8111-111111111111";
    stray.raw = stray.content = "<a/>";
    stray.verified = true;
    transport_->put_answer(std::move(stray));
  }
  int seen = 0;
  sender.on_event([&](const Event& event) {
    if (event.kind == Event::Kind::stray && ++seen == kAnswers) sender.stop();
  });
  const Result<void> ran = sender.run();
  ASSERT_TRUE(ran) << ran.error().describe();
  EXPECT_EQ(transport_->acknowledged().size(), static_cast<std::size_t>(kAnswers));
  EXPECT_EQ(store_->marked, (std::vector<std::size_t>{64, 36}));
}

}  // namespace
}  // namespace smev
