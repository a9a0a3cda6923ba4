#include "bench/sender_fixture.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "sdk/signature/issuing.hpp"

namespace smev::bench {
namespace {

constexpr auto kMockStart = std::chrono::seconds(30);

// A benchmark has nobody to hand an error to.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().describe());
  return *std::move(result);
}

void must(Result<void> result) {
  if (!result) throw std::runtime_error(result.error().describe());
}

}  // namespace

Workplace::Workplace() {
  std::string pattern = (std::filesystem::temp_directory_path() / "smev-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  folder_ = pattern;
  runtime_ = must(Runtime::acquire());
  const TimePoint now = system_clock()->now();
  const TimePoint then = now + std::chrono::hours(24);
  const signature::Issued authority = must(signature::make_authority("CN=Bench CA", now, then));
  const signature::Issued sender = must(signature::issue(authority, "CN=Bench", now, then));
  must(signature::write_issued(authority, folder_ / "ca.key.pem", folder_ / "ca.crt.pem"));
  must(signature::write_issued(sender, folder_ / "sender.key.pem", folder_ / "sender.crt.pem"));
  signer_ = must(pem_signer(folder_ / "sender.key.pem", folder_ / "sender.crt.pem", now));
  verifier_ = must(pinned_verifier({folder_ / "ca.crt.pem"}));
}

Workplace::~Workplace() { std::filesystem::remove_all(folder_); }

SenderOptions Workplace::options(const std::string& name) const {
  SenderOptions options;
  options.mnemonic = "BENCH01";
  options.profile.inn = "0012345673";
  options.outbox_path = (folder_ / name / "outbox.db").string();
  options.key.key = (folder_ / "sender.key.pem").string();
  options.key.certificate = (folder_ / "sender.crt.pem").string();
  options.trust.trusted = {(folder_ / "ca.crt.pem").string()};
  options.soap.url = "http://127.0.0.1:1/smev/v1.2/ws";
  return options;
}

MockProcess::MockProcess(const std::filesystem::path& folder) : folder_(folder / "mock") {
  const char* bin = std::getenv("SMEV_BIN_DIR");
  const std::string program = std::string(bin != nullptr ? bin : ".") + "/mock-smev";
  const std::string ports = (folder / "ports.json").string();
  process_ = fork();
  if (process_ == 0) {
    if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(127);
    execl(program.c_str(), program.c_str(), "--dir", folder_.c_str(), "--port", "0", "--ftp-port",
          "0", "--ports-file", ports.c_str(), static_cast<char*>(nullptr));
    std::perror(program.c_str());
    _exit(127);
  }
  const auto end = std::chrono::steady_clock::now() + kMockStart;
  while (!std::filesystem::exists(ports)) {
    int status = 0;
    if (waitpid(process_, &status, WNOHANG) != 0 || std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("mock-smev did not start: " + program);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

MockProcess::~MockProcess() {
  kill(process_, SIGTERM);
  waitpid(process_, nullptr, 0);
}

elk::Update first_update(int index) {
  const TimePoint now = system_clock()->now();
  elk::Update update;
  update.order = {.number = "bench-" + std::to_string(index),
                  .service = "-60012726",
                  .filed_at = DateTime(now - std::chrono::hours(1)),
                  .applicant = elk::PersonBySnils{
                      .snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна"}};
  update.status = {.code = 6, .at = DateTime(now)};
  return update;
}

}  // namespace smev::bench
