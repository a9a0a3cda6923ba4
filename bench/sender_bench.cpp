// A thousand updates from submit to the settled, acknowledged answer.

#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>
#include <vector>

#include "bench/sender_fixture.hpp"
#include "sdk/base/bytes.hpp"
#include "sdk/signature/digest.hpp"

namespace smev::bench {
namespace {

constexpr int kUpdates = 1000;
constexpr std::size_t kSignedInfoBytes = 600;
// What the content of one message and of one answer come to after the transform.
constexpr std::size_t kContentBytes = 2000;
// Of the sender alone: SendRequest, GetResponse, Ack are signed; receipt, answer and the signature
// inside the answer are verified.
constexpr int kSignaturesPerUpdate = 3;
constexpr int kVerificationsPerUpdate = 3;

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

void deliver_bare(benchmark::State& state) {
  const Workplace workplace;
  const std::string info = random_octets(kSignedInfoBytes);
  const std::string content = random_octets(kContentBytes);
  const std::string value = *workplace.signer()->sign(info);
  const std::string certificate = workplace.signer()->certificate().der;
  for (auto _ : state) {
    for (int update = 0; update < kUpdates; ++update) {
      for (int i = 0; i < kSignaturesPerUpdate; ++i) {
        benchmark::DoNotOptimize(signature::digest(SignatureAlgorithm::gost2012_256, content));
        benchmark::DoNotOptimize(workplace.signer()->sign(info));
      }
      for (int i = 0; i < kVerificationsPerUpdate; ++i) {
        benchmark::DoNotOptimize(signature::digest(SignatureAlgorithm::gost2012_256, content));
        benchmark::DoNotOptimize(workplace.verifier()->verify(
            certificate, SignatureAlgorithm::gost2012_256, info, value));
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * kUpdates);
}
BENCHMARK(deliver_bare)->Name("deliver_1000.bare")->Unit(benchmark::kMillisecond);
BENCHMARK(deliver_bare)
    ->Name("deliver_1000_cpu.bare")
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace smev::bench
