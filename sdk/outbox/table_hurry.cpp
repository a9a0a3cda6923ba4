// The next try, moved forward: by a person, or because no pause can be so long.

#include "sdk/outbox/audit.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/row_locks.hpp"
#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {
namespace {

// Messages in which the update waits between two tries.
#define SMEV_RESTING                                                                       \
  "waiting = 1 AND state IN ('frozen', 'in_doubt') AND not_before > ?1 AND id IN (SELECT " \
  "message FROM message_items WHERE update_id = ?2)"

Result<std::int64_t> make_due(Database& database, TimePoint now, UpdateId update) {
  SMEV_ASSIGN(const std::int64_t messages,
              database.run("UPDATE messages SET not_before = '' WHERE " SMEV_RESTING, now, update));
  SMEV_ASSIGN(const std::int64_t updates,
              database.run("UPDATE updates SET not_before = '' WHERE state = 'queued' "
                           "AND not_before > ?1 AND id = ?2",
                           now, update));
  return messages + updates;
}

}  // namespace

Result<UpdateRow> TableOutbox::hurry(UpdateId id, const std::string& who,
                                     const std::string& reason) {
  SMEV_TRY(check_named(who, reason));
  return change([&](Database& database) -> Result<UpdateRow> {
    const TimePoint now = clock_->now();
    SMEV_TRY(lock_orders_of_updates(database, {id}));
    SMEV_ASSIGN(const UpdateRow before, require_update(database, id));
    SMEV_ASSIGN(const std::int64_t hurried, make_due(database, now, id));
    if (hurried == 0) {
      Error error = illegal_move("nothing of update " + std::to_string(id) + " waits for a moment");
      error.text =
          "Торопить нечего: ни само обновление, ни его сообщение не ждут назначенного времени. "
          "Остановленное возвращает в очередь queue requeue.";
      return fail(std::move(error));
    }
    SMEV_TRY(write_audit(database, now, before, kHurried, who, reason));
    return require_update(database, id);
  });
}

Result<std::int64_t> TableOutbox::limit_rests(TimePoint latest) {
  return change([&](Database& database) {
    return database.run(
        "UPDATE messages SET not_before = ?1 WHERE waiting = 1 "
        "AND state IN ('frozen', 'in_doubt') AND not_before > ?1",
        latest);
  });
}

}  // namespace smev::outbox
