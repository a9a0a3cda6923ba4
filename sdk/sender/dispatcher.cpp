#include "sdk/sender/dispatcher.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sdk/base/kill_point.hpp"
#include "sdk/sender/ownership.hpp"
#include "sdk/sender/retry_class.hpp"

namespace smev {
namespace {

// Rows that another process has submitted are noticed within this time.
constexpr Duration kIdlePause = std::chrono::milliseconds(400);
// Reports that come right behind the first are written down with it: until they are half of what is
// under way, and no longer than this.
constexpr Duration kCollectedWithin = std::chrono::milliseconds(5);
constexpr Duration kShortestPause = std::chrono::milliseconds(1);
constexpr Duration kOverdueCheckEvery = std::chrono::seconds(1);
// A claim or attempt of a dead worker is free again after this; a live one ends far earlier.
constexpr Duration kLeaseSlack = std::chrono::minutes(2);
// Heads composed and frozen in one commit, and the time after which what is composed by then goes
// first: a slow token signs a few a second.
constexpr int kComposedPerRound = 64;
constexpr Duration kComposedWithin = std::chrono::seconds(2);
constexpr Duration kFailuresToldEvery = std::chrono::minutes(1);

bool is_of_key(const Error& error) {
  return error.code == ErrorCode::key || error.code == ErrorCode::crypto;
}

// Nothing is wrong with the update: the disk of its files is not there now.
bool is_of_disk(const Error& error) {
  return error.code == ErrorCode::store && error.retry == Retry::later;
}

// A person may decide about an update while it is being composed: then there is nothing left to do
// about it, and nothing wrong.
Result<void> unless_taken(Result<void> done) {
  return done || done.error().code != ErrorCode::stale_lease ? done : Result<void>{};
}

HoldReason hold_reason_of(ErrorCode code) {
  if (code == ErrorCode::validation) return HoldReason::rules;
  const bool file = code == ErrorCode::not_found || code == ErrorCode::io;
  return file ? HoldReason::file_missing : HoldReason::not_composable;
}

}  // namespace

Dispatcher::Dispatcher(SenderParts& parts, EventSink& events, Bell& bell, std::uint64_t seed)
    : parts_(parts),
      events_(events),
      bell_(bell),
      random_(seed),
      claimed_at_once_(kComposedPerRound) {}

Dispatcher::~Dispatcher() {
  // The transport reports each message exactly once; its callbacks use this object.
  unsigned long seen = 0;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (unreported_ == 0) return;
    }
    bell_.wait_for_ring(kIdlePause, seen);
  }
}

Result<bool> Dispatcher::round() {
  SMEV_ASSIGN(bool collected, collect());
  SMEV_TRY(look_at_deadlines());
  SMEV_ASSIGN(bool composed, compose_claimed());
  SMEV_ASSIGN(bool sent, send_due());
  return collected || composed || sent;
}

// The store holds back what is to go; here it is only told, once each way.
Result<void> Dispatcher::look_for_pause() {
  SMEV_ASSIGN(const std::optional<Pause> pause, parts_.outbox().paused());
  if (pause.has_value() == paused_) return {};
  paused_ = pause.has_value();
  if (pause) {
    parts_.logger().warning("dispatch.paused", "Отправка приостановлена оператором",
                            {{"since", to_utc_text(pause->since)}});
  } else {
    parts_.logger().info("dispatch.resumed");
  }
  return {};
}

Result<void> Dispatcher::look_at_deadlines() {
  // By the steady clock: the wall's may be set back for hours.
  const auto now = parts_.clock().steady();
  if (overdue_checked_ && now - *overdue_checked_ < kOverdueCheckEvery) return {};
  overdue_checked_ = now;
  SMEV_ASSIGN(std::vector<UpdateRow> overdue, parts_.outbox().hold_overdue());
  for (const UpdateRow& update : overdue) events_.give_changed(update, {});
  SMEV_TRY(look_for_pause());
  return warn_of_deadlines();
}

// Once for each; who was warned is forgotten with the process, and warned again by the next.
Result<void> Dispatcher::warn_of_deadlines() {
  const Duration lead = parts_.options.retry.deadline_lead;
  if (lead == Duration::zero()) return {};
  SMEV_ASSIGN(std::vector<UpdateRow> near, parts_.outbox().near_deadline(lead));
  std::set<UpdateId> warned;
  for (const UpdateRow& update : near) {
    warned.insert(update.id);
    if (warned_.contains(update.id)) continue;
    Event event;
    event.kind = Event::Kind::deadline_near;
    event.update = update.id;
    event.order_number = update.order.number;
    event.text = fmt::format("СМЭВ ещё не приняла обновление, а срок отправки — {}.",
                             DateTime(*update.deadline).text());
    events_.give(std::move(event));
  }
  warned_ = std::move(warned);
  return {};
}

