// What a long backlog costs: the reference is the same work over a short one, in the same run.

#include <benchmark/benchmark.h>

#include <fstream>
#include <stdexcept>

#include "bench/backlog.hpp"
#include "bench/sender_fixture.hpp"
#include "sdk/base/bytes.hpp"
#include "smev/base/ids.hpp"

namespace smev::bench {
namespace {

constexpr int kShort = 1'000;
constexpr int kMiddle = 100'000;
constexpr int kLong = 1'000'000;
constexpr int kClaims = 300;
constexpr int kBatch = 64;
constexpr int kBatches = 40;
constexpr std::size_t kBodyBytes = 6'000;
constexpr auto kLease = std::chrono::minutes(5);

std::filesystem::path database_in(const Workplace& workplace) {
  return workplace.folder() / "backlog" / "outbox.db";
}

// --- claim --------------------------------------------------------------------------------------

void claim_from(benchmark::State& state, const Backlog& backlog) {
  const Workplace workplace;
  const auto outbox = make_backlog(database_in(workplace), backlog);
  const auto guard = *outbox->start_dispatching();
  for (auto _ : state) {
    const auto claimed = outbox->claim_updates(1, kLease);
    if (!claimed || claimed->size() != 1) return state.SkipWithError("nothing was claimed");
  }
}

#define SMEV_CLAIM(name, ...)                              \
  BENCHMARK_CAPTURE(claim_from, name, Backlog __VA_ARGS__) \
      ->Name(#name)                                        \
      ->Unit(benchmark::kMicrosecond)                      \
      ->Iterations(kClaims)                                \
      ->UseRealTime()

SMEV_CLAIM(claim_of_1000000, {.queued_orders = kLong});
SMEV_CLAIM(claim_behind_100000_held, {.held_orders = kMiddle, .queued_orders = kShort});
#undef SMEV_CLAIM

void claim_of_few(benchmark::State& state) { claim_from(state, {.queued_orders = kShort}); }
BENCHMARK(claim_of_few)
    ->Name("claim_of_1000000.bare")
    ->Unit(benchmark::kMicrosecond)
    ->Iterations(kClaims)
    ->UseRealTime();
BENCHMARK(claim_of_few)
    ->Name("claim_behind_100000_held.bare")
    ->Unit(benchmark::kMicrosecond)
    ->Iterations(kClaims)
    ->UseRealTime();

// --- from claim to settle
// -------------------------------------------------------------------------

/// One batch of updates, each in a message of its own, from the claim to the acknowledged answer.
class Cycle {
 public:
  explicit Cycle(Outbox& outbox) : outbox_(outbox), body_(random_octets(kBodyBytes)) {}

  void run() {
    const auto claims = outbox_.claim_updates(kBatch, kLease).value();
    if (claims.size() != kBatch) throw std::runtime_error("too few were claimed");
    std::vector<NewMessage> messages;
    for (const ClaimedUpdate& claim : claims) messages.push_back(message_of(claim));
    outbox_.freeze(messages).value();
    std::vector<AttemptOutcome> outcomes;
    for (const auto& started : outbox_.start_attempts(kBatch, kLease).value()) {
      outcomes.push_back(accepted(started));
    }
    outbox_.finish_attempts(outcomes).value();
    for (std::size_t i = 0; i < claims.size(); ++i) settle(messages[i], claims[i].update.id);
  }

 private:
  NewMessage message_of(const ClaimedUpdate& claim) {
    NewMessage message;
    message.message_id = ids_->next();
    message.content_type = "text/xml";
    message.body = body_;
    message.schema_version = "1.2";
    message.items = {{.update = claim.update.id, .position = 0, .create = true}};
    message.lease_epochs = {claim.lease_epoch};
    return message;
  }
  static AttemptOutcome accepted(const StartedAttempt& started) {
    AttemptOutcome outcome;
    outcome.message_id = started.message.message_id;
    outcome.attempt = started.attempt;
    outcome.lease_epoch = started.lease_epoch;
    outcome.event = MessageEvent::accepted;
    outcome.outcome = "accepted";
    outcome.receipt = started.message.body;
    outcome.answer_deadline = system_clock()->now() + std::chrono::hours(1);
    return outcome;
  }
  void settle(const NewMessage& message, UpdateId update) {
    NewAnswer answer;
    answer.message_id = ids_->next().text();
    answer.original_message_id = message.message_id.text();
    answer.kind = "content";
    answer.content_type = "text/xml";
    answer.raw = body_;
    answer.verdicts = "[]";
    answer.verified = true;
    Settlement delivered;
    delivered.update = update;
    delivered.event = UpdateEvent::delivered;
    delivered.result_code = 0;
    delivered.known_to_recipient = true;
    answer.check = [&delivered](const std::vector<AnsweredUpdate>&) {
      return SettledAnswer{{delivered}, {}};
    };
    const auto recorded = outbox_.record_answers({answer}).value();
    outbox_.mark_acknowledged({recorded.front().id}).value();
  }

  Outbox& outbox_;
  std::string body_;
  std::shared_ptr<IdSource> ids_ = time_based_ids(system_clock());
};

void settle_from(benchmark::State& state, int queued) {
  const Workplace workplace;
  const auto outbox = make_backlog(database_in(workplace), {.queued_orders = queued});
  const auto guard = *outbox->start_dispatching();
  Cycle cycle(*outbox);
  for (auto _ : state) cycle.run();
}

void settle_of_many(benchmark::State& state) { settle_from(state, kLong); }
BENCHMARK(settle_of_many)
    ->Name("settle_64_of_1000000")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(kBatches)
    ->UseRealTime();

void settle_of_some(benchmark::State& state) { settle_from(state, kMiddle); }
BENCHMARK(settle_of_some)
    ->Name("settle_64_of_1000000.bare")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(kBatches)
    ->UseRealTime();

// --- opening
// --------------------------------------------------------------------------------------

// What `run` does before its first claim.
void open_over(benchmark::State& state, int queued) {
  const Workplace workplace;
  const auto path = database_in(workplace);
  make_backlog(path, {.queued_orders = queued}).reset();
  for (auto _ : state) {
    const auto outbox = *sqlite_outbox({.path = path.string()}, system_clock());
    const auto guard = *outbox->start_dispatching();
    if (outbox->claim_updates(1, kLease).value().empty()) {
      return state.SkipWithError("nothing was claimed");
    }
  }
}

void open_over_many(benchmark::State& state) { open_over(state, kLong); }
BENCHMARK(open_over_many)
    ->Name("open_1000000")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(20)
    ->UseRealTime();

void open_over_few(benchmark::State& state) { open_over(state, kShort); }
BENCHMARK(open_over_few)
    ->Name("open_1000000.bare")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(20)
    ->UseRealTime();

}  // namespace
}  // namespace smev::bench
