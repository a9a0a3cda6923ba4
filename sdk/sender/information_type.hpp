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

class InformationType {
 public:
  virtual ~InformationType() = default;
  /// Stored with every update: "elk/status/1.0.2".
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Whether the update would go as a create now; updates of both kinds never share a message.
  [[nodiscard]] virtual bool is_create(const ClaimedUpdate& claim) const = 0;
  virtual Result<Composition> compose(const std::vector<ClaimedUpdate>& claims, IdSource& ids) = 0;
  [[nodiscard]] virtual SettledAnswer settle(const std::vector<AnsweredUpdate>& items,
                                             const IncomingMessage& answer) const = 0;
};

}  // namespace smev
