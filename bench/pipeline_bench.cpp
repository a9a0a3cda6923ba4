// The way out: build, sign, commit, send, mark, against a server that only answers; receipts are
// not verified. Beside it the bare operations, one after the other, their commits shared by as
// many.

#include <benchmark/benchmark.h>

#include <thread>

#include "bench/bare_steps.hpp"
#include "sdk/base/bytes.hpp"

namespace smev::bench {
namespace {

constexpr int kMessages = 2000;
constexpr int kInFlight = 128;
constexpr std::size_t kBodyBytes = 6000;

constexpr const char* kAccept =
    "UPDATE messages SET state = 'accepted', accepted_at = ?2 WHERE id = ?1";

/// Prepares as always; any 200 is a receipt.
class Unverifying final : public Transport {
 public:
  Unverifying(std::shared_ptr<Transport> inner, const AnsweringServer& server)
      : inner_(std::move(inner)), loop_(loop_to(server, kInFlight)) {}

  Result<PreparedMessage> prepare(const OutgoingMessage& message) override {
    return inner_->prepare(message);
  }
  void transmit(std::vector<PreparedMessage> messages, Done done) override {
    for (PreparedMessage& message : messages) {
      loop_->post(request_of(std::move(message.body)),
                  [done, id = message.message_id](const transport::HttpResult& result) {
                    Transmission transmission;
                    transmission.http_status = result.answer.status;
                    if (result.answer.status == 200) {
                      transmission.outcome = Transmission::Outcome::accepted;
                    }
                    done(id, std::move(transmission));
                  });
    }
  }
  Result<std::optional<IncomingMessage>> receive(const AnswerSelector&) override {
    return std::optional<IncomingMessage>{};
  }
  Result<void> acknowledge(const std::string&, bool) override { return {}; }

 private:
  std::shared_ptr<Transport> inner_;
  std::unique_ptr<transport::HttpLoop> loop_;
};

void pipeline(benchmark::State& state) {
  const Workplace workplace;
  const AnsweringServer server;
  int run = 0;
  for (auto _ : state) {
    state.PauseTiming();
    SenderOptions options = workplace.options("pipeline" + std::to_string(++run));
    options.soap.in_flight_max = kInFlight;
    options.transport = std::make_shared<Unverifying>(
        *soap_transport({.url = server.url()}, workplace.signer(), workplace.verifier(), nullptr,
                        system_clock()),
        server);
    Result<Sender> sender = Sender::open(std::move(options));
    if (!sender) return state.SkipWithError(sender.error().describe().c_str());
    for (int i = 0; i < kMessages; ++i) {
      if (!sender->submit(first_update(i))) return state.SkipWithError("a submit failed");
    }
    state.ResumeTiming();
    std::thread running([&] { static_cast<void>(sender->run()); });
    // Asked seldom: counting costs the store as much as a message.
    while (sender->outbox().stats().value().awaiting_answer < kMessages) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    state.PauseTiming();
    sender->stop();
    running.join();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kMessages);
}
BENCHMARK(pipeline)->Name("send_2000")->Unit(benchmark::kMillisecond)->UseRealTime();

void pipeline_bare(benchmark::State& state) {
  BareSteps steps;
  const std::string body = hex_encode(random_octets(kBodyBytes / 2));
  int next = 1;
  for (auto _ : state) {
    for (int sent = 0; sent < kMessages; sent += BareSteps::kGroup, next += BareSteps::kGroup) {
      steps.build();
      steps.sign();
      steps.commit(kInsertMessage, next, std::string(64, 'a'));
      steps.commit(kInsertBody, next, body);
      steps.send(body);
      steps.commit(kAccept, next, "2026-01-01T00:00:00.000000Z");
    }
  }
  state.SetItemsProcessed(state.iterations() * kMessages);
}
BENCHMARK(pipeline_bare)->Name("send_2000.bare")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace smev::bench
