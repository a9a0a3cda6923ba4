#include "mock-smev/queue.hpp"

#include <algorithm>

namespace smev::mock {

void Queue::push(QueuedMessage message, TimePoint visible_at) {
  const std::lock_guard lock(mutex_);
  auto& items = by_recipient_[message.recipient];
  items.push_back({std::move(message), visible_at, 0});
}

std::optional<Delivery> Queue::take(const std::string& recipient, const std::string& node_id,
                                    TimePoint now) {
  const std::lock_guard lock(mutex_);
  for (Item& item : by_recipient_[recipient]) {
    if (item.visible_at > now) continue;
    if (!node_id.empty() && item.message.node_id != node_id) continue;
    item.visible_at = now + redeliver_;
    ++item.deliveries;
    return Delivery{item.message, item.deliveries};
  }
  return std::nullopt;
}

bool Queue::acknowledge(const std::string& recipient, const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto& items = by_recipient_[recipient];
  const auto found = std::find_if(items.begin(), items.end(), [&id](const Item& item) {
    return item.message.id == id && item.deliveries > 0;
  });
  if (found == items.end()) return false;
  items.erase(found);
  return true;
}

bool Queue::awaits(const std::string& recipient, const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto items = by_recipient_.find(recipient);
  return items != by_recipient_.end() &&
         std::any_of(items->second.begin(), items->second.end(), [&id](const Item& item) {
           return item.message.id == id && item.deliveries > 0;
         });
}

std::size_t Queue::size() const {
  const std::lock_guard lock(mutex_);
  std::size_t total = 0;
  for (const auto& [recipient, items] : by_recipient_) total += items.size();
  return total;
}

}  // namespace smev::mock
