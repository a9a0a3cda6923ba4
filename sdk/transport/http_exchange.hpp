#pragma once
// One HTTP POST over one libcurl handle, with what is known at its end. Who drives the handle (a
// multi loop or a blocking call) stands above.
//
// libcurl silently sends a request again when a kept connection dies before the answer. A message
// sent twice in one attempt would come back as "already sent" without an earlier attempt on record,
// so the second sending is stopped.

#include <memory>
#include <optional>
#include <string>

#include "sdk/smev3/answer.hpp"
#include "smev/base/clock.hpp"
#include "smev/base/error.hpp"
#include "smev/base/result.hpp"

typedef void CURL;
struct curl_slist;

namespace smev::transport {

struct HttpOptions {
  std::string url;
  Duration connect_timeout{};
  Duration total_timeout{};
  std::size_t answer_bytes_max = 0;
};

struct HttpRequest {
  std::string soap_action;
  std::string content_type;
  std::string body;
};

struct HttpResult {
  bool request_left = false;   ///< octets of the request may have reached the other side
  std::optional<Error> error;  ///< no complete answer; nothing when one came
  smev3::HttpAnswer answer;    ///< complete, or its status alone
  std::optional<long> retry_after_seconds;
  Duration duration{};
};

/// Not thread-safe; may be used for one request after another and then keeps its connection.
class HttpExchange {
 public:
  /// Nothing when libcurl has no memory left.
  static std::unique_ptr<HttpExchange> create(HttpOptions options);
  ~HttpExchange();
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  /// Makes the handle ready; the request lives until finish() or abort().
  void begin(HttpRequest request);
  [[nodiscard]] CURL* handle() const { return handle_; }
  /// `code`: what libcurl said at the end (CURLcode).
  HttpResult finish(int code);
  /// The transfer was taken off before its end.
  HttpResult abort(Error why);

 private:
  HttpExchange(HttpOptions options, CURL* handle);
  void set_options();
  void set_callbacks();
  [[nodiscard]] Error network_error(int code) const;
  HttpResult collect();

  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);
  static int before_request(void* self, char*, char*, int, int);

  HttpOptions options_;
  CURL* handle_;
  curl_slist* headers_ = nullptr;
  HttpRequest request_;
  std::string body_;
  std::size_t header_bytes_ = 0;
  int times_sent_ = 0;
  bool too_long_ = false;
};

}  // namespace smev::transport
