#pragma once
// The durable store over the tables of a database, whatever the engine: what may follow what, and
// how it is written down. The engine's part is how a connection is come by, how a change becomes
// durable, and who may dispatch. Its parts: table_submit, table_dispatch, table_attempts,
// table_receive, table_overdue, table_circuits, table_read, table_overview, table_decide,
// table_hurry, table_replace, table_pause, table_prune, table_check.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sdk/outbox/database.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/kept_files.hpp"
#include "sdk/outbox/kill_points.hpp"
#include "sdk/outbox/rows.hpp"
#include "smev/outbox/outbox.hpp"

namespace smev::outbox {

class TableOutbox : public Outbox {
 public:
  Result<StoredFile> keep_file(const std::string& path) override;
  Result<std::string> file_path(const std::string& sha256) override;
  Result<Submitted> submit(const NewUpdate& update, const SubmitCheck& check) override;

  Result<std::vector<ClaimedUpdate>> claim_updates(int limit, Duration lease) override;
  Result<void> release(UpdateId update, std::int64_t lease_epoch,
                       std::optional<TimePoint> not_before) override;
  Result<void> hold(UpdateId update, std::int64_t lease_epoch, HoldReason reason,
                    const std::string& text) override;
  Result<void> freeze(const std::vector<NewMessage>& messages) override;
  Result<std::vector<StartedAttempt>> start_attempts(int limit, Duration lease) override;
  Result<std::vector<StartedAttempt>> start_oldest_attempt(Duration lease) override;
  Result<std::vector<UpdateRow>> finish_attempts(
      const std::vector<AttemptOutcome>& outcomes) override;
  Result<std::optional<TimePoint>> next_due() override;
  Result<std::optional<Circuit>> circuit(const std::string& endpoint) override;
  Result<void> keep_circuit(const Circuit& circuit) override;

  Result<std::optional<MessageRow>> find_message(const Uuid& message_id) override;
  Result<std::vector<RecordedAnswer>> record_answers(
      const std::vector<NewAnswer>& answers) override;
  Result<void> mark_acknowledged(const std::vector<std::int64_t>& answers) override;
  Result<std::vector<AnswerRow>> unacknowledged() override;
  Result<bool> awaits_answers() override;
  Result<std::vector<UpdateRow>> hold_overdue() override;
  Result<std::vector<UpdateRow>> near_deadline(Duration lead) override;

  Result<std::int64_t> limit_rests(TimePoint latest) override;

  Result<std::optional<UpdateRow>> find_update(UpdateId id) override;
  Result<std::optional<UpdateRow>> unfinished_of_another(const std::string& sender,
                                                         Contour contour) override;
  Result<std::vector<UpdateRow>> list_updates(const UpdateFilter& filter) override;
  Result<std::optional<OrderFacts>> find_order(const OrderKey& key) override;
  Result<std::vector<MessageRow>> messages_of(UpdateId id) override;
  Result<std::vector<AttemptRow>> attempts_of(const Uuid& message_id) override;
  Result<std::vector<AnswerRow>> answers_to(const Uuid& message_id) override;
  Result<std::vector<AnswerRow>> unsettled_answers(int limit) override;
  Result<std::vector<AuditRow>> audit_of(UpdateId id) override;
  Result<std::vector<AuditRow>> audit_log(const AuditPage& page) override;
  Result<OutboxStats> stats() override;
  Result<OutboxStats> open_stats() override;
  Result<OutboxOverview> overview() override;
  Result<std::vector<BlockedOrder>> blocked_orders(UpdateId after, int limit) override;
  Result<std::vector<UpdateId>> select_updates(const UpdateFilter& filter) override;

  Result<UpdateRow> decide(UpdateId id, UpdateEvent event, const std::string& who,
                           const std::string& reason) override;
  Result<UpdateRow> hurry(UpdateId id, const std::string& who, const std::string& reason) override;
  Result<Submitted> replace(UpdateId id, const NewUpdate& update, const SubmitCheck& check,
                            const std::string& who, const std::string& reason) override;
  Result<void> pause(const std::string& who, const std::string& reason) override;
  Result<void> resume(const std::string& who, const std::string& reason) override;
  Result<std::optional<Pause>> paused() override;

  Result<std::int64_t> count_prunable(TimePoint settled_before) override;
  Result<Pruned> prune(const PruneBatch& batch) override;
  Result<StoreCheck> check_store(bool read_files) override;

 protected:
  using Work = std::function<Result<void>(Database&)>;

  TableOutbox(KeptFiles files, std::shared_ptr<Clock> clock)
      : files_(std::move(files)), clock_(std::move(clock)) {}

  /// Runs `work`, which only reads; it may run twice.
  virtual Result<void> run_reading(const Work& work) = 0;
  /// Runs `work` inside a transaction that is durable when this returns well, and that its error
  /// takes back. It may run twice: it begins anew each time.
  virtual Result<void> run_change(const Work& work, const CommitPoints* points) = 0;
  /// Leases head updates that are due, each under a new epoch; inside a transaction.
  virtual Result<std::vector<UpdateId>> lease_updates(Database& database, TimePoint now, int limit,
                                                      Duration lease) = 0;
  /// Messages whose attempts have just been started, under a new epoch and a lease.
  virtual Result<void> leased(Database&, const std::vector<MessageKey>&, TimePoint, Duration) {
    return {};
  }

  /// Of the given files those that no update has any more go; inside a transaction.
  Result<std::int64_t> remove_unused_files(Database& database, std::vector<std::string> hashes);
  /// What the engine itself finds wrong with its tables.
  virtual Result<std::vector<std::string>> check_engine(Database&) {
    return std::vector<std::string>{};
  }
  /// True when no other outbox can have files in the same folder.
  virtual Result<bool> owns_files() { return true; }
  /// True when another outbox that can be asked has an update with that file.
  virtual Result<bool> used_elsewhere(Database&, const std::string& /*sha256*/) { return false; }
  /// What the engine keeps of a final update beside the common tables; inside a transaction.
  virtual Result<void> forget(Database&, UpdateId) { return {}; }

  /// Runs `work` (which gives a Result) over a connection.
  template <class Reading>
  auto read(Reading work) -> decltype(work(std::declval<Database&>())) {
    return keep_outcome(work, [this](const Work& run) { return run_reading(run); });
  }

  /// The same in a transaction; what `work` gave is given once it is durable.
  template <class Change>
  auto change(Change work, const CommitPoints* points = nullptr)
      -> decltype(work(std::declval<Database&>())) {
    return keep_outcome(work, [&](const Work& run) { return run_change(run, points); });
  }

  KeptFiles files_;
  std::shared_ptr<Clock> clock_;

 private:
  Result<std::vector<StartedAttempt>> start_due(const char* sql, int limit, Duration lease);
  Result<Pruned> prune_updates(const PruneBatch& batch);
  /// Acknowledged answers from before the moment to messages that are emptied.
  Result<std::vector<std::int64_t>> late_answers(TimePoint moment);
  Result<std::int64_t> prune_late_answers(const PruneBatch& batch, bool on_record);

  template <class Inner, class Runner>
  static auto keep_outcome(Inner& work, Runner runner)
      -> decltype(work(std::declval<Database&>())) {
    std::optional<decltype(work(std::declval<Database&>()))> outcome;
    const Result<void> done = runner([&](Database& database) {
      return without_throwing([&]() -> Result<void> {
        outcome = work(database);
        if (!*outcome) return fail(outcome->error());
        return {};
      });
    });
    if (!done) return fail(done.error());
    return std::move(*outcome);
  }
};

}  // namespace smev::outbox
