#pragma once
// An outbox that hands every call on: what wraps a store overrides what it is about.

#include <memory>
#include <utility>

#include "smev/outbox/outbox.hpp"

namespace smev::testing {

class ForwardingOutbox : public Outbox {
 public:
  void set_inner(std::shared_ptr<Outbox> inner) { inner_ = std::move(inner); }

  Result<StoredFile> keep_file(const std::string& path) override { return inner_->keep_file(path); }
  Result<std::string> file_path(const std::string& sha256) override {
    return inner_->file_path(sha256);
  }
  Result<Submitted> submit(const NewUpdate& update, const SubmitCheck& check) override {
    return inner_->submit(update, check);
  }
  Result<std::shared_ptr<void>> start_dispatching() override { return inner_->start_dispatching(); }
  Result<std::optional<UpdateRow>> unfinished_of_another(const std::string& sender,
                                                         Contour contour) override {
    return inner_->unfinished_of_another(sender, contour);
  }
  Result<std::vector<ClaimedUpdate>> claim_updates(int limit, Duration lease) override {
    return inner_->claim_updates(limit, lease);
  }
  Result<void> release(UpdateId update, std::int64_t lease_epoch,
                       std::optional<TimePoint> not_before) override {
    return inner_->release(update, lease_epoch, not_before);
  }
  Result<void> hold(UpdateId update, std::int64_t lease_epoch, HoldReason reason,
                    const std::string& text) override {
    return inner_->hold(update, lease_epoch, reason, text);
  }
  Result<void> freeze(const std::vector<NewMessage>& messages) override {
    return inner_->freeze(messages);
  }
  Result<std::vector<StartedAttempt>> start_attempts(int limit, Duration lease) override {
    return inner_->start_attempts(limit, lease);
  }
  Result<std::vector<StartedAttempt>> start_oldest_attempt(Duration lease) override {
    return inner_->start_oldest_attempt(lease);
  }
  Result<std::vector<UpdateRow>> finish_attempts(
      const std::vector<AttemptOutcome>& outcomes) override {
    return inner_->finish_attempts(outcomes);
  }
  Result<std::optional<TimePoint>> next_due() override { return inner_->next_due(); }
  Result<std::optional<Circuit>> circuit(const std::string& endpoint) override {
    return inner_->circuit(endpoint);
  }
  Result<void> keep_circuit(const Circuit& circuit) override {
    return inner_->keep_circuit(circuit);
  }
  Result<std::optional<MessageRow>> find_message(const Uuid& message_id) override {
    return inner_->find_message(message_id);
  }
  Result<std::vector<RecordedAnswer>> record_answers(
      const std::vector<NewAnswer>& answers) override {
    return inner_->record_answers(answers);
  }
  Result<void> mark_acknowledged(const std::vector<std::int64_t>& answers) override {
    return inner_->mark_acknowledged(answers);
  }
  Result<std::vector<AnswerRow>> unacknowledged() override { return inner_->unacknowledged(); }
  Result<bool> awaits_answers() override { return inner_->awaits_answers(); }
  Result<std::vector<UpdateRow>> hold_overdue() override { return inner_->hold_overdue(); }
  Result<std::vector<UpdateRow>> near_deadline(Duration lead) override {
    return inner_->near_deadline(lead);
  }
  Result<std::optional<UpdateRow>> find_update(UpdateId id) override {
    return inner_->find_update(id);
  }
  Result<std::vector<UpdateRow>> list_updates(const UpdateFilter& filter) override {
    return inner_->list_updates(filter);
  }
  Result<std::optional<OrderFacts>> find_order(const OrderKey& key) override {
    return inner_->find_order(key);
  }
  Result<std::vector<MessageRow>> messages_of(UpdateId id) override {
    return inner_->messages_of(id);
  }
  Result<std::vector<AttemptRow>> attempts_of(const Uuid& message_id) override {
    return inner_->attempts_of(message_id);
  }
  Result<std::vector<AnswerRow>> answers_to(const Uuid& message_id) override {
    return inner_->answers_to(message_id);
  }
  Result<std::vector<AnswerRow>> unsettled_answers(int limit) override {
    return inner_->unsettled_answers(limit);
  }
  Result<std::vector<AuditRow>> audit_of(UpdateId id) override { return inner_->audit_of(id); }
  Result<std::vector<AuditRow>> audit_log(const AuditPage& page) override {
    return inner_->audit_log(page);
  }
  Result<OutboxStats> stats() override { return inner_->stats(); }
  Result<OutboxStats> open_stats() override { return inner_->open_stats(); }
  Result<OutboxOverview> overview() override { return inner_->overview(); }
  Result<std::vector<BlockedOrder>> blocked_orders(UpdateId after, int limit) override {
    return inner_->blocked_orders(after, limit);
  }
  Result<std::vector<UpdateId>> select_updates(const UpdateFilter& filter) override {
    return inner_->select_updates(filter);
  }
  Result<UpdateRow> decide(UpdateId id, UpdateEvent event, const std::string& who,
                           const std::string& reason) override {
    return inner_->decide(id, event, who, reason);
  }
  Result<UpdateRow> hurry(UpdateId id, const std::string& who, const std::string& reason) override {
    return inner_->hurry(id, who, reason);
  }
  Result<std::int64_t> limit_rests(TimePoint latest) override {
    return inner_->limit_rests(latest);
  }
  Result<Submitted> replace(UpdateId id, const NewUpdate& update, const SubmitCheck& check,
                            const std::string& who, const std::string& reason) override {
    return inner_->replace(id, update, check, who, reason);
  }
  Result<void> pause(const std::string& who, const std::string& reason) override {
    return inner_->pause(who, reason);
  }
  Result<void> resume(const std::string& who, const std::string& reason) override {
    return inner_->resume(who, reason);
  }
  Result<std::optional<Pause>> paused() override { return inner_->paused(); }
  Result<std::int64_t> count_prunable(TimePoint settled_before) override {
    return inner_->count_prunable(settled_before);
  }
  Result<Pruned> prune(const PruneBatch& batch) override { return inner_->prune(batch); }
  Result<StoreCheck> check_store(bool read_files) override {
    return inner_->check_store(read_files);
  }

 protected:
  Outbox& inner() { return *inner_; }

 private:
  std::shared_ptr<Outbox> inner_;
};

}  // namespace smev::testing
