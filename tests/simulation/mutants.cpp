#include "tests/simulation/mutants.hpp"

#include <array>

#include "tests/support/record_answer.hpp"

namespace smev::simulation {
namespace {

struct Row {
  Mutant mutant;
  std::string_view name;
};
constexpr std::array kRows = {
    Row{Mutant::none, "none"},
    Row{Mutant::ack_before_commit, "ack_before_commit"},
    Row{Mutant::new_id_on_retry, "new_id_on_retry"},
    Row{Mutant::other_bytes_on_retry, "other_bytes_on_retry"},
    Row{Mutant::delivered_on_receipt, "delivered_on_receipt"},
    Row{Mutant::claim_passes_held_head, "claim_passes_held_head"},
    Row{Mutant::repeated_answer_settles, "repeated_answer_settles"},
    Row{Mutant::resend_after_foreign_duplicate, "resend_after_foreign_duplicate"},
    Row{Mutant::requeue_of_accepted, "requeue_of_accepted"},
    Row{Mutant::doubt_forgotten, "doubt_forgotten"},
    Row{Mutant::submit_before_commit, "submit_before_commit"},
};

}  // namespace

std::string_view name(Mutant mutant) {
  for (const Row& row : kRows) {
    if (row.mutant == mutant) return row.name;
  }
  return "unknown";
}

std::optional<Mutant> mutant_named(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.mutant;
  }
  return std::nullopt;
}

const std::vector<Mutant>& all_mutants() {
  static const std::vector<Mutant> all = [] {
    std::vector<Mutant> mutants;
    for (const Row& row : kRows) {
      if (row.mutant != Mutant::none) mutants.push_back(row.mutant);
    }
    return mutants;
  }();
  return all;
}

// --- the store ----------------------------------------------------------------------------------

Result<Submitted> MutantOutbox::submit(const NewUpdate& update, const SubmitCheck& check) {
  // It would be written soon, had the process lived.
  if (mutant_ == Mutant::submit_before_commit && ++made_up_ % 3 == 0) {
    return Submitted{1'000'000 + made_up_, 1, false};
  }
  return inner().submit(update, check);
}

void MutantOutbox::let_pass_held_heads() {
  // The store's own index would not allow two heads of an order.
  const char* const has_follower =
      "EXISTS (SELECT 1 FROM updates f WHERE f.order_id = updates.order_id AND f.state = 'queued' "
      "AND f.sequence > updates.sequence)";
  probe_->execute(
      std::string("UPDATE updates SET head = 0 WHERE state = 'held' AND head = 1 AND ") +
      has_follower);
  probe_->execute(
      "UPDATE updates SET head = 1 WHERE state = 'queued' AND head = 0 AND NOT EXISTS (SELECT 1 "
      "FROM updates h WHERE h.order_id = updates.order_id AND h.head = 1) AND sequence = (SELECT "
      "min(sequence) FROM updates m WHERE m.order_id = updates.order_id AND m.state = 'queued')");
}

Result<std::vector<ClaimedUpdate>> MutantOutbox::claim_updates(int limit, Duration lease) {
  if (mutant_ == Mutant::claim_passes_held_head) let_pass_held_heads();
  return inner().claim_updates(limit, lease);
}

Result<std::vector<UpdateRow>> MutantOutbox::finish_attempts(
    const std::vector<AttemptOutcome>& outcomes) {
  std::vector<AttemptOutcome> mutated = outcomes;
  for (AttemptOutcome& outcome : mutated) {
    if (mutant_ == Mutant::doubt_forgotten && outcome.event == MessageEvent::doubt) {
      outcome.event = MessageEvent::not_taken;
    }
    if (mutant_ == Mutant::resend_after_foreign_duplicate && outcome.outcome == "duplicate" &&
        outcome.event == MessageEvent::refused) {
      outcome.update_event = UpdateEvent::returned;
      outcome.hold_reason = HoldReason::none;
    }
  }
  Result<std::vector<UpdateRow>> finished = inner().finish_attempts(mutated);
  if (mutant_ != Mutant::delivered_on_receipt || !finished) return finished;
  for (const AttemptOutcome& outcome : mutated) {
    if (outcome.event == MessageEvent::accepted) SMEV_TRY(deliver(outcome));
  }
  return finished;
}

Result<void> MutantOutbox::deliver(const AttemptOutcome& outcome) {
  SMEV_ASSIGN(const std::optional<MessageRow> message, inner().find_message(outcome.message_id));
  NewAnswer answer;
  answer.message_id = "receipt-of-" + outcome.message_id.text();
  answer.original_message_id = outcome.message_id.text();
  answer.kind = "content";
  answer.raw = answer.message_id;
  answer.verified = true;
  std::vector<Settlement> settlements;
  for (const MessageItem& item : message->items) {
    Settlement settlement;
    settlement.update = item.update;
    settlement.event = UpdateEvent::delivered;
    settlement.known_to_recipient = true;
    settlements.push_back(settlement);
  }
  SMEV_TRY(testing::record_answer(inner(), answer, settlements));
  return {};
}

Result<std::vector<RecordedAnswer>> MutantOutbox::record_answers(
    const std::vector<NewAnswer>& answers) {
  std::vector<NewAnswer> mutated = answers;
  for (NewAnswer& answer : mutated) {
    if (mutant_ == Mutant::ack_before_commit && answer.verified) {
      SMEV_TRY(transport_.acknowledge(answer.message_id, true));
    }
    if (mutant_ != Mutant::repeated_answer_settles ||
        recorded_.insert(answer.message_id + answer.raw).second) {
      continue;
    }
    probe_->execute(
        "UPDATE message_items SET settled = 0 WHERE message = (SELECT id FROM messages WHERE "
        "message_id = '" +
        answer.original_message_id + "')");
    answer.message_id += "-" + std::to_string(++made_up_);
  }
  return inner().record_answers(mutated);
}

Result<UpdateRow> MutantOutbox::decide(UpdateId id, UpdateEvent event, const std::string& who,
                                       const std::string& reason) {
  // The store forgets what carried it, and so that SMEV has it.
  if (mutant_ == Mutant::requeue_of_accepted && event == UpdateEvent::requeued) {
    probe_->execute("DELETE FROM message_items WHERE update_id = " + std::to_string(id) +
                    " AND message IN (SELECT id FROM messages WHERE state = 'accepted')");
  }
  return inner().decide(id, event, who, reason);
}

// --- the network --------------------------------------------------------------------------------

void MutantTransport::transmit(std::vector<PreparedMessage> messages, Done done) {
  for (PreparedMessage& message : messages) {
    if (sent_.insert(message.message_id).second) continue;
    if (mutant_ == Mutant::other_bytes_on_retry) message.body.insert(message.body.find('>'), " ");
    if (mutant_ == Mutant::new_id_on_retry) {
      const Uuid fresh = ids_.next();
      renamed_[fresh] = message.message_id;
      message.message_id = fresh;
    }
  }
  inner_.transmit(std::move(messages), [this, done](const Uuid& id, Transmission transmission) {
    const auto renamed = renamed_.find(id);
    done(renamed == renamed_.end() ? id : renamed->second, std::move(transmission));
  });
}

}  // namespace smev::simulation
