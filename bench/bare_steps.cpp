#include "bench/bare_steps.hpp"

#include <benchmark/benchmark.h>
#include <libxml/parser.h>

#include <atomic>
#include <future>

#include "sdk/base/bytes.hpp"
#include "sdk/elk/request.hpp"
#include "sdk/outbox/sqlite_schema.hpp"
#include "sdk/signature/digest.hpp"

namespace smev::bench {
namespace {

// What the content of one message and of one answer come to after the transform.
constexpr std::size_t kContentBytes = 2000;
constexpr std::size_t kSignedInfoBytes = 600;
constexpr auto kTimeout = std::chrono::seconds(30);

}  // namespace

BareSteps::BareSteps()
    : database_(
          *outbox::SqliteDatabase::open((workplace_.folder() / "outbox.db").string(), kTimeout)),
      loop_(loop_to(server_, kGroup)),
      content_(random_octets(kContentBytes)),
      info_(random_octets(kSignedInfoBytes)),
      value_(*workplace_.signer()->sign(info_)) {
  outbox::ensure_schema(*database_).value();
  profile_.inn = "9901000010";
}

void BareSteps::build() {
  for (int i = 0; i < kGroup; ++i) {
    elk::Request request;
    request.env = profile_.env;
    request.orders.push_back(elk::compose(first_update(i), profile_, {}));
    benchmark::DoNotOptimize(elk::to_xml(request));
  }
}

void BareSteps::sign() {
  for (int i = 0; i < kGroup; ++i) {
    benchmark::DoNotOptimize(signature::digest(SignatureAlgorithm::gost2012_256, content_));
    benchmark::DoNotOptimize(workplace_.signer()->sign(info_));
  }
}

void BareSteps::verify() {
  const std::string& certificate = workplace_.signer()->certificate().der;
  for (int i = 0; i < kGroup; ++i) {
    benchmark::DoNotOptimize(signature::digest(SignatureAlgorithm::gost2012_256, content_));
    benchmark::DoNotOptimize(workplace_.verifier()->verify(
        certificate, SignatureAlgorithm::gost2012_256, info_, value_));
  }
}

void BareSteps::parse(const std::string& document) {
  for (int i = 0; i < kGroup; ++i) {
    xmlDoc* read = xmlReadMemory(document.data(), static_cast<int>(document.size()), nullptr,
                                 nullptr, XML_PARSE_NONET);
    if (read == nullptr) throw std::runtime_error("no document to parse");
    xmlFreeDoc(read);
  }
}

void BareSteps::commit(const char* sql, int first, const std::string& text) {
  auto transaction = *outbox::Transaction::begin(*database_);
  for (int i = first; i < first + kGroup; ++i) database_->run(sql, i, text).value();
  transaction.commit().value();
}

void BareSteps::send(const std::string& body) {
  std::promise<void> all;
  std::atomic<int> left = kGroup;
  for (int i = 0; i < kGroup; ++i) {
    loop_->post(request_of(body), [&](const transport::HttpResult&) {
      if (--left == 0) all.set_value();
    });
  }
  all.get_future().wait();
}

std::unique_ptr<transport::HttpLoop> loop_to(const AnsweringServer& server, int in_flight_max) {
  return *transport::HttpLoop::start({.url = server.url(),
                                      .connect_timeout = kTimeout,
                                      .total_timeout = kTimeout,
                                      .answer_bytes_max = 1024},
                                     in_flight_max);
}

transport::HttpRequest request_of(std::string body) {
  return {.soap_action = "urn:SendRequest", .content_type = "text/xml", .body = std::move(body)};
}

}  // namespace smev::bench
