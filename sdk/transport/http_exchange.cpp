#include "sdk/transport/http_exchange.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace smev::transport {

namespace {

constexpr std::size_t kHeaderBytesMax = 64u << 10;  // of one answer, all its header lines
constexpr long kKeepaliveIdleSeconds = 60;

long milliseconds(Duration duration) {
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<long>(std::max<long long>(whole, 1));  // 0 would mean "for ever"
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Error error_of(ErrorCode code, Retry retry, std::string text, std::string detail) {
  Error error;
  error.code = code;
  error.origin = Origin::network;
  error.retry = retry;
  error.text = std::move(text);
  error.detail = std::move(detail);
  return error;
}

std::string why_no_connection(int code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "Не удалось найти сервер СМЭВ по имени. Проверьте адрес сервиса и DNS";
    case CURLE_OPERATION_TIMEDOUT:
      return "Сервер СМЭВ не отвечает на попытку соединения. Проверьте сеть, защищённый канал и "
             "адрес сервиса";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return "Сертификат TLS сервера СМЭВ не принят. Проверьте адрес сервиса и доверенные "
             "сертификаты машины";
    default:
      return "Нет соединения с сервером СМЭВ. Проверьте сеть, защищённый канал и адрес сервиса";
  }
}

}  // namespace

std::unique_ptr<HttpExchange> HttpExchange::create(HttpOptions options) {
  CURL* handle = curl_easy_init();
  if (handle == nullptr) {
    return nullptr;
  }
  return std::unique_ptr<HttpExchange>(new HttpExchange(std::move(options), handle));
}

HttpExchange::HttpExchange(HttpOptions options, CURL* handle)
    : options_(std::move(options)), handle_(handle) {
  set_options();
  set_callbacks();
}

HttpExchange::~HttpExchange() {
  curl_easy_cleanup(handle_);
  curl_slist_free_all(headers_);
}

void HttpExchange::begin(HttpRequest request) {
  request_ = std::move(request);
  body_.clear();
  header_bytes_ = 0;
  times_sent_ = 0;
  too_long_ = false;
  curl_slist_free_all(headers_);
  headers_ = nullptr;
  for (const std::string& line :
       {"Content-Type: " + request_.content_type, "SOAPAction: \"" + request_.soap_action + "\"",
        std::string("Expect:"), std::string("Accept: text/xml, multipart/related")}) {
    if (curl_slist* longer = curl_slist_append(headers_, line.c_str())) {
      headers_ = longer;
    }
  }
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, request_.body.data());
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request_.body.size()));
}

void HttpExchange::set_options() {
  curl_easy_setopt(handle_, CURLOPT_URL, options_.url.c_str());
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  // SMEV stands inside a closed network: a proxy from the environment is never meant for it.
  curl_easy_setopt(handle_, CURLOPT_PROXY, "");
  curl_easy_setopt(handle_, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle_, CURLOPT_TCP_KEEPIDLE, kKeepaliveIdleSeconds);
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options_.connect_timeout));
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, milliseconds(options_.total_timeout));
  curl_easy_setopt(handle_, CURLOPT_USERAGENT, "smev-status");
  curl_easy_setopt(handle_, CURLOPT_POST, 1L);
}

void HttpExchange::set_callbacks() {
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &HttpExchange::take_body);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &HttpExchange::take_header);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle_, CURLOPT_PREREQFUNCTION, &HttpExchange::before_request);
  curl_easy_setopt(handle_, CURLOPT_PREREQDATA, this);
}

// Less than was offered taken: libcurl ends the transfer.
std::size_t HttpExchange::take_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<HttpExchange*>(self);
  const std::size_t length = size * count;
  if (length > exchange.options_.answer_bytes_max - exchange.body_.size()) {
    exchange.too_long_ = true;
    return 0;
  }
  exchange.body_.append(data, length);
  return length;
}

std::size_t HttpExchange::take_header(char*, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<HttpExchange*>(self);
  const std::size_t length = size * count;
  exchange.header_bytes_ += length;
  if (exchange.header_bytes_ > kHeaderBytesMax) {
    exchange.too_long_ = true;
    return 0;
  }
  return length;
}

// Called when the connection stands and before the first octet of the request leaves.
int HttpExchange::before_request(void* self, char*, char*, int, int) {
  auto& exchange = *static_cast<HttpExchange*>(self);
  if (exchange.times_sent_ > 0) {
    return CURL_PREREQFUNC_ABORT;
  }
  ++exchange.times_sent_;
  return CURL_PREREQFUNC_OK;
}

Error HttpExchange::network_error(int code) const {
  const std::string detail = curl_easy_strerror(static_cast<CURLcode>(code));
  if (times_sent_ == 0) {
    return error_of(ErrorCode::connect, Retry::later, why_no_connection(code), detail);
  }
  if (too_long_) {
    return error_of(ErrorCode::limit_exceeded, Retry::same_id_now,
                    fmt::format("Ответ СМЭВ длиннее допустимого ({} байт) и отброшен",
                                options_.answer_bytes_max),
                    fmt::format("answer_bytes_max={}, {} octets of body, {} of headers",
                                options_.answer_bytes_max, body_.size(), header_bytes_));
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return error_of(ErrorCode::timeout, Retry::same_id_now,
                    fmt::format("СМЭВ не ответила за {:g} с. Неизвестно, принято ли сообщение",
                                seconds(options_.total_timeout)),
                    fmt::format("{}, {} octets of answer", detail, body_.size()));
  }
  const std::string how =
      code == CURLE_ABORTED_BY_CALLBACK ? "the connection died before an answer" : detail;
  return error_of(ErrorCode::connection_lost, Retry::same_id_now,
                  "Соединение со СМЭВ прервалось. Неизвестно, принято ли сообщение", how);
}

HttpResult HttpExchange::collect() {
  HttpResult result;
  result.request_left = times_sent_ > 0;
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  result.answer.status = static_cast<int>(status);
  curl_off_t microseconds = 0;
  curl_easy_getinfo(handle_, CURLINFO_TOTAL_TIME_T, &microseconds);
  result.duration = Duration(microseconds);
  return result;
}

HttpResult HttpExchange::finish(int code) {
  HttpResult result = collect();
  if (code != CURLE_OK) {
    result.error = network_error(code);
    body_ = {};  // may be as long as the limit
    request_ = {};
    return result;
  }
  const char* content_type = nullptr;
  curl_easy_getinfo(handle_, CURLINFO_CONTENT_TYPE, &content_type);
  result.answer.content_type = content_type == nullptr ? "" : content_type;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(handle_, CURLINFO_RETRY_AFTER, &retry_after);
  if (retry_after > 0) {
    result.retry_after_seconds = static_cast<long>(retry_after);
  }
  result.answer.body = std::move(body_);
  body_.clear();
  request_ = {};
  return result;
}

HttpResult HttpExchange::abort(Error why) {
  HttpResult result = collect();
  result.error = std::move(why);
  body_ = {};
  request_ = {};
  return result;
}

}  // namespace smev::transport
