#include "smev/sender/sender.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "sdk/elk/json.hpp"
#include "sdk/elk/rules.hpp"
#include "sdk/outbox/sha256_stream.hpp"
#include "sdk/sender/certificate_watch.hpp"
#include "sdk/sender/core.hpp"
#include "sdk/sender/dispatcher.hpp"
#include "sdk/sender/elk_status.hpp"
#include "sdk/sender/receiver.hpp"

namespace smev {
namespace {

// wait() looks at the store this often when the event came about in another process.
constexpr Duration kWaitStep = std::chrono::milliseconds(200);

elk::OrderHistory history_of(const OrderFacts& order) {
  elk::OrderHistory history;
  history.first_update = !order.last_mark;
  history.known_to_elk = order.known_to_recipient;
  history.has_facts = !order.facts.empty();
  if (history.has_facts) {
    const Result<elk::Order> facts = elk::order_from_json(order.facts);
    if (facts && facts->applicant) history.applicant = elk::identity_of(*facts->applicant);
  }
  history.elk_number = order.elk_number;
  if (order.last_mark) history.latest = elk::parse_mark(*order.last_mark);
  return history;
}

// What the outbox would call the file, without keeping it.
Result<StoredFile> hash_file(const std::string& path) {
  constexpr std::size_t kChunkBytes = 1u << 20;
  const auto unreadable = [&path]() {
    return smev::fail(local_error(ErrorCode::io, "cannot read " + path, Retry::after_fix));
  };
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown)) return unreadable();
  std::ifstream in(path, std::ios::binary);
  if (!in) return unreadable();
  outbox::Sha256Stream hash;
  StoredFile file;
  std::string chunk(kChunkBytes, '\0');
  while (in.read(chunk.data(), kChunkBytes), in.gcount() > 0) {
    const auto octets = static_cast<std::size_t>(in.gcount());
    hash.add(std::string_view(chunk).substr(0, octets));
    file.size += octets;
  }
  if (in.bad()) return unreadable();
  SMEV_ASSIGN(file.sha256, hash.hex());
  return file;
}

// Opens what the caller did not bring.
Result<void> fill_parts(SenderOptions& options) {
  if (!options.clock) options.clock = system_clock();
  if (!options.ids) options.ids = time_based_ids(options.clock);
  if (!options.logger) options.logger = null_logger();
  if (!options.outbox) {
    const std::filesystem::path folder = std::filesystem::path(options.outbox_path).parent_path();
    std::error_code failed;
    if (!folder.empty()) std::filesystem::create_directories(folder, failed);
    if (failed) {
      return smev::fail(
          local_error(ErrorCode::io, "cannot create " + folder.string() + ": " + failed.message()));
    }
    SMEV_ASSIGN(options.outbox, sqlite_outbox({.path = options.outbox_path}, options.clock));
  }
  if (options.transport) return {};
  if (!options.signer) {
    SMEV_ASSIGN(options.signer, open_signer(options.key, options.clock->now()));
  }
  if (!options.verifier) {
    SMEV_ASSIGN(options.verifier, trusting_verifier(options.trust, options.logger, options.clock));
  }
  std::shared_ptr<FileStore> files;
  if (!options.file_store.url.empty()) files = ftp_file_store(options.file_store);
  SMEV_ASSIGN(options.transport, soap_transport(options.soap, options.signer, options.verifier,
                                                std::move(files), options.clock));
  return {};
}

// What the caller replaced stays replaced when the rest comes from a file.
Result<SenderOptions> from_file(SenderOptions given) {
  SMEV_ASSIGN(SenderOptions options, load_options(given.config));
  options.config = std::move(given.config);
  options.clock = std::move(given.clock);
  options.ids = std::move(given.ids);
  options.logger = std::move(given.logger);
  options.outbox = std::move(given.outbox);
  options.signer = std::move(given.signer);
  options.verifier = std::move(given.verifier);
  options.transport = std::move(given.transport);
  return options;
}

}  // namespace

std::string_view name(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::submitted:
      return "submitted";
    case Event::Kind::accepted:
      return "accepted";
    case Event::Kind::delivered:
      return "delivered";
    case Event::Kind::held:
      return "held";
    case Event::Kind::returned:
      return "returned";
    case Event::Kind::in_doubt:
      return "in_doubt";
    case Event::Kind::answer_refused:
      return "answer_refused";
    case Event::Kind::stray:
      return "stray";
    case Event::Kind::deadline_near:
      return "deadline_near";
  }
  return "unknown";
}

