#include "tests/simulation/smev_model.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "sdk/elk/answer.hpp"
#include "sdk/xml/document.hpp"

namespace smev::simulation {
namespace {

using namespace std::chrono_literals;
namespace result_code = elk::result_code;

constexpr Duration kStaleAfter = 48h;
constexpr Duration kVisibilityMax = 15min;
constexpr std::int64_t kFirstElkNumber = 4'000'000'000;

SmevFault fault(std::string name, std::string number = {}, std::string description = {}) {
  SmevFault fault;
  fault.name = std::move(name);
  fault.number = std::move(number);
  fault.description = std::move(description);
  return fault;
}

IncomingMessage content_of(const elk::Answer& answer) {
  IncomingMessage message;
  message.kind = IncomingMessage::Kind::content;
  message.content = elk::to_xml(answer);
  message.content_namespace = elk::kNamespace;
  message.content_root = elk::kResponseRoot;
  return message;
}

}  // namespace

elk::Request request_in(const std::string& content) {
  Result<xml::Document> document = xml::Document::parse(content);
  return *elk::read_request(document.value().root());
}

std::vector<StatusNumber> statuses_in(const elk::Request& request) {
  std::vector<StatusNumber> numbers;
  for (const elk::RequestOrder& order : request.orders) {
    for (const elk::RequestStatus& status : order.statuses) {
      const std::string& text = status.parameters.front().value;
      StatusNumber number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      numbers.push_back(number);
    }
  }
  return numbers;
}

// --- SendRequest --------------------------------------------------------------------------------

std::optional<SmevFault> SmevModel::take(const Uuid& id, const std::string& content) {
  std::optional<SmevFault> refused = refuse(id, content);
  log_.trace("smev {} {}", id.text(), refused ? refused->name : "is taken");
  if (!refused) accept(id, content);
  return refused;
}

// In the order of SMEV's checks: who is not let in is not told of duplicates.
std::optional<SmevFault> SmevModel::refuse(const Uuid& id, const std::string& content) {
  if (true_now() < limited_until_) {
    return fault("SignatureVerificationFault", "SMEV-100",
                 "SMEV-100: технологический доступ к СМЭВ временно ограничен: нарушен "
                 "установленный лимит обращений");
  }
  if (access_closed()) return fault("SenderIsNotRegistered");
  if (chaos_.happens(chaos_.weather.smev_fault)) {
    // A failure tells nothing: the message may have been taken before it.
    if (chaos_.random().chance(0.5) && !seen_.contains(id)) accept(id, content);
    return fault("SMEVFailure");
  }
  const auto seen = seen_.find(id);
  const bool old = true_now() - id.time().value_or(true_now()) > kStaleAfter;
  const bool mistaken = seen == seen_.end() && chaos_.happens(chaos_.weather.smev_fault / 4);
  if (old || mistaken) return fault("StaleMessageId");
  if (seen != seen_.end()) {
    if (seen->second != content) {
      log_.violate("other_bytes", "SMEV was given two messages with the id " + id.text());
    }
    return fault("MessageIsAlreadySent", "SMEV-301");
  }
  if (chaos_.happens(chaos_.weather.smev_fault / 2)) return fault("DestinationOverflow");
  if (chaos_.happens(chaos_.weather.refusal / 3)) {
    return fault("InvalidContent", "SMEV-403", "SMEV-403: не соответствует схеме");
  }
  // Somebody else has sent this very message: a copy of the outbox, from an archive.
  if (chaos_.happens(chaos_.weather.smev_fault / 4)) {
    accept(id, content);
    return fault("MessageIsAlreadySent", "SMEV-301");
  }
  return std::nullopt;
}

void SmevModel::accept(const Uuid& id, const std::string& content) {
  seen_[id] = content;
  if (chaos_.happens(chaos_.weather.refusal / 3)) return reject(id);
  const TimePoint now = true_now();
  // ЕЛК takes one after the other.
  const TimePoint last = taken_.empty() ? now : taken_.back().due;
  const Duration most = chaos_.quiet() ? Duration(1s) : Duration(2h);
  taken_.push_back({id, request_in(content), std::max(last, now + chaos_.random().spread(most))});
}

void SmevModel::reject(const Uuid& id) {
  IncomingMessage message;
  message.kind = IncomingMessage::Kind::async_status;
  message.code = "requestIsRejectedBySmev";
  message.fault = fault("InvalidContent", "SMEV-403", "SMEV-403: не соответствует схеме");
  put(id, std::move(message), true, chaos_.random().spread(10min));
}

bool SmevModel::is_working_on(const Uuid& id) const {
  return std::any_of(taken_.begin(), taken_.end(),
                     [&](const Taken& taken) { return taken.id == id; });
}

// --- ЕЛК ----------------------------------------------------------------------------------------

void SmevModel::create_elsewhere(const std::string& order) {
  orders_.emplace(order, kFirstElkNumber + static_cast<std::int64_t>(orders_.size()));
}

void SmevModel::advance() {
  while (!taken_.empty() && taken_.front().due <= true_now()) {
    const Taken taken = std::move(taken_.front());
    taken_.pop_front();
    work(taken);
  }
}

void SmevModel::work(const Taken& taken) {
  if (chaos_.happens(chaos_.weather.refusal / 3)) {
    IncomingMessage message;
    message.kind = IncomingMessage::Kind::rejected;
    message.code = "ACCESS_DENIED";
    message.text = "нет доступа";
    return put(taken.id, std::move(message), true, chaos_.random().spread(10min));
  }
  std::vector<int> results;
  for (const elk::RequestOrder& order : taken.request.orders) {
    results.push_back(apply(order, taken.request.kind));
  }
  answer(taken, results);
}

std::string SmevModel::key_of(const elk::RequestOrder& order) const {
  if (!order.elk_number) return order.order_number.text();
  for (const auto& [key, number] : orders_) {
    if (number == *order.elk_number) return key;
  }
  return {};
}

std::int64_t SmevModel::elk_number_of(const std::string& key) const {
  const auto found = orders_.find(key);
  return found == orders_.end() ? 0 : found->second;
}

int SmevModel::apply(const elk::RequestOrder& order, elk::RequestKind kind) {
  const std::string key = key_of(order);
  const bool exists = orders_.contains(key);
  if (kind == elk::RequestKind::create && exists) return result_code::kOrderExists;
  if (kind == elk::RequestKind::update && !exists) return result_code::kOrderNotFound;
  elk::Request alone;
  alone.orders = {order};
  const std::vector<StatusNumber> numbers = statuses_in(alone);
  for (const StatusNumber number : numbers) {
    if (poisoned_.contains(number)) return result_code::kIncorrectParameters;
  }
  if (!exists) create_elsewhere(key);
  for (const StatusNumber number : numbers) {
    log_.trace("ЕЛК  shows status {} of {}", number, key);
    judge_.shown(number);
  }
  return result_code::kOk;
}

void SmevModel::answer(const Taken& taken, const std::vector<int>& results) {
  elk::Answer answer;
  answer.kind = taken.request.kind;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const elk::RequestOrder& order = taken.request.orders[i];
    const std::string key = key_of(order);
    const std::int64_t number = elk_number_of(key);
    if (chaos_.happens(chaos_.weather.odd_answer / 4)) continue;  // silent about this one
    answer.orders.push_back({number == 0 ? std::nullopt : std::optional(number), key, results[i],
                             results[i] == 0 ? "" : "отказ"});
  }
  answer.code = elk::code_told_by(answer.orders);
  for (int i = 0; chaos_.happens(0.2) && i < 3; ++i) put_notice(taken.id);
  if (chaos_.happens(chaos_.weather.odd_answer / 4)) return;  // it never comes
  IncomingMessage message = content_of(answer);
  if (chaos_.happens(chaos_.weather.odd_answer / 4)) message.content = "<other xmlns=\"urn:o\"/>";
  const bool late = chaos_.happens(chaos_.weather.odd_answer / 2);
  const Duration most = chaos_.quiet() ? Duration(1s) : Duration(10min);
  const bool again = chaos_.happens(chaos_.weather.odd_answer / 4);
  if (again) put(taken.id, message, true, chaos_.random().spread(8h));
  put(taken.id, std::move(message), true, chaos_.random().spread(late ? Duration(200h) : most));
}

