// A corrected update at the place of one that is held. It is a new row under the next revision of
// the same sequence, so that the moves of states stay those of the table: the old one is rejected
// by a person, the new one begins queued.

#include "sdk/outbox/audit.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/row_locks.hpp"
#include "sdk/outbox/submissions.hpp"
#include "sdk/outbox/table_outbox.hpp"
#include "sdk/outbox/transitions.hpp"

namespace smev::outbox {
namespace {

Error with_text(Error error, std::string text) {
  error.text = std::move(text);
  return error;
}

// The answer to the same wish once more; nothing when it is new.
Result<std::optional<Submitted>> find_successor(Database& database, const UpdateRow& old,
                                                const NewUpdate& update) {
  SMEV_ASSIGN(const std::optional<Submitted> known, find_duplicate(database, update, old.order_id));
  if (!known) return known;
  SMEV_ASSIGN(const auto replaced,
              database.number("SELECT replaces FROM updates WHERE id = ?", known->id));
  if (replaced == old.id) return known;
  return fail(with_text(
      local_error(ErrorCode::idempotency_conflict,
                  "the same content or key belongs to update " + std::to_string(known->id)),
      "Такое же обновление уже подано под номером " + std::to_string(known->id) +
          ": замена должна от него отличаться."));
}

Result<void> make_replaceable(Database& database, TimePoint now, const UpdateRow& old,
                              const NewUpdate& update) {
  if (update.order != old.order) {
    return fail(validation_error({{"order.number", "not_as_replaced",
                                   "Заявление другое: замена встаёт на место обновления "
                                   "того же заявления.",
                                   ""}}));
  }
  if (old.state != UpdateState::held) {
    return fail(with_text(illegal_move("update " + std::to_string(old.id) + " is " +
                                       std::string(name(old.state)) + ", not held"),
                          "Заменить можно только остановленное обновление."));
  }
  SMEV_TRY(give_up_unsent(database, now, old.id));
  SMEV_ASSIGN(const bool shown, may_be_shown(database, old.id));
  if (!shown) return {};
  return fail(with_text(
      illegal_move("update " + std::to_string(old.id) +
                   ": an earlier message of it is not known to be refused"),
      "Прежнее сообщение с этим статусом могло дойти до ЕЛК: рядом с исправленным показался бы и "
      "он. Если ответа ещё нет, дождитесь его. Проверьте личный кабинет: если статус там есть, "
      "пропустите его (queue skip); если точно нет, отклоните (queue reject) и подайте "
      "исправленный "
      "заново."));
}

// The order as it is for who stands at that place: what comes after it has not happened yet.
Result<OrderFacts> facts_at(Database& database, const UpdateRow& old) {
  SMEV_ASSIGN(OrderFacts order, require_order(database, old.order_id));
  order.last_mark.reset();
  SMEV_ASSIGN(Statement before,
              database.query("SELECT mark FROM updates WHERE order_id = ? AND sequence < ? "
                             "AND state IN ('queued', 'in_flight', 'held', 'delivered') "
                             "ORDER BY sequence DESC LIMIT 1",
                             old.order_id, old.sequence));
  SMEV_ASSIGN(const bool any_before, before.next());
  if (any_before) order.last_mark = before.text(0);
  SMEV_ASSIGN(Statement after,
              database.query("SELECT payload FROM updates WHERE order_id = ? AND sequence > ? "
                             "AND state IN ('queued', 'in_flight', 'held') "
                             "ORDER BY sequence LIMIT 1",
                             old.order_id, old.sequence));
  SMEV_ASSIGN(const bool any_after, after.next());
  if (any_after) order.next_payload = after.text(0);
  return order;
}

// Inserted first, so that the head of the order passes from the one to the other.
Result<Submitted> put_in_place(Database& database, TimePoint now, const UpdateRow& old,
                               const NewUpdate& update) {
  const Place place{old.sequence, old.revision + 1, false, old.id};
  SMEV_ASSIGN(const Submitted submitted, insert_update(database, now, update, old.order_id, place));
  UpdateChange rejected;
  rejected.event = UpdateEvent::rejected;
  SMEV_TRY(apply(database, now, old.id, rejected));
  SMEV_TRY(database.run("UPDATE updates SET replaced_by = ? WHERE id = ?", submitted.id, old.id));
  return submitted;
}

}  // namespace

Result<Submitted> TableOutbox::replace(UpdateId id, const NewUpdate& update,
                                       const SubmitCheck& check, const std::string& who,
                                       const std::string& reason) {
  SMEV_TRY(check_named(who, reason));
  SMEV_TRY(check_complete(update));
  for (const StoredFile& file : update.files) SMEV_TRY(files_.check_there(file));
  return change(
      [&](Database& database) -> Result<Submitted> {
        const TimePoint now = clock_->now();
        SMEV_TRY(lock_orders_of_updates(database, {id}));
        SMEV_ASSIGN(const UpdateRow old, require_update(database, id));
        SMEV_ASSIGN(const std::optional<Submitted> known, find_successor(database, old, update));
        if (known) return *known;
        SMEV_TRY(make_replaceable(database, now, old, update));
        SMEV_ASSIGN(const OrderFacts order, facts_at(database, old));
        NewUpdate amended = update;
        SMEV_TRY(run_check(check, order, amended));
        SMEV_TRY(learn_facts(database, amended, order.id));
        SMEV_ASSIGN(const Submitted submitted, put_in_place(database, now, old, amended));
        SMEV_TRY(write_audit(database, now, old, kReplaced, who, reason));
        SMEV_ASSIGN(const UpdateRow successor, require_update(database, submitted.id));
        SMEV_TRY(write_audit(database, now, successor, kReplacement, who, reason));
        return submitted;
      },
      &kSubmitPoints);
}

}  // namespace smev::outbox
