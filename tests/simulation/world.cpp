#include "tests/simulation/world.hpp"

#include <algorithm>
#include <array>

#include "sdk/sender/dispatcher.hpp"
#include "sdk/sender/elk_status.hpp"
#include "sdk/sender/receiver.hpp"

namespace smev::simulation {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Short runs find more than long ones in the same time: what goes wrong takes few steps.
constexpr std::uint64_t kStepsMin = 16;
constexpr std::uint64_t kStepsMore = 32;
constexpr int kQuietRoundsMax = 600;
constexpr int kBusyRoundsMax = 20;
constexpr Duration kQuietStepMax = 12h;

// Ten digits with a right check digit, of nobody: region 00 does not exist.
constexpr char kInn[] = "0012345673";

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().describe());
  return *std::move(result);
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  steps += other.steps;
  submitted += other.submitted;
  crashes += other.crashes;
  delivered += other.delivered;
  closed += other.closed;
  messages += other.messages;
  return *this;
}

struct World::OrderPlan {
  std::string number;
  bool says_elsewhere = false;  ///< the submitter says that another system has created it
  bool has_facts = true;        ///< the submitter knows what a create needs
  int left = 0;                 ///< statuses still to be submitted
  TimePoint latest{};
  std::optional<elk::Update> unanswered;  ///< its submit died: it is submitted again
  StatusNumber unanswered_number = 0;
  int submitted = 0;
};

struct World::Process {
  Process(SenderParts given, std::uint64_t seed, int pollers)
      : parts(std::move(given)),
        events(parts),
        dispatcher(parts, events, bell, seed),
        receivers(static_cast<std::size_t>(pollers), Receiver(parts, events, bell)) {}

  SenderParts parts;
  EventSink events;
  Bell bell;
  std::shared_ptr<void> guard;
  Dispatcher dispatcher;
  std::vector<Receiver> receivers;
};

World::World(const Place& place, const RunOptions& options)
    : place_(place),
      run_options_(options),
      // The clock lives in this object, which outlives whoever has the handle.
      clock_handle_(&clock_, [](Clock*) {}),
      random_(options.seed),
      log_(clock_, options.traced),
      chaos_(random_, log_),
      judge_(log_),
      smev_(chaos_, log_, clock_, judge_),
      network_(chaos_, log_, clock_, smev_, judge_),
      ids_(seeded_ids(clock_handle_, random_.next())),
      transport_(std::make_shared<MutantTransport>(options.mutant, network_, *ids_)),
      mutant_outbox_(std::make_shared<MutantOutbox>(options.mutant, *transport_)),
      outbox_(std::make_shared<WatchedOutbox>(chaos_, judge_)) {}

World::~World() {
  network_.break_connections();
  process_.reset();
  submitter_.reset();
  probe_.reset();
  outbox_->set_inner(nullptr);
  mutant_outbox_->set_inner(nullptr);
  store_.reset();
}

// --- what kind of run ---------------------------------------------------------------------------

void World::draw_plan() {
  const auto often = [&](double most) {
    return random_.chance(0.3) ? 0 : most * 0.1 * static_cast<double>(1 + random_.below(10));
  };
  chaos_.weather.network_loss = often(0.4);
  chaos_.weather.network_delay = often(0.5);
  chaos_.weather.smev_fault = often(0.5);
  chaos_.weather.refusal = often(0.4);
  chaos_.weather.odd_answer = often(0.6);
  chaos_.weather.tampering = often(0.2);
  chaos_.weather.crash = often(0.15);
  chaos_.weather.store_error = often(0.05);
  const std::uint64_t orders = 1 + random_.below(3);
  for (std::uint64_t i = 0; i < orders; ++i) draw_order();
  draw_options();
}

void World::draw_order() {
  OrderPlan& order = orders_.emplace_back();
  order.number = fmt::format("order-{}", orders_.size());
  order.left = 1 + static_cast<int>(random_.below(3));
  if (random_.chance(0.15)) smev_.create_elsewhere(order.number);
  if (random_.chance(0.15)) {
    order.says_elsewhere = true;
    order.has_facts = random_.chance(0.5);
    if (random_.chance(0.6)) smev_.create_elsewhere(order.number);
  }
}

