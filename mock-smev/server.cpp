#include "mock-smev/server.hpp"

#include <fmt/format.h>
#include <future>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "sdk/base/bytes.hpp"

namespace smev::mock {
namespace {

namespace fs = std::filesystem;

// Invented, with a right check digit; those of examples/, so that they are accepted as they are.
constexpr char kSampleInn[] = "9901000010";
constexpr char kSampleKpp[] = "990101001";

std::string ip_address(const std::string& listen) {
  return listen == "localhost" ? "127.0.0.1" : listen;
}

/// For URLs: an address of IP version 6 stands in brackets, "any address" is reached as loopback.
std::string url_host(const std::string& listen) {
  if (listen == "0.0.0.0") return "127.0.0.1";
  if (listen == "::") return "[::1]";
  return listen.find(':') == std::string::npos ? listen : '[' + listen + ']';
}

std::string sender_config(const std::string& mnemonic, const std::string& http_url,
                          const std::string& ftp_url) {
  return fmt::format(R"(# Для smev-send; пути считаются от папки этого файла.
mnemonic = "{}"
contour = "test"
sole_consumer = true

[profile]
inn = "{}"
kpp = "{}"
env = "SVCDEV"

[outbox]
path = "outbox/outbox.db"

[key]
key = "{}"
certificate = "{}"

[smev]
url = "{}{}"
trusted = ["{}"]

[file_store]
url = "{}"
user = "anonymous"
password = "smev"

[poll]
fast = "200ms"
slow = "1s"
)",
                     mnemonic, kSampleInn, kSampleKpp, kSenderKey, kSenderCertificate, http_url,
                     kServicePath, kAuthorityCertificate, ftp_url);
}

Result<void> write_ports(const std::string& path, int http, int ftp) {
  const nlohmann::ordered_json ports = {{"http", http}, {"ftp", ftp}};
  return write_file_durably(path, ports.dump() + '\n');
}

}  // namespace

Result<ServiceParts> open_parts(const Options& options, std::shared_ptr<Clock> clock,
                                bool* made_keys) {
  std::error_code error;
  fs::create_directories(options.directory, error);
  if (error) {
    return fail(local_error(ErrorCode::io, options.directory + ": " + error.message()));
  }
  const ServiceOptions& service = options.service;
  SMEV_ASSIGN(Authority authority, open_authority(options.directory,
                                                  {service.smev_mnemonic, service.provider_mnemonic,
                                                   service.sender_mnemonic},
                                                  clock->now()));
  if (made_keys != nullptr) *made_keys = authority.made_now;
  SMEV_ASSIGN(FileStore files, FileStore::open(options.directory + '/' + kFilesFolder,
                                               options.directory + '/' + kResultsFolder));
  ServiceParts parts;
  parts.ids = time_based_ids(clock);
  parts.clock = std::move(clock);
  parts.callers = std::move(authority.callers);
  parts.smev = std::move(authority.smev);
  parts.provider = std::move(authority.provider);
  SMEV_ASSIGN(parts.envelope_schema, xml::Schema::load(xml::schema_directory() + "/smev-1.2.xsd"));
  SMEV_ASSIGN(parts.content_schema,
              xml::Schema::load(xml::schema_directory() + "/elk-status-1.0.2.xsd"));
  parts.files = std::make_shared<FileStore>(std::move(files));
  parts.account = std::make_shared<Account>(options.account);
  parts.journal = std::make_shared<Journal>();
  return parts;
}

Result<std::unique_ptr<Server>> Server::start(const Options& options,
                                              std::shared_ptr<Clock> clock) {
  if (auto faults = validate(options); !faults.empty()) {
    return fail(validation_error(std::move(faults), ErrorCode::config));
  }
  std::unique_ptr<Server> server(new Server);
  SMEV_ASSIGN(server->runtime_, Runtime::acquire());
  SMEV_ASSIGN(ServiceParts parts, open_parts(options, std::move(clock), &server->made_keys_));
  const std::string address = ip_address(options.listen);
  server->host_ = url_host(address);
  server->account_ = parts.account;
  server->journal_ = parts.journal;
  const auto files = parts.files;
  server->service_ = std::make_shared<Service>(options.service, std::move(parts));
  auto admin = std::make_shared<Admin>(server->account_, server->journal_, server->service_);
  SMEV_ASSIGN(server->ftp_, FtpServer::start(address, options.ftp_port, options.ftp, files));
  // The port is known before the files that name it are written; nobody is answered before they
  // are.
  std::promise<void> written;
  SMEV_ASSIGN(
      server->http_,
      HttpServer::start(address, options.http_port, options.http,
                        [admin, ready = written.get_future().share()](const HttpRequest& request) {
                          ready.wait();
                          return admin->route(request);
                        }));
  SMEV_TRY(write_file_durably(
      options.directory + '/' + kSenderConfig,
      sender_config(options.service.sender_mnemonic, server->http_url(), server->ftp_url())));
  if (!options.ports_file.empty()) {
    SMEV_TRY(write_ports(options.ports_file, server->http_port(), server->ftp_port()));
  }
  written.set_value();
  return server;
}

std::string Server::http_url() const {
  return "http://" + host_ + ':' + std::to_string(http_port());
}

std::string Server::ftp_url() const { return "ftp://" + host_ + ':' + std::to_string(ftp_port()); }

}  // namespace smev::mock
