#include "sdk/transport/http_caller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "sdk/base/runtime.hpp"
#include "tests/unit/transport/http_server.hpp"

namespace smev::transport {
namespace {

using ::smev::testing::Connection;
using ::smev::testing::http_answer;
using ::smev::testing::HttpServer;
using ::smev::testing::Listener;
using ::smev::testing::SeenRequest;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

HttpOptions options_for(const std::string& url) {
  static const auto runtime = Runtime::acquire();
  HttpOptions options;
  options.url = url;
  options.connect_timeout = seconds(10);
  options.total_timeout = seconds(10);
  options.answer_bytes_max = 1000;
  return options;
}

HttpResult post(const HttpOptions& options) {
  return HttpCaller(options).post({"urn:SendRequest", "text/xml; charset=utf-8", "<a/>"});
}

void expect_in_doubt(const HttpResult& result, ErrorCode code) {
  ASSERT_TRUE(result.error);
  EXPECT_TRUE(result.request_left);
  EXPECT_EQ(result.error->code, code) << result.error->describe();
  EXPECT_EQ(result.error->retry, Retry::same_id_now);
  EXPECT_EQ(result.error->origin, Origin::network);
}

void expect_nothing_left(const HttpResult& result) {
  ASSERT_TRUE(result.error);
  EXPECT_FALSE(result.request_left);
  EXPECT_EQ(result.error->code, ErrorCode::connect) << result.error->describe();
  EXPECT_EQ(result.error->retry, Retry::later);
  EXPECT_EQ(result.answer.status, 0);
}

TEST(HttpCaller, posts_the_octets_and_brings_the_answer) {
  HttpServer server(HttpServer::always(http_answer(200, "text/xml;charset=UTF-8", "<b/>")));
  const HttpResult result = post(options_for(server.url()));
  EXPECT_FALSE(result.error);
  EXPECT_EQ(result.answer.status, 200);
  EXPECT_EQ(result.answer.content_type, "text/xml;charset=UTF-8");
  EXPECT_EQ(result.answer.body, "<b/>");
  EXPECT_GT(result.duration.count(), 0);
  ASSERT_EQ(server.requests().size(), 1u);
  const SeenRequest request = server.requests().front();
  EXPECT_EQ(request.request_line, "POST /smev/v1.2/ws HTTP/1.1");
  EXPECT_EQ(request.header("content-type"), "text/xml; charset=utf-8");
  EXPECT_EQ(request.header("soapaction"), "\"urn:SendRequest\"");
  EXPECT_EQ(request.header("expect"), "-");
  EXPECT_EQ(request.header("content-length"), "4");
  EXPECT_EQ(request.header("accept-encoding"), "-");
  EXPECT_EQ(request.body, "<a/>");
}

TEST(HttpCaller, sends_a_large_body_without_asking_first) {
  HttpServer server(HttpServer::always(http_answer(200, "text/xml", "<b/>")));
  const std::string body(3u << 20, 'x');
  const HttpResult result =
      HttpCaller(options_for(server.url())).post({"urn:SendRequest", "text/xml", body});
  EXPECT_FALSE(result.error);
  EXPECT_EQ(server.requests().front().header("expect"), "-");
  EXPECT_EQ(server.requests().front().body, body);
}

TEST(HttpCaller, keeps_its_connection) {
  HttpServer server(HttpServer::always(http_answer(200, "text/xml", "<b/>")));
  HttpCaller caller(options_for(server.url()));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(caller.post({"urn:Ack", "text/xml", "<a/>"}).error);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests().size(), 5u);
}

TEST(HttpCaller, knows_that_nothing_left_when_the_connection_is_refused) {
  std::string url;
  {
    HttpServer gone(HttpServer::always(""));
    url = gone.url();
  }
  expect_nothing_left(post(options_for(url)));
}

TEST(HttpCaller, knows_that_nothing_left_when_the_name_is_unknown) {
  // A label of 64 letters is no name at all, so that nobody is asked.
  expect_nothing_left(post(options_for("http://" + std::string(64, 'a') + ".invalid/")));
}

TEST(HttpCaller, knows_that_nothing_left_when_no_connection_comes_about_in_time) {
  // A full backlog: Linux leaves further connections unanswered.
  const Listener listener(0);
  std::vector<int> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    const sockaddr_in address = Listener::loopback(listener.port());
    (void)::connect(fillers.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  HttpOptions options = options_for("http://127.0.0.1:" + std::to_string(listener.port()) + "/");
  options.connect_timeout = milliseconds(150);
  expect_nothing_left(post(options));
  options.connect_timeout = seconds(10);
  options.total_timeout = milliseconds(150);
  expect_nothing_left(post(options));
  for (const int filler : fillers) ::close(filler);
}

TEST(HttpCaller, speaks_http_and_nothing_else) {
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/"}) {
    expect_nothing_left(post(options_for(url)));
  }
}

TEST(HttpCaller, is_in_doubt_when_no_answer_comes_in_time) {
  HttpServer server([](Connection& connection, const SeenRequest&) {
    connection.wait_until_closed();
    return false;
  });
  HttpOptions options = options_for(server.url());
  options.total_timeout = milliseconds(150);
  const HttpResult result = post(options);
  expect_in_doubt(result, ErrorCode::timeout);
  EXPECT_THAT(result.error->text, HasSubstr("0.15"));
}

TEST(HttpCaller, is_in_doubt_when_the_answer_is_too_slow) {
  HttpServer server([](Connection& connection, const SeenRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 100\r\n\r\n<a>");
    connection.wait_until_closed();
    return false;
  });
  HttpOptions options = options_for(server.url());
  options.total_timeout = milliseconds(150);
  const HttpResult result = post(options);
  expect_in_doubt(result, ErrorCode::timeout);
  EXPECT_EQ(result.answer.status, 200);
}

TEST(HttpCaller, is_in_doubt_when_the_connection_breaks) {
  const std::function<void(Connection&)> ways[] = {
      [](Connection& connection) { connection.reset(); }, [](Connection&) {},
      [](Connection& connection) {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<a>");
      },
      [](Connection& connection) {
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n<a>");
      },
      [](Connection& connection) { connection.send("this is no HTTP at all\r\n\r\n"); }};
  for (const auto& way : ways) {
    HttpServer server([&](Connection& connection, const SeenRequest&) {
      way(connection);
      return false;
    });
    expect_in_doubt(post(options_for(server.url())), ErrorCode::connection_lost);
    EXPECT_EQ(server.requests().size(), 1u);
  }
}

// libcurl takes it for an answer without a body; whoever reads it finds no SOAP in it.
TEST(HttpCaller, brings_nothing_when_the_connection_ends_inside_the_headers) {
  HttpServer server([](Connection& connection, const SeenRequest&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-");
    return false;
  });
  const HttpResult result = post(options_for(server.url()));
  EXPECT_TRUE(result.request_left);
  EXPECT_EQ(result.answer.body, "");
}

// libcurl would send the request again over a new connection; then the answer "already sent" would
// come back to an attempt that looks like the first.
TEST(HttpCaller, never_sends_twice_when_a_kept_connection_dies) {
  HttpServer server([](Connection& connection, const SeenRequest& request) {
    if (request.body == "second") return false;
    return connection.send(http_answer(200, "text/xml", "<b/>"));
  });
  HttpCaller caller(options_for(server.url()));
  EXPECT_FALSE(caller.post({"urn:SendRequest", "text/xml", "first"}).error);
  expect_in_doubt(caller.post({"urn:SendRequest", "text/xml", "second"}),
                  ErrorCode::connection_lost);
  EXPECT_EQ(server.requests().size(), 2u);
  EXPECT_FALSE(caller.post({"urn:SendRequest", "text/xml", "third"}).error);
}

TEST(HttpCaller, takes_an_answer_of_the_longest_length_allowed) {
  HttpServer server(HttpServer::always(http_answer(200, "text/xml", std::string(1000, 'x'))));
  const HttpResult result = post(options_for(server.url()));
  EXPECT_FALSE(result.error);
  EXPECT_EQ(result.answer.body.size(), 1000u);
}

TEST(HttpCaller, cuts_off_a_longer_answer_while_it_comes) {
  HttpServer one_more(HttpServer::always(http_answer(200, "text/xml", std::string(1001, 'x'))));
  expect_in_doubt(post(options_for(one_more.url())), ErrorCode::limit_exceeded);
  for (const std::string start :
       {"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n", "HTTP/1.1 200 OK\r\n"}) {
    HttpServer endless([&](Connection& connection, const SeenRequest&) {
      connection.send(start);
      while (connection.send("X-Endless: yes\r\n")) {
      }
      return false;
    });
    expect_in_doubt(post(options_for(endless.url())), ErrorCode::limit_exceeded);
  }
}

TEST(HttpCaller, brings_pages_of_gateways_as_they_are) {
  HttpServer server(
      HttpServer::always(http_answer(503, "text/html", "<html/>", "Retry-After: 120\r\n")));
  const HttpResult result = post(options_for(server.url()));
  EXPECT_FALSE(result.error);
  EXPECT_EQ(result.answer.status, 503);
  EXPECT_EQ(result.retry_after_seconds, 120);
}

TEST(HttpCaller, follows_no_redirect) {
  HttpServer other(HttpServer::always(http_answer(200, "text/xml", "<b/>")));
  HttpServer server(
      HttpServer::always(http_answer(302, "text/html", "", "Location: " + other.url() + "\r\n")));
  EXPECT_EQ(post(options_for(server.url())).answer.status, 302);
  EXPECT_EQ(other.connections(), 0);
}

TEST(HttpCaller, takes_no_proxy_from_the_environment) {
  HttpServer proxy(HttpServer::always(http_answer(200, "text/xml", "<proxy/>")));
  HttpServer server(HttpServer::always(http_answer(200, "text/xml", "<b/>")));
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  ::setenv("all_proxy", proxy.url().c_str(), 1);
  const HttpResult result = post(options_for(server.url()));
  ::unsetenv("http_proxy");
  ::unsetenv("all_proxy");
  EXPECT_EQ(result.answer.body, "<b/>");
  EXPECT_EQ(proxy.connections(), 0);
}

}  // namespace
}  // namespace smev::transport