void SmevModel::put_notice(const Uuid& original) {
  IncomingMessage notice;
  notice.kind = IncomingMessage::Kind::status;
  notice.code = "1";
  notice.text = "принято в работу";
  put(original, std::move(notice), false, chaos_.random().spread(10min));
}

void SmevModel::put(const Uuid& original, IncomingMessage message, bool settles, Duration delay) {
  message.message_id = fmt::format("answer-{}", ++answers_made_);
  message.original_message_id = original.text();
  message.verified = true;
  message.raw = fmt::format("{} to {}: {}{}{}", message.message_id, original.text(),
                            name(message.kind), message.code, message.content);
  originals_[message.message_id] = original.text();
  if (settles) settling_.insert(message.message_id);
  queue_.push_back({std::move(message), true_now() + delay, settles});
}

// --- GetResponse, Ack ---------------------------------------------------------------------------

std::optional<IncomingMessage> SmevModel::give() {
  std::vector<Queued*> visible;
  for (Queued& queued : queue_) {
    if (queued.visible <= true_now()) visible.push_back(&queued);
  }
  if (visible.empty()) return std::nullopt;
  Queued& chosen = *chaos_.random().pick(visible);
  const bool at_once = chaos_.happens(0.5);
  chosen.visible = true_now() + (at_once ? Duration(0) : kVisibilityMax);
  IncomingMessage message = chosen.message;
  if (chaos_.happens(chaos_.weather.tampering)) {
    message.verified = false;
    message.problem = "signature: the digest does not hold";
    message.raw += " tampered";
    message.content += "<!-- -->";
  }
  return message;
}

bool SmevModel::acknowledge(const std::string& answer) {
  const auto found = std::find_if(queue_.begin(), queue_.end(), [&](const Queued& queued) {
    return queued.message.message_id == answer;
  });
  if (found == queue_.end()) return false;
  queue_.erase(found);
  return true;
}

bool SmevModel::settles(const std::string& answer) const { return settling_.contains(answer); }

std::string SmevModel::original_of(const std::string& answer) const {
  const auto found = originals_.find(answer);
  return found == originals_.end() ? std::string() : found->second;
}

std::optional<Duration> SmevModel::until_next() const {
  std::optional<Duration> until;
  const auto consider = [&](TimePoint moment) {
    const Duration wait = std::max(moment - true_now(), Duration(0));
    if (!until || wait < *until) until = wait;
  };
  if (!taken_.empty()) consider(taken_.front().due);
  for (const Queued& queued : queue_) consider(queued.visible);
  return until;
}

}  // namespace smev::simulation
