#pragma once
/// A transport for tests: no network, no keys. The script says how each attempt ends and what comes
/// back; everything that was prepared, sent and acknowledged can be looked at.
///
/// Thread-safe. An answer stays in the queue until it is acknowledged, and is given again after
/// every other one, as SMEV does.

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "smev/transport/transport.hpp"

namespace smev::testing {

class ScriptedTransport : public Transport {
 public:
  /// Decides the outcome of an attempt. It may call `put_answer`.
  using Script = std::function<Transmission(const PreparedMessage& message)>;

  /// Without a script every attempt is accepted and nothing is answered.
  explicit ScriptedTransport(Script script = {}) : script_(std::move(script)) {}

  void put_answer(IncomingMessage answer) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(answer));
  }

  /// Each attempt, in order.
  [[nodiscard]] std::vector<PreparedMessage> sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  /// Ids that were acknowledged, in order.
  [[nodiscard]] std::vector<std::string> acknowledged() const {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
  }

  /// The body is the bare content: what a test wants to read.
  Result<PreparedMessage> prepare(const OutgoingMessage& message) override {
    PreparedMessage prepared;
    prepared.message_id = message.message_id;
    prepared.content_type = "text/xml; charset=utf-8";
    prepared.body = message.content;
    prepared.schema_version = "1.2";
    prepared.files = message.files;
    return prepared;
  }

  void transmit(std::vector<PreparedMessage> messages, Done done) override {
    for (const PreparedMessage& message : messages) {
      {
        const std::lock_guard lock(mutex_);
        sent_.push_back(message);
      }
      Transmission transmission;
      transmission.outcome = Transmission::Outcome::accepted;
      if (script_) transmission = script_(message);
      done(message.message_id, std::move(transmission));
    }
  }

  Result<std::optional<IncomingMessage>> receive(const AnswerSelector&) override {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return std::optional<IncomingMessage>{};
    IncomingMessage answer = queue_.front();
    queue_.pop_front();
    queue_.push_back(answer);
    return std::optional<IncomingMessage>(std::move(answer));
  }

  Result<void> acknowledge(const std::string& message_id, bool) override {
    const std::lock_guard lock(mutex_);
    acknowledged_.push_back(message_id);
    for (auto it = queue_.begin(); it != queue_.end();) {
      it = it->message_id == message_id ? queue_.erase(it) : it + 1;
    }
    return {};
  }

 private:
  Script script_;
  mutable std::mutex mutex_;
  std::vector<PreparedMessage> sent_;
  std::vector<std::string> acknowledged_;
  std::deque<IncomingMessage> queue_;
};

}  // namespace smev::testing
