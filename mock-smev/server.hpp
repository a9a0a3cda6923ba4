#pragma once
// A whole mock server: keys, file store, queue, account, and the two ports. The program mock-smev
// is this class and a command line; tests run it inside their own process.

#include <memory>
#include <string>

#include "mock-smev/admin.hpp"
#include "mock-smev/authority.hpp"
#include "mock-smev/ftp_server.hpp"
#include "mock-smev/http_server.hpp"
#include "mock-smev/options.hpp"
#include "sdk/base/runtime.hpp"

namespace smev::mock {

/// In the mock's folder: uploaded files, claimed files, a configuration for smev-send.
inline constexpr char kFilesFolder[] = "files";
inline constexpr char kResultsFolder[] = "results";
inline constexpr char kSenderConfig[] = "smev.toml";

class Server {
 public:
  /// Serves from here on until destroyed. `clock`: the mock's idea of now.
  static Result<std::unique_ptr<Server>> start(const Options& options,
                                               std::shared_ptr<Clock> clock = system_clock());

  [[nodiscard]] int http_port() const { return http_->port(); }
  [[nodiscard]] int ftp_port() const { return ftp_->port(); }
  /// "http://127.0.0.1:8080"
  [[nodiscard]] std::string http_url() const;
  [[nodiscard]] std::string ftp_url() const;
  [[nodiscard]] bool made_keys() const { return made_keys_; }
  [[nodiscard]] Account& account() { return *account_; }
  [[nodiscard]] Journal& journal() { return *journal_; }
  [[nodiscard]] Service& service() { return *service_; }

 private:
  Server() = default;
  std::shared_ptr<Runtime> runtime_;
  std::string host_;
  bool made_keys_ = false;
  std::shared_ptr<Account> account_;
  std::shared_ptr<Journal> journal_;
  std::shared_ptr<Service> service_;
  // Last, so that they stop before what they serve goes away.
  std::unique_ptr<FtpServer> ftp_;
  std::unique_ptr<HttpServer> http_;
};

/// Keys, schemas and file store of a service, as `start` puts them together.
Result<ServiceParts> open_parts(const Options& options, std::shared_ptr<Clock> clock,
                                bool* made_keys = nullptr);

}  // namespace smev::mock
