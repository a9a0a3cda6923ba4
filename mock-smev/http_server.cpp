#include "mock-smev/http_server.hpp"

#include <atomic>
#include <exception>
#include <optional>
#include <thread>

// Asio 1.74 takes std::exchange for granted.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "mock-smev/listening.hpp"

namespace smev::mock {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

constexpr char kServerName[] = "mock-smev";
constexpr std::chrono::seconds kDrainTimeout{2};
constexpr std::size_t kDrainBytes = 64u << 10;

/// What all connections share.
struct Shared {
  HttpLimits limits;
  HttpHandler handler;
  std::atomic<std::size_t> connections{0};
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::shared_ptr<Shared> shared)
      : stream_(std::move(socket)), shared_(std::move(shared)) {
    ++shared_->connections;
  }
  ~Session() { --shared_->connections; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    parser_.emplace();
    parser_->body_limit(shared_->limits.body_bytes_max);
    parser_->header_limit(static_cast<std::uint32_t>(shared_->limits.header_bytes_max));
    stream_.expires_after(shared_->limits.read_timeout);
    http::async_read_header(stream_, buffer_, *parser_,
                            beast::bind_front_handler(&Session::on_header, shared_from_this()));
  }

 private:
  void on_header(beast::error_code error, std::size_t) {
    if (error) return refuse(error);
    if (!beast::iequals(parser_->get()[http::field::expect], "100-continue")) return read_body();
    auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_,
                                                                    parser_->get().version());
    http::async_write(stream_, *go_on,
                      [self = shared_from_this(), go_on](beast::error_code failed, std::size_t) {
                        if (!failed) self->read_body();
                      });
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_,
                     beast::bind_front_handler(&Session::on_request, shared_from_this()));
  }

  void on_request(beast::error_code error, std::size_t) {
    if (error) return refuse(error);
    http::request<http::string_body>& message = parser_->get();
    keep_alive_ = message.keep_alive();
    head_ = message.method() == http::verb::head;
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    request.content_type = std::string(message[http::field::content_type]);
    request.body = std::move(message.body());
    reply(handle(request));
  }

  HttpReply handle(const HttpRequest& request) {
    try {
      return shared_->handler(request);
    } catch (const std::exception&) {
      return {500, "application/json", R"({"error":"internal"})", {}, {}, false};
    }
  }

  /// A request that cannot be read ends the connection; the client is told why where that can help.
  void refuse(beast::error_code error) {
    keep_alive_ = false;
    if (error == http::error::body_limit || error == http::error::header_limit) {
      return reply({413, "application/json", R"({"error":"too_large"})", {}, {}, false});
    }
    if (error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      return reply({400, "application/json", R"({"error":"bad_request"})", {}, {}, false});
    }
    close();
  }

  void reply(HttpReply answer) {
    if (answer.drop) {
      // An abrupt end, as of a broken line: the client sees a reset rather than an orderly close.
      beast::error_code ignored;
      stream_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
      stream_.socket().close(ignored);
      return;
    }
    if (answer.file_path.empty() || head_) {
      http::response<http::string_body> response;
      response.body() = std::move(answer.body);
      return send(std::move(response), answer);
    }
    http::response<http::file_body> response;
    beast::error_code error;
    response.body().open(answer.file_path.c_str(), beast::file_mode::scan, error);
    if (error) {
      return reply({500, "application/json", R"({"error":"file_lost"})", {}, {}, false});
    }
    send(std::move(response), answer);
  }

  template <class Body>
  void send(http::response<Body> response, const HttpReply& answer) {
    response.version(11);
    response.result(static_cast<unsigned>(answer.status));
    response.set(http::field::server, kServerName);
    response.set(http::field::content_type, answer.content_type);
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    response.keep_alive(keep_alive_);
    response.prepare_payload();
    stream_.expires_after(shared_->limits.write_timeout);
    auto kept = std::make_shared<http::response<Body>>(std::move(response));
    if (head_) kept->body() = {};
    http::async_write(stream_, *kept,
                      [self = shared_from_this(), kept](beast::error_code error, std::size_t) {
                        if (!error && self->keep_alive_) return self->read();
                        self->close();
                      });
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(kDrainTimeout);
    drain();
  }

  // A socket closed over unread octets resets the connection, and the client loses the answer that
  // explains the refusal: so what still comes is read and thrown away for a moment.
  void drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kDrainBytes),
                            [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (!error) self->drain();
                            });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::shared_ptr<Shared> shared_;
  bool keep_alive_ = false;
  bool head_ = false;
};

}  // namespace

struct HttpServer::Impl {
  explicit Impl(const HttpLimits& limits, HttpHandler handler)
      : shared(std::make_shared<Shared>()), acceptor(asio::make_strand(context)) {
    shared->limits = limits;
    shared->handler = std::move(handler);
  }

  ~Impl() {
    context.stop();
    for (std::thread& thread : threads) thread.join();
  }

  beast::error_code listen(const tcp::endpoint& endpoint) {
    beast::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port = acceptor.local_endpoint(error).port();
    return error;
  }

  void accept() {
    acceptor.async_accept(asio::make_strand(context),
                          [this](beast::error_code error, tcp::socket socket) {
                            if (error == asio::error::operation_aborted) return;
                            if (!error && shared->connections < shared->limits.connections_max) {
                              beast::error_code ignored;
                              socket.set_option(tcp::no_delay(true), ignored);
                              std::make_shared<Session>(std::move(socket), shared)->read();
                            }
                            accept();
                          });
  }

  std::shared_ptr<Shared> shared;
  asio::io_context context;
  tcp::acceptor acceptor;
  std::vector<std::thread> threads;
  int port = 0;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

int HttpServer::port() const { return impl_->port; }

Result<std::unique_ptr<HttpServer>> HttpServer::start(const std::string& address, int port,
                                                      const HttpLimits& limits,
                                                      HttpHandler handler) {
  beast::error_code error;
  const auto ip = asio::ip::make_address(address, error);
  if (error) return fail(local_error(ErrorCode::config, "no IP address: " + address));
  auto impl = std::make_unique<Impl>(limits, std::move(handler));
  error = impl->listen({ip, static_cast<unsigned short>(port)});
  if (error) return fail(cannot_listen(address, port, "--port", error));
  impl->accept();
  for (int i = 0; i < limits.threads; ++i) {
    impl->threads.emplace_back([context = &impl->context] { context->run(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

}  // namespace smev::mock
