#include "sdk/base/kill_point.hpp"

#ifdef SMEV_KILL_POINTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sdk/base/text.hpp"

namespace smev::detail {
namespace {

struct Order {
  std::string point;
  unsigned long visit = 1;
};

// A misspelt order would let a crash test pass without a crash, so it ends the program at once.
Order read_order() {
  const char* value = std::getenv("SMEV_KILL_AT");
  if (value == nullptr) return {};
  const std::string_view text = value;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {std::string(text), 1};
  const std::string digits(text.substr(colon + 1));
  const bool readable = !digits.empty() && digits.size() <= 9 && all_ascii_digits(digits);
  const unsigned long visit = readable ? std::strtoul(digits.c_str(), nullptr, 10) : 0;
  if (visit == 0) {
    std::fprintf(stderr, "smev: SMEV_KILL_AT=\"%s\" is not point:visit\n", value);
    std::abort();
  }
  return {std::string(text.substr(0, colon)), visit};
}

}  // namespace

void visit_kill_point(const char* point) {
  static const Order order = read_order();
  static std::atomic<unsigned long> visits{0};
  if (order.point != point) return;
  if (++visits == order.visit) ::kill(::getpid(), SIGKILL);
}

}  // namespace smev::detail

#endif
