#include "tests/simulation/network.hpp"

#include <algorithm>

#include "sdk/smev3/answer.hpp"

namespace smev::simulation {
namespace {

using namespace std::chrono_literals;
using Outcome = Transmission::Outcome;

constexpr Duration kTimeout = 60s;
constexpr Duration kLongestWay = 20min;

Transmission ended(Outcome outcome, ErrorCode code, Retry retry) {
  Transmission transmission;
  transmission.outcome = outcome;
  transmission.error = local_error(code, "simulated", retry);
  transmission.endpoint = "simulated";
  return transmission;
}

Error network_error() { return local_error(ErrorCode::connect, "simulated", Retry::later); }

}  // namespace

Result<PreparedMessage> Network::prepare(const OutgoingMessage& message) {
  chaos_.point("prepare");
  if (chaos_.happens(chaos_.weather.smev_fault / 4)) {
    return fail(local_error(ErrorCode::key, "simulated: the token is not there", Retry::later));
  }
  PreparedMessage prepared;
  prepared.message_id = message.message_id;
  prepared.content_type = "text/xml; charset=utf-8";
  prepared.body = message.content;
  prepared.schema_version = "1.2";
  prepared.files = message.files;
  return prepared;
}

Duration Network::delay() {
  const bool slow = chaos_.happens(chaos_.weather.network_delay);
  return chaos_.random().spread(slow ? kLongestWay : Duration(300ms));
}

void Network::later(Duration delay, std::function<void()> event) {
  events_.emplace(clock_.steady() + delay, std::move(event));
}

// --- SendRequest --------------------------------------------------------------------------------

void Network::transmit(std::vector<PreparedMessage> messages, Done done) {
  std::vector<std::shared_ptr<Call>> calls;
  for (PreparedMessage& message : messages) {
    judge_.offered(message, statuses_in(request_in(message.body)));
    log_.trace("send {}", message.message_id.text());
    calls.push_back(std::make_shared<Call>(Call{std::move(message), done}));
    calls_.push_back(calls.back());
  }
  for (const std::shared_ptr<Call>& call : calls) {
    chaos_.point("transmitting");
    send(call);
  }
  chaos_.point("transmitted");
}

void Network::send(const std::shared_ptr<Call>& call) {
  if (chaos_.happens(chaos_.weather.network_loss / 2)) {
    const bool store = !call->message.files.empty();
    const ErrorCode code = store ? ErrorCode::file_store : ErrorCode::connect;
    later(delay(), [=, this] { report(call, ended(Outcome::not_sent, code, Retry::later)); });
    return;
  }
  later(kTimeout, [=, this] {
    report(call, ended(Outcome::in_doubt, ErrorCode::timeout, Retry::same_id_now));
  });
  if (chaos_.happens(chaos_.weather.network_loss)) return;
  ++copies_[call->message.message_id];
  const bool doubled = chaos_.happens(chaos_.weather.network_loss / 4);
  later(delay(), [=, this] { arrive(call, doubled); });
}

void Network::arrive(const std::shared_ptr<Call>& call, bool doubled) {
  const Uuid& id = call->message.message_id;
  --copies_[id];
  // A gateway that got no answer sends the message once more by itself.
  if (doubled) smev_.take(id, call->message.body);
  const std::optional<SmevFault> fault = smev_.take(id, call->message.body);
  if (chaos_.happens(chaos_.weather.network_loss)) {
    // A gateway's page, a receipt that was tampered with, a connection that broke: or silence.
    constexpr ErrorCode kKinds[] = {ErrorCode::http, ErrorCode::signature_invalid,
                                    ErrorCode::connection_lost};
    const ErrorCode kind = kKinds[chaos_.random().below(3)];
    if (chaos_.random().chance(0.5)) return;
    later(delay(), [=, this] { report(call, ended(Outcome::in_doubt, kind, Retry::same_id_now)); });
    return;
  }
  later(delay(), [=, this] { report(call, transmission_of(fault)); });
}

Transmission Network::transmission_of(const std::optional<SmevFault>& fault) {
  Transmission transmission;
  transmission.endpoint = "simulated";
  transmission.http_status = fault ? 500 : 200;
  transmission.outcome = Outcome::accepted;
  if (!fault) return transmission;
  transmission.error = smev3::fault_error(*fault);
  transmission.outcome = Outcome::refused;
  if (fault->name == "MessageIsAlreadySent") transmission.outcome = Outcome::duplicate;
  if (fault->name == "SMEVFailure") transmission.outcome = Outcome::in_doubt;
  if (chaos_.happens(0.2)) transmission.retry_after = chaos_.random().spread(1h);
  return transmission;
}

void Network::report(const std::shared_ptr<Call>& call, Transmission transmission) {
  const auto known = std::find(calls_.begin(), calls_.end(), call);
  if (known == calls_.end()) return;  // it has been told already, or is dead
  calls_.erase(known);
  log_.trace("told {} {}{}{}", call->message.message_id.text(), name(transmission.outcome),
             transmission.error ? " " : "",
             transmission.error ? std::string(name(transmission.error->code)) : "");
  judge_.reported(call->message.message_id, transmission.outcome);
  call->done(call->message.message_id, std::move(transmission));
}

void Network::break_connections() {
  judge_.all_reports_lost();
  std::vector<std::shared_ptr<Call>> calls;
  calls.swap(calls_);
  for (const std::shared_ptr<Call>& call : calls) {
    call->done(call->message.message_id,
               ended(Outcome::in_doubt, ErrorCode::stopped, Retry::same_id_now));
  }
}

bool Network::is_under_way(const Uuid& id) const {
  const auto found = copies_.find(id);
  return found != copies_.end() && found->second > 0;
}

void Network::advance() {
  while (!events_.empty() && events_.begin()->first <= clock_.steady()) {
    const std::function<void()> event = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    event();
  }
}

std::optional<Duration> Network::until_next() const {
  if (events_.empty()) return std::nullopt;
  const auto wait = events_.begin()->first - clock_.steady();
  return std::max(std::chrono::duration_cast<Duration>(wait), Duration(0));
}

// --- GetResponse, Ack ---------------------------------------------------------------------------

Result<std::optional<IncomingMessage>> Network::receive(const AnswerSelector&) {
  chaos_.point("receiving");
  if (chaos_.happens(chaos_.weather.network_loss / 2)) return fail(network_error());
  std::optional<IncomingMessage> message = smev_.give();
  if (chaos_.happens(chaos_.weather.network_loss / 2)) return fail(network_error());
  chaos_.point("received");
  if (message) {
    log_.trace("recv {} to {}{}", message->message_id, message->original_message_id,
               message->verified ? "" : ", tampered");
  }
  return message;
}

Result<void> Network::acknowledge(const std::string& message_id, bool) {
  chaos_.point("acknowledging");
  judge_.acknowledging(message_id, smev_.original_of(message_id), smev_.settles(message_id));
  if (chaos_.happens(chaos_.weather.network_loss)) return fail(network_error());
  const bool known = smev_.acknowledge(message_id);
  log_.trace("ack  {}{}", message_id, known ? "" : ", not known (any more)");
  chaos_.point("acknowledged");
  if (chaos_.happens(chaos_.weather.network_loss / 2)) return fail(network_error());
  return {};
}

}  // namespace smev::simulation
