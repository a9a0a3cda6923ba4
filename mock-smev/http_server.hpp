#pragma once
// An HTTP/1.1 server over Boost.Beast: connections, limits and time-outs. What is answered is the
// handler's business.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "smev/base/result.hpp"

namespace smev::mock {

struct HttpLimits {
  std::size_t body_bytes_max = 32u << 20;  ///< of a request; more is answered 413
  std::size_t header_bytes_max = 64u << 10;
  std::size_t connections_max = 256;  ///< open at once; further ones are closed unanswered
  /// Until a whole request has come, and between requests of one connection.
  std::chrono::milliseconds read_timeout = std::chrono::seconds(60);
  std::chrono::milliseconds write_timeout = std::chrono::seconds(60);
  int threads = 4;
};

struct HttpRequest {
  std::string method;
  std::string target;
  std::string content_type;
  std::string body;
};

struct HttpReply {
  int status = 200;
  std::string content_type;
  std::string body;
  std::string file_path;  ///< when set, this file is the body
  std::vector<std::pair<std::string, std::string>> headers;
  bool drop = false;  ///< close the connection, answer nothing
};

/// Called from several threads at once.
using HttpHandler = std::function<HttpReply(const HttpRequest&)>;

class HttpServer {
 public:
  /// Listens and serves until destroyed. Port 0: any free one.
  static Result<std::unique_ptr<HttpServer>> start(const std::string& address, int port,
                                                   const HttpLimits& limits, HttpHandler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] int port() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace smev::mock
