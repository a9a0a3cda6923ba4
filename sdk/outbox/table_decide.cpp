// What a person decides about one update.

#include <fmt/format.h>

#include "sdk/outbox/audit.hpp"
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

// What a person asks for, by whom and why.
struct Decision {
  UpdateChange change;
  const std::string& who;
  const std::string& reason;
};

// What a person took out must not reach the account with what goes again, behind what followed it.
Result<void> check_nothing_closed(Database& database, MessageKey message) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT i.update_id FROM message_items i JOIN updates u "
                             "ON u.id = i.update_id WHERE i.message = ? AND u.state IN "
                             "('rejected', 'skipped', 'cancelled', 'expired')",
                             message));
  SMEV_ASSIGN(const std::vector<std::int64_t> closed, read_numbers(statement));
  if (closed.empty()) return {};
  const std::string which = fmt::format("{}", fmt::join(closed, ", "));
  Error error = illegal_move("its message carries closed updates: " + which);
  error.text = "Вернуть в очередь нельзя: в том же сообщении едут закрытые обновления (" + which +
               "), и ушли бы они тоже. Дождитесь ответа или закройте статус, проверив личный "
               "кабинет.";
  return fail(std::move(error));
}

// The very message that is in doubt goes again, now, and with it all that it carries.
Result<void> resume(Database& database, TimePoint now, UpdateId update, const Decision& decision,
                    MessageKey message) {
  SMEV_TRY(check_nothing_closed(database, message));
  SMEV_ASSIGN(const std::vector<UpdateId> held, updates_of(database, message, UpdateState::held));
  for (const UpdateId each : held) {
    if (each != update) {
      SMEV_ASSIGN(const UpdateRow before, require_update(database, each));
      SMEV_TRY(write_audit(
          database, now, before, name(decision.change.event), decision.who,
          fmt::format("{} (в одном сообщении с обновлением {})", decision.reason, update)));
    }
    SMEV_TRY(apply(database, now, each, decision.change));
    UpdateChange back;
    back.event = UpdateEvent::frozen;
    SMEV_TRY(apply(database, now, each, back));
  }
  SMEV_TRY(database.run("UPDATE messages SET not_before = '' WHERE id = ?", message));
  return refresh_waiting(database, message);
}

// Nobody can say what an answer that cannot be read has told of the status. What it leaves out, and
// what another may have sent, a person may send again after a look into the account.
Result<void> check_answer_was_read(Database& database, const UpdateRow& update) {
  if (update.hold_reason != HoldReason::bad_answer) return {};
  SMEV_ASSIGN(const bool shown, may_be_shown(database, update.id));
  if (!shown) return {};
  Error error =
      illegal_move("update " + std::to_string(update.id) + ": what its answer says is not known");
  error.text =
      "Ответ на этот статус прочитать нельзя, и ЕЛК могла его записать: новое сообщение показало "
      "бы "
      "его дважды. Проверьте личный кабинет: если статус там есть, пропустите его (queue skip); "
      "если точно нет, отклоните (queue reject) и подайте снова.";
  return fail(std::move(error));
}

// Another message only when every earlier one is known to be refused: one that cannot have left is
// given up for good, one in doubt goes again itself, one that SMEV has or may have had is waited
// for.
Result<void> requeue(Database& database, TimePoint now, const UpdateRow& before,
                     const Decision& decision) {
  const UpdateId update = before.id;
  SMEV_TRY(check_answer_was_read(database, before));
  SMEV_TRY(give_up_unsent(database, now, update));
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
  if (!doubtful.empty()) return resume(database, now, update, decision, doubtful.back());
  SMEV_TRY(apply(database, now, update, decision.change));
  return {};
}

// The update, and those that would go again with it.
Result<std::vector<UpdateId>> concerned(Database& database, UpdateId update) {
  SMEV_ASSIGN(
      Statement statement,
      database.query("SELECT DISTINCT other.update_id FROM message_items mine JOIN messages m "
                     "ON m.id = mine.message AND m.state = 'in_doubt' JOIN message_items other "
                     "ON other.message = mine.message WHERE mine.update_id = ?",
                     update));
  SMEV_ASSIGN(std::vector<UpdateId> updates, read_numbers(statement));
  updates.push_back(update);
  return updates;
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
    SMEV_ASSIGN(const std::vector<UpdateId> updates, concerned(database, id));
    SMEV_TRY(lock_orders_of_updates(database, updates));
    SMEV_ASSIGN(const UpdateRow before, require_update(database, id));
    Decision decision{{}, who, reason};
    decision.change.event = event;
    if (event == UpdateEvent::requeued && before.state == UpdateState::held) {
      SMEV_TRY(requeue(database, now, before, decision));
    } else {
      SMEV_TRY(apply(database, now, id, decision.change));
    }
    SMEV_TRY(write_audit(database, now, before, name(event), who, reason));
    return require_update(database, id);
  });
}

}  // namespace smev::outbox
