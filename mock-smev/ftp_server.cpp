#include "mock-smev/ftp_server.hpp"

#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/file_posix.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "mock-smev/listening.hpp"

namespace smev::mock {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace fs = std::filesystem;
using tcp = asio::ip::tcp;
using beast::error_code;

constexpr std::size_t kPieceBytes = 64u << 10;

struct Shared {
  FtpLimits limits;
  std::shared_ptr<FileStore> store;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::uint64_t> parts{0};  // numbers the files that are being received
};

/// A file on its way in: under a name of its own until it is complete.
class Upload {
 public:
  Upload(std::string part, std::string final) : part_(std::move(part)), final_(std::move(final)) {}
  ~Upload() {
    if (!file_.is_open()) return;
    error_code ignored;
    file_.close(ignored);
    std::remove(part_.c_str());
  }
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  bool open() {
    error_code error;
    file_.open(part_.c_str(), beast::file_mode::write, error);
    return !error;
  }
  bool write(const char* octets, std::size_t count) {
    error_code error;
    while (count > 0 && !error) {
      const std::size_t written = file_.write(octets, count, error);
      octets += written;
      count -= written;
    }
    return !error;
  }
  /// Gives the file its name, in place of an earlier one.
  bool finish() {
    error_code error;
    file_.close(error);
    if (!error && std::rename(part_.c_str(), final_.c_str()) == 0) return true;
    std::remove(part_.c_str());
    return false;
  }

 private:
  std::string part_;
  std::string final_;
  beast::file_posix file_;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::shared_ptr<Shared> shared)
      : control_(std::move(socket)),
        shared_(std::move(shared)),
        data_acceptor_(control_.get_executor()),
        data_timer_(control_.get_executor()) {
    ++shared_->connections;
  }
  ~Session() { --shared_->connections; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void greet() {
    error_code error;
    local_ = control_.socket().local_endpoint(error).address();
    if (!error) peer_ = control_.socket().remote_endpoint(error).address();
    if (!error) reply("220 mock-smev file store");
  }
  void turn_away() {
    closing_ = true;
    reply("421 Too many connections");
  }

 private:
  // ---- the control connection ----

  void reply(const std::string& line) {
    output_ = line + "\r\n";
    control_.expires_after(shared_->limits.idle_timeout);
    asio::async_write(control_, asio::buffer(output_),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (error) return;
                        if (self->closing_) return self->close();
                        self->next_command();
                      });
  }

  void close() {
    error_code ignored;
    control_.socket().shutdown(tcp::socket::shutdown_both, ignored);
  }

  void next_command() {
    control_.expires_after(shared_->limits.idle_timeout);
    asio::async_read_until(control_, asio::dynamic_buffer(input_, shared_->limits.line_bytes_max),
                           '\n', [self = shared_from_this()](error_code error, std::size_t length) {
                             self->on_line(error, length);
                           });
  }

  void on_line(error_code error, std::size_t length) {
    if (error == asio::error::not_found) {
      closing_ = true;
      return reply("500 Line too long");
    }
    if (error) return;
    std::string line = input_.substr(0, length);
    input_.erase(0, length);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    const auto blank = line.find(' ');
    std::string verb = line.substr(0, blank);
    for (char& c : verb) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    execute(verb, blank == std::string::npos ? std::string() : line.substr(blank + 1));
  }

  void execute(const std::string& verb, const std::string& argument) {
    using Command = void (Session::*)(const std::string&);
    static const std::map<std::string_view, Command> kOpen = {
        {"user", &Session::user}, {"pass", &Session::pass}, {"quit", &Session::quit},
        {"syst", &Session::syst}, {"feat", &Session::feat}, {"noop", &Session::noop},
        {"opts", &Session::opts},
    };
    static const std::map<std::string_view, Command> kLoggedIn = {
        {"pwd", &Session::pwd},   {"cwd", &Session::cwd},   {"cdup", &Session::cdup},
        {"mkd", &Session::mkd},   {"type", &Session::type}, {"pasv", &Session::pasv},
        {"epsv", &Session::epsv}, {"stor", &Session::stor}, {"retr", &Session::retr},
        {"size", &Session::size},
    };
    if (const auto found = kOpen.find(verb); found != kOpen.end()) {
      return (this->*found->second)(argument);
    }
    const auto found = kLoggedIn.find(verb);
    if (found == kLoggedIn.end()) return reply("502 Command not implemented");
    if (!logged_in_) return reply("530 Log in with USER and PASS");
    (this->*found->second)(argument);
  }

