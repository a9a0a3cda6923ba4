#pragma once
// Clients for tests of the mock's ports: libcurl, and a bare socket for what curl would never send.

#include <string>
#include <vector>

namespace smev::mock::testing_support {

struct Fetched {
  int curl_code = 0;  ///< CURLcode
  long status = 0;
  std::string content_type;
  std::string headers;
  std::string body;
};

/// GET, or POST when there is a body.
Fetched fetch(const std::string& url, const std::string* body = nullptr,
              const std::vector<std::string>& headers = {});
/// As a client of the file store: makes the directory, stores the file.
int ftp_upload(const std::string& url, const std::string& octets, bool epsv = true);
Fetched ftp_download(const std::string& url, bool epsv = true);

/// A TCP connection to 127.0.0.1; reading gives up after some seconds.
class RawConnection {
 public:
  explicit RawConnection(int port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  void send(const std::string& octets) const;
  /// Up to and with the next line end; what came so far when the connection ended.
  std::string read_line();
  /// Until the other side closes.
  std::string read_all();
  /// The other side has closed or reset the connection.
  bool is_closed();

 private:
  bool fill();
  int socket_ = -1;
  std::string buffer_;
};

}  // namespace smev::mock::testing_support
