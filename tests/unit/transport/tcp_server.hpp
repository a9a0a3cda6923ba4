#pragma once
// Plain sockets for tests: a server on a free port of 127.0.0.1, one thread per connection, all of
// them joined at the end. What a connection does is a function.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace smev::testing {

/// One accepted connection; the server closes it when its function returns.
class Connection {
 public:
  Connection(int socket, int which) : number(which), socket_(socket) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(socket_); }

  /// False when the other side is gone.
  bool send(std::string_view octets) {
    while (!octets.empty()) {
      const ssize_t sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Appends what comes; false at the end.
  bool receive(std::string& buffer) {
    char octets[16384];
    const ssize_t count = ::recv(socket_, octets, sizeof octets, 0);
    if (count <= 0) return false;
    buffer.append(octets, static_cast<std::size_t>(count));
    return true;
  }

  /// Up to and without the line end; false at the end of the connection.
  bool read_line(std::string& line) {
    while (pending_.find('\n') == std::string::npos) {
      if (!receive(pending_)) return false;
    }
    line = pending_.substr(0, pending_.find('\n'));
    pending_.erase(0, line.size() + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return true;
  }

  bool read_octets(std::string& octets, std::size_t count) {
    while (pending_.size() < count) {
      if (!receive(pending_)) return false;
    }
    octets = pending_.substr(0, count);
    pending_.erase(0, count);
    return true;
  }

  void wait_until_closed() {
    std::string ignored;
    while (receive(ignored)) ignored.clear();
  }

  /// The other side gets a reset instead of an orderly end.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  void shut_down() { ::shutdown(socket_, SHUT_RDWR); }

  const int number;  ///< 1 for the first connection of the server

 private:
  int socket_;
  std::string pending_;
};

/// A listening socket on a free port.
class Listener {
 public:
  explicit Listener(int backlog = 64) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = loopback(0);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(socket_, backlog);
    socklen_t length = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
  }

  /// -1 when the listener was stopped.
  [[nodiscard]] int accept() const { return ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); }
  void stop() const { ::shutdown(socket_, SHUT_RDWR); }
  [[nodiscard]] int port() const { return port_; }

 private:
  int socket_;
  int port_ = 0;
};

class TcpServer {
 public:
  using Serve = std::function<void(Connection& connection)>;

  explicit TcpServer(Serve serve) : serve_(std::move(serve)), acceptor_([this] { accept_all(); }) {}
  ~TcpServer() { stop(); }
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  [[nodiscard]] int port() const { return listener_.port(); }

  [[nodiscard]] int connections() {
    const std::lock_guard lock(mutex_);
    return connection_count_;
  }

  void stop() {
    listener_.stop();
    if (acceptor_.joinable()) acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const auto& served : served_) {
        if (served->connection) served->connection->shut_down();
      }
    }
    for (const auto& served : served_) {
      if (served->thread.joinable()) served->thread.join();
    }
  }

 private:
  struct Served {
    std::unique_ptr<Connection> connection;  // guarded by mutex_
    std::thread thread;
  };

  void accept_all() {
    for (;;) {
      const int socket = listener_.accept();
      if (socket < 0) return;
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const std::lock_guard lock(mutex_);
      served_.push_back(std::make_unique<Served>());
      Served* served = served_.back().get();
      served->connection = std::make_unique<Connection>(socket, ++connection_count_);
      Connection* connection = served->connection.get();
      served->thread = std::thread([this, served, connection] {
        serve_(*connection);
        const std::lock_guard closing(mutex_);
        served->connection.reset();
      });
    }
  }

  Serve serve_;
  Listener listener_;
  std::mutex mutex_;
  int connection_count_ = 0;
  std::list<std::unique_ptr<Served>> served_;
  std::thread acceptor_;
};

/// Lets one thread wait for what another does.
class Event {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  /// False when it did not come within ten seconds: a test that hangs fails instead.
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace smev::testing
