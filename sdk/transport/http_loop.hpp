#pragma once
// Many POSTs at once over one thread: libcurl's multi interface, connections kept and used again.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sdk/transport/http_exchange.hpp"
#include "smev/base/result.hpp"

typedef void CURLM;

namespace smev::transport {

/// Thread-safe. `done` is called exactly once for each request, from the loop's thread (from the
/// caller's when the loop has ended before); it may post, but must neither throw nor destroy the
/// loop.
class HttpLoop {
 public:
  using Done = std::function<void(HttpResult result)>;

  static Result<std::unique_ptr<HttpLoop>> start(HttpOptions options, int in_flight_max);
  ~HttpLoop();
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  /// Requests over the limit wait for their turn, in the order of the calls.
  void post(HttpRequest request, Done done);
  /// Gives requests in flight so long to end, then takes them off; those that wait are not sent.
  /// Returns when every `done` has been called. Not from two threads at once.
  void stop(Duration grace);

 private:
  struct Job {
    HttpRequest request;
    Done done;
  };
  struct Flight {
    std::unique_ptr<HttpExchange> exchange;
    Done done;
  };
  // What the loop's thread is told at the start of a round.
  struct Orders {
    std::deque<Job> launch;
    std::deque<Job> turn_away;
    bool stopping = false;
    bool end = false;
    std::chrono::steady_clock::time_point stop_at;
  };

  HttpLoop(HttpOptions options, int in_flight_max, CURLM* multi);
  void run();
  Orders take_orders();
  bool can_launch();
  void launch(Job job);
  bool land_finished();
  void take_off_all(const Error& why);
  Flight remove(CURL* handle);

  HttpOptions options_;
  std::size_t in_flight_max_;
  CURLM* multi_;
  // Of the loop's thread alone.
  std::map<CURL*, Flight> in_flight_;
  std::vector<std::unique_ptr<HttpExchange>> idle_;

  std::mutex mutex_;
  std::deque<Job> waiting_;
  bool stopping_ = false;
  bool ended_ = false;
  std::chrono::steady_clock::time_point stop_at_;
  std::thread thread_;
};

}  // namespace smev::transport
