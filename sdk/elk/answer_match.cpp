#include "sdk/elk/answer_match.hpp"

#include <algorithm>

namespace smev::elk {
namespace {

template <class Predicate>
std::optional<std::size_t> find_asked(const std::vector<AskedOrder>& asked, Predicate is_it) {
  const auto found = std::find_if(asked.begin(), asked.end(), is_it);
  if (found == asked.end()) return std::nullopt;
  return static_cast<std::size_t>(found - asked.begin());
}

std::optional<std::size_t> owner_by_number(const AnswerOrder& order,
                                           const std::vector<AskedOrder>& asked) {
  if (order.order_number.empty()) return std::nullopt;
  return find_asked(asked,
                    [&](const AskedOrder& one) { return one.order_number == order.order_number; });
}

std::optional<std::size_t> owner_by_elk_number(const AnswerOrder& order,
                                               const std::vector<AskedOrder>& asked) {
  if (!order.elk_number) return std::nullopt;
  return find_asked(asked,
                    [&](const AskedOrder& one) { return one.elk_number == order.elk_number; });
}

// Neither kind of number is known of both sides, so nothing speaks against it.
bool may_be(const AnswerOrder& order, const AskedOrder& asked) {
  return (order.order_number.empty() || asked.order_number.empty()) &&
         !(order.elk_number && asked.elk_number);
}

}  // namespace

AnswerMatch match_orders(const Answer& answer, const std::vector<AskedOrder>& asked) {
  AnswerMatch match;
  match.said.resize(asked.size());
  match.misnamed.resize(asked.size());
  std::vector<std::pair<std::size_t, const AnswerOrder*>> renamed;
  for (const AnswerOrder& order : answer.orders) {
    if (const auto owner = owner_by_number(order, asked)) {
      match.said[*owner].push_back(order);
    } else if (const auto known = owner_by_elk_number(order, asked)) {
      const bool other_number = !order.order_number.empty() && !asked[*known].order_number.empty();
      if (other_number) {
        renamed.emplace_back(*known, &order);
      } else {
        match.said[*known].push_back(order);
      }
    } else if (asked.size() == 1 && answer.orders.size() == 1 && may_be(order, asked[0])) {
      match.said[0].push_back(order);
    } else {
      ++match.foreign;
    }
  }
  std::vector<bool> named;
  for (const auto& said : match.said) named.push_back(!said.empty());
  for (const auto& [owner, order] : renamed) {
    const bool ours = !named[owner] && asked[owner].confirmed;
    ++(ours ? match.renamed : match.foreign);
    if (ours) match.said[owner].push_back(*order);
    match.misnamed[owner] = !named[owner] && !asked[owner].confirmed;
  }
  return match;
}

}  // namespace smev::elk
