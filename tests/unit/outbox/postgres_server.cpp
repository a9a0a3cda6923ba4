#include "tests/unit/outbox/postgres_server.hpp"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/postgres_database.hpp"
#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox_test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDebianFolder = "/usr/lib/postgresql";
constexpr const char* kUser = "postgres";  // of Debian's package; initdb refuses root
constexpr auto kStartMax = std::chrono::seconds(60);

/// The newest installed version's programs.
std::string program_folder() {
  std::string newest;
  int version = 0;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(kDebianFolder, none)) {
    const int found = std::atoi(entry.path().filename().c_str());
    const std::string folder = (entry.path() / "bin").string();
    if (found > version && fs::exists(folder + "/initdb")) {
      version = found;
      newest = folder;
    }
  }
  return newest;
}

const passwd* server_user() { return ::getuid() == 0 ? ::getpwnam(kUser) : nullptr; }

/// In the child: another user where that is needed, output to a file, then the program.
[[noreturn]] void become(const std::vector<std::string>& command, const std::string& log) {
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  if (const passwd* user = server_user()) {
    if (::initgroups(user->pw_name, user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0 ||
        ::setuid(user->pw_uid) != 0) {
      ::_exit(126);
    }
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

pid_t start(const std::vector<std::string>& command, const std::string& log) {
  const pid_t child = ::fork();
  if (child == 0) become(command, log);
  return child;
}

int wait_for(pid_t child) {
  int status = -1;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

class Server {
 public:
  Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    if (process_ <= 0) return;
    ::kill(process_, SIGQUIT);  // nothing of it is wanted any more
    wait_for(process_);
  }

  Result<void> start_up() {
    const std::string programs = program_folder();
    const std::string data = folder_.file("data");
    const std::string log = folder_.file("log");
    if (const passwd* user = server_user()) {
      if (::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) return broken(log);
    }
    if (wait_for(start({programs + "/initdb", "-D", data, "-A", "trust", "-U", "smev", "-E", "UTF8",
                        "--locale=C", "--no-sync"},
                       log)) != 0) {
      return broken(log);
    }
    process_ =
        start({programs + "/postgres", "-D", data, "-k", folder_.path(), "-c",
               "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=32MB"},
              log);
    connection_ = "host=" + folder_.path() + " user=smev dbname=postgres";
    const auto end = std::chrono::steady_clock::now() + kStartMax;
    while (std::chrono::steady_clock::now() < end) {
      if (outbox::PostgresDatabase::open({connection_, "public"})) return {};
      if (::waitpid(process_, nullptr, WNOHANG) != 0) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return broken(log);
  }
  [[nodiscard]] const std::string& connection() const { return connection_; }

 private:
  static Failure broken(const std::string& log) {
    return fail(local_error(ErrorCode::internal, "no PostgreSQL server; its log:\n" +
                                                     read_file(log).value_or("there is none")));
  }

  TemporaryDirectory folder_;
  pid_t process_ = -1;
  std::string connection_;
};

std::unique_ptr<Server>& running() {
  static std::unique_ptr<Server> server;
  return server;
}

// Ends the server before the program, also when tests have failed.
class StopServer : public ::testing::Environment {
 public:
  void TearDown() override { running().reset(); }
};
const auto* const kStopServer = ::testing::AddGlobalTestEnvironment(new StopServer);

}  // namespace

std::string postgres_missing() {
  if (std::getenv("SMEV_TEST_POSTGRES") != nullptr) return {};
  if (program_folder().empty()) return "PostgreSQL is not installed (Debian: postgresql)";
  if (::getuid() == 0 && server_user() == nullptr) return "no user postgres to run the server as";
  return {};
}

Result<std::string> postgres_connection() {
  if (const char* given = std::getenv("SMEV_TEST_POSTGRES")) return std::string(given);
  if (!running()) {
    auto server = std::make_unique<Server>();
    SMEV_TRY(server->start_up());
    running() = std::move(server);
  }
  return running()->connection();
}

std::string schema_for(const std::string& place) { return "t" + sha256_hex(place).substr(0, 20); }

Result<void> empty_schema(const std::string& schema) {
  // As a replica does: without the triggers that keep some rows for ever.
  return run_in_postgres(
      "SET session_replication_role TO replica; DO $$ DECLARE name text; BEGIN FOR name IN SELECT "
      "format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = '" +
      schema +
      "' AND tablename <> 'schema_version' LOOP EXECUTE 'DELETE FROM ' || name; END LOOP; END $$");
}

Result<void> run_in_postgres(const std::string& sql) {
  SMEV_ASSIGN(const std::string connection, postgres_connection());
  SMEV_ASSIGN(const auto database, outbox::PostgresDatabase::open({connection, "public"}));
  return database->execute(sql);
}

}  // namespace smev::outbox_test
