#pragma once
// A scripted HTTP server for tests: remembers every request, answers as the test says.

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "sdk/smev3/media_type.hpp"
#include "tests/unit/transport/tcp_server.hpp"

namespace smev::testing {

struct SeenRequest {
  std::string request_line;
  std::vector<std::string> headers;  ///< whole lines
  std::string body;
  int connection = 0;  ///< number of the connection it came on

  /// The value of a header; "-" when it is not there.
  [[nodiscard]] std::string header(const std::string& name) const {
    for (const std::string& line : headers) {
      const std::size_t colon = line.find(':');
      if (smev3::lower_ascii(line.substr(0, colon)) == name) {
        return std::string(smev3::trim_ascii(std::string_view(line).substr(colon + 1)));
      }
    }
    return "-";
  }
};

inline std::string http_answer(int status, const std::string& content_type, const std::string& body,
                               const std::string& more_headers = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Type: " + content_type +
         "\r\n" + more_headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

inline std::string soap_answer(const std::string& body, int status = 200) {
  return http_answer(status, "text/xml;charset=UTF-8", body);
}

class HttpServer {
 public:
  /// Called for every request; the connection ends when it returns false.
  using Script = std::function<bool(Connection& connection, const SeenRequest& request)>;

  explicit HttpServer(Script script)
      : script_(std::move(script)),
        server_([this](Connection& connection) { serve(connection); }) {}

  /// Answers every request with the same octets.
  static Script always(const std::string& answer) {
    return [answer](Connection& connection, const SeenRequest&) { return connection.send(answer); };
  }

  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(server_.port()) + "/smev/v1.2/ws";
  }
  [[nodiscard]] int connections() { return server_.connections(); }
  [[nodiscard]] std::vector<SeenRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  void stop() { server_.stop(); }

 private:
  static bool read(Connection& connection, SeenRequest& request) {
    request.connection = connection.number;
    if (!connection.read_line(request.request_line)) return false;
    std::string line;
    while (connection.read_line(line) && !line.empty()) request.headers.push_back(line);
    const std::string length = request.header("content-length");
    return connection.read_octets(request.body, length == "-" ? 0 : std::stoul(length));
  }

  void serve(Connection& connection) {
    for (;;) {
      SeenRequest request;
      if (!read(connection, request)) return;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      if (!script_(connection, request)) return;
    }
  }

  Script script_;
  std::mutex mutex_;
  std::vector<SeenRequest> requests_;
  TcpServer server_;
};

}  // namespace smev::testing