  void user(const std::string&) { reply("331 Any password will do"); }
  void pass(const std::string&) {
    logged_in_ = true;
    reply("230 Logged in");
  }
  void quit(const std::string&) {
    closing_ = true;
    reply("221 Goodbye");
  }
  void syst(const std::string&) { reply("215 UNIX Type: L8"); }
  void feat(const std::string&) {
    reply("211-Features:\r\n EPSV\r\n PASV\r\n SIZE\r\n UTF8\r\n211 End");
  }
  void noop(const std::string&) { reply("200 OK"); }
  void opts(const std::string& argument) {
    reply(beast::iequals(argument, "UTF8 ON") ? "200 UTF8 is always on" : "501 Unknown option");
  }
  void type(const std::string& argument) {
    const bool known = beast::iequals(argument, "I") || beast::iequals(argument, "A") ||
                       beast::iequals(argument, "L 8") || beast::iequals(argument, "A N");
    reply(known ? "200 Files are always octets" : "504 Unknown type");
  }

  // ---- directories ----

  void pwd(const std::string&) { reply("257 \"" + directory_ + "\" is the current directory"); }
  void cdup(const std::string&) { cwd(".."); }
  void cwd(const std::string& argument) {
    const auto path = FileStore::resolve(directory_, argument);
    if (!path || !path->is_directory() || !shared_->store->has_directory(path->directory)) {
      return reply("550 No such directory");
    }
    directory_ = path->is_root() ? "/" : "/" + path->directory;
    reply("250 Done");
  }
  void mkd(const std::string& argument) {
    const auto path = FileStore::resolve(directory_, argument);
    if (!path || path->is_root() || !path->is_directory()) {
      return reply("553 A directory is named by a UUID and stands in the root");
    }
    if (shared_->store->has_directory(path->directory)) return reply("550 Directory exists");
    if (!shared_->store->make_directory(path->directory)) return reply("451 Disk error");
    reply("257 \"/" + path->directory + "\" created");
  }
  void size(const std::string& argument) {
    const auto path = file_path(argument);
    std::error_code error;
    const auto bytes = path ? fs::file_size(shared_->store->disk_path(*path), error) : 0;
    if (!path || error) return reply("550 No such file");
    reply("213 " + std::to_string(bytes));
  }
  [[nodiscard]] std::optional<StorePath> file_path(const std::string& argument) const {
    auto path = FileStore::resolve(directory_, argument);
    return path && !path->is_directory() ? path : std::nullopt;
  }

  // ---- the data connection ----

  bool open_data_port() {
    error_code error;
    data_acceptor_.close(error);
    data_acceptor_.open(local_.is_v6() ? tcp::v6() : tcp::v4(), error);
    if (!error) data_acceptor_.bind({local_, 0}, error);
    if (!error) data_acceptor_.listen(1, error);
    return !error;
  }
  [[nodiscard]] int data_port() const {
    error_code ignored;
    return data_acceptor_.local_endpoint(ignored).port();
  }
  void epsv(const std::string&) {
    if (!open_data_port()) return reply("425 Cannot open a data port");
    reply("229 Entering Extended Passive Mode (|||" + std::to_string(data_port()) + "|)");
  }
  void pasv(const std::string&) {
    if (!local_.is_v4()) return reply("522 Use EPSV");
    if (!open_data_port()) return reply("425 Cannot open a data port");
    const auto ip = local_.to_v4().to_bytes();
    std::string address;
    for (const auto octet : ip) address += std::to_string(octet) + ',';
    const int port = data_port();
    reply("227 Entering Passive Mode (" + address + std::to_string(port / 256) + ',' +
          std::to_string(port % 256) + ")");
  }

  /// Announces a transfer, waits for the client on the data port, then goes on with `then`.
  void with_data(void (Session::*then)()) {
    output_ = "150 Data connection\r\n";
    control_.expires_after(shared_->limits.idle_timeout);
    asio::async_write(control_, asio::buffer(output_),
                      [self = shared_from_this(), then](error_code error, std::size_t) {
                        if (!error) self->accept_data(then);
                      });
  }
  void accept_data(void (Session::*then)()) {
    data_timer_.expires_after(shared_->limits.data_timeout);
    data_timer_.async_wait([self = shared_from_this()](error_code error) {
      error_code ignored;
      if (!error) self->data_acceptor_.close(ignored);
    });
    data_acceptor_.async_accept(
        [self = shared_from_this(), then](error_code error, tcp::socket socket) {
          self->data_timer_.cancel();
          error_code ignored;
          self->data_acceptor_.close(ignored);
          // Someone else on the data port must not receive or plant a file.
          if (error || socket.remote_endpoint(ignored).address() != self->peer_) {
            return self->end_transfer("425 No data connection");
          }
          self->data_.emplace(std::move(socket));
          ((*self).*then)();
        });
  }
  void end_transfer(const std::string& line) {
    if (data_) data_->close();
    data_.reset();
    upload_.reset();
    reply(line);
  }

