#pragma once
// A small FTP server over the file store: what an FTP client needs to put a file into a directory
// of its own and to read it back (smev3 §3.2). Passive mode only, one transfer at a time per
// connection.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "mock-smev/file_store.hpp"
#include "smev/base/result.hpp"

namespace smev::mock {

struct FtpLimits {
  std::uintmax_t file_bytes_max = std::uintmax_t{1} << 30;
  std::size_t connections_max = 64;  ///< open at once; further ones are closed with 421
  std::size_t line_bytes_max = 4096;
  /// Between two commands, and between two pieces of a file.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(120);
  /// Until the client opens the data connection.
  std::chrono::milliseconds data_timeout = std::chrono::seconds(30);
};

class FtpServer {
 public:
  /// Listens and serves until destroyed. Port 0: any free one. Any user and password are welcome.
  static Result<std::unique_ptr<FtpServer>> start(const std::string& address, int port,
                                                  const FtpLimits& limits,
                                                  std::shared_ptr<FileStore> store);
  ~FtpServer();
  FtpServer(const FtpServer&) = delete;
  FtpServer& operator=(const FtpServer&) = delete;

  [[nodiscard]] int port() const;

 private:
  struct Impl;
  explicit FtpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace smev::mock
