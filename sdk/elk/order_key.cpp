#include "sdk/elk/order_key.hpp"

#include "sdk/base/text.hpp"
#include "sdk/elk/lexical.hpp"

namespace smev::elk {
namespace {
constexpr std::string_view kPrefix = "elk:";
}  // namespace

std::string order_key_number(const Order& order) {
  if (!order.number.empty() || !order.elk_number) return order.number.text();
  return std::string(kPrefix) + std::to_string(*order.elk_number);
}

std::optional<std::int64_t> elk_number_of_key(std::string_view key) {
  if (!key.starts_with(kPrefix)) return std::nullopt;
  key.remove_prefix(kPrefix.size());
  if (key.empty() || !all_ascii_digits(key)) return std::nullopt;
  return parse_integer<std::int64_t>(key);
}

}  // namespace smev::elk
