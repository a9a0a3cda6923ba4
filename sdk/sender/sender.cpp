#include "smev/sender/sender.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include "sdk/base/threads.hpp"
#include "sdk/elk/identity.hpp"
#include "sdk/elk/json.hpp"
#include "sdk/elk/known_order.hpp"
#include "sdk/elk/order_key.hpp"
#include "sdk/elk/rules.hpp"
#include "sdk/outbox/kept_files.hpp"
#include "sdk/sender/certificate_watch.hpp"
#include "sdk/sender/core.hpp"
#include "sdk/sender/dispatcher.hpp"
#include "sdk/sender/elk_status.hpp"
#include "sdk/sender/inbox_reader.hpp"
#include "sdk/sender/ownership.hpp"
#include "sdk/sender/receiver.hpp"
#include "sdk/sender/retry_policy.hpp"

namespace smev {
namespace {

// wait() looks at the store this often when the event came about in another process.
constexpr Duration kWaitStep = std::chrono::milliseconds(200);
// Between two tries to work over a store that is away, such as a database server that restarts.
constexpr Duration kStorePause = std::chrono::seconds(1);
constexpr Duration kStoreToldEvery = std::chrono::minutes(1);  // that it is away
// Of an order of which only the form of an update is to be judged.
const elk::OrderHistory kAnyPast = [] {
  elk::OrderHistory past;
  past.first_update = false;
  past.known_to_elk = true;
  past.has_facts = true;
  return past;
}();

bool has_files(const elk::Update& update) {
  const auto any = [](const elk::Status& status) { return !status.results.empty(); };
  return any(update.status) ||
         std::any_of(update.more_statuses.begin(), update.more_statuses.end(), any);
}

elk::OrderHistory history_of(const OrderFacts& order) {
  elk::OrderHistory history;
  history.first_update = !order.last_mark;
  history.known_to_elk = order.known_to_recipient || order.elk_number.has_value();
  if (Result<elk::KnownOrder> known = elk::known_order_from_json(order.facts)) {
    history.has_facts = known->order.has_facts();
    history.identities = std::move(known->identities);
  }
  history.elk_number = order.elk_number;
  if (order.last_mark) history.latest = elk::parse_mark(*order.last_mark);
  return history;
}

bool has_no_past(const OrderFacts& order) {
  return !order.last_mark && order.facts.empty() && !order.known_to_recipient && !order.elk_number;
}

// The update at this place may not be dated after the one behind it, which waits already: in the
// account it would stand below it.
Result<void> check_before(const NewUpdate& placed, const std::optional<std::string>& next_payload) {
  if (!next_payload) return {};
  const Result<elk::Update> next = elk::update_from_json(*next_payload);
  const std::optional<elk::LatestDate> latest = elk::parse_mark(placed.mark);
  if (!next || !latest || next->status.at.instant() > latest->sent) return {};
  return smev::fail(validation_error(
      {{"status.at", "date_order",
        "Дата не раньше даты следующего статуса этого заявления, который уже в очереди: в личном "
        "кабинете он встал бы не на своё место",
        ""}}));
}

// Takes what the update says of its order in. Who was named by updates that were all taken out is
// forgotten: what comes after them begins the order anew.
Result<std::string> facts_with(const OrderFacts& order, const elk::Order& said) {
  SMEV_ASSIGN(elk::KnownOrder known, elk::known_order_from_json(order.facts));
  if (!order.last_mark) known.identities.clear();
  elk::learn(known, said);
  return elk::to_json(known);
}

// What the outbox would call the file, without keeping it.
Result<StoredFile> hash_file(const std::string& path) {
  return outbox::hash_file(path, SqliteOptions().file_bytes_max);
}

// Whether what could not be read leaves open which order an update is of, and so what is known of
// it.
bool is_of_unknown_order(const std::vector<FieldFault>& unread) {
  return std::any_of(unread.begin(), unread.end(), [](const FieldFault& fault) {
    return fault.field == "order" || fault.field == "order.number" ||
           fault.field == "order.elk_number" || fault.field == "order.created_elsewhere";
  });
}

/// The store's own names of its options, as the configuration calls them.
Error in_configuration(Error error) {
  for (FieldFault& each : error.fields) {
    each.field = "outbox." + (each.field == "connection" ? "postgres" : each.field);
  }
  return error;
}

Result<std::shared_ptr<Outbox>> open_outbox(const SenderOptions& options) {
  if (!options.postgres.connection.empty()) {
    Result<std::shared_ptr<Outbox>> opened = postgres_outbox(options.postgres, options.clock);
    if (!opened) return smev::fail(in_configuration(std::move(opened).error()));
    return opened;
  }
  const std::filesystem::path folder = std::filesystem::path(options.outbox_path).parent_path();
  std::error_code failed;
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  if (failed) {
    return smev::fail(
        local_error(ErrorCode::io, "cannot create " + folder.string() + ": " + failed.message()));
  }
  return sqlite_outbox({.path = options.outbox_path}, options.clock);
}

// Opens what the caller did not bring.
Result<void> fill_parts(SenderOptions& options) {
  if (!options.clock) options.clock = system_clock();
  if (!options.ids) options.ids = time_based_ids(options.clock);
  if (!options.logger) options.logger = null_logger();
  if (!options.outbox) {
    SMEV_ASSIGN(options.outbox, open_outbox(options));
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

/// A field that the file would silently win over.
std::vector<FieldFault> beside_file(const SenderOptions& options) {
  std::vector<FieldFault> faults;
  if (options.config.empty()) return faults;
  const auto add = [&faults](const char* field, bool given) {
    if (!given) return;
    faults.push_back({field, "not_allowed",
                      "Задано и в программе, и файлом настроек: уберите одно (load_options читает "
                      "файл, остальное можно задать после)",
                      ""});
  };
  add("mnemonic", !options.mnemonic.empty());
  add("outbox_path", !options.outbox_path.empty());
  add("postgres.connection", !options.postgres.connection.empty());
  add("soap.url", !options.soap.url.empty());
  add("key.key", !options.key.key.empty());
  return faults;
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
  /// Ends what runs, and waits until it has.
  ~Core() {
    stop();
    std::unique_lock lock(presence_mutex_);
    left_.wait(lock, [this] { return present_ == 0; });
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// Somebody is in a call that lasts.
  class Presence {
   public:
    explicit Presence(Core& core) : core_(core) {
      const std::lock_guard lock(core_.presence_mutex_);
      ++core_.present_;
    }
    ~Presence() {
      const std::lock_guard lock(core_.presence_mutex_);
      --core_.present_;
      core_.left_.notify_all();
    }
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

   private:
    Core& core_;
  };

  SenderParts& parts() { return parts_; }
  EventSink& events() { return events_; }
  Bell& bell() { return bell_; }
  [[nodiscard]] const CertificateWatch& watch() const { return watch_; }

  Result<UpdateId> submit(const elk::Update& update, const SubmitOptions& options);
  Result<Replaced> replace(UpdateId id, const elk::Update& update, const SubmitOptions& options,
                           const std::string& who, const std::string& reason);
  Result<CheckReport> check(const elk::Update& update, const SubmitOptions& options,
                            Rehearsal::Memory& memory);
  std::vector<FieldFault> all_faults(const elk::Update& part, std::vector<FieldFault> unread,
                                     const Rehearsal::Memory& memory);
  /// Works until `enough` says so (asked when there is nothing to do), the end, or a stop.
  Result<void> work_until(const std::function<Result<bool>()>& enough,
                          std::chrono::steady_clock::time_point end);
  /// Works until a stop; a store that is away for a while is waited for.
  Result<void> work_on();
  void stop();
  /// How often it was stopped.
  [[nodiscard]] unsigned stops() const { return stops_; }

 private:
  Result<void> work(const std::function<Result<bool>()>& enough,
                    std::optional<std::chrono::steady_clock::time_point> end);
  Result<std::vector<FieldFault>> judge(const elk::Update& update,
                                        const elk::OrderHistory& history) const;
  /// What an update becomes at its place in the order.
  struct Placed {
    std::vector<FieldFault> warnings;
    std::optional<std::string> payload;  ///< when its dates had to be spaced
    std::string mark;
    std::string facts;
  };
  static Result<Placed> place(const elk::Update& update, const KeptUpdate& kept,
                              const OrderFacts& order, std::vector<FieldFault> warnings);
  Result<std::optional<std::vector<FieldFault>>> judge_ahead(const elk::Update& update);
  SubmitCheck in_place(const elk::Update& update, const KeptUpdate& kept, const Placed* as_first,
                       std::vector<FieldFault>& warnings) const;
  void tell_submitted(const Submitted& submitted, const KeptUpdate& kept,
                      std::vector<FieldFault> warnings);
  Result<KeptUpdate> keep(const elk::Update& update, const SubmitOptions& options,
                          const KeepFile& keep_file) const;
  Result<UpdateId> repeat_of(const elk::Update& update, const SubmitOptions& options,
                             std::vector<FieldFault> faults);
  elk::OrderHistory past_of(const elk::Update& update, const Rehearsal::Memory& memory);
  [[nodiscard]] OrderKey key_of(const elk::Update& update) const {
    return {parts_.options.mnemonic, parts_.options.contour, elk::order_key_number(update.order)};
  }
  void receive(Receiver& receiver, std::optional<Error>& first_error, std::mutex& mutex);

  SenderParts parts_;
  EventSink events_;
  Bell bell_;
  CertificateWatch watch_;
  std::atomic<bool> stop_asked_ = false;
  std::atomic<unsigned> stops_ = 0;
  std::mutex presence_mutex_;
  std::condition_variable left_;
  int present_ = 0;
  std::atomic<bool> place_checked_ = false;  // that nothing of another sender waits in the outbox
};

// Gives the warnings.
Result<std::vector<FieldFault>> Sender::Core::judge(const elk::Update& update,
                                                    const elk::OrderHistory& history) const {
  elk::Findings findings =
      elk::check(update, parts_.options.profile, history, parts_.clock().now());
  if (!findings.faults.empty()) return fail(validation_error(std::move(findings.faults)));
  return std::move(findings.warnings);
}

Result<KeptUpdate> Sender::Core::keep(const elk::Update& update, const SubmitOptions& options,
                                      const KeepFile& keep_file) const {
  const OrderKey key = key_of(update);
  SMEV_ASSIGN(KeptUpdate kept, keep_update(update, keep_file, key.sender, key.contour));
  NewUpdate& stored = kept.stored;
  stored.idempotency_key = options.idempotency_key;
  stored.not_before = options.not_before;
  stored.deadline = options.deadline;
  return kept;
}

// An update that breaks a rule now may have been submitted before: what followed it since is no
// fault of it. Else all that is wrong with it is told, its files included.
Result<UpdateId> Sender::Core::repeat_of(const elk::Update& update, const SubmitOptions& options,
                                         std::vector<FieldFault> faults) {
  Result<KeptUpdate> kept = keep(update, options, hash_file);
  if (!kept) {
    return fail(
        validation_error(elk::with_later(std::move(faults), std::move(kept.error().fields))));
  }
  if (kept->stored.order.number.empty()) return fail(validation_error(std::move(faults)));
  kept->stored.files.clear();  // of a repeat the outbox has them, of another nothing is stored
  const auto refuse = [&faults](const OrderFacts&, NewUpdate&) -> Result<void> {
    return fail(validation_error(faults));  // it may be asked again
  };
  SMEV_ASSIGN(const Submitted repeat, parts_.outbox().submit(kept->stored, refuse));
  return repeat.id;
}

// Before files are copied, so that nothing is kept of what is refused; it is done once more inside
// the transaction, where the order's past is certain. What has no files and is good as the first of
// its order, or in form, need not wait for the past, which is read behind the commits of others.
// Gives the warnings of one that was judged as the first.
Result<std::optional<std::vector<FieldFault>>> Sender::Core::judge_ahead(
    const elk::Update& update) {
  using AsFirst = std::optional<std::vector<FieldFault>>;
  if (!has_files(update)) {
    const bool as_first = update.order.has_facts();
    Result<std::vector<FieldFault>> judged =
        judge(update, as_first ? elk::OrderHistory{} : kAnyPast);
    if (judged) return as_first ? AsFirst(std::move(*judged)) : AsFirst{};
  }
  SMEV_ASSIGN(std::optional<OrderFacts> known, parts_.outbox().find_order(key_of(update)));
  SMEV_TRY(judge(update, history_of(known.value_or(OrderFacts{}))));
  return AsFirst{};
}

Result<UpdateId> Sender::Core::submit(const elk::Update& update, const SubmitOptions& options) {
  if (!place_checked_) {
    SMEV_TRY(check_some_ours(parts_));
    place_checked_ = true;
  }
  Result<std::optional<std::vector<FieldFault>>> judged = judge_ahead(update);
  if (!judged) {
    if (judged.error().fields.empty()) return fail(std::move(judged).error());
    return repeat_of(update, options, std::move(judged.error().fields));
  }
  const KeepFile keep_file = [this](const std::string& path) {
    return parts_.outbox().keep_file(path);
  };
  SMEV_ASSIGN(KeptUpdate kept, keep(update, options, keep_file));
  std::optional<Placed> as_first;
  if (*judged) {
    SMEV_ASSIGN(as_first, place(update, kept, OrderFacts{}, std::move(**judged)));
  }
  std::vector<FieldFault> warnings;
  SMEV_ASSIGN(Submitted submitted,
              parts_.outbox().submit(
                  kept.stored, in_place(update, kept, as_first ? &*as_first : nullptr, warnings)));
  tell_submitted(submitted, kept, std::move(warnings));
  return submitted.id;
}

Result<Replaced> Sender::Core::replace(UpdateId id, const elk::Update& update,
                                       const SubmitOptions& options, const std::string& who,
                                       const std::string& reason) {
  // What depends on its place is judged there: the update may become the first of its order.
  SMEV_TRY(judge(update, kAnyPast));
  const KeepFile keep_file = [this](const std::string& path) {
    return parts_.outbox().keep_file(path);
  };
  SMEV_ASSIGN(KeptUpdate kept, keep(update, options, keep_file));
  Replaced replaced;
  const SubmitCheck judged = in_place(update, kept, nullptr, replaced.warnings);
  const auto between = [&](const OrderFacts& order, NewUpdate& placed) -> Result<void> {
    SMEV_TRY(judged(order, placed));
    return check_before(placed, order.next_payload);
  };
  SMEV_ASSIGN(const Submitted submitted,
              parts_.outbox().replace(id, kept.stored, between, who, reason));
  tell_submitted(submitted, kept, replaced.warnings);
  replaced.update = submitted.id;
  replaced.repeat = submitted.duplicate;
  return replaced;
}

Result<Sender::Core::Placed> Sender::Core::place(const elk::Update& update, const KeptUpdate& kept,
                                                 const OrderFacts& order,
                                                 std::vector<FieldFault> warnings) {
  Placed placed;
  placed.warnings = std::move(warnings);
  elk::Update spaced = kept.update;
  placed.mark = elk::to_mark(elk::space_dates(spaced, history_of(order).latest));
  if (spaced != kept.update) placed.payload = elk::to_json(spaced);
  SMEV_ASSIGN(placed.facts, facts_with(order, update.order));
  return placed;
}

// Judges inside the transaction, where the order's past is certain. There everybody else waits, so
// that what was found out ahead of an order without a past is taken as it is.
SubmitCheck Sender::Core::in_place(const elk::Update& update, const KeptUpdate& kept,
                                   const Placed* as_first,
                                   std::vector<FieldFault>& warnings) const {
  return [this, &update, &kept, as_first, &warnings](const OrderFacts& order,
                                                     NewUpdate& stored) -> Result<void> {
    Placed placed;
    if (as_first != nullptr && has_no_past(order)) {
      placed = *as_first;
    } else {
      SMEV_ASSIGN(warnings, judge(update, history_of(order)));
      SMEV_ASSIGN(placed, place(update, kept, order, std::move(warnings)));
    }
    warnings = std::move(placed.warnings);
    if (placed.payload) stored.payload = *std::move(placed.payload);
    stored.mark = std::move(placed.mark);
    stored.facts = std::move(placed.facts);
    return {};
  };
}

void Sender::Core::tell_submitted(const Submitted& submitted, const KeptUpdate& kept,
                                  std::vector<FieldFault> warnings) {
  if (submitted.duplicate) return;
  Event event;
  event.kind = Event::Kind::submitted;
  event.update = submitted.id;
  event.order_number = kept.stored.order.number;
  event.warnings = std::move(warnings);
  events_.give(std::move(event));
  bell_.ring();
}

// What is known of the order of an update: by what was rehearsed of it, else by the outbox.
elk::OrderHistory Sender::Core::past_of(const elk::Update& update,
                                        const Rehearsal::Memory& memory) {
  const auto rehearsed = memory.orders.find(elk::order_key_number(update.order));
  if (rehearsed != memory.orders.end()) return rehearsed->second;
  const Result<std::optional<OrderFacts>> known = parts_.outbox().find_order(key_of(update));
  return history_of(known && *known ? **known : OrderFacts{});
}

std::vector<FieldFault> Sender::Core::all_faults(const elk::Update& part,
                                                 std::vector<FieldFault> unread,
                                                 const Rehearsal::Memory& memory) {
  elk::OrderHistory past;
  if (is_of_unknown_order(unread)) {
    past = kAnyPast;
  } else {
    past = past_of(part, memory);
  }
  elk::Findings found = elk::check(part, parts_.options.profile, past, parts_.clock().now());
  Result<KeptUpdate> kept = keep(part, {}, hash_file);
  if (!kept) {
    found.faults = elk::with_later(std::move(found.faults), std::move(kept.error().fields));
  }
  return elk::with_later(std::move(unread), std::move(found.faults));
}

Result<CheckReport> Sender::Core::check(const elk::Update& update, const SubmitOptions& options,
                                        Rehearsal::Memory& memory) {
  if (memory.keys.size() >= memory.updates_max) {
    Error error = local_error(ErrorCode::limit_exceeded, "a rehearsal is full", Retry::after_fix);
    error.text = "Больше обновлений за один раз не проверить: разделите их";
    return fail(std::move(error));
  }
  Result<KeptUpdate> kept = keep(update, options, hash_file);
  if (!kept && kept.error().fields.empty()) return fail(std::move(kept).error());
  const std::string number = elk::order_key_number(update.order);
  if (!kept || number.empty()) {
    return fail(validation_error(
        all_faults(update, {}, memory)));  // files that cannot be read: no repeat can be known
  }
  kept->stored.files.clear();  // the outbox does not have them

  CheckReport report;
  const std::size_t content = std::hash<std::string>()(kept->stored.payload_digest);
  const std::size_t by =
      options.idempotency_key.empty() ? content : std::hash<std::string>()(options.idempotency_key);
  const auto [key, fresh] = memory.keys.emplace(by, content);
  if (!fresh) {
    report.repeat = key->second == content;
    if (report.repeat) return report;
    return fail(local_error(ErrorCode::idempotency_conflict, "the key was given before"));
  }
  // The outbox judges as if it stored: in its transaction, which the error at the end takes back.
  const auto rehearsed = memory.orders.find(number);
  std::optional<elk::OrderHistory> passed;
  const auto rehearse = [&](const OrderFacts& order, NewUpdate&) -> Result<void> {
    passed.reset();
    elk::OrderHistory history =
        rehearsed != memory.orders.end() ? rehearsed->second : history_of(order);
    SMEV_ASSIGN(report.warnings, judge(update, history));
    elk::Update spaced = kept->update;
    history.latest = elk::space_dates(spaced, history.latest);
    history.first_update = false;
    history.has_facts |= update.order.has_facts();
    if (update.order.applicant) elk::add_identities(history.identities, *update.order.applicant);
    passed = std::move(history);
    return fail(local_error(ErrorCode::stopped, "a rehearsal stores nothing"));
  };
  const Result<Submitted> tried = parts_.outbox().submit(kept->stored, rehearse);
  report.repeat = tried.has_value();
  if (passed) memory.orders[number] = *passed;
  if (tried || passed) return report;
  memory.keys.erase(key);
  return fail(tried.error());
}

void Sender::Core::receive(Receiver& receiver, std::optional<Error>& first_error,
                           std::mutex& mutex) {
  unsigned long seen = 0;
  auto step = [&]() -> Result<void> {
    seen = bell_.rings();
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
  const auto note = [&](const Result<void>& done) {
    if (done) return;
    const std::lock_guard lock(mutex);
    if (!first_error) first_error = done.error();
    bell_.stop();
  };
  while (!bell_.stopped()) note(step());
  note(receiver.finish());
}

namespace {

// A clock that was ahead once has written down tries that it would take years to wait for.
Result<void> limit_rests(SenderParts& parts) {
  const TimePoint latest = parts.clock().now() + longest_pause(parts.options.retry);
  SMEV_ASSIGN(const std::int64_t limited, parts.outbox().limit_rests(latest));
  if (limited == 0) return {};
  parts.logger().warning("retries.limited",
                         "Повторы были назначены позже самой длинной паузы (часы спешили?): "
                         "назначены заново",
                         {{"messages", std::to_string(limited)}, {"until", to_utc_text(latest)}});
  return {};
}

}  // namespace

Result<void> Sender::Core::work(const std::function<Result<bool>()>& enough,
                                std::optional<std::chrono::steady_clock::time_point> end) {
  SMEV_TRY(check_all_ours(parts_));
  SMEV_ASSIGN(std::shared_ptr<void> guard, parts_.outbox().start_dispatching());
  SMEV_TRY(limit_rests(parts_));
  Dispatcher dispatcher(parts_, events_, bell_);
  InboxReader inbox(parts_, [this](const elk::Update& update, const SubmitOptions& options) {
    return submit(update, options);
  });
  std::vector<Receiver> receivers(static_cast<std::size_t>(parts_.options.poll.pollers),
                                  Receiver(parts_, events_, bell_));
  SMEV_TRY(receivers.front().acknowledge_stored());

  std::mutex mutex;
  std::optional<Error> receive_error;
  std::vector<std::jthread> threads;
  const auto end_threads = [&] {
    bell_.stop();
    threads.clear();
    bell_.reset();
  };
  try {
    for (Receiver& receiver : receivers) {
      threads.push_back(quiet_thread([&] { receive(receiver, receive_error, mutex); }));
    }
  } catch (const std::system_error& error) {
    end_threads();
    return fail(local_error(ErrorCode::internal, error.what(), Retry::later));
  }

  unsigned long seen = 0;
  auto dispatch = [&]() -> Result<void> {
    while (!bell_.stopped()) {
      seen = bell_.rings();
      watch_.look();
      SMEV_ASSIGN(bool busy, dispatcher.round());
      SMEV_ASSIGN(bool handed_over, inbox.round());
      const bool idle = !busy && !handed_over;
      if (idle) {
        SMEV_ASSIGN(bool done, enough());
        if (done) break;
      }
      if (end && parts_.clock().steady() >= *end) break;
      if (!idle) continue;
      SMEV_ASSIGN(Duration pause, dispatcher.pause());
      bell_.wait(pause, seen);
      dispatcher.await_reports();
    }
    return dispatcher.finish();
  };
  Result<void> dispatched = dispatch();
  end_threads();
  if (!dispatched) return dispatched;
  if (receive_error) return fail(std::move(*receive_error));
  if (inbox.trouble()) return fail(*inbox.trouble());
  return {};
}

namespace {

// A full disk is told of by the store, or by whatever lies beside it.
bool is_away(const Error& error) {
  return (error.code == ErrorCode::store || error.code == ErrorCode::io) &&
         error.retry == Retry::later;
}

}  // namespace

// What was under way is on record; its leases run out or are freed, and the same octets go again.
Result<void> Sender::Core::work_on() {
  std::optional<std::chrono::steady_clock::time_point> told;
  while (true) {
    Result<void> done = work([]() -> Result<bool> { return false; }, {});
    const bool away = !done && is_away(done.error());
    if (!away || stop_asked_) {
      stop_asked_ = false;
      if (!away) return done;
      // A stop that was asked for is no failure of the store, and has been heeded.
      bell_.reset();
      return {};
    }
    const auto now = parts_.clock().steady();
    if (!told || now - *told >= kStoreToldEvery) {
      told = now;
      parts_.logger().warning("store.away", done.error().text, {{"detail", done.error().detail}});
    }
    bell_.wait_for_stop(kStorePause);
  }
}

Result<void> Sender::Core::work_until(const std::function<Result<bool>()>& enough,
                                      std::chrono::steady_clock::time_point end) {
  Result<void> done = work(enough, end);
  stop_asked_ = false;
  return done;
}

void Sender::Core::stop() {
  stop_asked_ = true;
  ++stops_;
  bell_.stop();
  bell_.ring();
}

Sender::Sender(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Sender::Sender(Sender&&) noexcept = default;
Sender& Sender::operator=(Sender&&) noexcept = default;
Sender::~Sender() = default;

Result<Sender> Sender::open(SenderOptions options) {
  SenderParts parts;
  SMEV_ASSIGN(parts.runtime, Runtime::acquire());
  if (std::vector<FieldFault> faults = beside_file(options); !faults.empty()) {
    return fail(validation_error(std::move(faults), ErrorCode::config));
  }
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

Result<Replaced> Sender::replace(UpdateId id, const elk::Update& update,
                                 const SubmitOptions& options, const std::string& who,
                                 const std::string& reason) {
  return core_->replace(id, update, options, who, reason);
}

Result<CheckReport> Sender::check(const elk::Update& update, const SubmitOptions& options,
                                  Rehearsal& rehearsal) {
  return core_->check(update, options, *rehearsal.memory_);
}

std::vector<FieldFault> Sender::all_faults(const elk::Update& part, std::vector<FieldFault> unread,
                                           const Rehearsal& rehearsal) {
  return core_->all_faults(part, std::move(unread), *rehearsal.memory_);
}

Result<void> Sender::run() {
  const Core::Presence presence(*core_);
  return core_->work_on();
}

namespace {

// A wait without an end is asked for by the largest of durations.
std::chrono::steady_clock::time_point end_of(const Clock& clock, Duration timeout) {
  using Moment = std::chrono::steady_clock::time_point;
  const Moment now = clock.steady();
  const auto most = std::chrono::duration_cast<Duration>(Moment::max() - now);
  return timeout < most ? now + timeout : Moment::max();
}

}  // namespace

Result<DrainReport> Sender::drain(Duration timeout) {
  const Core::Presence presence(*core_);
  Outbox& outbox = this->outbox();
  DrainReport report;
  const auto nothing_left = [&]() -> Result<bool> {
    SMEV_ASSIGN(report.stats, outbox.open_stats());
    report.complete = report.stats.in_flight == 0 && report.stats.queued == report.stats.blocked;
    SMEV_ASSIGN(report.pause, outbox.paused());
    // While dispatching is paused only answers can still come.
    return report.complete || (report.pause && report.stats.awaiting_answer == 0);
  };
  SMEV_TRY(core_->work_until(nothing_left, end_of(core_->parts().clock(), timeout)));
  SMEV_ASSIGN(report.stats, outbox.stats());
  return report;
}

void Sender::stop() { core_->stop(); }

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
  Core& core = *core_;
  const Core::Presence presence(core);
  const auto end = end_of(core.parts().clock(), timeout);
  const unsigned stops = core.stops();
  unsigned long seen = 0;
  while (true) {
    SMEV_ASSIGN(std::optional<UpdateRow> update, core.parts().outbox().find_update(id));
    if (!update) {
      return fail(local_error(ErrorCode::not_found, "no update " + std::to_string(id)));
    }
    if (update->state == UpdateState::held || is_final(update->state)) return *std::move(update);
    if (core.stops() != stops) {
      return fail(
          local_error(ErrorCode::stopped, "stopped before the update was settled", Retry::later));
    }
    if (core.parts().clock().steady() >= end) {
      Error error = local_error(ErrorCode::timeout, "the update is not settled yet", Retry::later);
      error.text = "Время ожидания вышло, а исход обновления ещё не известен";
      return fail(std::move(error));
    }
    core.bell().wait_for_ring(kWaitStep, seen);
  }
}

void Sender::on_event(std::function<void(const Event&)> callback) {
  core_->events().set_callback(std::move(callback));
}

std::optional<int> Sender::certificate_days_left() const { return core_->watch().days_left(); }

const SenderOptions& Sender::options() const { return core_->parts().options; }
Outbox& Sender::outbox() { return *core_->parts().options.outbox; }

}  // namespace smev
