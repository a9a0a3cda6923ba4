// A thousand updates from submit to the settled, acknowledged answer.

#include <benchmark/benchmark.h>

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

void deliver(benchmark::State& state) {
  const Workplace workplace;
  int index = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const MockProcess mock(workplace.folder() / std::to_string(++index));
    Result<SenderOptions> options = load_options(mock.config());
    if (!options) return state.SkipWithError(options.error().describe().c_str());
    options->poll.fast = std::chrono::milliseconds(1);
    Result<Sender> sender = Sender::open(*std::move(options));
    if (!sender) return state.SkipWithError(sender.error().describe().c_str());
    state.ResumeTiming();

    for (int i = 0; i < kUpdates; ++i) {
      if (Result<UpdateId> id = sender->submit(first_update(i)); !id) {
        return state.SkipWithError(id.error().describe().c_str());
      }
    }
    Result<DrainReport> drained = sender->drain(std::chrono::minutes(5));
    if (!drained || !drained->complete || drained->stats.final != kUpdates) {
      return state.SkipWithError("not everything was delivered");
    }
  }
  state.SetItemsProcessed(state.iterations() * kUpdates);
}
BENCHMARK(deliver)->Name("deliver_1000")->Unit(benchmark::kMillisecond)->UseRealTime();

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

}  // namespace
}  // namespace smev::bench