Result<Duration> Dispatcher::pause() {
  // What is due cannot go while there is no room for it, or the endpoint is spared: a report rings.
  const bool full = static_cast<int>(under_way_.size()) >= parts_.options.soap.in_flight_max;
  if (full || composing_rests()) return kIdlePause;
  SMEV_ASSIGN(CircuitBreaker * guard, breaker());
  const TimePoint now = parts_.clock().now();
  if (guard->passage(now) == CircuitBreaker::Passage::none) {
    return std::clamp(guard->closed_for(now), kShortestPause, kIdlePause);
  }
  if (guard->passage(now) == CircuitBreaker::Passage::probe && !under_way_.empty()) {
    return kIdlePause;
  }
  SMEV_ASSIGN(std::optional<TimePoint> due, parts_.outbox().next_due());
  if (!due) return kIdlePause;
  const Duration until_due = *due - parts_.clock().now();
  return std::clamp(until_due, kShortestPause, kIdlePause);
}

void Dispatcher::await_reports() {
  std::unique_lock lock(mutex_);
  if (done_.empty()) return;
  half_done_.wait_for(lock, kCollectedWithin, [this] { return done_.size() >= unreported_; });
}

Result<void> Dispatcher::finish() {
  unsigned long seen = 0;
  while (!under_way_.empty()) {
    SMEV_ASSIGN(bool collected, collect());
    if (!collected && !under_way_.empty()) bell_.wait_for_ring(kIdlePause, seen);
  }
  return {};
}

// --- claim, compose, freeze
// -------------------------------------------------------------------------

// It may have been submitted since this dispatcher began; the claims go back, for whose they are.
Result<void> Dispatcher::check_claims(const std::vector<ClaimedUpdate>& claims) {
  Result<void> ours;
  for (const ClaimedUpdate& claim : claims) {
    ours = check_ours(parts_.options, claim.update);
    if (!ours) break;
  }
  if (ours) return {};
  SMEV_TRY(release(claims, {}));
  return ours;
}

// Without a moment: due when they were.
Result<void> Dispatcher::release(const std::vector<ClaimedUpdate>& claims,
                                 std::optional<TimePoint> not_before) {
  for (const ClaimedUpdate& claim : claims) {
    SMEV_TRY(unless_taken(parts_.outbox().release(
        claim.update.id, claim.lease_epoch, not_before ? not_before : claim.update.not_before)));
  }
  return {};
}

bool Dispatcher::composing_rests() const {
  return rests_until_ && parts_.clock().steady() < *rests_until_;
}

Result<bool> Dispatcher::compose_claimed() {
  if (composing_rests()) return false;
  SMEV_ASSIGN(std::vector<ClaimedUpdate> claims,
              parts_.outbox().claim_updates(claimed_at_once_, kLeaseSlack));
  if (claims.empty()) return false;
  SMEV_TRY(check_claims(claims));

  // Creates and updates never share a message; an update that was in one before goes alone.
  const auto per_message = static_cast<std::size_t>(parts_.options.orders_per_message_max);
  std::vector<std::vector<ClaimedUpdate>> groups;
  std::map<bool, std::size_t> open_group;
  for (ClaimedUpdate& claim : claims) {
    SMEV_ASSIGN(bool alone, goes_alone(claim));
    if (alone) {
      groups.emplace_back().push_back(std::move(claim));
      continue;
    }
    const bool create = parts_.type->is_create(claim);
    auto open = open_group.find(create);
    if (open == open_group.end() || groups[open->second].size() == per_message) {
      groups.emplace_back();
      open = open_group.insert_or_assign(create, groups.size() - 1).first;
    }
    groups[open->second].push_back(std::move(claim));
  }

  std::vector<NewMessage> messages;
  const auto begun = parts_.clock().steady();
  int composed = 0;
  for (const std::vector<ClaimedUpdate>& group : groups) {
    const bool late = parts_.clock().steady() - begun >= kComposedWithin || bell_.stopped();
    if (composing_rests() || (late && composed > 0)) {
      SMEV_TRY(release(group, {}));
      continue;
    }
    SMEV_TRY(add_message(group, messages));
    composed += static_cast<int>(group.size());
  }
  // What is claimed in vain costs two commits.
  const bool all = composed == static_cast<int>(claims.size());
  claimed_at_once_ = all ? std::min(2 * claimed_at_once_, kComposedPerRound) : composed;
  if (!messages.empty()) SMEV_TRY(freeze(messages));
  return true;
}

