#pragma once
// The way between the sender and SMEV, in place of the SOAP transport: messages are lost before or
// after SMEV has taken them, delayed, doubled; answers come late. All in one thread: what is under
// way is a list of events, which `advance` lets happen.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "smev/transport/transport.hpp"
#include "tests/simulation/smev_model.hpp"

namespace smev::simulation {

class Network final : public Transport {
 public:
  Network(Chaos& chaos, RunLog& log, const testing::ManualClock& clock, SmevModel& smev,
          Judge& judge)
      : chaos_(chaos), log_(log), clock_(clock), smev_(smev), judge_(judge) {}

  Result<PreparedMessage> prepare(const OutgoingMessage& message) override;
  void transmit(std::vector<PreparedMessage> messages, Done done) override;
  Result<std::optional<IncomingMessage>> receive(const AnswerSelector& selector) override;
  Result<void> acknowledge(const std::string& message_id, bool accepted) override;

  /// Lets happen what is due.
  void advance();
  /// The sender's process has died: nobody hears the answers; what has left is still under way.
  void break_connections();
  /// A copy of the message may still arrive.
  [[nodiscard]] bool is_under_way(const Uuid& id) const;
  [[nodiscard]] std::optional<Duration> until_next() const;

 private:
  struct Call {
    PreparedMessage message;
    Done done;
    bool heard = false;
  };
  using Moment = std::chrono::steady_clock::time_point;

  void later(Duration delay, std::function<void()> event);
  void send(const std::shared_ptr<Call>& call);
  void arrive(const std::shared_ptr<Call>& call, bool doubled);
  void report(const std::shared_ptr<Call>& call, Transmission transmission);
  Transmission transmission_of(const std::optional<SmevFault>& fault);
  Duration delay();

  Chaos& chaos_;
  RunLog& log_;
  const testing::ManualClock& clock_;
  SmevModel& smev_;
  Judge& judge_;
  std::multimap<Moment, std::function<void()>> events_;
  std::vector<std::shared_ptr<Call>> calls_;
  std::map<Uuid, int> copies_;  // under way to SMEV
};

}  // namespace smev::simulation
