#pragma once
// The durable store over one SQLite file. One connection behind one mutex; other processes come and
// go beside it. Its parts: sqlite_submit, sqlite_dispatch, sqlite_attempts, sqlite_receive,
// sqlite_read, sqlite_decide.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sdk/outbox/database.hpp"
#include "sdk/outbox/group_commit.hpp"
#include "sdk/outbox/kept_files.hpp"
#include "sdk/outbox/rows.hpp"
#include "smev/outbox/outbox.hpp"

namespace smev::outbox {

/// Where the store keeps what; a store in memory has a directory that goes with it.
struct StorePlace {
  std::string database;
  std::string lock;  ///< empty: nobody else can see this store
  std::string files;
  std::shared_ptr<void> temporary;  ///< removes the directory of a store in memory
};

class SqliteOutbox final : public Outbox {
 public:
  SqliteOutbox(StorePlace place, std::unique_ptr<Database> database, KeptFiles files,
               std::shared_ptr<Clock> clock)
      : place_(std::move(place)),
        database_(std::move(database)),
        files_(std::move(files)),
        clock_(std::move(clock)),
        group_(*database_, mutex_) {}

  Result<StoredFile> keep_file(const std::string& path) override;
  Result<std::string> file_path(const std::string& sha256) override;
  Result<Submitted> submit(const NewUpdate& update, const SubmitCheck& check) override;

  Result<std::shared_ptr<void>> start_dispatching() override;
  Result<std::vector<ClaimedUpdate>> claim_updates(int limit, Duration lease) override;
  Result<void> release(UpdateId update, std::int64_t lease_epoch,
                       std::optional<TimePoint> not_before) override;
  Result<void> hold(UpdateId update, std::int64_t lease_epoch, HoldReason reason,
                    const std::string& text) override;
  Result<void> freeze(const std::vector<NewMessage>& messages) override;
  Result<std::vector<StartedAttempt>> start_attempts(int limit, Duration lease) override;
  Result<std::vector<UpdateRow>> finish_attempts(
      const std::vector<AttemptOutcome>& outcomes) override;
  Result<std::optional<TimePoint>> next_due() override;

  Result<std::optional<MessageRow>> find_message(const Uuid& message_id) override;
  Result<RecordedAnswer> record_answer(const NewAnswer& answer,
                                       const std::vector<Settlement>& settlements) override;
  Result<void> mark_acknowledged(std::int64_t answer) override;
  Result<std::vector<AnswerRow>> unacknowledged() override;
  Result<std::vector<UpdateRow>> hold_overdue() override;

  Result<std::optional<UpdateRow>> find_update(UpdateId id) override;
  Result<std::vector<UpdateRow>> list_updates(const UpdateFilter& filter) override;
  Result<std::optional<OrderFacts>> find_order(const OrderKey& key) override;
  Result<std::vector<MessageRow>> messages_of(UpdateId id) override;
  Result<std::vector<AttemptRow>> attempts_of(const Uuid& message_id) override;
  Result<std::vector<AnswerRow>> answers_to(const Uuid& message_id) override;
  Result<std::vector<AnswerRow>> unsettled_answers(int limit) override;
  Result<std::vector<AuditRow>> audit_of(UpdateId id) override;
  Result<OutboxStats> stats() override;

  Result<UpdateRow> decide(UpdateId id, UpdateEvent event, const std::string& who,
                           const std::string& reason) override;

 private:
  /// Runs `work` (which gives a Result) in a transaction that it may share with others, and gives
  /// what it gave once that is durable. It may run twice: it begins anew each time.
  template <class Work>
  auto change(Work work, const CommitPoints* points = nullptr) -> decltype(work()) {
    std::optional<decltype(work())> outcome;
    const Result<void> committed = group_.run(
        [&]() -> Result<void> {
          outcome = work();
          if (!*outcome) return fail(outcome->error());
          return {};
        },
        points);
    if (!committed) return fail(committed.error());
    return std::move(*outcome);
  }

  StorePlace place_;
  std::mutex mutex_;  // guards database_
  std::unique_ptr<Database> database_;
  KeptFiles files_;
  std::shared_ptr<Clock> clock_;
  GroupCommit group_;
  // Of a store in memory: shared with the guard, which may outlive the store.
  std::shared_ptr<std::atomic<bool>> dispatching_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace smev::outbox
