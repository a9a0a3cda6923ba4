// mock-smev: a server that stands in for SMEV and for the citizen's account behind it.

#include <signal.h>

#include <cstdio>
#include <string>
#include <vector>

#include "mock-smev/command_line.hpp"
#include "mock-smev/server.hpp"

namespace {

using namespace smev;
using namespace smev::mock;

void announce(const Server& server, const Options& options) {
  const std::string& dir = options.directory;
  std::printf("Имитатор СМЭВ слушает: %s%s, кабинет гражданина: %s/orders\n",
              server.http_url().c_str(), kServicePath, server.http_url().c_str());
  std::printf("Файловое хранилище: %s\n", server.ftp_url().c_str());
  std::printf("Ключи %s в папке %s: ключ отправителя %s, удостоверяющий центр %s\n",
              server.made_keys() ? "созданы" : "лежат", dir.c_str(), kSenderKey,
              kAuthorityCertificate);
  std::printf("Готовая настройка для smev-send: %s/%s\n", dir.c_str(), kSenderConfig);
  std::printf("Зерно случайных обрывов: %llu. Остановить: Ctrl+C\n",
              static_cast<unsigned long long>(options.service.seed));
  std::fflush(stdout);
}

int wait_for_end(const sigset_t& signals) {
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return signal;
}

int serve(const Options& options, const sigset_t& signals) {
  auto server = Server::start(options);
  if (!server) {
    std::fprintf(stderr, "mock-smev: %s\n", server.error().describe().c_str());
    return server.error().code == ErrorCode::config ? kExitUsage : kExitFailure;
  }
  announce(**server, options);
  wait_for_end(signals);
  std::printf("Остановлено.\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // Before any thread is born: all of them leave these signals to wait_for_end.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const CommandLine line = read_command_line(std::vector<std::string>(argv + 1, argv + argc));
  if (line.options) return serve(*line.options, signals);
  std::fputs(line.text.c_str(), line.exit_code == 0 ? stdout : stderr);
  return line.exit_code;
}
