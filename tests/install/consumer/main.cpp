// Takes something of every floor, so that a library missing from the package cannot go unnoticed.
#include <filesystem>
#include <iostream>
#include <smev/base/ids.hpp>
#include <smev/smev.hpp>

int main() {
  const auto clock = smev::system_clock();
  std::cout << smev::time_based_ids(clock)->next().text() << ' '
            << smev::DateTime(clock->now()).text() << '\n';

  const auto sender = smev::Sender::open({.config = "/nonexistent/smev.toml"});
  if (sender) {
    std::cerr << "a sender was opened without a configuration\n";
    return 1;
  }
  std::cout << sender.error().describe() << '\n';

  if (!std::filesystem::is_regular_file(SCHEMAS "/elk-status-1.0.2.xsd")) {
    std::cerr << "no schema in " SCHEMAS "\n";
    return 1;
  }
  return 0;
}