struct Rehearsal::Memory {
  std::size_t updates_max = 0;
  std::unordered_map<std::string, elk::OrderHistory> orders;  // by the number of their key
  std::unordered_map<std::size_t, std::size_t> keys;          // idempotency key to digest, hashed
};

Rehearsal::Rehearsal(std::size_t updates_max) : memory_(std::make_unique<Memory>()) {
  memory_->updates_max = updates_max;
}
Rehearsal::Rehearsal(Rehearsal&&) noexcept = default;
Rehearsal& Rehearsal::operator=(Rehearsal&&) noexcept = default;
Rehearsal::~Rehearsal() = default;

class Sender::Core {
 public:
  explicit Core(SenderParts parts) : parts_(std::move(parts)), events_(parts_), watch_(parts_) {
    watch_.look();
  }

  SenderParts& parts() { return parts_; }
  EventSink& events() { return events_; }
  Bell& bell() { return bell_; }
  [[nodiscard]] const CertificateWatch& watch() const { return watch_; }

  Result<UpdateId> submit(const elk::Update& update, const SubmitOptions& options);
  Result<CheckReport> check(const elk::Update& update, const SubmitOptions& options,
                            Rehearsal::Memory& memory);
  /// Works until `enough` says so (asked when there is nothing to do), or a stop.
  Result<void> work(const std::function<Result<bool>()>& enough);

 private:
  Result<std::vector<FieldFault>> judge(const elk::Update& update,
                                        const elk::OrderHistory& history) const;
  Result<KeptUpdate> prepare(const elk::Update& update, const SubmitOptions& options,
                             elk::OrderHistory past, const KeepFile& keep_file) const;
  [[nodiscard]] OrderKey key_of(const elk::Update& update) const {
    return {parts_.options.mnemonic, parts_.options.contour, order_key_number(update.order)};
  }
  void receive(Receiver& receiver, std::optional<Error>& first_error, std::mutex& mutex);

  SenderParts parts_;
  EventSink events_;
  Bell bell_;
  CertificateWatch watch_;
};

// Gives the warnings.
Result<std::vector<FieldFault>> Sender::Core::judge(const elk::Update& update,
                                                    const elk::OrderHistory& history) const {
  elk::Findings findings =
      elk::check(update, parts_.options.profile, history, parts_.clock().now());
  if (!findings.faults.empty()) return fail(validation_error(std::move(findings.faults)));
  return std::move(findings.warnings);
}

// Judges once before the files are copied, so that the faults of the text come cheaply; it is done
// once more inside the transaction, where the order's past is certain. What came before in time is
// asked there only: an update that is submitted again is no fault, though a later one has followed
// it.
Result<KeptUpdate> Sender::Core::prepare(const elk::Update& update, const SubmitOptions& options,
                                         elk::OrderHistory past, const KeepFile& keep_file) const {
  past.latest.reset();
  SMEV_TRY(judge(update, past));
  const OrderKey key = key_of(update);
  SMEV_ASSIGN(KeptUpdate kept, keep_update(update, keep_file, key.sender, key.contour));
  NewUpdate& stored = kept.stored;
  stored.idempotency_key =
      options.idempotency_key.empty() ? "digest:" + stored.payload_digest : options.idempotency_key;
  stored.not_before = options.not_before;
  stored.deadline = options.deadline;
  return kept;
}

Result<UpdateId> Sender::Core::submit(const elk::Update& update, const SubmitOptions& options) {
  SMEV_ASSIGN(std::optional<OrderFacts> known, parts_.outbox().find_order(key_of(update)));
  const KeepFile keep = [this](const std::string& path) { return parts_.outbox().keep_file(path); };
  SMEV_ASSIGN(KeptUpdate kept,
              prepare(update, options, history_of(known.value_or(OrderFacts{})), keep));
  std::vector<FieldFault> warnings;
  const auto in_place = [&](const OrderFacts& order, NewUpdate& placed) -> Result<void> {
    const elk::OrderHistory history = history_of(order);
    SMEV_ASSIGN(warnings, judge(update, history));
    elk::Update spaced = kept.update;
    placed.mark = elk::to_mark(elk::space_dates(spaced, history.latest));
    if (spaced != kept.update) placed.payload = elk::to_json(spaced);
    return {};
  };
  SMEV_ASSIGN(Submitted submitted, parts_.outbox().submit(kept.stored, in_place));
  if (!submitted.duplicate) {
    Event event;
    event.kind = Event::Kind::submitted;
    event.update = submitted.id;
    event.order_number = kept.stored.order.number;
    event.warnings = std::move(warnings);
    events_.give(std::move(event));
    bell_.ring();
  }
  return submitted.id;
}

