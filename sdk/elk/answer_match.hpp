#pragma once
// Which order of an answer speaks of which order of ours.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sdk/elk/answer.hpp"

namespace smev::elk {

/// An order as a message of ours named it, and what is known of it.
struct AskedOrder {
  std::string order_number;  ///< empty when only ЕЛК has a number for it
  std::optional<std::int64_t> elk_number;
  /// ЕЛК gave that number for this order; else the sender claims it, and may be mistaken.
  bool confirmed = true;
};

struct AnswerMatch {
  /// For each asked order all that the answer says of it; empty: nothing.
  std::vector<std::vector<AnswerOrder>> said;
  std::size_t foreign = 0;  ///< orders of the answer that are none of ours
  std::size_t renamed = 0;  ///< ours by the number of ЕЛК, under another order number
  /// For each asked order: an order number that is not its own stands beside the number of ЕЛК that
  /// its sender claims. The message went to another order, as far as can be told.
  std::vector<bool> misnamed;
};

/// By the order number, else by the number of ЕЛК; a lone order that names no number of its own
/// belongs to a lone asked one. Where nothing bears our order number, a confirmed number of ЕЛК is
/// enough, though the order number is another: it is ЕЛК that gives it, and never twice. A claimed
/// one is not.
AnswerMatch match_orders(const Answer& answer, const std::vector<AskedOrder>& asked);

}  // namespace smev::elk
