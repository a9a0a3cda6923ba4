#pragma once
// What the updates of an order have said of it, together: the outbox keeps it with the order, as
// text. It is what a create is made of when its own update says nothing of the order.

#include <string>
#include <string_view>
#include <vector>

#include "smev/base/result.hpp"
#include "smev/elk/update.hpp"

namespace smev::elk {

struct KnownOrder {
  /// Of each field what was said last. Never the claims of an update (`elk_number`,
  /// `created_elsewhere`): those are that update's own, and nobody has confirmed them.
  Order order;
  /// identities_of everybody who was named as its applicant. Personal data.
  std::vector<std::string> identities;

  friend bool operator==(const KnownOrder&, const KnownOrder&) = default;
};

/// The fields of `said`, and those that it leaves open from `known`. An office is one thing: only
/// its channel is filled in.
Order merged(const Order& known, const Order& said);

/// Takes in what an update says of its order.
void learn(KnownOrder& known, const Order& said);

std::string to_json(const KnownOrder& known);
/// Nothing known for an empty text. Reads the facts that older versions kept, too.
Result<KnownOrder> known_order_from_json(std::string_view json);

}  // namespace smev::elk
