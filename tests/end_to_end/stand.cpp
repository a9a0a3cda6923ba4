#include "tests/end_to_end/stand.hpp"

#include <filesystem>

namespace smev::end_to_end {
namespace {

// All events of one order have moments of their own, in the order in which they are made.
DateTime next_moment() {
  static const TimePoint start = system_clock()->now() - std::chrono::hours(24);
  static std::atomic<int> made = 0;
  return DateTime(std::chrono::floor<std::chrono::seconds>(start) + std::chrono::seconds(++made));
}

}  // namespace

elk::Update created(const std::string& number, std::int16_t code) {
  elk::Update update;
  update.order = {.number = number,
                  .service = "-60012726",
                  .filed_at = next_moment(),
                  .applicant = elk::PersonBySnils{
                      .snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна"}};
  update.order.office = elk::Office{.channel = std::int16_t{4}};
  update.status = {.code = code, .at = next_moment()};
  return update;
}

elk::Update updated(const std::string& number, std::int16_t code) {
  elk::Update update;
  update.order.number = number;
  update.status = {.code = code, .at = next_moment()};
  return update;
}

EndToEnd::EndToEnd() {
  mock_.directory = (folder_.path() / "mock").string();
  mock_.http_port = mock_.ftp_port = 0;
}

EndToEnd::~EndToEnd() = default;

void EndToEnd::start(std::vector<mock::ReactionRule> reactions) {
  mock_.service.reactions = std::move(reactions);
  auto started = mock::Server::start(mock_, clock_);
  ASSERT_TRUE(started) << started.error().describe();
  server_ = *std::move(started);
  sender_.emplace(open_sender("outbox.db"));
  sender_->on_event([this](const Event& event) {
    events_.push_back(event);
    on_event_(event);
  });
}

Sender EndToEnd::open_sender(const std::string& outbox) {
  SenderOptions options = load_options(mock_.directory + '/' + mock::kSenderConfig).value();
  options.outbox_path = (folder_.path() / outbox).string();
  options.clock = clock_;
  options.poll.fast = std::chrono::milliseconds(5);
  options.poll.slow = std::chrono::milliseconds(20);
  options.retry.base = std::chrono::milliseconds(5);
  options.retry.cap = std::chrono::milliseconds(20);
  change_sender_(options);
  return Sender::open(std::move(options)).value();
}

Sender EndToEnd::another_sender(const std::string& outbox) { return open_sender(outbox); }

UpdateId EndToEnd::submit(const elk::Update& update) {
  const Result<UpdateId> id = sender_->submit(update);
  EXPECT_TRUE(id) << id.error().describe();
  return id.value_or(0);
}

void EndToEnd::drain() {
  const Result<DrainReport> drained = sender_->drain(kPatience);
  ASSERT_TRUE(drained) << drained.error().describe();
  EXPECT_TRUE(drained->complete);
}

void EndToEnd::take_all_answers() {
  const UpdateId marker = submit(created("marker-" + std::to_string(++next_marker_)));
  drain();
  EXPECT_EQ(row(marker).state, UpdateState::delivered);
}

void EndToEnd::decide(UpdateId id, UpdateEvent event) {
  const auto decided = sender_->outbox().decide(id, event, "operator", "проверено");
  ASSERT_TRUE(decided) << decided.error().describe();
}

UpdateReport EndToEnd::report(UpdateId id) {
  auto found = sender_->find(id);
  EXPECT_TRUE(found && *found);
  return found && *found ? **std::move(found) : UpdateReport{};
}

void EndToEnd::expect_delivered(UpdateId id) {
  const UpdateRow update = row(id);
  EXPECT_EQ(update.state, UpdateState::delivered) << update.hold_text;
  EXPECT_EQ(update.result_code, 0);
  EXPECT_EQ(update.hold_reason, HoldReason::none);
}

void EndToEnd::expect_held(UpdateId id, HoldReason reason, std::optional<int> code) {
  const UpdateRow update = row(id);
  EXPECT_EQ(update.state, UpdateState::held);
  EXPECT_EQ(name(update.hold_reason), name(reason)) << update.hold_text;
  EXPECT_EQ(update.result_code, code);
  EXPECT_FALSE(update.hold_text.empty());
}

std::vector<AnswerRow> EndToEnd::acknowledged_answers(UpdateId id) {
  std::vector<AnswerRow> answers;
  for (const UpdateReport::Message& message : report(id).messages) {
    for (const AnswerRow& answer : message.answers) {
      EXPECT_TRUE(answer.verified) << answer.note;
      EXPECT_TRUE(answer.acknowledged) << answer.kind;
      EXPECT_FALSE(answer.raw.empty());
      answers.push_back(answer);
    }
  }
  return answers;
}

std::vector<int> EndToEnd::account(const std::string& number) {
  std::vector<int> codes;
  for (const mock::OrderRecord& order : server_->account().find(number)) {
    for (const mock::StatusEntry& status : order.statuses) codes.push_back(status.code);
  }
  return codes;
}

std::vector<bool> EndToEnd::creates(UpdateId id) {
  std::vector<bool> creates;
  for (const UpdateReport::Message& message : report(id).messages) {
    creates.push_back(message.message.items.at(0).create);
  }
  return creates;
}

std::vector<std::string> EndToEnd::events(UpdateId id) const {
  std::vector<std::string> names;
  for (const Event& event : events_) {
    if (event.update == id && event.kind != Event::Kind::accepted) {
      names.emplace_back(name(event.kind));
    }
  }
  return names;
}

}  // namespace smev::end_to_end
