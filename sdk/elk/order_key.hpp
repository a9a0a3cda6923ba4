#pragma once
// The number by which the outbox knows an order: the sender's, or, when an update names its order
// by the number of ЕЛК alone, one that is made of that. The rules refuse a sender's number of that
// form, so that the two never meet.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smev/elk/update.hpp"

namespace smev::elk {

std::string order_key_number(const Order& order);

/// The number of ЕЛК that a key is made of; nothing: it is a sender's number.
std::optional<std::int64_t> elk_number_of_key(std::string_view key);

}  // namespace smev::elk
