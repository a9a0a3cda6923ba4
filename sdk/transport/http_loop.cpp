#include "sdk/transport/http_loop.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "sdk/base/threads.hpp"
#include "sdk/transport/http_caller.hpp"

namespace smev::transport {

namespace {

constexpr int kPollMilliseconds = 60'000;  // libcurl's own timers and wakeups come earlier

Error stopped_error(std::string detail, Retry retry) {
  Error error = local_error(ErrorCode::stopped, std::move(detail), retry);
  return error;
}

HttpResult turned_away() {
  HttpResult result;
  result.error = stopped_error("stopped before its turn came", Retry::later);
  return result;
}

int milliseconds_until(std::chrono::steady_clock::time_point moment) {
  const auto left = moment - std::chrono::steady_clock::now();
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<long long>(whole, 0, kPollMilliseconds));
}

}  // namespace

Result<std::unique_ptr<HttpLoop>> HttpLoop::start(HttpOptions options, int in_flight_max) {
  CURLM* multi = curl_multi_init();
  if (multi == nullptr) {
    return fail(local_error(ErrorCode::internal, "libcurl gave no multi handle"));
  }
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(in_flight_max));
  std::unique_ptr<HttpLoop> loop(new HttpLoop(std::move(options), in_flight_max, multi));
  const SignalsBlocked blocked;
  try {
    loop->thread_ = std::thread(&HttpLoop::run, loop.get());
  } catch (const std::system_error& error) {
    return fail(local_error(ErrorCode::internal, std::string("no thread: ") + error.what()));
  }
  return loop;
}

HttpLoop::HttpLoop(HttpOptions options, int in_flight_max, CURLM* multi)
    : options_(std::move(options)),
      in_flight_max_(static_cast<std::size_t>(in_flight_max)),
      multi_(multi) {}

HttpLoop::~HttpLoop() {
  stop(Duration::zero());
  idle_.clear();
  curl_multi_cleanup(multi_);
}

void HttpLoop::post(HttpRequest request, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      waiting_.push_back({std::move(request), std::move(done)});
      // What waits already has woken the loop, or waits for a place that a landing makes free.
      if (waiting_.size() == 1) curl_multi_wakeup(multi_);
      return;
    }
  }
  done(turned_away());
}

void HttpLoop::stop(Duration grace) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      stopping_ = true;
      stop_at_ = std::chrono::steady_clock::now() + grace;
    }
    curl_multi_wakeup(multi_);
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

bool HttpLoop::can_launch() {
  const std::lock_guard lock(mutex_);
  return !stopping_ && !waiting_.empty() && in_flight_.size() < in_flight_max_;
}

HttpLoop::Orders HttpLoop::take_orders() {
  const std::lock_guard lock(mutex_);
  Orders orders;
  orders.stopping = stopping_;
  orders.stop_at = stop_at_;
  if (stopping_) {
    orders.turn_away.swap(waiting_);
    orders.end = ended_ = orders.turn_away.empty() && in_flight_.empty();
    return orders;
  }
  while (!waiting_.empty() && in_flight_.size() + orders.launch.size() < in_flight_max_) {
    orders.launch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return orders;
}

void HttpLoop::run() {
  for (;;) {
    Orders orders = take_orders();
    if (orders.end) {
      return;
    }
    for (Job& job : orders.turn_away) {
      job.done(turned_away());
    }
    for (Job& job : orders.launch) {
      launch(std::move(job));
    }
    int running = 0;
    if (curl_multi_perform(multi_, &running) != CURLM_OK) {
      take_off_all(local_error(ErrorCode::internal, "libcurl's loop failed", Retry::same_id_now));
    }
    // A place that has become free is given away before anything is waited for.
    if (land_finished()) {
      continue;
    }
    if (orders.stopping && milliseconds_until(orders.stop_at) == 0) {
      take_off_all(stopped_error("taken off before the answer came", Retry::same_id_now));
      continue;
    }
    // A launch that failed, or all that was taken off, has left places free.
    if (can_launch()) continue;
    const int wait = orders.stopping ? milliseconds_until(orders.stop_at) : kPollMilliseconds;
    curl_multi_poll(multi_, nullptr, 0, wait, nullptr);
  }
}

void HttpLoop::launch(Job job) {
  std::unique_ptr<HttpExchange> exchange;
  if (idle_.empty()) {
    exchange = HttpExchange::create(options_);
  } else {
    exchange = std::move(idle_.back());
    idle_.pop_back();
  }
  if (exchange == nullptr) {
    return job.done(no_handle());
  }
  exchange->begin(std::move(job.request));
  CURL* handle = exchange->handle();
  if (curl_multi_add_handle(multi_, handle) != CURLM_OK) {
    return job.done(no_handle());
  }
  in_flight_.emplace(handle, Flight{std::move(exchange), std::move(job.done)});
}

HttpLoop::Flight HttpLoop::remove(CURL* handle) {
  curl_multi_remove_handle(multi_, handle);
  const auto found = in_flight_.find(handle);
  Flight flight = std::move(found->second);
  in_flight_.erase(found);
  return flight;
}

bool HttpLoop::land_finished() {
  bool any = false;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    const CURLcode code = message->data.result;  // the message is gone with its handle
    Flight flight = remove(message->easy_handle);
    HttpResult result = flight.exchange->finish(code);
    idle_.push_back(std::move(flight.exchange));
    flight.done(std::move(result));
    any = true;
  }
  return any;
}

void HttpLoop::take_off_all(const Error& why) {
  while (!in_flight_.empty()) {
    Flight flight = remove(in_flight_.begin()->first);
    flight.done(flight.exchange->abort(why));
  }
}

}  // namespace smev::transport
