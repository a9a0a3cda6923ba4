// The way out: build, sign, commit, send, mark, against a server that only answers; receipts are
// not verified. Beside it the bare operations, one after the other, their commits shared by as
// many.

#include <benchmark/benchmark.h>

#include <atomic>
#include <future>
#include <thread>

#include "bench/answering_server.hpp"
#include "bench/sender_fixture.hpp"
#include "sdk/base/bytes.hpp"
#include "sdk/elk/request.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "sdk/outbox/sqlite_schema.hpp"
#include "sdk/signature/digest.hpp"
#include "sdk/transport/http_loop.hpp"

namespace smev::bench {
namespace {

constexpr int kMessages = 2000;
constexpr int kGroup = 64;
constexpr int kInFlight = 128;
constexpr std::size_t kBodyBytes = 6000;
constexpr std::size_t kContentBytes = 2000;
constexpr std::size_t kSignedInfoBytes = 600;
constexpr auto kTimeout = std::chrono::seconds(30);

std::unique_ptr<transport::HttpLoop> loop_to(const AnsweringServer& server) {
  return *transport::HttpLoop::start({.url = server.url(),
                                      .connect_timeout = kTimeout,
                                      .total_timeout = kTimeout,
                                      .answer_bytes_max = 1024},
                                     kInFlight);
}

transport::HttpRequest request_of(std::string body) {
  return {.soap_action = "urn:SendRequest", .content_type = "text/xml", .body = std::move(body)};
}

/// Prepares as always; any 200 is a receipt.
class Unverifying final : public Transport {
 public:
  Unverifying(std::shared_ptr<Transport> inner, const AnsweringServer& server)
      : inner_(std::move(inner)), loop_(loop_to(server)) {}

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

/// Bare operations over the store's own tables.
class BareSteps {
 public:
  BareSteps()
      : database_(
            *outbox::SqliteDatabase::open((workplace_.folder() / "outbox.db").string(), kTimeout)),
        loop_(loop_to(server_)) {
    outbox::ensure_schema(*database_).value();
    profile_.inn = "9901000010";
  }

  void run_group(int first) {
    for (int i = first; i < first + kGroup; ++i) build_and_sign(i);
    commit(
        "INSERT INTO messages (id, message_id, state, content_type, body_sha256, "
        "schema_version, frozen_at) VALUES (?1, 'id-' || ?1, 'frozen', 'text/xml', ?2, '1.2', "
        "'2026-01-01T00:00:00.000000Z')",
        first, std::string(64, 'a'));
    commit("INSERT INTO message_bodies (message, body) VALUES (?1, CAST(?2 AS BLOB))", first,
           body_);
    send();
    commit("UPDATE messages SET state = 'accepted', accepted_at = ?2 WHERE id = ?1", first,
           "2026-01-01T00:00:00.000000Z");
  }

 private:
  void build_and_sign(int index) {
    elk::Request request;
    request.env = profile_.env;
    request.orders.push_back(elk::compose(first_update(index), profile_, {}));
    benchmark::DoNotOptimize(elk::to_xml(request));
    benchmark::DoNotOptimize(signature::digest(SignatureAlgorithm::gost2012_256, content_));
    benchmark::DoNotOptimize(workplace_.signer()->sign(info_));
  }
  void commit(const char* sql, int first, const std::string& value) {
    auto transaction = *outbox::Transaction::begin(*database_);
    for (int i = first; i < first + kGroup; ++i) database_->run(sql, i, value).value();
    transaction.commit().value();
  }
  void send() {
    std::promise<void> all;
    std::atomic<int> left = kGroup;
    for (int i = 0; i < kGroup; ++i) {
      loop_->post(request_of(body_), [&](const transport::HttpResult&) {
        if (--left == 0) all.set_value();
      });
    }
    all.get_future().wait();
  }

  Workplace workplace_;
  AnsweringServer server_;
  std::unique_ptr<outbox::SqliteDatabase> database_;
  std::unique_ptr<transport::HttpLoop> loop_;
  elk::Profile profile_;
  std::string body_ = hex_encode(random_octets(kBodyBytes / 2));
  std::string content_ = random_octets(kContentBytes);
  std::string info_ = random_octets(kSignedInfoBytes);
};

void pipeline_bare(benchmark::State& state) {
  BareSteps steps;
  int next = 1;
  for (auto _ : state) {
    for (int sent = 0; sent < kMessages; sent += kGroup, next += kGroup) steps.run_group(next);
  }
  state.SetItemsProcessed(state.iterations() * kMessages);
}
BENCHMARK(pipeline_bare)->Name("send_2000.bare")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace smev::bench