// The others must not wait for an update that was taken away since.
Result<void> Dispatcher::freeze(const std::vector<NewMessage>& messages) {
  Result<void> frozen = parts_.outbox().freeze(messages);
  if (frozen || frozen.error().code != ErrorCode::stale_lease) return frozen;
  for (const NewMessage& message : messages) {
    SMEV_TRY(unless_taken(parts_.outbox().freeze({message})));
  }
  return {};
}

Result<bool> Dispatcher::goes_alone(const ClaimedUpdate& claim) {
  if (parts_.options.orders_per_message_max <= 1) return true;
  SMEV_ASSIGN(std::vector<MessageRow> earlier, parts_.outbox().messages_of(claim.update.id));
  return !earlier.empty();
}

// Where several cannot become one message, each is tried alone: one's fault is not the others'.
Result<void> Dispatcher::add_message(const std::vector<ClaimedUpdate>& claims,
                                     std::vector<NewMessage>& messages) {
  Result<NewMessage> message = make_message(claims);
  if (message) {
    messages.push_back(std::move(*message));
    return {};
  }
  const Error& error = message.error();
  parts_.logger().error("message.not_composed", error.text,
                        {{"update", std::to_string(claims.front().update.id)},
                         {"order", claims.front().update.order.number},
                         {"error", std::string(name(error.code))},
                         {"detail", error.detail}});
  // Without its key nothing can become a message.
  if (is_of_key(error)) {
    rests_until_ = parts_.clock().steady() + parts_.options.retry.base;
    return release(claims, {});
  }
  if (claims.size() == 1) return give_up(claims.front(), error);
  for (const ClaimedUpdate& claim : claims) SMEV_TRY(add_message({claim}, messages));
  return {};
}

// What the protocol does not take of a message is no rule about the update.
Result<PreparedMessage> Dispatcher::prepare(const OutgoingMessage& message) {
  Result<PreparedMessage> prepared = parts_.transport().prepare(message);
  if (prepared || prepared.error().code != ErrorCode::validation) return prepared;
  Error error = std::move(prepared).error();
  error.code = ErrorCode::not_signable;
  return fail(std::move(error));
}

Result<NewMessage> Dispatcher::make_message(const std::vector<ClaimedUpdate>& claims) {
  SMEV_ASSIGN(Composition composition, parts_.type->compose(claims, parts_.ids()));
  OutgoingMessage outgoing;
  outgoing.message_id = parts_.ids().next();
  outgoing.content = composition.content;
  outgoing.test_message = parts_.options.contour == Contour::test;
  outgoing.node_id = parts_.options.node_id;
  for (const MessageFile& file : composition.files) {
    SMEV_ASSIGN(std::string path, parts_.outbox().file_path(file.sha256));
    outgoing.files.push_back({file.uuid, std::move(path), file.name, file.mime});
  }
  SMEV_ASSIGN(PreparedMessage prepared, prepare(outgoing));
  NewMessage message;
  message.message_id = outgoing.message_id;
  message.content_type = std::move(prepared.content_type);
  message.body = std::move(prepared.body);
  message.schema_version = std::move(prepared.schema_version);
  message.files = std::move(composition.files);
  message.items = std::move(composition.items);
  for (const ClaimedUpdate& claim : claims) message.lease_epochs.push_back(claim.lease_epoch);
  return message;
}

// An update that cannot become a message waits for a person, unless that may pass.
Result<void> Dispatcher::give_up(const ClaimedUpdate& claim, const Error& error) {
  if (is_of_disk(error)) {
    return release({claim}, parts_.clock().now() + parts_.options.retry.base);
  }
  std::string text = error.text;
  for (const FieldFault& fault : error.fields) text += "\n" + fault.field + ": " + fault.text;
  const HoldReason reason = hold_reason_of(error.code);
  const Result<void> held = parts_.outbox().hold(claim.update.id, claim.lease_epoch, reason, text);
  if (!held) return unless_taken(held);
  Event event;
  event.kind = Event::Kind::held;
  event.update = claim.update.id;
  event.order_number = claim.update.order.number;
  event.hold_reason = reason;
  event.text = std::move(text);
  events_.give(std::move(event));
  return {};
}

// --- transmit
// ---------------------------------------------------------------------------------------

