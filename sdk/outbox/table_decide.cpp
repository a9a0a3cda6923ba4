// What a person decides about one update.

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/row_locks.hpp"
#include "sdk/outbox/table_outbox.hpp"
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

// Messages of the update that are in `state` and that nothing waits for.
Result<std::vector<MessageKey>> idle_messages(Database& database, UpdateId update,
                                              MessageState state) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT m.id FROM message_items i JOIN messages m "
                             "ON m.id = i.message WHERE i.update_id = ? AND m.state = ? "
                             "AND m.waiting = 0",
                             update, name(state)));
  return read_numbers(statement);
}

// The very message that is in doubt goes again, now.
Result<void> resume(Database& database, TimePoint now, UpdateId update, MessageKey message) {
  UpdateChange back;
  back.event = UpdateEvent::frozen;
  SMEV_TRY(apply(database, now, update, back));
  SMEV_TRY(database.run("UPDATE messages SET not_before = '' WHERE id = ?", message));
  return refresh_waiting(database, message);
}

// Another message only when every earlier one is known to be refused: one that cannot have left is
// given up for good, one in doubt goes again itself, one that SMEV has or may have had is waited
// for.
Result<void> requeue(Database& database, TimePoint now, UpdateId update,
                     const UpdateChange& change) {
  SMEV_ASSIGN(const std::vector<MessageKey> unsent,
              idle_messages(database, update, MessageState::frozen));
  for (const MessageKey message : unsent) {
    SMEV_TRY(apply(database, now, message, MessageEvent::superseded));
  }
  SMEV_ASSIGN(const std::vector<MessageKey> doubtful,
              idle_messages(database, update, MessageState::in_doubt));
  SMEV_ASSIGN(const bool unresolved, has_unresolved_message(database, update));
  if (unresolved && doubtful.empty()) {
    Error error = illegal_move("update " + std::to_string(update) +
                               ": an earlier message of it is not known to be refused");
    error.text =
        "Прежнее сообщение с этим статусом могло дойти до ЕЛК: новое показало бы статус дважды. "
        "Дождитесь ответа или закройте статус, проверив личный кабинет.";
    return fail(std::move(error));
  }
  SMEV_TRY(apply(database, now, update, change));
  if (doubtful.empty()) return {};
  return resume(database, now, update, doubtful.back());
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

Result<UpdateRow> TableOutbox::decide(UpdateId id, UpdateEvent event, const std::string& who,
                                      const std::string& reason) {
  if (!is_a_persons(event)) {
    return fail(illegal_move("not a person's to decide: " + std::string(name(event))));
  }
  SMEV_TRY(check_named(who, reason));
  return change([&](Database& database) -> Result<UpdateRow> {
    const TimePoint now = clock_->now();
    SMEV_TRY(lock_orders_of_updates(database, {id}));
    SMEV_ASSIGN(const UpdateRow before, require_update(database, id));
    UpdateChange decision;
    decision.event = event;
    if (event == UpdateEvent::requeued && before.state == UpdateState::held) {
      SMEV_TRY(requeue(database, now, id, decision));
    } else {
      SMEV_TRY(apply(database, now, id, decision));
    }
    SMEV_TRY(write_audit(database, now, before, event, who, reason));
    return require_update(database, id);
  });
}

}  // namespace smev::outbox
