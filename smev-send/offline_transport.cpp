#include "smev-send/offline_transport.hpp"

#include <utility>

namespace smev::cli {
namespace {

Error offline() {
  return local_error(ErrorCode::internal, "this command works without a transport");
}

class OfflineTransport final : public Transport {
 public:
  Result<PreparedMessage> prepare(const OutgoingMessage&) override { return fail(offline()); }

  void transmit(std::vector<PreparedMessage> messages, Done done) override {
    for (const PreparedMessage& message : messages) {
      Transmission nothing_left;
      nothing_left.outcome = Transmission::Outcome::not_sent;
      nothing_left.error = offline();
      done(message.message_id, std::move(nothing_left));
    }
  }

  Result<std::optional<IncomingMessage>> receive(const AnswerSelector&) override {
    return fail(offline());
  }

  Result<void> acknowledge(const std::string&, bool) override { return fail(offline()); }
};

}  // namespace

std::shared_ptr<Transport> offline_transport() { return std::make_shared<OfflineTransport>(); }

}  // namespace smev::cli
