// A thousand updates from submit to the settled, acknowledged answer; beside them what their GOST
// operations take, and what these and the libraries take with nothing of ours around them.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "bench/bare_steps.hpp"
#include "sdk/base/bytes.hpp"
#include "sdk/signature/digest.hpp"
#include "sdk/smev3/multipart.hpp"

namespace smev::bench {
namespace {

constexpr int kUpdates = 1000;
// Of the sender alone: SendRequest, GetResponse, Ack are signed; receipt, answer and the signature
// inside the answer are verified.
constexpr int kSignaturesPerUpdate = 3;
constexpr int kVerificationsPerUpdate = 3;

constexpr const char* kInsertOrder =
    "INSERT INTO orders (id, sender, contour, number, facts) VALUES (?1, 'BENCH01', 'test', ?1, "
    "?2)";
constexpr const char* kInsertUpdate =
    "INSERT INTO updates (id, order_id, sequence, state, head, submitted_at, type, payload) VALUES "
    "(?1, ?1, 1, 'queued', 1, '2026-01-01T00:00:00.000000Z', 'elk/status/1.0.2', ?2)";
constexpr const char* kInsertReceipt =
    "INSERT INTO attempts (message, attempt, started, ended, outcome, receipt) VALUES (?1, 1, "
    "'2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', 'accepted', CAST(?2 AS BLOB))";
constexpr const char* kInsertAnswer =
    "INSERT INTO answers (id, message_id, original_message_id, kind, content_type, raw_sha256, "
    "verdicts, verified, stray, settled, note, received) VALUES (?1, 'answer-' || ?1, 'id-' || ?1, "
    "'content', 'text/xml', ?2, '', 1, 0, 1, '', '2026-01-01T00:00:00.000000Z')";
constexpr const char* kInsertAnswerBody =
    "INSERT INTO answer_bodies (answer, raw) VALUES (?1, CAST(?2 AS BLOB))";
constexpr const char* kSettle =
    "UPDATE updates SET state = 'delivered', head = 0, settled_at = ?2 WHERE id = ?1";

bool submit_all(Sender& sender, int threads) {
  std::atomic<int> index = 0;
  std::atomic<bool> failed = false;
  std::vector<std::jthread> submitters;
  for (int i = 0; i < threads; ++i) {
    submitters.emplace_back([&] {
      for (int mine = index++; mine < kUpdates; mine = index++) {
        if (!sender.submit(first_update(mine))) failed = true;
      }
    });
  }
  submitters.clear();
  return !failed;
}

void deliver_by(benchmark::State& state, int submitters, const PollOptions& poll) {
  const Workplace workplace;
  int index = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const MockProcess mock(workplace.folder() / std::to_string(++index));
    Result<SenderOptions> options = load_options(mock.config());
    if (!options) return state.SkipWithError(options.error().describe().c_str());
    options->poll.fast = poll.fast;
    options->poll.pollers = poll.pollers;
    Result<Sender> sender = Sender::open(*std::move(options));
    if (!sender) return state.SkipWithError(sender.error().describe().c_str());
    state.ResumeTiming();

    if (!submit_all(*sender, submitters)) return state.SkipWithError("a submit failed");
    Result<DrainReport> drained = sender->drain(std::chrono::minutes(5));
    if (!drained || !drained->complete || drained->stats.final != kUpdates) {
      return state.SkipWithError("not everything was delivered");
    }
  }
  state.SetItemsProcessed(state.iterations() * kUpdates);
}

// One thread submits, one asks for answers.
void deliver(benchmark::State& state) {
  deliver_by(state, 1, {.fast = std::chrono::milliseconds(1), .pollers = 1});
}
BENCHMARK(deliver)->Name("deliver_1000")->Unit(benchmark::kMillisecond)->UseRealTime();

// What it costs this machine, all threads together, when many share the commits; mock-smev is
// another process.
void deliver_grouped(benchmark::State& state) {
  deliver_by(state, 64, {.fast = std::chrono::milliseconds(20), .pollers = 16});
}
BENCHMARK(deliver_grouped)
    ->Name("deliver_1000_cpu")
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime();

static_assert(kUpdates % BareSteps::kGroup == 0);

void deliver_bare(benchmark::State& state) {
  BareSteps steps;
  for (auto _ : state) {
    for (int update = 0; update < kUpdates; update += BareSteps::kGroup) {
      for (int i = 0; i < kSignaturesPerUpdate; ++i) steps.sign();
      for (int i = 0; i < kVerificationsPerUpdate; ++i) steps.verify();
    }
  }
  state.SetItemsProcessed(state.iterations() * kUpdates);
}
BENCHMARK(deliver_bare)->Name("deliver_1000.bare")->Unit(benchmark::kMillisecond);
BENCHMARK(deliver_bare)
    ->Name("deliver_1000_cpu.bare")
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime();

/// What a sender and mock-smev said to each other about one update.
struct Exchange {
  std::string payload;
  std::string request;
  std::string receipt;
  std::string answer;  ///< as it came
  std::string answer_envelope;
};

Exchange one_exchange() {
  const Workplace workplace;
  const MockProcess mock(workplace.folder());
  Sender sender = *Sender::open(*load_options(mock.config()));
  const UpdateId id = *sender.submit(first_update(0));
  sender.drain(std::chrono::minutes(1)).value();
  Outbox& outbox = sender.outbox();
  const MessageRow message = outbox.messages_of(id)->at(0);
  const AnswerRow answer = outbox.answers_to(message.message_id)->at(0);
  return {outbox.find_update(id)->value().payload, message.body,
          outbox.attempts_of(message.message_id)->at(0).receipt, answer.raw,
          *smev3::soap_envelope(answer.content_type, answer.raw)};
}

/// The same octets built, signed, stored, sent, parsed and verified, and nothing else: no rule, no
/// transform, no canonical form, no reading of what was parsed.
class ChainedDelivery {
 public:
  void run_group(int first) {
    steps_.commit(kInsertOrder, first, "");
    steps_.commit(kInsertUpdate, first, exchange_.payload);
    steps_.build();
    steps_.sign();
    steps_.commit(kInsertMessage, first, std::string(64, 'a'));
    steps_.commit(kInsertBody, first, exchange_.request);
    steps_.send(exchange_.request);
    steps_.parse(exchange_.receipt);
    steps_.verify();
    steps_.commit(kInsertReceipt, first, exchange_.receipt);
    call();  // GetResponse
    steps_.parse(exchange_.answer_envelope);
    steps_.verify();
    steps_.verify();
    steps_.commit(kInsertAnswer, first, std::string(64, 'a'));
    steps_.commit(kInsertAnswerBody, first, exchange_.answer);
    steps_.commit(kSettle, first, "2026-01-01T00:00:00.000000Z");
    call();  // Ack
  }