// What was kept of the endpoint is read once, so that a restart goes on where it was; several
// senders over one database each go by what they see themselves.
Result<CircuitBreaker*> Dispatcher::breaker() {
  if (!breaker_) {
    const std::string& endpoint = parts_.options.soap.url;
    Result<std::optional<Circuit>> kept = parts_.outbox().circuit(endpoint);
    if (!kept) {
      if (kept.error().retry == Retry::later) return fail(std::move(kept).error());
      // It only spares an endpoint: what cannot be read of it must not stop the sending.
      parts_.logger().warning("circuit.unreadable",
                              "Запись об адресе в таблице circuits не читается: адрес считается "
                              "исправным, запись будет заменена",
                              {{"endpoint", endpoint}, {"error", kept.error().detail}});
      kept = std::optional<Circuit>{};
    }
    breaker_.emplace(parts_.options.retry, kept->value_or(Circuit{endpoint, 0, std::nullopt}));
  }
  return &*breaker_;
}

Result<std::vector<StartedAttempt>> Dispatcher::start_allowed() {
  const Duration lease =
      parts_.options.soap.total_timeout + parts_.options.file_store.total_timeout + kLeaseSlack;
  SMEV_ASSIGN(CircuitBreaker * guard, breaker());
  const CircuitBreaker::Passage passage = guard->passage(parts_.clock().now());
  const bool probe = passage == CircuitBreaker::Passage::probe;
  if (passage == CircuitBreaker::Passage::none || (probe && !under_way_.empty())) {
    return std::vector<StartedAttempt>{};
  }
  if (probe) return parts_.outbox().start_oldest_attempt(lease);
  const int room = parts_.options.soap.in_flight_max - static_cast<int>(under_way_.size());
  if (room <= 0) return std::vector<StartedAttempt>{};
  return parts_.outbox().start_attempts(room, lease);
}

Result<void> Dispatcher::note_health(const Transmission& transmission, bool& changed) {
  SMEV_ASSIGN(CircuitBreaker * guard, breaker());
  const TimePoint now = parts_.clock().now();
  if (retry_class(transmission) == RetryClass::throttled) {
    changed |= guard->throttled(now, throttled_pause(parts_.options.retry, transmission));
    return {};
  }
  switch (endpoint_health(transmission)) {
    case EndpointHealth::works:
      changed |= guard->succeeded();
      break;
    case EndpointHealth::fails:
      changed |= guard->failed(now);
      break;
    case EndpointHealth::unknown:
      break;
  }
  return {};
}

Result<void> Dispatcher::keep_circuit() {
  const Circuit& circuit = breaker_->circuit();
  SMEV_TRY(parts_.outbox().keep_circuit(circuit));
  if (circuit.open_until) {
    parts_.logger().warning("endpoint.spared",
                            "Адрес СМЭВ не отвечает или просит паузы: отправка "
                            "приостановлена, затем уйдёт одно сообщение.",
                            {{"endpoint", circuit.endpoint},
                             {"failures", std::to_string(circuit.failures)},
                             {"until", to_utc_text(*circuit.open_until)}});
  } else {
    parts_.logger().write(LogLevel::info, "endpoint.works",
                          "Адрес СМЭВ снова отвечает: отправка продолжается.",
                          {{"endpoint", circuit.endpoint}});
  }
  return {};
}

Result<bool> Dispatcher::send_due() {
  SMEV_ASSIGN(std::vector<StartedAttempt> started, start_allowed());
  if (started.empty()) return false;

  std::vector<PreparedMessage> messages;
  std::vector<StartedAttempt> sent;
  for (StartedAttempt& attempt : started) {
    SMEV_ASSIGN(std::optional<PreparedMessage> message, ready(attempt));
    if (!message) continue;
    messages.push_back(std::move(*message));
    sent.push_back(std::move(attempt));
  }
  // An attempt that outlived its lease may still be under way: whichever report comes first counts
  // for the attempt that is open, as both are about the same octets.
  for (StartedAttempt& attempt : sent) {
    const Uuid id = attempt.message.message_id;
    under_way_.insert_or_assign(id, std::move(attempt));
  }
  transmit(std::move(messages));
  return true;
}

void Dispatcher::transmit(std::vector<PreparedMessage> messages) {
  if (messages.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    unreported_ += messages.size();
  }
  SMEV_KILL_POINT("sender.transmitting");
  parts_.transport().transmit(std::move(messages),
                              [this](const Uuid& id, Transmission transmission) {
                                SMEV_KILL_POINT("sender.answered");
                                const std::lock_guard lock(mutex_);
                                done_.emplace_back(id, std::move(transmission));
                                --unreported_;
                                if (done_.size() == 1 || unreported_ == 0) bell_.ring();
                                if (done_.size() >= unreported_) half_done_.notify_one();
                              });
}

