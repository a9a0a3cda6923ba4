#include "tests/simulation/watched_outbox.hpp"

namespace smev::simulation {

// What a dying submit has stored counts, though nobody was told.
Result<Submitted> WatchedOutbox::submit(const NewUpdate& update, const SubmitCheck& check) {
  return change("submit", [&] {
    Result<Submitted> submitted = inner().submit(update, check);
    if (submitted) judge_.committed(submitted_, order_, *submitted);
    return submitted;
  });
}

Result<std::shared_ptr<void>> WatchedOutbox::start_dispatching() {
  return change("start_dispatching", [&] { return inner().start_dispatching(); });
}

Result<std::vector<ClaimedUpdate>> WatchedOutbox::claim_updates(int limit, Duration lease) {
  return change("claim_updates", [&] { return inner().claim_updates(limit, lease); });
}

Result<void> WatchedOutbox::release(UpdateId update, std::int64_t lease_epoch,
                                    std::optional<TimePoint> not_before) {
  return change("release", [&] { return inner().release(update, lease_epoch, not_before); });
}

Result<void> WatchedOutbox::hold(UpdateId update, std::int64_t lease_epoch, HoldReason reason,
                                 const std::string& text) {
  return change("hold", [&] { return inner().hold(update, lease_epoch, reason, text); });
}

Result<void> WatchedOutbox::freeze(const std::vector<NewMessage>& messages) {
  return change("freeze", [&] { return inner().freeze(messages); });
}

Result<std::vector<StartedAttempt>> WatchedOutbox::start_attempts(int limit, Duration lease) {
  return change("start_attempts", [&] { return inner().start_attempts(limit, lease); });
}

Result<std::vector<StartedAttempt>> WatchedOutbox::start_oldest_attempt(Duration lease) {
  return change("start_oldest_attempt", [&] { return inner().start_oldest_attempt(lease); });
}

Result<void> WatchedOutbox::keep_circuit(const Circuit& circuit) {
  return change("keep_circuit", [&] { return inner().keep_circuit(circuit); });
}

Result<std::vector<UpdateRow>> WatchedOutbox::finish_attempts(
    const std::vector<AttemptOutcome>& outcomes) {
  return change("finish_attempts", [&] { return inner().finish_attempts(outcomes); });
}

Result<std::vector<RecordedAnswer>> WatchedOutbox::record_answers(
    const std::vector<NewAnswer>& answers) {
  return change("record_answers", [&] {
    Result<std::vector<RecordedAnswer>> recorded = inner().record_answers(answers);
    for (std::size_t i = 0; recorded && i < answers.size(); ++i) {
      judge_.recorded(answers[i], (*recorded)[i]);
    }
    return recorded;
  });
}

Result<void> WatchedOutbox::mark_acknowledged(const std::vector<std::int64_t>& answers) {
  return change("mark_acknowledged", [&] { return inner().mark_acknowledged(answers); });
}

Result<std::vector<UpdateRow>> WatchedOutbox::hold_overdue() {
  return change("hold_overdue", [&] { return inner().hold_overdue(); });
}

Result<std::string> WatchedOutbox::file_path(const std::string& sha256) {
  chaos_.point("file_path");
  return inner().file_path(sha256);
}

Result<UpdateRow> WatchedOutbox::decide(UpdateId id, UpdateEvent event, const std::string& who,
                                        const std::string& reason) {
  return change("decide", [&] {
    Result<UpdateRow> decided = inner().decide(id, event, who, reason);
    if (decided && is_final(decided->state)) judge_.closed_by_person(id);
    return decided;
  });
}

}  // namespace smev::simulation