Result<CheckReport> Sender::Core::check(const elk::Update& update, const SubmitOptions& options,
                                        Rehearsal::Memory& memory) {
  if (memory.keys.size() >= memory.updates_max) {
    Error error = local_error(ErrorCode::limit_exceeded, "a rehearsal is full", Retry::after_fix);
    error.text = "Больше обновлений за один раз не проверить: разделите их";
    return fail(std::move(error));
  }
  const std::string number = order_key_number(update.order);
  const auto rehearsed = memory.orders.find(number);
  SMEV_ASSIGN(std::optional<OrderFacts> known, parts_.outbox().find_order(key_of(update)));
  const auto past_of = [&](const OrderFacts& order) {
    return rehearsed != memory.orders.end() ? rehearsed->second : history_of(order);
  };
  SMEV_ASSIGN(KeptUpdate kept,
              prepare(update, options, past_of(known.value_or(OrderFacts{})), hash_file));
  kept.stored.files.clear();  // the outbox does not have them

  CheckReport report;
  const std::hash<std::string> hash;
  const auto [key, fresh] =
      memory.keys.emplace(hash(kept.stored.idempotency_key), hash(kept.stored.payload_digest));
  if (!fresh) {
    report.repeat = key->second == hash(kept.stored.payload_digest);
    if (report.repeat) return report;
    return fail(local_error(ErrorCode::idempotency_conflict, "the key was given before"));
  }
  // The outbox judges as if it stored: in its transaction, which the error at the end takes back.
  bool passed = false;
  const auto rehearse = [&](const OrderFacts& order, NewUpdate&) -> Result<void> {
    elk::OrderHistory history = past_of(order);
    SMEV_ASSIGN(report.warnings, judge(update, history));
    history.latest = elk::space_dates(kept.update, history.latest);
    history.first_update = false;
    history.known_to_elk |= update.order.created_elsewhere;
    history.has_facts |= update.order.has_facts();
    if (update.order.applicant) history.applicant = elk::identity_of(*update.order.applicant);
    if (!history.elk_number) history.elk_number = update.order.elk_number;
    memory.orders[number] = history;
    passed = true;
    return fail(local_error(ErrorCode::stopped, "a rehearsal stores nothing"));
  };
  const Result<Submitted> tried = parts_.outbox().submit(kept.stored, rehearse);
  report.repeat = tried.has_value();
  if (tried || passed) return report;
  memory.keys.erase(key);
  return fail(tried.error());
}

void Sender::Core::receive(Receiver& receiver, std::optional<Error>& first_error,
                           std::mutex& mutex) {
  unsigned long seen = 0;
  auto step = [&]() -> Result<void> {
    SMEV_ASSIGN(bool more, receiver.round());
    if (more) return {};
    SMEV_ASSIGN(Duration pause, receiver.pause());
    // News shortens the slow pause, never the fast one: a busy outbox must not become a busy
    // poller.
    const Duration fast = std::min(pause, parts_.options.poll.fast);
    bell_.wait_for_stop(fast);
    if (pause > fast) bell_.wait(pause - fast, seen);
    return {};
  };
  while (!bell_.stopped()) {
    if (Result<void> done = step(); !done) {
      const std::lock_guard lock(mutex);
      first_error = done.error();
      bell_.stop();
    }
  }
}

Result<void> Sender::Core::work(const std::function<Result<bool>()>& enough) {
  SMEV_ASSIGN(std::shared_ptr<void> guard, parts_.outbox().start_dispatching());
  Dispatcher dispatcher(parts_, events_, bell_);
  std::vector<Receiver> receivers(static_cast<std::size_t>(parts_.options.poll.pollers),
                                  Receiver(parts_, events_, bell_));
  SMEV_TRY(receivers.front().acknowledge_stored());

  std::mutex mutex;
  std::optional<Error> receive_error;
  std::vector<std::jthread> threads;
  for (Receiver& receiver : receivers) {
    threads.emplace_back([&] { receive(receiver, receive_error, mutex); });
  }

  unsigned long seen = 0;
  auto dispatch = [&]() -> Result<void> {
    while (!bell_.stopped()) {
      watch_.look();
      SMEV_ASSIGN(bool busy, dispatcher.round());
      if (busy) continue;
      SMEV_ASSIGN(bool done, enough());
      if (done) break;
      SMEV_ASSIGN(Duration pause, dispatcher.pause());
      bell_.wait(pause, seen);
    }
    return dispatcher.finish();
  };
  Result<void> dispatched = dispatch();
  bell_.stop();
  threads.clear();
  bell_.reset();
  if (!dispatched) return dispatched;
  if (receive_error) return fail(std::move(*receive_error));
  return {};
}

