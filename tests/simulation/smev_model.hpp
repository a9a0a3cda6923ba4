#pragma once
// SMEV and the ЕЛК behind it, as far as a sender can see them (spec: docs/answers.md,
// docs/mock-smev.md). A model of its own: it shares with the code under test only the reading and
// writing of the business XML.
//
// It goes by a true clock, which runs with the steady one; the sender's wall clock may be wrong.

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sdk/elk/request.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/judge.hpp"

namespace smev::simulation {

/// Numbers of the statuses in a message.
std::vector<StatusNumber> statuses_in(const elk::Request& request);
elk::Request request_in(const std::string& content);

class SmevModel {
 public:
  SmevModel(Chaos& chaos, RunLog& log, const testing::ManualClock& clock, Judge& judge)
      : chaos_(chaos), log_(log), clock_(clock), judge_(judge), start_(clock.now()) {}

  /// A copy of a message has arrived: nothing when it was taken, else the fault.
  std::optional<SmevFault> take(const Uuid& id, const std::string& content);
  /// ЕЛК works on what is due.
  void advance();
  /// GetResponse: whatever is visible, in no order; hidden for a while by being given.
  std::optional<IncomingMessage> give();
  /// Ack; false: nothing unacknowledged has this id.
  bool acknowledge(const std::string& answer);
  /// The answer says for each status what became of it.
  [[nodiscard]] bool settles(const std::string& answer) const;
  [[nodiscard]] std::string original_of(const std::string& answer) const;

  /// An order that another system has created there.
  void create_elsewhere(const std::string& order);
  /// ЕЛК will refuse this status for good.
  void poison(StatusNumber number) { poisoned_.insert(number); }
  /// SMEV has the message, and what becomes of it is open.
  [[nodiscard]] bool is_working_on(const Uuid& id) const;
  /// SMEV refuses everything of this sender until then (a certificate is not registered).
  void close_access(Duration how_long) { closed_until_ = true_now() + how_long; }
  [[nodiscard]] bool access_closed() const { return true_now() < closed_until_; }
  void limit_calls(Duration how_long) { limited_until_ = true_now() + how_long; }
  /// When something happens here next.
  [[nodiscard]] std::optional<Duration> until_next() const;

  [[nodiscard]] TimePoint true_now() const {
    return start_ + std::chrono::duration_cast<Duration>(clock_.steady().time_since_epoch());
  }

 private:
  struct Taken {
    Uuid id;
    elk::Request request;
    TimePoint due;
  };
  struct Queued {
    IncomingMessage message;
    TimePoint visible;
    bool settles = false;
  };

  std::optional<SmevFault> refuse(const Uuid& id, const std::string& content);
  void accept(const Uuid& id, const std::string& content);
  void work(const Taken& taken);
  int apply(const elk::RequestOrder& order, elk::RequestKind kind);
  std::string key_of(const elk::RequestOrder& order) const;
  std::int64_t elk_number_of(const std::string& key) const;
  void answer(const Taken& taken, const std::vector<int>& results);
  void put(const Uuid& original, IncomingMessage message, bool settles, Duration delay);
  void put_notice(const Uuid& original);
  void reject(const Uuid& id);

  Chaos& chaos_;
  RunLog& log_;
  const testing::ManualClock& clock_;
  Judge& judge_;
  TimePoint start_;
  TimePoint closed_until_{};
  TimePoint limited_until_{};
  std::map<Uuid, std::string> seen_;  // what each id was taken with
  std::deque<Taken> taken_;
  std::vector<Queued> queue_;
  std::map<std::string, std::string> originals_;  // of answers, acknowledged ones too
  std::set<std::string> settling_;
  std::map<std::string, std::int64_t> orders_;  // order number to number of ЕЛК
  std::set<StatusNumber> poisoned_;
  int answers_made_ = 0;
};

}  // namespace smev::simulation
