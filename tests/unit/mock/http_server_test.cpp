#include "mock-smev/http_server.hpp"

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/unit/mock/fixtures.hpp"
#include "tests/unit/mock/wire.hpp"

namespace smev::mock {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::fetch;
using testing_support::Folder;
using testing_support::RawConnection;
using namespace std::chrono_literals;

HttpReply text(std::string body) {
  HttpReply reply;
  reply.content_type = "text/plain";
  reply.body = std::move(body);
  return reply;
}

class HttpServerTest : public ::testing::Test {
 protected:
  void start(HttpHandler handler) {
    auto started = HttpServer::start("127.0.0.1", 0, limits, std::move(handler));
    if (!started) FAIL() << started.error().describe();
    server = *std::move(started);
  }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + path;
  }

  HttpLimits limits;
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, hands_a_request_over_as_it_came) {
  HttpRequest seen;
  start([&seen](const HttpRequest& request) {
    seen = request;
    HttpReply reply = text("answer");
    reply.status = 201;
    reply.headers.emplace_back("X-Extra", "1");
    return reply;
  });
  const std::string body = "<a/>";
  const auto got = fetch(url("/path?x=1"), &body, {"Content-Type: text/xml"});
  EXPECT_EQ(got.status, 201);
  EXPECT_EQ(got.body, "answer");
  EXPECT_EQ(got.content_type, "text/plain");
  EXPECT_THAT(got.headers, HasSubstr("X-Extra: 1"));
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/path?x=1");
  EXPECT_EQ(seen.content_type, "text/xml");
  EXPECT_EQ(seen.body, body);
}

TEST_F(HttpServerTest, serves_several_requests_over_one_connection) {
  start([](const HttpRequest& request) { return text(request.target + "\n"); });
  RawConnection connection(server->port());
  for (const std::string path : {"/1", "/2", "/3"}) {
    connection.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(connection.read_line(), StartsWith("HTTP/1.1 200"));
    while (connection.read_line() != "\r\n") {
    }
    EXPECT_EQ(connection.read_line(), path + "\n");
  }
}

TEST_F(HttpServerTest, takes_a_body_up_to_its_limit) {
  limits.body_bytes_max = 1000;
  start([](const HttpRequest& request) { return text(std::to_string(request.body.size())); });
  const std::string largest(1000, 'x');
  EXPECT_EQ(fetch(url("/"), &largest).body, "1000");
  const std::string larger(1001, 'x');
  EXPECT_EQ(fetch(url("/"), &larger).status, 413);
}

TEST_F(HttpServerTest, refuses_headers_beyond_their_limit) {
  limits.header_bytes_max = 2000;
  start([](const HttpRequest&) { return text("ok"); });
  EXPECT_EQ(fetch(url("/"), nullptr, {"X: " + std::string(1000, 'x')}).status, 200);
  EXPECT_EQ(fetch(url("/"), nullptr, {"X: " + std::string(3000, 'x')}).status, 413);
}

TEST_F(HttpServerTest, answers_an_expectation_before_the_body) {
  start([](const HttpRequest& request) { return text(request.body); });
  RawConnection connection(server->port());
  connection.send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(connection.read_line(), StartsWith("HTTP/1.1 100"));
  connection.send("ok");
  EXPECT_EQ(connection.read_line(), "\r\n");
  EXPECT_THAT(connection.read_line(), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, closes_a_connection_that_says_nothing) {
  limits.read_timeout = 50ms;
  start([](const HttpRequest&) { return text("ok"); });
  RawConnection connection(server->port());
  EXPECT_TRUE(connection.is_closed());
}

TEST_F(HttpServerTest, refuses_what_is_no_http) {
  start([](const HttpRequest&) { return text("ok"); });
  RawConnection connection(server->port());
  connection.send("nonsense\r\n\r\n");
  EXPECT_THAT(connection.read_line(), StartsWith("HTTP/1.1 400"));
}

TEST_F(HttpServerTest, breaks_a_connection_without_answer_when_told) {
  start([](const HttpRequest&) {
    HttpReply reply;
    reply.drop = true;
    return reply;
  });
  const std::string body = "x";
  const auto got = fetch(url("/"), &body);
  EXPECT_TRUE(got.curl_code == CURLE_RECV_ERROR || got.curl_code == CURLE_GOT_NOTHING)
      << got.curl_code;
  EXPECT_EQ(got.status, 0);
}

TEST_F(HttpServerTest, sends_a_file_as_it_is) {
  const Folder folder;
  const std::string octets = std::string(300'000, '\0') + "end";
  const std::string path = folder.write("a", octets);
  start([&path](const HttpRequest& request) {
    HttpReply reply = text("");
    reply.file_path = request.target == "/lost" ? path + "x" : path;
    return reply;
  });
  EXPECT_EQ(fetch(url("/")).body, octets);
  EXPECT_EQ(fetch(url("/lost")).status, 500);
}

TEST_F(HttpServerTest, closes_connections_beyond_its_limit) {
  limits.connections_max = 1;
  start([](const HttpRequest&) { return text("ok"); });
  RawConnection first(server->port());
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(first.read_line(), StartsWith("HTTP/1.1 200"));
  RawConnection second(server->port());
  EXPECT_TRUE(second.is_closed());
}

TEST_F(HttpServerTest, turns_an_exception_of_the_handler_into_500) {
  start([](const HttpRequest&) -> HttpReply { throw std::runtime_error("inside"); });
  const auto got = fetch(url("/"));
  EXPECT_EQ(got.status, 500);
  EXPECT_EQ(got.body.find("inside"), std::string::npos);
}

TEST_F(HttpServerTest, works_on_several_requests_at_once) {
  limits.threads = 2;
  std::atomic<int> inside{0};
  std::atomic<bool> both{false};
  start([&](const HttpRequest&) {
    ++inside;
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!both && std::chrono::steady_clock::now() < deadline) {
      if (inside == 2) both = true;
      std::this_thread::yield();
    }
    return text("ok");
  });
  std::thread other([this] { fetch(url("/1")); });
  fetch(url("/2"));
  other.join();
  EXPECT_TRUE(both);
}

TEST_F(HttpServerTest, stops_with_open_connections) {
  start([](const HttpRequest&) { return text("ok"); });
  RawConnection connection(server->port());
  connection.send("GET / HTTP/1.1\r\n");
  server.reset();
  EXPECT_TRUE(connection.is_closed());
}

TEST_F(HttpServerTest, says_what_is_wrong_with_its_address) {
  start([](const HttpRequest&) { return text("ok"); });
  const auto handler = [](const HttpRequest&) { return HttpReply{}; };
  EXPECT_EQ(HttpServer::start("nowhere", 0, limits, handler).error().code, ErrorCode::config);
  const auto taken = HttpServer::start("127.0.0.1", server->port(), limits, handler);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::io);
  EXPECT_EQ(taken.error().text,
            "Порт " + std::to_string(server->port()) +
                " занят: его слушает другой имитатор или другая программа. Выберите другой: --port "
                "ЧИСЛО, 0 — любой свободный");
}

}  // namespace
}  // namespace smev::mock
