#include "sdk/sender/receiver.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sdk/base/kill_point.hpp"
#include "sdk/sender/verdict_json.hpp"

namespace smev {
namespace {

// After this many failed polls in a row the pause is the slow one, whatever is awaited.
constexpr int kFastErrors = 3;
// Answers that are stored in one commit. The first after a silence is stored at once; of others
// behind it only those that come quickly are waited for, and only while that nothing has come is
// said quickly too: no answer must wait in memory for a call that hangs.
constexpr std::size_t kStoredTogether = 16;
constexpr Duration kQuickCall = std::chrono::milliseconds(50);
constexpr Duration kGatheredWithin = std::chrono::milliseconds(250);
constexpr std::size_t kGatheredOctets = 4u << 20;
// What is stored is acknowledged even after a stop, but no longer than this: the next start does
// it.
constexpr Duration kAcknowledgedAfterStop = std::chrono::seconds(5);
// Acknowledged answers that are marked in one commit. Those that a crash leaves unmarked are
// acknowledged again at the next start.
constexpr std::size_t kMarkedTogether = 64;

bool has(const std::vector<IncomingMessage>& messages, const std::string& message_id) {
  return std::any_of(messages.begin(), messages.end(),
                     [&](const IncomingMessage& each) { return each.message_id == message_id; });
}

NewAnswer answer_of(IncomingMessage& incoming, const InformationType& type) {
  NewAnswer answer;
  answer.message_id = incoming.message_id;
  answer.original_message_id = incoming.original_message_id;
  answer.kind = name(incoming.kind);
  answer.content_type = incoming.content_type;
  answer.raw = std::move(incoming.raw);
  answer.verdicts = to_json(incoming.verdicts);
  answer.verified = incoming.verified;
  answer.note = incoming.problem;
  answer.check = [&incoming, &type](const std::vector<AnsweredUpdate>& about) {
    return type.settle(about, incoming);
  };
  return answer;
}

}  // namespace

Receiver::Receiver(SenderParts& parts, EventSink& events, Bell& bell)
    : parts_(parts), events_(events), bell_(bell) {}

Result<void> Receiver::acknowledge_stored() {
  SMEV_TRY(mark_acknowledged());
  SMEV_ASSIGN(std::vector<AnswerRow> answers, parts_.outbox().unacknowledged());
  for (const AnswerRow& answer : answers) {
    // With the network away the next round tries again.
    if (acknowledge(answer.id, answer.message_id) == Acknowledged::away) break;
  }
  return mark_acknowledged();
}

bool Receiver::is_throttled() const {
  return throttled_until_ && parts_.clock().steady() < *throttled_until_;
}

// A poll is a call too: over the limit it would only keep the way shut.
void Receiver::note_failure(const Error& error) {
  ++network_errors_;
  if (error.retry != Retry::throttled) return;
  throttled_until_ = parts_.clock().steady() + parts_.options.retry.throttled;
}

// While messages come, marks are put together; before a pause nothing stays unmarked.
Result<bool> Receiver::round() {
  Batch batch = gather();
  if (batch.is_back) SMEV_TRY(acknowledge_stored());
  SMEV_ASSIGN(const bool all_acknowledged, take(batch.messages));
  others_wait_ = batch.more && all_acknowledged;
  if (!others_wait_ || acknowledged_.size() >= kMarkedTogether) SMEV_TRY(mark_acknowledged());
  return others_wait_;
}

Result<void> Receiver::mark_acknowledged() {
  SMEV_TRY(parts_.outbox().mark_acknowledged(acknowledged_));
  acknowledged_.clear();
  return {};
}

Receiver::Batch Receiver::gather() {
  Batch batch;
  if (is_throttled()) return batch;
  std::size_t octets = 0;
  const auto begun = parts_.clock().steady();
  auto called = begun;
  bool quick = others_wait_ && empty_is_quick_;
  do {
    Result<std::optional<IncomingMessage>> incoming =
        parts_.transport().receive(parts_.options.selector);
    const auto now = parts_.clock().steady();
    const bool was_quick = now - std::exchange(called, now) <= kQuickCall;
    if (!incoming) {
      const Error& error = incoming.error();
      note_failure(error);
      parts_.logger().warning("poll.failed", error.text,
                              {{"error", std::string(name(error.code))}, {"detail", error.detail}});
      batch.more = false;
      return batch;
    }
    batch.is_back = batch.is_back || std::exchange(network_errors_, 0) > 0;
    batch.more = incoming->has_value();
    if (!batch.more) {
      empty_is_quick_ = was_quick;
      one_by_one_ = false;
      return batch;
    }
    one_by_one_ = one_by_one_ || has(batch.messages, (*incoming)->message_id);
    octets += (*incoming)->raw.size();
    batch.messages.push_back(std::move(**incoming));
    quick = quick && was_quick && now - begun < kGatheredWithin;
  } while (quick && !batch.is_back && !one_by_one_ && batch.messages.size() < kStoredTogether &&
           octets < kGatheredOctets);
  return batch;
}

Result<Duration> Receiver::pause() {
  SMEV_ASSIGN(const bool awaited, parts_.outbox().awaits_answers());
  const bool fast = awaited && network_errors_ < kFastErrors && !is_throttled();
  return fast ? parts_.options.poll.fast : parts_.options.poll.slow;
}

// What cannot be recorded of one answer does not keep the others back; a store that is away would
// only be asked in vain.
Result<bool> Receiver::take(std::span<IncomingMessage> messages) {
  if (messages.empty()) return true;
  std::vector<NewAnswer> answers;
  for (IncomingMessage& each : messages) answers.push_back(answer_of(each, *parts_.type));
  const Result<std::vector<RecordedAnswer>> together = parts_.outbox().record_answers(answers);
  if (together) return conclude(messages, *together);
  if (messages.size() == 1 || together.error().retry == Retry::later) {
    return fail(together.error());
  }
  std::optional<Error> first_error;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Result<std::vector<RecordedAnswer>> one = parts_.outbox().record_answers({answers[i]});
    if (one) {
      SMEV_TRY(conclude(messages.subspan(i, 1), *one));
    } else if (!first_error) {
      first_error = one.error();
    }
  }
  if (first_error) return fail(*std::move(first_error));
  return false;
}

