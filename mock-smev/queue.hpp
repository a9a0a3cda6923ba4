#pragma once
// The response queues of SMEV: one per information system. A message that was handed out is hidden
// for a while and comes again until it is acknowledged. Thread-safe; time is the caller's.

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "smev/base/clock.hpp"

namespace smev::mock {

/// A message that waits for its recipient; what is signed anew at each delivery is not in it.
struct QueuedMessage {
  std::string id;
  std::string original_id;
  std::string transaction_code;  ///< of the request; may be empty
  std::string node_id;           ///< of the request; may be empty
  std::string sender;            ///< mnemonic
  std::string recipient;         ///< mnemonic, names the queue
  TimePoint sent{};
  std::string data_xml;              ///< SenderProvidedResponseData
  std::string sender_signature_xml;  ///< ds:Signature of the sender; empty: a notice of SMEV
};

struct Delivery {
  QueuedMessage message;
  int number = 1;  ///< 1 for the first delivery, more for a repeated one
};

class Queue {
 public:
  /// @param redeliver how long a delivered message stays hidden when nobody acknowledges it
  explicit Queue(Duration redeliver) : redeliver_(redeliver) {}

  /// Stands in the queue from `visible_at` on.
  void push(QueuedMessage message, TimePoint visible_at);
  /// The oldest visible message of the recipient, or nothing. A node id narrows it to answers to
  /// that node's requests.
  std::optional<Delivery> take(const std::string& recipient, const std::string& node_id,
                               TimePoint now);
  /// Removes a delivered message; false when there is none of that id to be acknowledged.
  bool acknowledge(const std::string& recipient, const std::string& id);
  /// Whether a delivered message of that id waits for its acknowledgement.
  [[nodiscard]] bool awaits(const std::string& recipient, const std::string& id) const;
  /// Messages of all recipients, hidden ones included.
  [[nodiscard]] std::size_t size() const;

 private:
  struct Item {
    QueuedMessage message;
    TimePoint visible_at;
    int deliveries = 0;
  };
  const Duration redeliver_;
  mutable std::mutex mutex_;
  std::map<std::string, std::deque<Item>> by_recipient_;
};

}  // namespace smev::mock
