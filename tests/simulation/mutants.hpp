#pragma once
// Rules broken on purpose, each between the code under test and the store or the network: tests of
// the test. A simulation that does not notice one of them proves nothing about that rule.

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "smev/transport/transport.hpp"
#include "tests/simulation/judge.hpp"
#include "tests/support/forwarding_outbox.hpp"

namespace smev::simulation {

enum class Mutant {
  none,
  ack_before_commit,               ///< an answer is acknowledged, then stored
  new_id_on_retry,                 ///< every attempt has a MessageID of its own
  other_bytes_on_retry,            ///< the same MessageID with other octets
  delivered_on_receipt,            ///< SMEV's receipt counts as the answer
  claim_passes_held_head,          ///< what follows a held update goes
  repeated_answer_settles,         ///< a repeated delivery counts again
  resend_after_foreign_duplicate,  ///< "already sent" without an attempt of ours: sent again
  requeue_of_accepted,             ///< what SMEV has accepted gets another message
  doubt_forgotten,                 ///< an attempt without an outcome counts as not made
  submit_before_commit,            ///< submit returns before the update is stored
};

std::string_view name(Mutant mutant);
std::optional<Mutant> mutant_named(std::string_view name);
const std::vector<Mutant>& all_mutants();

class MutantOutbox final : public testing::ForwardingOutbox {
 public:
  MutantOutbox(Mutant mutant, Transport& transport) : mutant_(mutant), transport_(transport) {}
  void set_probe(StoreProbe& probe) { probe_ = &probe; }

  Result<Submitted> submit(const NewUpdate& update, const SubmitCheck& check) override;
  Result<std::vector<ClaimedUpdate>> claim_updates(int limit, Duration lease) override;
  Result<std::vector<UpdateRow>> finish_attempts(
      const std::vector<AttemptOutcome>& outcomes) override;
  Result<std::vector<RecordedAnswer>> record_answers(
      const std::vector<NewAnswer>& answers) override;
  Result<UpdateRow> decide(UpdateId id, UpdateEvent event, const std::string& who,
                           const std::string& reason) override;

 private:
  Result<void> deliver(const AttemptOutcome& outcome);
  void let_pass_held_heads();

  Mutant mutant_;
  Transport& transport_;
  StoreProbe* probe_ = nullptr;
  std::set<std::string> recorded_;
  int made_up_ = 0;
};

class MutantTransport final : public Transport {
 public:
  MutantTransport(Mutant mutant, Transport& inner, IdSource& ids)
      : mutant_(mutant), inner_(inner), ids_(ids) {}

  Result<PreparedMessage> prepare(const OutgoingMessage& message) override {
    return inner_.prepare(message);
  }
  void transmit(std::vector<PreparedMessage> messages, Done done) override;
  Result<std::optional<IncomingMessage>> receive(const AnswerSelector& selector) override {
    return inner_.receive(selector);
  }
  Result<void> acknowledge(const std::string& message_id, bool accepted) override {
    return inner_.acknowledge(message_id, accepted);
  }

 private:
  Mutant mutant_;
  Transport& inner_;
  IdSource& ids_;
  std::set<Uuid> sent_;
  std::map<Uuid, Uuid> renamed_;
};

}  // namespace smev::simulation