 private:
  // A question is half as long as a message.
  void call() {
    steps_.sign();
    steps_.send(exchange_.request.substr(0, exchange_.request.size() / 2));
  }

  const Exchange exchange_ = one_exchange();
  BareSteps steps_;
};

void deliver_chained(benchmark::State& state) {
  ChainedDelivery delivery;
  int next = 1;
  for (auto _ : state) {
    for (int update = 0; update < kUpdates;
         update += BareSteps::kGroup, next += BareSteps::kGroup) {
      delivery.run_group(next);
    }
  }
  state.SetItemsProcessed(state.iterations() * kUpdates);
}
BENCHMARK(deliver_chained)
    ->Name("deliver_1000_cpu.chained")
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime();

constexpr int kWithFile = 20;
constexpr std::size_t kFileBytes = 4u << 20;

// Each its own result, as no two citizens get the same.
std::vector<std::string> results_in(const std::filesystem::path& folder) {
  std::vector<std::string> paths;
  for (int i = 0; i < kWithFile; ++i) {
    paths.push_back((folder / fmt::format("result{}.pdf", i)).string());
    std::ofstream(paths.back(), std::ios::binary) << "%PDF-1.7\n" << random_octets(kFileBytes);
  }
  return paths;
}

// With a file, which is kept, hashed, signed and put on the file store of mock-smev.
void deliver_files(benchmark::State& state) {
  const Workplace workplace;
  const std::vector<std::string> results = results_in(workplace.folder());
  int index = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const MockProcess mock(workplace.folder() / std::to_string(++index));
    Sender sender = *Sender::open(*load_options(mock.config()));
    state.ResumeTiming();
    for (int i = 0; i < kWithFile; ++i) {
      elk::Update update = first_update(i);
      update.status.results = {File::at(results[static_cast<std::size_t>(i)])};
      const auto submitted = sender.submit(update);
      if (!submitted) return state.SkipWithError(submitted.error().describe().c_str());
    }
    const Result<DrainReport> drained = sender.drain(std::chrono::minutes(5));
    if (!drained || !drained->complete || drained->stats.final != kWithFile) {
      return state.SkipWithError("not everything was delivered");
    }
  }
  state.SetItemsProcessed(state.iterations() * kWithFile);
}
BENCHMARK(deliver_files)
    ->Name("deliver_20_files_cpu")
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime();

// The file's digest, which its CMS and the message share.
void deliver_files_bare(benchmark::State& state) {
  const Workplace workplace;
  const std::vector<std::string> results = results_in(workplace.folder());
  for (auto _ : state) {
    for (const std::string& path : results) {
      benchmark::DoNotOptimize(signature::digest_file(SignatureAlgorithm::gost2012_256, path));
    }
  }
  state.SetItemsProcessed(state.iterations() * kWithFile);
}
BENCHMARK(deliver_files_bare)
    ->Name("deliver_20_files_cpu.bare")
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace smev::bench