  void stor(const std::string& argument) {
    const auto path = file_path(argument);
    if (!path) return reply("553 A file stands in a directory named by a UUID");
    if (!shared_->store->has_directory(path->directory)) return reply("550 No such directory");
    if (!data_acceptor_.is_open()) return reply("425 Say EPSV or PASV first");
    StorePath part = *path;
    part.name = kPartPrefix + std::to_string(++shared_->parts);
    upload_.emplace(shared_->store->disk_path(part), shared_->store->disk_path(*path));
    if (!upload_->open()) return end_transfer("451 Disk error");
    received_ = 0;
    with_data(&Session::receive);
  }
  void receive() {
    data_->expires_after(shared_->limits.idle_timeout);
    data_->async_read_some(asio::buffer(piece_),
                           [self = shared_from_this()](error_code error, std::size_t count) {
                             self->on_received(error, count);
                           });
  }
  void on_received(error_code error, std::size_t count) {
    if (error == asio::error::eof) {
      return end_transfer(upload_->finish() ? "226 Stored" : "451 Disk error");
    }
    if (error) return end_transfer("426 Transfer broken off");
    received_ += count;
    if (received_ > shared_->limits.file_bytes_max) {
      return end_transfer("552 File larger than the limit");
    }
    if (!upload_->write(piece_.data(), count)) return end_transfer("451 Disk error");
    receive();
  }

  void retr(const std::string& argument) {
    const auto path = file_path(argument);
    error_code error;
    if (path) {
      download_.open(shared_->store->disk_path(*path).c_str(), beast::file_mode::scan, error);
    }
    if (!path || error) return reply("550 No such file");
    if (!data_acceptor_.is_open()) return reply("425 Say EPSV or PASV first");
    with_data(&Session::send_piece);
  }
  void send_piece() {
    error_code error;
    const std::size_t count = download_.read(piece_.data(), piece_.size(), error);
    if (error) return end_transfer("451 Disk error");
    if (count == 0) return end_transfer("226 Sent");
    data_->expires_after(shared_->limits.idle_timeout);
    asio::async_write(*data_, asio::buffer(piece_.data(), count),
                      [self = shared_from_this()](error_code failed, std::size_t) {
                        if (failed) return self->end_transfer("426 Transfer broken off");
                        self->send_piece();
                      });
  }

  beast::tcp_stream control_;
  std::shared_ptr<Shared> shared_;
  asio::ip::address local_;
  asio::ip::address peer_;
  std::string input_;
  std::string output_;
  std::string directory_ = "/";
  bool logged_in_ = false;
  bool closing_ = false;

  tcp::acceptor data_acceptor_;
  asio::steady_timer data_timer_;
  std::optional<beast::tcp_stream> data_;
  std::optional<Upload> upload_;
  beast::file_posix download_;
  std::uintmax_t received_ = 0;
  std::array<char, kPieceBytes> piece_{};
};

}  // namespace

struct FtpServer::Impl {
  Impl(const FtpLimits& limits, std::shared_ptr<FileStore> store)
      : shared(std::make_shared<Shared>()), acceptor(context) {
    shared->limits = limits;
    shared->store = std::move(store);
  }
  ~Impl() {
    context.stop();
    if (thread.joinable()) thread.join();
  }

  error_code listen(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port = acceptor.local_endpoint(error).port();
    return error;
  }

  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) {
        const bool full = shared->connections >= shared->limits.connections_max;
        auto session = std::make_shared<Session>(std::move(socket), shared);
        full ? session->turn_away() : session->greet();
      }
      accept();
    });
  }

  std::shared_ptr<Shared> shared;
  asio::io_context context;
  tcp::acceptor acceptor;
  std::thread thread;  // one is enough: everything but disk writes is asynchronous
  int port = 0;
};

FtpServer::FtpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FtpServer::~FtpServer() = default;

int FtpServer::port() const { return impl_->port; }

Result<std::unique_ptr<FtpServer>> FtpServer::start(const std::string& address, int port,
                                                    const FtpLimits& limits,
                                                    std::shared_ptr<FileStore> store) {
  error_code error;
  const auto ip = asio::ip::make_address(address, error);
  if (error) return fail(local_error(ErrorCode::config, "no IP address: " + address));
  auto impl = std::make_unique<Impl>(limits, std::move(store));
  error = impl->listen({ip, static_cast<unsigned short>(port)});
  if (error) return fail(cannot_listen(address, port, "--ftp-port", error));
  impl->accept();
  impl->thread = std::thread([context = &impl->context] { context->run(); });
  return std::unique_ptr<FtpServer>(new FtpServer(std::move(impl)));
}

}  // namespace smev::mock
