#pragma once
// The store as the code under test sees it: every call is a place where the process may end or the
// disk may refuse, and after every change the judge looks at what is committed.

#include <string>

#include "tests/simulation/faults.hpp"
#include "tests/simulation/judge.hpp"
#include "tests/support/forwarding_outbox.hpp"

namespace smev::simulation {

class WatchedOutbox final : public testing::ForwardingOutbox {
 public:
  WatchedOutbox(Chaos& chaos, Judge& judge) : chaos_(chaos), judge_(judge) {}

  /// What the next submit carries.
  void expect(StatusNumber number, std::string order) {
    submitted_ = number;
    order_ = std::move(order);
  }

  Result<Submitted> submit(const NewUpdate& update, const SubmitCheck& check) override;
  Result<std::shared_ptr<void>> start_dispatching() override;
  Result<std::vector<ClaimedUpdate>> claim_updates(int limit, Duration lease) override;
  Result<void> release(UpdateId update, std::int64_t lease_epoch,
                       std::optional<TimePoint> not_before) override;
  Result<void> hold(UpdateId update, std::int64_t lease_epoch, HoldReason reason,
                    const std::string& text) override;
  Result<void> freeze(const std::vector<NewMessage>& messages) override;
  Result<std::vector<StartedAttempt>> start_attempts(int limit, Duration lease) override;
  Result<std::vector<StartedAttempt>> start_oldest_attempt(Duration lease) override;
  Result<void> keep_circuit(const Circuit& circuit) override;
  Result<std::vector<UpdateRow>> finish_attempts(
      const std::vector<AttemptOutcome>& outcomes) override;
  Result<std::vector<RecordedAnswer>> record_answers(
      const std::vector<NewAnswer>& answers) override;
  Result<void> mark_acknowledged(const std::vector<std::int64_t>& answers) override;
  Result<std::vector<UpdateRow>> hold_overdue() override;
  Result<std::string> file_path(const std::string& sha256) override;
  Result<UpdateRow> decide(UpdateId id, UpdateEvent event, const std::string& who,
                           const std::string& reason) override;

 private:
  template <class Call>
  auto change(const char* name, Call call) -> decltype(call()) {
    chaos_.point(name);
    if (chaos_.disk_refuses()) {
      return fail(local_error(ErrorCode::store, "simulated: the disk is full", Retry::later));
    }
    auto outcome = call();
    judge_.look();
    chaos_.point(name);
    return outcome;
  }

  Chaos& chaos_;
  Judge& judge_;
  StatusNumber submitted_ = 0;
  std::string order_;
};

}  // namespace smev::simulation
