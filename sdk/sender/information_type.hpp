#pragma once
// What the sender needs of an information type. The protocol and the outbox know none; this
// interface joins them, so that a second type is a second folder beside sdk/elk and a second
// implementation here.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/ids.hpp"
#include "smev/base/result.hpp"
#include "smev/outbox/outbox.hpp"
#include "smev/transport/transport.hpp"

namespace smev {

/// A message's content, and the files that go with it.
struct Composition {
  std::string content;
  std::vector<MessageFile> files;
  std::vector<MessageItem> items;
};

/// An update in an answered message, with what is known of its past.
struct SettledItem {
  MessageItem item;
  UpdateRow update;
  OrderFacts order;
  /// Whether another message of ours may already have done what this one was to do.
  bool earlier_message_may_have_acted = false;
};

class InformationType {
 public:
  virtual ~InformationType() = default;
  /// Stored with every update: "elk/status/1.0.2".
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Whether the update would go as a create now; updates of both kinds never share a message.
  [[nodiscard]] virtual bool is_create(const ClaimedUpdate& claim) const = 0;
  virtual Result<Composition> compose(const std::vector<ClaimedUpdate>& claims, IdSource& ids) = 0;
  /// One settlement for each item, or none at all when the answer is a mere notice.
  [[nodiscard]] virtual std::vector<Settlement> settle(const std::vector<SettledItem>& items,
                                                       const IncomingMessage& answer) const = 0;
};

}  // namespace smev