void World::draw_options() {
  options_ = sender_options();
  options_.orders_per_message_max = random_.chance(0.3) ? 3 : 1;
  options_.soap.in_flight_max = 1 << random_.below(4);
  options_.message_age_max = random_.chance(0.3) ? Duration(1h) : Duration(36h);
  options_.poll.deadline = random_.chance(0.3) ? Duration(2h) : Duration(72h);
  options_.retry.breaker_failures = random_.chance(0.5) ? 2 : 10;
  options_.sole_consumer = random_.chance(0.5);
  pollers_ = 1 + static_cast<int>(random_.below(2));
}

SenderOptions World::sender_options() {
  SenderOptions options;
  options.mnemonic = "TEST01";
  options.profile.inn = kInn;
  options.clock = clock_handle_;
  options.ids = ids_;
  options.logger = null_logger();
  options.outbox = outbox_;
  options.transport = transport_;
  return options;
}

// --- processes ----------------------------------------------------------------------------------

// After a crash: a copy of what is on the disk, log included, as it was when the process died. The
// old store is dropped without having a say.
void World::open_store() {
  const fs::path before = database_;
  database_ = place_.folder / fmt::format("outbox-{}.db", incarnation_++);
  if (before.empty()) {
    fs::copy_file(place_.fresh_database, database_);
  } else {
    fs::copy_file(before, database_);
    const fs::path log = before.string() + "-wal";
    if (fs::exists(log)) fs::copy_file(log, database_.string() + "-wal");
  }
  probe_.reset();
  store_ = must(sqlite_outbox({.path = database_.string()}, clock_handle_));
  mutant_outbox_->set_inner(store_);
  outbox_->set_inner(mutant_outbox_);
  probe_ = std::make_unique<StoreProbe>(database_.string());
  mutant_outbox_->set_probe(*probe_);
  judge_.look_into(*probe_);
  if (before.empty()) return;
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) fs::remove(before.string() + suffix);
}

void World::start_process() {
  SenderParts parts;
  parts.options = options_;
  parts.runtime = must(Runtime::acquire());
  parts.type = elk_status_type(options_.profile);
  process_ = std::make_unique<Process>(std::move(parts), random_.next(), pollers_);
  log_.trace("-- the sender starts");
  in_process([&]() -> Result<void> {
    SMEV_ASSIGN(process_->guard, outbox_->start_dispatching());
    return process_->receivers.front().acknowledge_stored();
  });
}

void World::end_process() {
  ++counts_.crashes;
  chaos_.disarm();
  network_.break_connections();
  process_.reset();
  open_store();
}

template <class Work>
bool World::in_process(Work work) {
  try {
    const Result<void> done = work();
    if (done) return true;
    log_.trace("-- the sender gives up: {}", done.error().detail);
  } catch (const Crash&) {
  }
  end_process();
  return false;
}

bool World::dispatch() {
  if (!process_) {
    start_process();
    return true;
  }
  if (chaos_.happens(chaos_.weather.crash)) chaos_.arm_crash();
  if (chaos_.happens(chaos_.weather.store_error)) chaos_.arm_store_error();
  bool busy = false;
  in_process([&]() -> Result<void> {
    SMEV_ASSIGN(busy, process_->dispatcher.round());
    SMEV_TRY(process_->dispatcher.pause());
    return {};
  });
  chaos_.disarm();
  return busy;
}

void World::receive() {
  if (!process_) return start_process();
  if (chaos_.happens(chaos_.weather.crash)) chaos_.arm_crash();
  if (chaos_.happens(chaos_.weather.store_error)) chaos_.arm_store_error();
  in_process([&]() -> Result<void> {
    SMEV_TRY(random_.pick(process_->receivers).round());
    return {};
  });
  chaos_.disarm();
}

// --- submitters ---------------------------------------------------------------------------------

