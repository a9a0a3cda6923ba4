#include "sdk/transport/http_caller.hpp"

#include <curl/curl.h>

#include <utility>

namespace smev::transport {

namespace {

constexpr std::size_t kIdleMax =
    16;  // more than that many threads at once give up their connections

}  // namespace

HttpResult no_handle() {
  HttpResult result;
  result.error = local_error(ErrorCode::internal, "libcurl gave no handle", Retry::later);
  return result;
}

HttpResult HttpCaller::post(HttpRequest request) {
  std::unique_ptr<HttpExchange> exchange = take();
  if (exchange == nullptr) {
    return no_handle();
  }
  exchange->begin(std::move(request));
  const CURLcode code = curl_easy_perform(exchange->handle());
  HttpResult result = exchange->finish(code);
  put_back(std::move(exchange));
  return result;
}

std::unique_ptr<HttpExchange> HttpCaller::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<HttpExchange> exchange = std::move(idle_.back());
      idle_.pop_back();
      return exchange;
    }
  }
  return HttpExchange::create(options_);
}

void HttpCaller::put_back(std::unique_ptr<HttpExchange> exchange) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kIdleMax) {
    idle_.push_back(std::move(exchange));
  }
}

}  // namespace smev::transport
