#include "mock-smev/server.hpp"

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/unit/mock/fixtures.hpp"
#include "tests/unit/mock/wire.hpp"

namespace smev::mock {
namespace {

using ::testing::HasSubstr;
using testing_support::attachment_xml;
using testing_support::create_xml;
using testing_support::fetch;
using testing_support::ftp_upload;
using testing_support::SentFile;
using testing_support::slurp;
using testing_support::update_xml;

class ServerTest : public testing_support::ServiceTest {
 protected:
  ServerTest() {
    options.http_port = 0;
    options.ftp_port = 0;
    options.ports_file = folder / "ports.json";
  }
  void start() {
    auto started = Server::start(options, clock);
    if (!started) FAIL() << started.error().describe();
    server = *std::move(started);
  }
  testing_support::Fetched post_http(const std::string& envelope) {
    return fetch(server->http_url() + kServicePath, &envelope,
                 {"Content-Type: text/xml; charset=utf-8", "SOAPAction: \"\""});
  }

  std::unique_ptr<Server> server;
};

TEST_F(ServerTest, brings_a_file_from_ftp_to_the_citizen) {
  start();
  const std::string octets = "%PDF-1.4\n" + std::string(100'000, '\x01');
  const SentFile file = store("result.pdf", octets);
  std::filesystem::remove_all(folder / kFilesFolder + '/' + file.uuid);
  EXPECT_EQ(ftp_upload(server->ftp_url() + '/' + file.uuid + "/result.pdf", octets), CURLE_OK);
  EXPECT_EQ(post_http(send_envelope(ids->next(), create_xml("1"))).status, 200);
  smev3::SendRequest request;
  request.message_id = ids->next();
  request.content = update_xml("1", "3", attachment_xml(file.uuid));
  request.test_message = true;
  request.files.push_back({file.uuid, file.hash_base64, "application/pdf", file.cms_base64});
  const auto envelope = smev3::write_send_request(smev3::protocol_1_2(), request, *signer);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(post_http(*envelope).status, 200);
  const auto order = nlohmann::json::parse(fetch(server->http_url() + "/orders/1").body);
  const std::string url = order["statuses"][1]["results"][0]["url"];
  const auto got = fetch(server->http_url() + url);
  EXPECT_EQ(got.content_type, "application/pdf");
  EXPECT_EQ(got.body, octets);
}

TEST_F(ServerTest, answers_polls_and_acks_over_http) {
  start();
  EXPECT_EQ(post_http(send_envelope(ids->next(), create_xml("1"))).status, 200);
  const auto poll_envelope =
      smev3::write_get_response(smev3::protocol_1_2(), {}, clock->now(), *signer);
  const auto polled = post_http(*poll_envelope);
  const auto answer = smev3::read_get_response(
      smev3::protocol_1_2(), {static_cast<int>(polled.status), polled.content_type, polled.body},
      *verifier, clock->now());
  ASSERT_TRUE(answer && *answer) << polled.body;
  EXPECT_TRUE((*answer)->verified());
  const auto ack = smev3::write_ack(smev3::protocol_1_2(), (*answer)->message_id, true, *signer);
  EXPECT_EQ(post_http(*ack).status, 200);
  EXPECT_EQ(post_http(*ack).status, 500);
}

TEST_F(ServerTest, writes_its_ports_and_a_configuration_for_the_sender) {
  start();
  const auto ports = nlohmann::json::parse(slurp(folder / "ports.json"));
  EXPECT_EQ(ports["http"], server->http_port());
  EXPECT_EQ(ports["ftp"], server->ftp_port());
  const std::string config = slurp(folder / kSenderConfig);
  EXPECT_THAT(config, HasSubstr("mnemonic = \"MOCK01\""));
  EXPECT_THAT(config, HasSubstr("url = \"" + server->http_url() + kServicePath + "\""));
  EXPECT_THAT(config, HasSubstr("url = \"" + server->ftp_url() + "\""));
  EXPECT_FALSE(server->made_keys()) << "they were there";
}

TEST_F(ServerTest, takes_requests_and_polls_of_many_connections_at_once) {
  constexpr int kConnections = 4;
  constexpr int kRequests = 5;
  start();
  std::vector<std::string> envelopes;
  for (int i = 0; i < kConnections * kRequests; ++i) {
    envelopes.push_back(send_envelope(ids->next(), create_xml(std::to_string(i))));
  }
  const auto poll_envelope =
      smev3::write_get_response(smev3::protocol_1_2(), {}, clock->now(), *signer);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kConnections; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kRequests; ++i) {
        const auto& envelope = envelopes[static_cast<std::size_t>(thread * kRequests + i)];
        if (post_http(envelope).status == 200 && post_http(*poll_envelope).status == 200) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, kConnections * kRequests);
  EXPECT_EQ(server->account().orders().size(), envelopes.size());
  EXPECT_EQ(server->journal().counters().at("GetResponse.delivered"), envelopes.size())
      << "each answer was delivered once";
}

TEST_F(ServerTest, does_not_start_with_wrong_options) {
  options.listen = "0.0.0.0";
  const auto refused = Server::start(options, clock);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::config);
  ASSERT_EQ(refused.error().fields.size(), 1u);
  EXPECT_EQ(refused.error().fields[0].field, "--listen");
}

TEST_F(ServerTest, starts_again_over_its_own_folder) {
  start();
  const std::string certificate = slurp(folder / kSenderCertificate);
  server.reset();
  start();
  EXPECT_EQ(slurp(folder / kSenderCertificate), certificate);
  EXPECT_EQ(fetch(server->http_url() + "/health").status, 200);
}

}  // namespace
}  // namespace smev::mock
