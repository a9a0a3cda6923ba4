#pragma once
// A command line in a folder of its own: options, streams, and SMEV played by a transport that
// takes everything and answers as ЕЛК does.

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "smev-send/environment.hpp"
#include "smev-send/exit_code.hpp"
#include "smev/transport/transport.hpp"

namespace smev::cli {

/// Accepts every message and answers at once with `result_code` for its order; or is out of reach.
class FriendlyTransport final : public Transport {
 public:
  explicit FriendlyTransport(int result_code = 0) : result_code_(result_code) {}

  Result<PreparedMessage> prepare(const OutgoingMessage& message) override;
  void transmit(std::vector<PreparedMessage> messages, Done done) override;
  Result<std::optional<IncomingMessage>> receive(const AnswerSelector& selector) override;
  Result<void> acknowledge(const std::string& message_id, bool accepted) override;

  void go_out_of_reach();
  [[nodiscard]] std::set<std::string> acknowledged() const;

 private:
  mutable std::mutex mutex_;
  int result_code_;
  bool reachable_ = true;
  std::deque<IncomingMessage> queue_;
  std::set<std::string> acknowledged_;
};

class CommandLine : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// Runs `smev-send ARGUMENTS`; what it says is in `out` and `err` then.
  ExitCode run(std::vector<std::string> arguments);
  /// Options that need neither key nor network, over an outbox in the folder.
  [[nodiscard]] SenderOptions options() const;
  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  std::string write(const std::string& name, const std::string& text) const;

  std::shared_ptr<FriendlyTransport> transport = std::make_shared<FriendlyTransport>();
  std::shared_ptr<Transport> other_transport;  ///< used instead when there is one
  std::map<std::string, std::string> variables;
  std::string in;
  std::string out;
  std::string err;
  std::string config_asked_for;
  bool colour = false;
  bool interactive = false;
  std::string login = "operator";
  std::shared_ptr<Logger> logger = null_logger();
  std::shared_ptr<Clock> clock;  ///< the machine's when there is none
  int orders_per_message = 1;
  Duration filed_age_warning{};  ///< the dates of the tests grow old

 private:
  std::filesystem::path folder_;
};

/// A queue in which something is held.
class QueueCommands : public CommandLine {
 protected:
  /// Submits the first update of each order, and a later one of those named twice.
  void submit(const std::vector<std::string>& orders);
  /// The same, and ЕЛК refuses what is sent.
  void hold(const std::vector<std::string>& orders);
  /// Sends what there is to an ЕЛК that takes everything.
  void deliver();
  nlohmann::json told(std::vector<std::string> arguments, ExitCode code = ExitCode::done);
  std::string state(UpdateId id);
};

/// The first update of an order, with all its facts.
std::string first_update(const std::string& order);
/// A later one; `results` is a JSON array of files.
std::string later_update(const std::string& order, int code, const std::string& results = "[]");

}  // namespace smev::cli