elk::Update World::make_update(OrderPlan& order, StatusNumber number) {
  elk::Update update;
  update.order.number = order.number;
  const bool first = order.submitted == 0;
  update.order.created_elsewhere = order.says_elsewhere;
  if ((first || random_.chance(0.2)) && order.has_facts) {
    update.order.service = "-60012726";
    update.order.filed_at = *DateTime::parse("2026-04-16T10:00:00+03:00");
    update.order.applicant =
        elk::PersonBySnils{.snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна"};
  }
  order.latest =
      std::max<TimePoint>(order.latest, std::chrono::floor<std::chrono::seconds>(clock_.now()));
  constexpr std::array<std::int16_t, 3> kLater = {2, 3, 4};
  update.status.code = first ? std::int16_t{6} : random_.pick(kLater);
  update.status.at = order.latest;
  update.status.parameters = {{"number", std::to_string(number)}};
  if (random_.chance(0.1)) update.status.results = {File::at(place_.result_file.string())};
  return update;
}

void World::submit() {
  OrderPlan& order = random_.pick(orders_);
  if (!order.unanswered) {
    if (order.left == 0) return;
    --order.left;
    order.unanswered_number = next_number_++;
    order.unanswered = make_update(order, order.unanswered_number);
    if (chaos_.happens(chaos_.weather.refusal / 2)) smev_.poison(order.unanswered_number);
  }
  SubmitOptions options;
  options.idempotency_key = std::to_string(order.unanswered_number);
  if (chaos_.happens(0.05)) options.not_before = clock_.now() + random_.spread(1h);
  if (chaos_.happens(0.05)) options.deadline = clock_.now() + random_.spread(3h);
  outbox_->expect(order.unanswered_number, order.number);
  if (chaos_.happens(chaos_.weather.crash)) chaos_.arm_crash();
  try {
    const Result<UpdateId> id = submitter_->submit(*order.unanswered, options);
    log_.trace("submit status {} of {}: {}", order.unanswered_number, order.number,
               id ? fmt::format("update {}", *id) : id.error().describe());
    if (id) {
      judge_.acknowledged(order.unanswered_number);
      ++order.submitted;
      ++counts_.submitted;
      order.unanswered.reset();
    } else if (id.error().code == ErrorCode::validation) {
      order.unanswered.reset();
    }
  } catch (const Crash&) {
    // The submitter's process: it will ask again, not knowing how this ended.
  }
  chaos_.disarm();
}

// --- persons ------------------------------------------------------------------------------------

void World::decide(UpdateId id, UpdateEvent event) {
  const Result<UpdateRow> decided = outbox_->decide(id, event, "operator", "simulated");
  log_.trace("operator: update {} {}{}", id, name(event),
             decided ? "" : ": " + decided.error().detail);
}

bool World::is_open(StatusNumber number) const {
  const std::vector<Uuid> messages = judge_.messages_of(number);
  return std::any_of(messages.begin(), messages.end(), [&](const Uuid& id) {
    return smev_.is_working_on(id) || network_.is_under_way(id);
  });
}

// "Look into the account: if the status is there, skip it; if not, requeue it", but not while
// support says that the message is still being worked on. What may not go again is closed.
bool World::decide_by_the_book(const LedgerEntry& entry) {
  if (judge_.in_account(entry.number)) {
    decide(entry.id, UpdateEvent::skipped);
    return true;
  }
  if (is_open(entry.number)) return false;
  const bool again = entry.now.hold_reason != HoldReason::rules &&
                     entry.now.hold_reason != HoldReason::order_not_found &&
                     entry.now.hold_reason != HoldReason::file_missing && !entry.now.result_refused;
  if (again) {
    const Result<UpdateRow> row =
        outbox_->decide(entry.id, UpdateEvent::requeued, "operator", "again");
    log_.trace("operator: update {} requeued{}", entry.id, row ? "" : ": " + row.error().detail);
    // Of what another copy of the outbox did, only a person can know.
    if (row && entry.now.hold_reason == HoldReason::foreign_duplicate) {
      judge_.vouched_for(entry.number);
    }
    if (row) return true;
  }
  decide(entry.id, UpdateEvent::rejected);
  return true;
}

// Rashly: whatever the outbox allows must not break the promise, except where the book demands a
// look into the account first.
void World::decide_at_random(const LedgerEntry& entry) {
  constexpr std::array kEvents = {
      UpdateEvent::requeued, UpdateEvent::requeued,  UpdateEvent::requeued, UpdateEvent::rejected,
      UpdateEvent::skipped,  UpdateEvent::cancelled, UpdateEvent::expired};
  const UpdateEvent event = random_.pick(kEvents);
  switch (entry.now.hold_reason) {
    case HoldReason::not_in_answer:
    case HoldReason::bad_answer:
    case HoldReason::order_exists:
    case HoldReason::foreign_duplicate:
      if (event == UpdateEvent::requeued) {
        decide_by_the_book(entry);
        return;
      }
      break;
    default:
      break;
  }
  decide(entry.id, event);
}

void World::operate() {
  std::vector<const LedgerEntry*> open;
  for (const auto& [number, entry] : judge_.ledger()) {
    const bool held = entry.now.state == UpdateState::held;
    if (held || (entry.now.state == UpdateState::queued && random_.chance(0.05))) {
      open.push_back(&entry);
    }
  }
  if (open.empty()) return;
  const LedgerEntry entry = *random_.pick(open);
  if (random_.chance(0.5) && entry.now.state == UpdateState::held) {
    decide_by_the_book(entry);
  } else {
    decide_at_random(entry);
  }
}

// --- time and trouble ---------------------------------------------------------------------------

void World::pass_time(Duration duration) {
  clock_.advance(duration);
  smev_.advance();
  network_.advance();
  smev_.advance();
}

void World::pass_random_time() {
  const std::uint64_t kind = random_.below(100);
  if (kind < 70) return pass_time(random_.spread(30s));
  if (kind < 90) return pass_time(random_.spread(20min));
  if (kind < 97) return pass_time(random_.spread(8h));
  pass_time(random_.spread(80h));
}

// As a correction of the machine's clock does.
void World::move_wall_clock() {
  const Duration by = random_.spread(random_.chance(0.3) ? Duration(60h) : Duration(2h));
  clock_.set(random_.chance(0.5) ? clock_.now() + by : clock_.now() - by);
  log_.trace("-- the wall clock jumps");
}

void World::trouble() {
  switch (random_.below(4)) {
    case 0:
      return smev_.limit_calls(random_.spread(20min));
    case 1:
      return smev_.close_access(random_.spread(2h));
    case 2:
      return move_wall_clock();
    default:
      log_.trace("-- the sender is killed");
      if (process_) end_process();
  }
}

void World::step() {
  ++counts_.steps;
  const std::uint64_t kind = random_.below(1000);
  if (kind < 330) return static_cast<void>(dispatch());
  if (kind < 530) return receive();
  if (kind < 800) return pass_random_time();
  if (kind < 930) return submit();
  if (kind < 980) return operate();
  if (chaos_.happens(chaos_.weather.smev_fault + chaos_.weather.crash)) trouble();
}

// --- the quiet period ---------------------------------------------------------------------------

Duration World::until_next_event() {
  Duration wait = kQuietStepMax;
  for (const std::optional<Duration> each : {network_.until_next(), smev_.until_next()}) {
    if (each && *each > Duration(0)) wait = std::min(wait, *each);
  }
  // What is due already waits for something else: for room, mostly.
  const Result<std::optional<TimePoint>> due = outbox_->next_due();
  if (due && *due && **due > clock_.now()) wait = std::min(wait, **due - clock_.now());
  return std::max(wait, Duration(1ms));
}

bool World::work_until_quiet(int rounds_max) {
  for (int i = 0; i < rounds_max && !broken(); ++i) {
    for (int busy = 0; busy < kBusyRoundsMax && dispatch(); ++busy) {
    }
    receive();
    receive();
    const auto waits = [](const auto& numbered) {
      const ProbedUpdate& now = numbered.second.now;
      return now.state == UpdateState::in_flight || (now.state == UpdateState::queued && now.head);
    };
    const auto& ledger = judge_.ledger();
    if (std::none_of(ledger.begin(), ledger.end(), waits)) return true;
    pass_time(until_next_event());
  }
  return false;
}

bool World::resolve_all() {
  bool any = false;
  std::vector<LedgerEntry> held;
  for (const auto& [number, entry] : judge_.ledger()) {
    if (entry.now.state == UpdateState::held) held.push_back(entry);
  }
  for (const LedgerEntry& entry : held) {
    any = true;
    decide_by_the_book(entry);
  }
  return any;
}

void World::quiet_period() {
  log_.trace("-- quiet from here on");
  chaos_.calm_down();
  // Access is open again, late copies have arrived, the machine's clock is right.
  pass_time(3h);
  clock_.set(smev_.true_now());
  work_until_quiet(kQuietRoundsMax);
  judge_.quiet_without_person();
  for (int i = 0; i < kQuietRoundsMax && !broken(); ++i) {
    if (!resolve_all()) break;
    pass_time(1s);
    work_until_quiet(kQuietRoundsMax);
  }
  judge_.quiet_at_last();
}

std::optional<Violation> World::run() {
  draw_plan();
  open_store();
  submitter_ = must(Sender::open(options_));
  const std::uint64_t steps = kStepsMin + random_.below(kStepsMore);
  for (std::uint64_t i = 0; i < steps && !broken(); ++i) step();
  if (!broken()) quiet_period();
  for (const auto& [number, entry] : judge_.ledger()) {
    ++(entry.now.state == UpdateState::delivered ? counts_.delivered : counts_.closed);
  }
  if (!broken()) counts_.messages += static_cast<long>(probe_->messages().size());
  return log_.violation();
}

}  // namespace smev::simulation