Sender::Sender(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Sender::Sender(Sender&&) noexcept = default;
Sender& Sender::operator=(Sender&&) noexcept = default;
Sender::~Sender() = default;

Result<Sender> Sender::open(SenderOptions options) {
  SenderParts parts;
  SMEV_ASSIGN(parts.runtime, Runtime::acquire());
  if (!options.config.empty()) {
    SMEV_ASSIGN(options, from_file(std::move(options)));
  }
  if (std::vector<FieldFault> faults = options.validate(); !faults.empty()) {
    return fail(validation_error(std::move(faults), ErrorCode::config));
  }
  SMEV_TRY(fill_parts(options));
  parts.type = elk_status_type(options.profile);
  parts.options = std::move(options);
  return Sender(std::make_unique<Core>(std::move(parts)));
}

Result<UpdateId> Sender::submit(const elk::Update& update, const SubmitOptions& options) {
  return core_->submit(update, options);
}

Result<CheckReport> Sender::check(const elk::Update& update, const SubmitOptions& options,
                                  Rehearsal& rehearsal) {
  return core_->check(update, options, *rehearsal.memory_);
}

Result<void> Sender::run() {
  return core_->work([]() -> Result<bool> { return false; });
}

Result<DrainReport> Sender::drain(Duration timeout) {
  const auto end = core_->parts().clock().steady() + timeout;
  DrainReport report;
  SMEV_TRY(core_->work([&]() -> Result<bool> {
    SMEV_ASSIGN(report.stats, outbox().stats());
    report.complete = report.stats.in_flight == 0 && report.stats.queued == report.stats.blocked;
    return report.complete || core_->parts().clock().steady() >= end;
  }));
  return report;
}

void Sender::stop() { core_->bell().stop(); }

Result<std::optional<UpdateReport>> Sender::find(UpdateId id) {
  SMEV_ASSIGN(std::optional<UpdateRow> update, outbox().find_update(id));
  if (!update) return std::optional<UpdateReport>{};
  UpdateReport report;
  report.update = std::move(*update);
  SMEV_ASSIGN(std::vector<MessageRow> messages, outbox().messages_of(id));
  for (MessageRow& message : messages) {
    SMEV_ASSIGN(std::vector<AttemptRow> attempts, outbox().attempts_of(message.message_id));
    SMEV_ASSIGN(std::vector<AnswerRow> answers, outbox().answers_to(message.message_id));
    report.messages.push_back({std::move(message), std::move(attempts), std::move(answers)});
  }
  SMEV_ASSIGN(report.audit, outbox().audit_of(id));
  return std::optional<UpdateReport>(std::move(report));
}

Result<std::vector<UpdateRow>> Sender::list(const UpdateFilter& filter) {
  return outbox().list_updates(filter);
}

Result<UpdateRow> Sender::wait(UpdateId id, Duration timeout) {
  const auto end = core_->parts().clock().steady() + timeout;
  unsigned long seen = 0;
  while (true) {
    SMEV_ASSIGN(std::optional<UpdateRow> update, outbox().find_update(id));
    if (!update) {
      return fail(local_error(ErrorCode::not_found, "no update " + std::to_string(id)));
    }
    if (update->state == UpdateState::held || is_final(update->state)) return *std::move(update);
    if (core_->parts().clock().steady() >= end) {
      return fail(local_error(ErrorCode::timeout, "the update is not settled yet", Retry::later));
    }
    core_->bell().wait(kWaitStep, seen);
  }
}

void Sender::on_event(std::function<void(const Event&)> callback) {
  core_->events().set_callback(std::move(callback));
}

std::optional<int> Sender::certificate_days_left() const { return core_->watch().days_left(); }

const SenderOptions& Sender::options() const { return core_->parts().options; }
Outbox& Sender::outbox() { return *core_->parts().options.outbox; }

}  // namespace smev
