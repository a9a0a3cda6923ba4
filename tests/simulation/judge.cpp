#include "tests/simulation/judge.hpp"

#include <algorithm>

namespace smev::simulation {
namespace {

// Commits may hold several moves, so this says what may follow what, not what may follow at once.
bool may_follow(UpdateState before, UpdateState after) {
  if (before == after) return true;
  if (is_final(before)) return false;
  return before != UpdateState::in_flight || after == UpdateState::queued ||
         after == UpdateState::held || after == UpdateState::delivered;
}

bool may_follow(MessageState before, MessageState after) {
  if (before == after) return true;
  switch (before) {
    case MessageState::frozen:
    case MessageState::sending:
      return true;
    case MessageState::in_doubt:
      return after != MessageState::frozen;
    case MessageState::accepted:
    case MessageState::refused:
    case MessageState::superseded:
      return after == MessageState::answered;
    case MessageState::answered:
      return false;
  }
  return false;
}

}  // namespace

LedgerEntry* Judge::entry(StatusNumber number) {
  const auto found = ledger_.find(number);
  return found == ledger_.end() ? nullptr : &found->second;
}

LedgerEntry* Judge::entry_of(UpdateId id) {
  for (auto& [number, entry] : ledger_) {
    if (entry.id == id) return &entry;
  }
  return nullptr;
}

void Judge::committed(StatusNumber number, const std::string& order, const Submitted& submitted) {
  LedgerEntry& entry = ledger_[number];
  if (entry.id != 0 && entry.id != submitted.id) {
    log_.violate("submitted_twice",
                 fmt::format("status {} is update {} and {}", number, entry.id, submitted.id));
  }
  entry.number = number;
  entry.order = order;
  entry.sequence = submitted.sequence;
  entry.id = submitted.id;
}

void Judge::acknowledged(StatusNumber number) {
  if (LedgerEntry* known = entry(number)) known->acknowledged = true;
}

void Judge::closed_by_person(UpdateId id) {
  if (LedgerEntry* known = entry_of(id)) known->closed = true;
}

void Judge::vouched_for(StatusNumber number) {
  for (const Uuid& id : messages_of(number)) offered_.at(id).may_have_arrived = false;
}

// --- the store ----------------------------------------------------------------------------------

void Judge::look() {
  std::map<std::int64_t, ProbedUpdate> updates;
  for (const ProbedUpdate& update : probe_->updates()) updates[update.id] = update;
  for (auto& [number, entry] : ledger_) {
    const auto found = updates.find(entry.id);
    if (found == updates.end()) {
      if (entry.acknowledged) {
        log_.violate("lost", fmt::format("update {} was acknowledged and is gone", entry.id));
      }
      continue;
    }
    check_update(entry, found->second);
  }
  for (const ProbedMessage& message : probe_->messages()) {
    const auto known = messages_.find(message.id);
    if (known != messages_.end() && !may_follow(known->second.state, message.state)) {
      log_.violate("state_went_back", fmt::format("message {}: {} after {}", message.id,
                                                  name(message.state), name(known->second.state)));
    }
    messages_[message.id] = message;
  }
}

void Judge::check_update(LedgerEntry& entry, const ProbedUpdate& now) {
  const bool first_look = entry.now.id == 0;
  if (!first_look && !may_follow(entry.now.state, now.state)) {
    log_.violate("state_went_back", fmt::format("update {}: {} after {}", entry.id, name(now.state),
                                                name(entry.now.state)));
  }
  if (entry.now.state != now.state || first_look) {
    log_.trace("     update {} ({}#{}, status {}): {}{}{}", entry.id, entry.order, entry.sequence,
               entry.number, name(now.state), now.state == UpdateState::held ? " " : "",
               now.state == UpdateState::held ? name(now.hold_reason) : "");
  }
  if (now.state == UpdateState::delivered && !account_.contains(entry.number)) {
    log_.violate("delivered_without_answer",
                 fmt::format("update {} is delivered, the account has no such status", entry.id));
  }
  if (now.state == UpdateState::held && now.hold_reason == HoldReason::none) {
    log_.violate("held_without_reason", fmt::format("update {}", entry.id));
  }
  if (is_final(now.state) && now.state != UpdateState::delivered && !entry.closed) {
    log_.violate("closed_without_person",
                 fmt::format("update {} is {}", entry.id, name(now.state)));
  }
  entry.now = now;
}

void Judge::recorded(const NewAnswer& answer, const RecordedAnswer& recorded) {
  if (!recorded.settled) return;
  const bool first = settled_answers_.emplace(answer.message_id, answer.raw).second;
  if (!first) {
    log_.violate("settled_twice", fmt::format("answer {} counts a second time, {} updates changed",
                                              answer.message_id, recorded.changed.size()));
  }
  if (Result<Uuid> original = Uuid::parse(answer.original_message_id)) {
    const auto found = offered_.find(*original);
    if (found != offered_.end()) found->second.answered = true;
  }
}

// --- the wire -----------------------------------------------------------------------------------

void Judge::offered(const PreparedMessage& message, const std::vector<StatusNumber>& statuses) {
  const auto [found, first] = offered_.try_emplace(message.message_id);
  Offered& known = found->second;
  if (first) {
    known.body = message.body;
    known.statuses = statuses;
    for (const StatusNumber number : statuses) check_first_offer(message.message_id, number);
    offered_order_.push_back(message.message_id);
  } else if (known.body != message.body) {
    log_.violate("other_bytes", "message " + message.message_id.text());
  }
  for (const StatusNumber number : statuses) check_turn(number);
  ++known.open_attempts;
}

// Another message of a status, while an earlier one of it might have been accepted.
void Judge::check_first_offer(const Uuid& id, StatusNumber number) {
  for (const Uuid& other : messages_of(number)) {
    const Offered& earlier = offered_.at(other);
    if (earlier.answered || (earlier.open_attempts == 0 && !earlier.may_have_arrived)) continue;
    log_.violate("second_message", fmt::format("status {} goes in {} while {} may have arrived",
                                               number, id.text(), other.text()));
  }
}

// What was submitted before it for the same order is over; it is itself in flight.
void Judge::check_turn(StatusNumber number) {
  const LedgerEntry* mine = entry(number);
  if (mine == nullptr) return log_.violate("unknown_status", fmt::format("status {}", number));
  if (mine->now.state != UpdateState::in_flight) {
    log_.violate("offered_out_of_flight",
                 fmt::format("update {} is {}", mine->id, name(mine->now.state)));
  }
  for (const auto& [other_number, other] : ledger_) {
    const bool before = other.order == mine->order && other.sequence < mine->sequence;
    if (!before || is_final(other.now.state)) continue;
    log_.violate("out_of_turn", fmt::format("update {} of {} goes while update {} is {}", mine->id,
                                            mine->order, other.id, name(other.now.state)));
  }
}

void Judge::reported(const Uuid& message, Transmission::Outcome outcome) {
  const auto found = offered_.find(message);
  if (found == offered_.end()) return;
  --found->second.open_attempts;
  const bool clean =
      outcome == Transmission::Outcome::refused || outcome == Transmission::Outcome::not_sent;
  if (!clean) found->second.may_have_arrived = true;
}

void Judge::all_reports_lost() {
  for (auto& [id, message] : offered_) {
    if (message.open_attempts > 0) message.may_have_arrived = true;
    message.open_attempts = 0;
  }
}

void Judge::acknowledging(const std::string& answer, const std::string& original,
                          bool must_settle) {
  const std::optional<ProbedAnswer> stored = probe_->answer(answer);
  if (!stored || !stored->verified) {
    log_.violate("acknowledged_unstored", "answer " + answer + " is not stored as verified");
    return;
  }
  const Result<Uuid> message = Uuid::parse(original);
  const bool ours = message && offered_.contains(*message);
  if (ours && must_settle && !stored->settled) {
    log_.violate("acknowledged_unsettled", "answer " + answer + " is stored, but settled nothing");
  }
}

std::vector<Uuid> Judge::messages_of(StatusNumber number) const {
  std::vector<Uuid> messages;
  for (const Uuid& id : offered_order_) {
    const std::vector<StatusNumber>& statuses = offered_.at(id).statuses;
    if (std::find(statuses.begin(), statuses.end(), number) != statuses.end()) {
      messages.push_back(id);
    }
  }
  return messages;
}

// --- the account --------------------------------------------------------------------------------

void Judge::shown(StatusNumber number) {
  const LedgerEntry* mine = entry(number);
  if (mine == nullptr) return log_.violate("unknown_status", fmt::format("status {}", number));
  if (!account_.insert(number).second) {
    log_.violate("shown_twice", fmt::format("status {} of {}", number, mine->order));
    return;
  }
  for (const StatusNumber other_number : account_order_) {
    const LedgerEntry* other = entry(other_number);
    // What a person took out while it was under way may still come, late: that was decided.
    if (mine->closed || other->order != mine->order || other->sequence < mine->sequence) continue;
    log_.violate("shown_out_of_order",
                 fmt::format("status {} of {} after status {}", number, mine->order, other_number));
  }
  account_order_.push_back(number);
}

// --- the end ------------------------------------------------------------------------------------

void Judge::quiet_without_person() {
  for (const auto& [number, entry] : ledger_) {
    const bool waits = entry.now.state == UpdateState::in_flight ||
                       (entry.now.state == UpdateState::queued && entry.now.head);
    if (waits) {
      log_.violate("not_live", fmt::format("update {} of {} is still {}", entry.id, entry.order,
                                           name(entry.now.state)));
    }
  }
}

void Judge::quiet_at_last() {
  for (const auto& [number, entry] : ledger_) {
    if (is_final(entry.now.state)) continue;
    log_.violate("not_live",
                 fmt::format("update {} of {} is {} {} though a person sees to it", entry.id,
                             entry.order, name(entry.now.state), name(entry.now.hold_reason)));
  }
}

}  // namespace smev::simulation
