#include "bench/answering_server.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace smev::bench {
namespace {

constexpr int kBacklog = 128;
constexpr std::size_t kChunkBytes = 64u << 10;
constexpr std::string_view kEnd = "\r\n\r\n";
constexpr std::string_view kLength = "Content-Length: ";
constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

// Octets of the first request in `read`, 0 while it is not whole. libcurl writes the length so.
std::size_t whole_request(std::string_view read) {
  const std::size_t end = read.find(kEnd);
  const std::size_t length = read.find(kLength);
  if (end == std::string_view::npos || length > end) return 0;
  const std::size_t size =
      end + kEnd.size() + std::stoul(std::string(read.substr(length + kLength.size(), 10)));
  return read.size() < size ? 0 : size;
}

void answer_all(int connection) {
  std::array<char, kChunkBytes> chunk;
  std::string read;
  for (ssize_t got = 0; (got = ::read(connection, chunk.data(), chunk.size())) > 0;) {
    read.append(chunk.data(), static_cast<std::size_t>(got));
    while (const std::size_t size = whole_request(read)) {
      read.erase(0, size);
      if (::write(connection, kAnswer.data(), kAnswer.size()) < 0) break;
    }
  }
  ::close(connection);
}

[[noreturn]] void serve(int listener) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (true) {
    const int connection = ::accept(listener, nullptr, nullptr);
    if (connection < 0) ::_exit(1);
    const int yes = 1;
    ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    std::thread(answer_all, connection).detach();
  }
}

}  // namespace

AnsweringServer::AnsweringServer() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, any, size) != 0 || ::listen(listener, kBacklog) != 0 ||
      ::getsockname(listener, any, &size) != 0) {
    throw std::runtime_error("the answering server cannot listen");
  }
  process_ = ::fork();
  if (process_ == 0) serve(listener);
  ::close(listener);
  url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/ws";
}

AnsweringServer::~AnsweringServer() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

}  // namespace smev::bench
