#include "tests/unit/mock/wire.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace smev::mock::testing_support {
namespace {

constexpr long kTimeoutSeconds = 20;

struct CurlDeleter {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
using Curl = std::unique_ptr<CURL, CurlDeleter>;

std::size_t append(char* data, std::size_t size, std::size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

struct Source {
  const std::string& octets;
  std::size_t at = 0;
};

std::size_t give(char* data, std::size_t size, std::size_t count, void* from) {
  auto& source = *static_cast<Source*>(from);
  const std::size_t piece = std::min(size * count, source.octets.size() - source.at);
  std::memcpy(data, source.octets.data() + source.at, piece);
  source.at += piece;
  return piece;
}

Curl open(const std::string& url) {
  Curl curl(curl_easy_init());
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kTimeoutSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  return curl;
}

Fetched perform(CURL* curl) {
  Fetched fetched;
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &fetched.body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, append);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &fetched.headers);
  fetched.curl_code = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &fetched.status);
  const char* type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
  if (type != nullptr) fetched.content_type = type;
  return fetched;
}

}  // namespace

Fetched fetch(const std::string& url, const std::string* body,
              const std::vector<std::string>& headers) {
  const Curl curl = open(url);
  curl_slist* list = nullptr;
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list);
  if (body != nullptr) {
    curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body->data());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body->size()));
  }
  Fetched fetched = perform(curl.get());
  curl_slist_free_all(list);
  return fetched;
}

int ftp_upload(const std::string& url, const std::string& octets, bool epsv) {
  const Curl curl = open(url);
  Source source{octets};
  curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, give);
  curl_easy_setopt(curl.get(), CURLOPT_READDATA, &source);
  curl_easy_setopt(curl.get(), CURLOPT_FTP_USE_EPSV, epsv ? 1L : 0L);
  curl_easy_setopt(curl.get(), CURLOPT_FTP_CREATE_MISSING_DIRS,
                   static_cast<long>(CURLFTP_CREATE_DIR_RETRY));
  return perform(curl.get()).curl_code;
}

Fetched ftp_download(const std::string& url, bool epsv) {
  const Curl curl = open(url);
  curl_easy_setopt(curl.get(), CURLOPT_FTP_USE_EPSV, epsv ? 1L : 0L);
  return perform(curl.get());
}

RawConnection::RawConnection(int port) {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval patience{};
  patience.tv_sec = kTimeoutSeconds;
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
}

RawConnection::~RawConnection() { close(socket_); }

void RawConnection::send(const std::string& octets) const {
  std::size_t sent = 0;
  while (sent < octets.size()) {
    const auto count = ::send(socket_, octets.data() + sent, octets.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;  // the other side has had enough; the test looks at its answer
    sent += static_cast<std::size_t>(count);
  }
}

bool RawConnection::fill() {
  std::array<char, 4096> piece{};
  const auto count = recv(socket_, piece.data(), piece.size(), 0);
  if (count <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

std::string RawConnection::read_line() {
  while (buffer_.find('\n') == std::string::npos && fill()) {
  }
  const auto end = std::min(buffer_.size(), buffer_.find('\n') + 1);
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end);
  return line;
}

std::string RawConnection::read_all() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool RawConnection::is_closed() {
  char octet = 0;
  const auto count = recv(socket_, &octet, 1, 0);
  return count == 0 || (count < 0 && errno == ECONNRESET);
}

}  // namespace smev::mock::testing_support
