#pragma once
// Blocking POSTs from any thread. Handles, and with them connections, are kept for the next call.

#include <memory>
#include <mutex>
#include <vector>

#include "sdk/transport/http_exchange.hpp"

namespace smev::transport {

/// Thread-safe.
class HttpCaller {
 public:
  explicit HttpCaller(HttpOptions options) : options_(std::move(options)) {}

  HttpResult post(HttpRequest request);

 private:
  std::unique_ptr<HttpExchange> take();
  void put_back(std::unique_ptr<HttpExchange> exchange);

  HttpOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpExchange>> idle_;
};

/// What is said when libcurl gives no handle.
HttpResult no_handle();

}  // namespace smev::transport