// True when all of it is acknowledged.
Result<bool> Receiver::conclude(std::span<const IncomingMessage> messages,
                                const std::vector<RecordedAnswer>& recorded) {
  std::vector<std::size_t> to_acknowledge;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (tell(messages[i], recorded[i])) to_acknowledge.push_back(i);
  }
  bell_.ring();
  const auto begun = parts_.clock().steady();
  std::size_t done = 0;
  for (const std::size_t i : to_acknowledge) {
    if (bell_.stopped() && parts_.clock().steady() - begun >= kAcknowledgedAfterStop) break;
    const Acknowledged outcome = acknowledge(recorded[i].id, messages[i].message_id);
    if (outcome == Acknowledged::away) break;
    if (outcome == Acknowledged::done) ++done;
  }
  return done == messages.size();
}

// Tells of it whom it concerns. True when it is ours to acknowledge.
bool Receiver::tell(const IncomingMessage& incoming, const RecordedAnswer& recorded) {
  if (incoming.verified && !recorded.note.empty() && !recorded.repeated) {
    parts_.logger().warning("answer.noted", "Ответ сохранён с примечанием.",
                            {{"message_id", incoming.message_id}, {"note", recorded.note}});
  }
  for (const UpdateRow& update : recorded.changed) {
    events_.give_changed(update, incoming.original_message_id);
  }
  if (!incoming.verified) {
    if (!recorded.repeated) {
      report_unsettled(Event::Kind::answer_refused, incoming,
                       "Подпись ответа не подтверждена: ответ сохранён, не учтён и не подтверждён "
                       "СМЭВ.");
    }
    return false;
  }
  // The queue belongs to the certificate: others may be waiting for what is not ours.
  const bool ours_alone = parts_.options.sole_consumer || parts_.options.node_id.has_value();
  if (recorded.stray && !recorded.repeated) {
    report_unsettled(Event::Kind::stray, incoming,
                     ours_alone ? "Ответ не на наше сообщение: сохранён и подтверждён."
                                : "Ответ не на наше сообщение: сохранён, оставлен в очереди СМЭВ.");
  }
  return !recorded.stray || ours_alone;
}

// A fault about one message says nothing of the others; a network that is away, or a limit of
// calls, does.
Receiver::Acknowledged Receiver::acknowledge(std::int64_t answer, const std::string& message_id) {
  SMEV_KILL_POINT("sender.acknowledging");
  Result<void> acknowledged = parts_.transport().acknowledge(message_id, true);
  SMEV_KILL_POINT("sender.acknowledged");
  if (acknowledged) {
    acknowledged_.push_back(answer);
    return Acknowledged::done;
  }
  const Error& error = acknowledged.error();
  note_failure(error);
  parts_.logger().warning("ack.failed", error.text,
                          {{"message_id", message_id}, {"detail", error.detail}});
  const bool away = error.origin == Origin::network || is_throttled();
  return away ? Acknowledged::away : Acknowledged::refused;
}

// As the answer says, though nothing of it is believed: somebody waits for that update.
void Receiver::name_update(const std::string& message_id, Event& event) {
  const auto id = Uuid::parse(message_id);
  if (!id) return;
  const Result<std::optional<MessageRow>> message = parts_.outbox().find_message(*id);
  if (!message || !*message || (*message)->items.empty()) return;
  event.update = (*message)->items.front().update;
  event.order_number = (*message)->items.front().order_number;
}

void Receiver::report_unsettled(Event::Kind kind, const IncomingMessage& incoming,
                                std::string text) {
  Event event;
  event.kind = kind;
  event.message_id = incoming.message_id;
  name_update(incoming.original_message_id, event);
  event.text = std::move(text);
  if (!incoming.problem.empty()) event.text += " (" + incoming.problem + ")";
  events_.give(std::move(event));
}

}  // namespace smev
