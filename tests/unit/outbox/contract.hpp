#pragma once
// The contract of Outbox, whatever the store: a fixture over a factory. A new store adds a line to
// all_stores() and passes the same tests.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "smev/base/ids.hpp"
#include "smev/outbox/outbox.hpp"
#include "smev/testing/manual_clock.hpp"
#include "tests/support/record_answer.hpp"
#include "tests/unit/outbox/temporary_directory.hpp"

namespace smev::outbox_test {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct StoreKind {
  std::string name;
  bool survives_reopening = false;
  std::function<Result<std::shared_ptr<Outbox>>(const std::string& directory,
                                                std::shared_ptr<Clock> clock)>
      open;
  /// Why this store cannot be tested here; empty when it can.
  std::function<std::string()> missing = [] { return std::string(); };
};
std::vector<StoreKind> all_stores();
/// Of the store "postgres" in this directory.
Result<PostgresOptions> postgres_options(const std::string& directory);
inline void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

inline constexpr Duration kLease = minutes(1);
inline const std::string kSender = "TEST01";

class OutboxContract : public ::testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override;

  Outbox& outbox() { return *outbox_; }
  void reopen();  ///< as after a crash: the old object goes, nothing is ended
  TimePoint now() const { return clock_->now(); }
  void advance(Duration duration) { clock_->advance(duration); }

  static OrderKey order(const std::string& number) { return {kSender, Contour::test, number}; }
  NewUpdate new_update(const std::string& number);
  UpdateId submit(const NewUpdate& update);
  UpdateId submit(const std::string& number) { return submit(new_update(number)); }

  std::vector<ClaimedUpdate> claim(int limit = 100);
  std::vector<UpdateId> claim_ids(int limit = 100);
  NewMessage message_of(const std::vector<ClaimedUpdate>& claims);
  /// Claims everything that is due and freezes each update into a message of its own.
  std::vector<Uuid> freeze_all();
  Uuid freeze_one();  ///< exactly one is due
  std::vector<StartedAttempt> start(int limit = 100);
  StartedAttempt start_one();  ///< exactly one is due

  static AttemptOutcome outcome_of(const StartedAttempt& started, MessageEvent event);
  std::vector<UpdateRow> finish(const AttemptOutcome& outcome);
  std::vector<UpdateRow> finish(const StartedAttempt& started, MessageEvent event) {
    return finish(outcome_of(started, event));
  }
  /// Freezes, starts and has SMEV accept the one update that is due.
  Uuid send_one();

  NewAnswer answer_to(const Uuid& message, const std::string& raw = "<answer/>");
  static Settlement settlement(UpdateId update, UpdateEvent event);
  static Settlement stopped(UpdateId update, HoldReason reason);
  RecordedAnswer record(const NewAnswer& answer, const std::vector<Settlement>& settlements);
  RecordedAnswer deliver(const Uuid& message, UpdateId update) {
    return record(answer_to(message), {settlement(update, UpdateEvent::delivered)});
  }

  UpdateRow update(UpdateId id);
  UpdateState state(UpdateId id) { return update(id).state; }
  MessageRow message(const Uuid& id);
  MessageState message_state(const Uuid& id) { return message(id).state; }
  OrderFacts facts(const std::string& number);
  OutboxStats stats();

  std::string write_file(const std::string& name, const std::string& content);

  std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
  TemporaryDirectory directory_;

 private:
  std::shared_ptr<IdSource> ids_ = seeded_ids(clock_, 7);
  std::shared_ptr<Outbox> outbox_;
  int submitted_ = 0;
  int answered_ = 0;
};

/// The error of a result that has to be one.
template <class T>
Error error_of(const Result<T>& result) {
  if (result) {
    ADD_FAILURE() << "an error was expected";
    return {};
  }
  return result.error();
}

}  // namespace smev::outbox_test

#define SMEV_FOR_ALL_STORES(suite)                                                                 \
  INSTANTIATE_TEST_SUITE_P(AllStores, suite, ::testing::ValuesIn(smev::outbox_test::all_stores()), \
                           [](const auto& kind) { return kind.param.name; })
