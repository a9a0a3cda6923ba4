// What a person decides about one update.

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/sqlite_outbox.hpp"
#include "sdk/outbox/transitions.hpp"

namespace smev::outbox {
namespace {

bool is_a_persons(UpdateEvent event) {
  switch (event) {
    case UpdateEvent::requeued:
    case UpdateEvent::rejected:
    case UpdateEvent::skipped:
    case UpdateEvent::cancelled:
    case UpdateEvent::expired:
      return true;
    case UpdateEvent::frozen:
    case UpdateEvent::returned:
    case UpdateEvent::delivered:
    case UpdateEvent::stopped:
      return false;
  }
  return false;
}

Result<void> check_named(const std::string& who, const std::string& reason) {
  std::vector<FieldFault> faults;
  if (who.empty()) faults.push_back({"who", "missing", "Укажите, кто принял решение.", ""});
  if (reason.empty()) faults.push_back({"reason", "missing", "Укажите причину решения.", ""});
  if (faults.empty()) return {};
  return fail(validation_error(std::move(faults)));
}

// Another message only when every earlier one is known to be refused. One that cannot have left is
// given up for good first.
Result<void> check_requeue(Database& database, TimePoint now, UpdateId update) {
  std::vector<MessageKey> unsent;
  {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT m.id FROM message_items i JOIN messages m "
                               "ON m.id = i.message WHERE i.update_id = ? AND m.state = 'frozen' "
                               "AND m.waiting = 0",
                               update));
    SMEV_ASSIGN(unsent, read_numbers(statement));
  }
  for (const MessageKey message : unsent) {
    SMEV_TRY(apply(database, now, message, MessageEvent::superseded));
  }
  SMEV_ASSIGN(const bool unresolved, has_unresolved_message(database, update));
  if (!unresolved) return {};
  Error error = illegal_move("update " + std::to_string(update) +
                             ": an earlier message of it is not known to be refused");
  error.text =
      "Прежнее сообщение с этим статусом могло дойти до ЕЛК: новое показало бы статус дважды. "
      "Дождитесь ответа или закройте статус, проверив личный кабинет.";
  return fail(std::move(error));
}

Result<void> write_audit(Database& database, TimePoint now, const UpdateRow& update,
                         UpdateEvent event, const std::string& who, const std::string& reason) {
  SMEV_TRY(
      database.run("INSERT INTO audit (at, who, action, update_id, order_id, sequence, reason) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?)",
                   now, who, name(event), update.id, update.order_id, update.sequence, reason));
  return {};
}

}  // namespace

Result<UpdateRow> SqliteOutbox::decide(UpdateId id, UpdateEvent event, const std::string& who,
                                       const std::string& reason) {
  if (!is_a_persons(event)) {
    return fail(illegal_move("not a person's to decide: " + std::string(name(event))));
  }
  SMEV_TRY(check_named(who, reason));
  const std::lock_guard lock(mutex_);
  SMEV_ASSIGN(Transaction transaction, Transaction::begin(*database_));
  const TimePoint now = clock_->now();
  SMEV_ASSIGN(const UpdateRow before, require_update(*database_, id));
  const bool legal = next(before.state, event).has_value();
  if (event == UpdateEvent::requeued && legal) SMEV_TRY(check_requeue(*database_, now, id));
  UpdateChange change;
  change.event = event;
  SMEV_TRY(apply(*database_, now, id, change));
  SMEV_TRY(write_audit(*database_, now, before, event, who, reason));
  SMEV_ASSIGN(UpdateRow after, require_update(*database_, id));
  SMEV_TRY(transaction.commit());
  return after;
}

}  // namespace smev::outbox
