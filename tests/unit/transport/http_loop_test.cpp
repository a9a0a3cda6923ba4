#include "sdk/transport/http_loop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "sdk/base/runtime.hpp"
#include "tests/unit/transport/http_server.hpp"

namespace smev::transport {
namespace {

using ::smev::testing::Connection;
using ::smev::testing::Event;
using ::smev::testing::http_answer;
using ::smev::testing::HttpServer;
using ::smev::testing::SeenRequest;
using std::chrono::milliseconds;
using std::chrono::seconds;

HttpOptions options_for(const std::string& url) {
  static const auto runtime = Runtime::acquire();
  return {url, seconds(10), seconds(10), 1u << 20};
}

HttpRequest request(const std::string& body) { return {"urn:SendRequest", "text/xml", body}; }

// Results in the order in which they come, by the body of their request.
class Results {
 public:
  HttpLoop::Done taker(const std::string& body) {
    return [this, body](HttpResult result) {
      const std::lock_guard lock(mutex_);
      bodies_.push_back(body);
      results_.push_back(std::move(result));
      changed_.notify_all();
    };
  }
  bool wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, seconds(10), [&] { return results_.size() >= count; });
  }
  std::vector<HttpResult> results() {
    const std::lock_guard lock(mutex_);
    return results_;
  }
  std::vector<std::string> bodies() {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> bodies_;
  std::vector<HttpResult> results_;
};

// Lets the first `count` requests in before it answers any, and knows the most that were inside.
class Gathering {
 public:
  explicit Gathering(int count) : count_(count) {}
  void pass() {
    std::unique_lock lock(mutex_);
    most_ = std::max(most_, ++inside_);
    if (++came_ >= count_) changed_.notify_all();
    changed_.wait_for(lock, seconds(10), [&] { return came_ >= count_; });
    --inside_;
  }
  int most() {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  const int count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int came_ = 0;
  int inside_ = 0;
  int most_ = 0;
};

TEST(HttpLoop, has_as_many_requests_in_flight_as_allowed_and_no_more) {
  constexpr int kInFlight = 32;
  constexpr std::size_t kRequests = 96;
  Gathering gathering(kInFlight);
  HttpServer server([&](Connection& connection, const SeenRequest& seen) {
    gathering.pass();
    return connection.send(http_answer(200, "text/xml", seen.body));
  });
  Results results;
  const auto loop = *HttpLoop::start(options_for(server.url()), kInFlight);
  for (std::size_t i = 0; i < kRequests; ++i) {
    const std::string body = "m" + std::to_string(i);
    loop->post(request(body), results.taker(body));
  }
  ASSERT_TRUE(results.wait(kRequests));
  EXPECT_EQ(gathering.most(), kInFlight);
  EXPECT_LE(server.connections(), kInFlight);
  const auto bodies = results.bodies();
  const auto answers = results.results();
  for (std::size_t i = 0; i < kRequests; ++i) {
    EXPECT_FALSE(answers[i].error);
    EXPECT_EQ(answers[i].answer.body, bodies[i]);
  }
  EXPECT_EQ(std::set<std::string>(bodies.begin(), bodies.end()).size(), kRequests);
}

TEST(HttpLoop, uses_one_connection_for_one_request_after_another) {
  HttpServer server(HttpServer::always(http_answer(200, "text/xml", "<b/>")));
  Results results;
  const auto loop = *HttpLoop::start(options_for(server.url()), 1);
  for (int i = 0; i < 20; ++i) loop->post(request("x"), results.taker("x"));
  ASSERT_TRUE(results.wait(20));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpLoop, keeps_the_order_of_the_calls_when_one_goes_at_a_time) {
  HttpServer server(HttpServer::always(http_answer(200, "text/xml", "<b/>")));
  Results results;
  const auto loop = *HttpLoop::start(options_for(server.url()), 1);
  std::vector<std::string> expected;
  for (int i = 0; i < 10; ++i) {
    expected.push_back(std::to_string(i));
    loop->post(request(expected.back()), results.taker(expected.back()));
  }
  ASSERT_TRUE(results.wait(10));
  EXPECT_EQ(results.bodies(), expected);
}

TEST(HttpLoop, one_that_hangs_holds_up_no_other) {
  HttpServer server([](Connection& connection, const SeenRequest& seen) {
    if (seen.body == "hang") {
      connection.wait_until_closed();
      return false;
    }
    return connection.send(http_answer(200, "text/xml", "<b/>"));
  });
  Results hanging;
  Results others;
  const auto loop = *HttpLoop::start(options_for(server.url()), 2);
  loop->post(request("hang"), hanging.taker("hang"));
  for (int i = 0; i < 5; ++i) loop->post(request("x"), others.taker("x"));
  EXPECT_TRUE(others.wait(5));
  EXPECT_TRUE(hanging.results().empty());
}

TEST(HttpLoop, may_be_given_more_from_inside_done) {
  HttpServer server(HttpServer::always(http_answer(200, "text/xml", "<b/>")));
  Results results;
  const auto loop = *HttpLoop::start(options_for(server.url()), 1);
  loop->post(request("first"), [&](HttpResult) { loop->post(request("x"), results.taker("x")); });
  EXPECT_TRUE(results.wait(1));
}

TEST(HttpLoop, ends_with_everything_told_exactly_once) {
  Event arrived;
  HttpServer server([&](Connection& connection, const SeenRequest&) {
    arrived.set();
    connection.wait_until_closed();
    return false;
  });
  Results results;
  const auto loop = *HttpLoop::start(options_for(server.url()), 1);
  loop->post(request("flying"), results.taker("flying"));
  ASSERT_TRUE(arrived.wait());
  for (int i = 0; i < 3; ++i) loop->post(request("waiting"), results.taker("waiting"));
  loop->stop(milliseconds(50));
  const auto ended = results.results();
  ASSERT_EQ(ended.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(ended[i].error);
    EXPECT_EQ(ended[i].error->code, ErrorCode::stopped);
    EXPECT_EQ(ended[i].request_left, results.bodies()[i] == "flying");
  }
  loop->post(request("late"), results.taker("late"));
  ASSERT_EQ(results.results().size(), 5u);
  EXPECT_FALSE(results.results().back().request_left);
}

TEST(HttpLoop, waits_at_its_end_for_an_answer_that_comes_in_time) {
  Event arrived;
  Event go_on;
  HttpServer server([&](Connection& connection, const SeenRequest&) {
    arrived.set();
    go_on.wait();
    return connection.send(http_answer(200, "text/xml", "<b/>"));
  });
  Results results;
  const auto loop = *HttpLoop::start(options_for(server.url()), 1);
  loop->post(request("flying"), results.taker("flying"));
  ASSERT_TRUE(arrived.wait());
  // It is turned away once the loop knows that it has to end, and only then the server goes on.
  loop->post(request("waiting"), [&](HttpResult) { go_on.set(); });
  loop->stop(seconds(10));
  ASSERT_EQ(results.results().size(), 1u);
  EXPECT_FALSE(results.results().front().error);
}

TEST(HttpLoop, ends_at_once_when_there_is_nothing_to_do) {
  const auto loop = *HttpLoop::start(options_for("http://127.0.0.1:9/"), 4);
  loop->stop(seconds(60));
  loop->stop(seconds(60));
}

TEST(HttpLoop, never_sends_twice_when_a_kept_connection_dies) {
  HttpServer server([](Connection& connection, const SeenRequest& seen) {
    if (seen.body == "second") return false;
    return connection.send(http_answer(200, "text/xml", "<b/>"));
  });
  Results results;
  const auto loop = *HttpLoop::start(options_for(server.url()), 1);
  for (const char* body : {"first", "second", "third"}) {
    loop->post(request(body), results.taker(body));
  }
  ASSERT_TRUE(results.wait(3));
  EXPECT_FALSE(results.results()[0].error);
  ASSERT_TRUE(results.results()[1].error);
  EXPECT_EQ(results.results()[1].error->code, ErrorCode::connection_lost);
  EXPECT_TRUE(results.results()[1].request_left);
  EXPECT_FALSE(results.results()[2].error);
  EXPECT_EQ(server.requests().size(), 3u);
}

}  // namespace
}  // namespace smev::transport
