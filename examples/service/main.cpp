// A service of a department that sends by itself: one thread sends and receives, the others submit.
// It reads lines `НОМЕР_ЗАЯВЛЕНИЯ КОД_СТАТУСА ВРЕМЯ`, tells what became of each, and ends with its
// input. What is not settled by then is safe, and goes on at the next start; the same line again is
// the same update.
//
//   mock-smev --dir /tmp/mock &
//   echo "1999290001 6 $(date --iso-8601=seconds)" | service /tmp/mock/smev.toml

#include <smev/smev.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

int failed(const smev::Error& error) {
  std::cerr << error.describe() << '\n';
  return 1;
}

smev::Result<smev::elk::Update> update_of(const std::string& line) {
  std::istringstream words(line);
  std::string order;
  std::int16_t code = 0;
  std::string time;
  words >> order >> code >> time;
  const auto at = smev::DateTime::parse(time);
  if (!at) return smev::fail(at.error());
  return smev::elk::Update{
      .order = {.number = order,
                .service = "-60012726",
                .filed_at = *at,
                .applicant =
                    smev::elk::PersonBySnils{
                        .snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна"}},
      .status = {.code = code, .at = *at},
  };
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "Вызов: service ФАЙЛ_НАСТРОЕК <СТРОКИ\n";
    return 2;
  }
  auto sender = smev::Sender::open({.config = argv[1]});
  if (!sender) return failed(sender.error());

  int outcome = 0;
  std::thread sending([&] {
    const auto ran = sender->run();  // until `stop`
    if (!ran) outcome = failed(ran.error());
  });

  std::vector<smev::UpdateId> submitted;
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto update = update_of(line);
    const auto id = update ? sender->submit(*update) : smev::fail(update.error());
    if (id) {
      submitted.push_back(*id);
    } else {
      std::cerr << line << ": " << id.error().describe() << '\n';
    }
  }
  for (const smev::UpdateId id : submitted) {
    const auto update = sender->wait(id, 1min);
    if (!update) {
      std::cerr << "обновление " << id << ": " << update.error().describe() << '\n';
      continue;
    }
    std::cout << "заявление " << update->order.number << ", обновление " << id << ": "
              << smev::label(update->state) << std::endl;
  }

  // From any thread; not from a signal handler, so SIGTERM is for a thread that waits in sigwait.
  sender->stop();
  sending.join();
  return outcome;
}
