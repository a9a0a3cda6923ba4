#include "sdk/sender/receiver.hpp"

#include <chrono>
#include <utility>

#include "sdk/base/kill_point.hpp"
#include "sdk/sender/verdict_json.hpp"

namespace smev {
namespace {

// After this many failed polls in a row the pause is the slow one, whatever is awaited.
constexpr int kFastErrors = 3;

std::string both(const std::string& one, const std::string& other) {
  return one + (one.empty() || other.empty() ? "" : "; ") + other;
}

}  // namespace

Receiver::Receiver(SenderParts& parts, EventSink& events, Bell& bell)
    : parts_(parts), events_(events), bell_(bell) {}

Result<void> Receiver::acknowledge_stored() {
  SMEV_TRY(mark_acknowledged());
  SMEV_ASSIGN(std::vector<AnswerRow> answers, parts_.outbox().unacknowledged());
  for (const AnswerRow& answer : answers) {
    SMEV_ASSIGN(bool done, acknowledge(answer.id, answer.message_id));
    if (!done) break;  // the network is away; the next round tries again
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
  SMEV_ASSIGN(const bool more, poll());
  if (!more || acknowledged_.size() >= kMarkedTogether) SMEV_TRY(mark_acknowledged());
  return more;
}

Result<void> Receiver::mark_acknowledged() {
  SMEV_TRY(parts_.outbox().mark_acknowledged(acknowledged_));
  acknowledged_.clear();
  return {};
}

Result<bool> Receiver::poll() {
  if (is_throttled()) return false;
  Result<std::optional<IncomingMessage>> incoming =
      parts_.transport().receive(parts_.options.selector);
  if (!incoming) {
    const Error& error = incoming.error();
    note_failure(error);
    parts_.logger().warning("poll.failed", error.text,
                            {{"error", std::string(name(error.code))}, {"detail", error.detail}});
    return false;
  }
  if (std::exchange(network_errors_, 0) > 0) SMEV_TRY(acknowledge_stored());
  if (!*incoming) return false;
  return take(**incoming);
}

Result<Duration> Receiver::pause() {
  SMEV_ASSIGN(const bool awaited, parts_.outbox().awaits_answers());
  const bool fast = awaited && network_errors_ < kFastErrors && !is_throttled();
  return fast ? parts_.options.poll.fast : parts_.options.poll.slow;
}

Result<bool> Receiver::take(const IncomingMessage& incoming) {
  NewAnswer answer;
  answer.message_id = incoming.message_id;
  answer.original_message_id = incoming.original_message_id;
  answer.kind = name(incoming.kind);
  answer.content_type = incoming.content_type;
  answer.raw = incoming.raw;
  answer.verdicts = to_json(incoming.verdicts);
  answer.verified = incoming.verified;

  std::optional<std::vector<AnsweredUpdate>> updates;
  const Result<Uuid> original = Uuid::parse(incoming.original_message_id);
  if (original && incoming.verified) {
    SMEV_ASSIGN(updates, parts_.outbox().answered(*original));
    answer.stray = !updates;
  } else if (original) {
    SMEV_ASSIGN(const auto message, parts_.outbox().find_message(*original));
    answer.stray = !message;
  } else {
    answer.stray = true;
  }
  SettledAnswer settled;
  if (updates) settled = parts_.type->settle(*updates, incoming);
  answer.note = both(incoming.problem, settled.note);
  SMEV_ASSIGN(RecordedAnswer recorded, parts_.outbox().record_answer(answer, settled.settlements));
  if (!settled.note.empty() && !recorded.repeated) {
    parts_.logger().warning("answer.noted", "Ответ сохранён с примечанием.",
                            {{"message_id", incoming.message_id}, {"note", answer.note}});
  }

  for (const UpdateRow& update : recorded.changed) {
    events_.give_changed(update, incoming.original_message_id);
  }
  bell_.ring();
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
  if (answer.stray && !recorded.repeated) {
    report_unsettled(Event::Kind::stray, incoming,
                     ours_alone ? "Ответ не на наше сообщение: сохранён и подтверждён."
                                : "Ответ не на наше сообщение: сохранён, оставлен в очереди СМЭВ.");
  }
  if (answer.stray && !ours_alone) return false;
  return acknowledge(recorded.id, incoming.message_id);
}

Result<bool> Receiver::acknowledge(std::int64_t answer, const std::string& message_id) {
  SMEV_KILL_POINT("sender.acknowledging");
  Result<void> acknowledged = parts_.transport().acknowledge(message_id, true);
  SMEV_KILL_POINT("sender.acknowledged");
  if (!acknowledged) {
    const Error& error = acknowledged.error();
    note_failure(error);
    parts_.logger().warning("ack.failed", error.text,
                            {{"message_id", message_id}, {"detail", error.detail}});
    return false;
  }
  acknowledged_.push_back(answer);
  return true;
}

void Receiver::report_unsettled(Event::Kind kind, const IncomingMessage& incoming,
                                std::string text) {
  Event event;
  event.kind = kind;
  event.message_id = incoming.message_id;
  event.text = std::move(text);
  if (!incoming.problem.empty()) event.text += " (" + incoming.problem + ")";
  events_.give(std::move(event));
}

}  // namespace smev
