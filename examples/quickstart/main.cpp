// A program of a department: an order was accepted an hour ago and is done now, here is the
// document.
//
//   mock-smev --dir /tmp/mock &
//   quickstart /tmp/mock/smev.toml result.pdf
//   quickstart /tmp/mock/smev.toml result.pdf 1999290002   # the same for another order
//
// An order has its first status once: to run it again over the same outbox, name another order.

#include <smev/smev.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

int failed(const smev::Error& error) {
  std::cerr << error.describe() << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::cerr << "Вызов: quickstart ФАЙЛ_НАСТРОЕК ФАЙЛ_РЕЗУЛЬТАТА [НОМЕР_ЗАЯВЛЕНИЯ]\n";
    return 2;
  }
  const std::string order = argc == 4 ? argv[3] : "1999290001";
  auto sender = smev::Sender::open({.config = argv[1]});
  if (!sender) return failed(sender.error());

  // The first status of an order brings its facts; the SDK creates the order from them.
  const smev::TimePoint now = smev::system_clock()->now();
  const auto accepted = sender->submit({
      .order = {.number = order,
                .service = "-60012726",
                .filed_at = now - 2h,
                .applicant =
                    smev::elk::PersonBySnils{
                        .snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна"}},
      .status = {.code = 6, .at = now - 1h},
  });
  if (!accepted) return failed(accepted.error());

  // From here on the number is enough. When submit returns, the status and its document are safe.
  const auto done = sender->submit({
      .order = {.number = order},
      .status = {.code = 3, .at = now, .results = {smev::File::at(argv[2])}},
  });
  if (!done) return failed(done.error());

  // A service leaves this to `smev-send run`; a small program can do it by itself.
  sender->on_event([](const smev::Event& event) {
    std::cout << "заявление " << event.order_number << ", обновление " << event.update << ": "
              << smev::name(event.kind) << ' ' << event.message_id << std::endl;
  });
  if (const auto drained = sender->drain(1min); !drained) return failed(drained.error());

  const auto report = sender->find(*done);
  if (!report) return failed(report.error());
  const smev::UpdateRow& update = (*report)->update;
  std::cout << "заявление " << update.order.number << ": " << smev::label(update.state) << '\n';
  return update.state == smev::UpdateState::delivered ? 0 : 1;
}