// Nothing when the attempt was ended without sending.
Result<std::optional<PreparedMessage>> Dispatcher::ready(const StartedAttempt& started) {
  const MessageRow& row = started.message;
  std::optional<AttemptOutcome> ended;
  const std::optional<TimePoint> born = row.message_id.time();
  if (born && parts_.clock().now() - *born > parts_.options.message_age_max) {
    ended = judge_stale(row, "the id is older than message_age_max");
  }
  PreparedMessage message;
  message.message_id = row.message_id;
  message.content_type = row.content_type;
  message.body = row.body;
  message.schema_version = row.schema_version;
  for (const MessageFile& file : row.files) {
    if (ended) break;
    Result<std::string> path = parts_.outbox().file_path(file.sha256);
    if (path) {
      message.files.push_back({file.uuid, *path, file.name, file.mime});
    } else if (is_of_disk(path.error())) {
      Transmission kept_back;
      kept_back.outcome = Transmission::Outcome::not_sent;
      kept_back.error = path.error();
      ended = judge(row, kept_back, situation());
    } else {
      ended = judge_missing_file(row, path.error());
    }
  }
  if (!ended) return std::optional<PreparedMessage>(std::move(message));
  ended->attempt = started.attempt;
  ended->lease_epoch = started.lease_epoch;
  SMEV_TRY(write_outcomes({std::move(*ended)}));
  return std::optional<PreparedMessage>{};
}

// --- what became of it
// ------------------------------------------------------------------------------

RetrySituation Dispatcher::situation() {
  RetrySituation situation;
  situation.now = parts_.clock().now();
  situation.random = std::uniform_real_distribution<double>(0, 1)(random_);
  situation.retry = parts_.options.retry;
  situation.answer_deadline = parts_.options.poll.deadline;
  return situation;
}

// Each attempt is on record; the log gets a line a minute, whatever their number.
void Dispatcher::tell_failures() {
  const auto now = parts_.clock().steady();
  if (failures_.empty() || (failures_told_ && now - *failures_told_ < kFailuresToldEvery)) return;
  failures_told_ = now;
  std::string list;
  for (const auto& [fault, count] : failures_) {
    list += fmt::format("{}{}={}", list.empty() ? "" : " ", fault, count);
  }
  failures_.clear();
  parts_.logger().warning("send.failed",
                          "СМЭВ не приняла сообщения. Причины и сколько раз с "
                          "прошлой такой записи — в поле errors",
                          {{"errors", list}});
}

Result<bool> Dispatcher::collect() {
  std::vector<std::pair<Uuid, Transmission>> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  if (done.empty()) return false;

  std::vector<AttemptOutcome> outcomes;
  std::vector<Event> events;
  bool health_changed = false;
  for (auto& [id, transmission] : done) {
    SMEV_TRY(note_health(transmission, health_changed));
    auto found = under_way_.find(id);
    if (found == under_way_.end()) continue;
    AttemptOutcome outcome = judge(found->second.message, transmission, situation());
    outcome.attempt = found->second.attempt;
    outcome.lease_epoch = found->second.lease_epoch;

    const bool accepted = outcome.event == MessageEvent::accepted;
    if (accepted || outcome.event == MessageEvent::doubt) {
      for (const MessageItem& item : found->second.message.items) {
        Event event;
        event.kind = accepted ? Event::Kind::accepted : Event::Kind::in_doubt;
        event.update = item.update;
        event.order_number = item.order_number;
        event.message_id = id.text();
        if (transmission.error) event.text = transmission.error->text;
        events.push_back(std::move(event));
      }
    }
    if (!accepted && !outcome.fault.empty()) ++failures_[outcome.fault];
    under_way_.erase(found);
    outcomes.push_back(std::move(outcome));
  }
  tell_failures();
  SMEV_TRY(write_outcomes(std::move(outcomes)));
  for (Event& event : events) events_.give(std::move(event));
  if (health_changed) SMEV_TRY(keep_circuit());
  return true;
}

Result<void> Dispatcher::write_outcomes(std::vector<AttemptOutcome> outcomes) {
  Result<std::vector<UpdateRow>> changed = parts_.outbox().finish_attempts(outcomes);
  if (!changed && changed.error().code != ErrorCode::stale_lease) {
    return fail(std::move(changed).error());
  }
  if (changed) {
    for (const UpdateRow& update : *changed) events_.give_changed(update, {});
  } else if (outcomes.size() > 1) {
    // One attempt outlived its lease and is on record as interrupted; the others count.
    for (AttemptOutcome& outcome : outcomes) SMEV_TRY(write_outcomes({std::move(outcome)}));
  }
  bell_.ring();
  return {};
}

}  // namespace smev
