#pragma once
// What a mock server can be told. Every limit and default of the mock stands in this file or in the
// `Limits` of its HTTP and FTP servers; docs/mock-smev.md repeats them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mock-smev/account.hpp"
#include "mock-smev/ftp_server.hpp"
#include "mock-smev/http_server.hpp"
#include "mock-smev/injection.hpp"
#include "mock-smev/service.hpp"

namespace smev::mock {

struct Options {
  std::string directory = "mock";  ///< keys, files, smev.toml
  std::string listen = "127.0.0.1";
  bool allow_remote = false;  ///< any other address than loopback needs this
  int http_port = 8080;       ///< 0: any free one
  int ftp_port = 2121;        ///< 0: any free one
  std::string ports_file;     ///< JSON {"http":…,"ftp":…} after listening; empty: none
  ServiceOptions service;
  AccountRules account;
  HttpLimits http;
  FtpLimits ftp;
};

/// "250ms", "15m", "0"; a number without suffix is refused unless it is 0.
Result<Duration> parse_duration(std::string_view text);

/// Everything that is wrong with the options, by their names on the command line.
std::vector<FieldFault> validate(const Options& options);

}  // namespace smev::mock
