#pragma once
// The promise (docs/outbox.md, README), written down apart from the code that keeps it: a ledger of
// what submit acknowledged, a record of what left and what came, and what must hold after every
// step.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "smev/outbox/outbox.hpp"
#include "smev/transport/transport.hpp"
#include "tests/simulation/run_log.hpp"
#include "tests/simulation/store_probe.hpp"

namespace smev::simulation {

/// Statuses are numbered as they are made; the number travels inside the status.
using StatusNumber = int;

struct LedgerEntry {
  StatusNumber number = 0;
  std::string order;
  std::int64_t sequence = 0;
  UpdateId id = 0;
  bool acknowledged = false;  ///< submit has returned
  bool closed = false;        ///< a person ended it: its way is the person's business
  ProbedUpdate now;
};

class Judge {
 public:
  explicit Judge(RunLog& log) : log_(log) {}

  /// The store's file has changed hands (a crash).
  void look_into(StoreProbe& probe) { probe_ = &probe; }

  // --- what submitters and persons do
  void committed(StatusNumber number, const std::string& order, const Submitted& submitted);
  void acknowledged(StatusNumber number);
  void closed_by_person(UpdateId id);
  /// A person has found out that no message of the status so far has come to anything.
  void vouched_for(StatusNumber number);

  // --- what the store does
  void look();
  void recorded(const NewAnswer& answer, const RecordedAnswer& recorded);

  // --- what crosses the wire
  void offered(const PreparedMessage& message, const std::vector<StatusNumber>& statuses);
  void reported(const Uuid& message, Transmission::Outcome outcome);
  void all_reports_lost();
  void acknowledging(const std::string& answer, const std::string& original, bool must_settle);

  // --- what the citizen sees
  void shown(StatusNumber number);
  [[nodiscard]] bool in_account(StatusNumber number) const { return account_.contains(number); }

  // --- at the end
  /// Without a person: what can be delivered is.
  void quiet_without_person();
  /// With a person who sees to everything: nothing is left.
  void quiet_at_last();

  [[nodiscard]] const std::map<StatusNumber, LedgerEntry>& ledger() const { return ledger_; }
  /// Messages that carried the status, oldest first.
  [[nodiscard]] std::vector<Uuid> messages_of(StatusNumber number) const;

 private:
  struct Offered {
    std::string body;
    std::vector<StatusNumber> statuses;
    int open_attempts = 0;
    bool may_have_arrived = false;
    bool answered = false;
  };

  LedgerEntry* entry(StatusNumber number);
  LedgerEntry* entry_of(UpdateId id);
  void check_update(LedgerEntry& entry, const ProbedUpdate& now);
  void check_first_offer(const Uuid& id, StatusNumber number);
  void check_turn(StatusNumber number);

  RunLog& log_;
  StoreProbe* probe_ = nullptr;
  std::map<StatusNumber, LedgerEntry> ledger_;
  std::map<std::int64_t, ProbedMessage> messages_;
  std::map<Uuid, Offered> offered_;
  std::vector<Uuid> offered_order_;
  std::set<std::pair<std::string, std::string>> settled_answers_;  // id and octets
  std::vector<StatusNumber> account_order_;
  std::set<StatusNumber> account_;
};

}  // namespace smev::simulation
