// Keeping updates and their files.

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/row_locks.hpp"
#include "sdk/outbox/submissions.hpp"
#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {
namespace {

// Where rows are locked, the order is there and locked when this returns; elsewhere nobody else
// writes now, and one without an id is still to be added: nothing is written of what the check may
// refuse.
Result<OrderFacts> find_order_to_extend(Database& database, const OrderKey& key) {
  if (database.locks_rows()) {
    SMEV_TRY(
        database.run("INSERT INTO orders (sender, contour, number) VALUES (?, ?, ?) "
                     "ON CONFLICT DO NOTHING",
                     key.sender, smev::name(key.contour), key.number));
    SMEV_TRY(lock_order(database, key));
  }
  SMEV_ASSIGN(std::optional<OrderFacts> order, find_order(database, key));
  if (order) return std::move(*order);
  if (database.locks_rows()) return fail(damaged("an order that was just written is missing"));
  OrderFacts fresh;
  fresh.key = key;
  return fresh;
}

// The place behind all others; the head, when nothing is before it that is not final.
Result<Place> take_place(Database& database, OrderFacts& order, const NewUpdate& update) {
  Place place;
  place.sequence = order.next_sequence;
  if (order.id == 0) {
    SMEV_ASSIGN(order.id, database.insert("INSERT INTO orders (sender, contour, number, facts, "
                                          "next_sequence) VALUES (?, ?, ?, ?, ?)",
                                          order.key.sender, smev::name(order.key.contour),
                                          order.key.number, update.facts, place.sequence + 1));
    place.head = true;
    return place;
  }
  SMEV_ASSIGN(
      const auto heads,
      database.number("SELECT count(*) FROM updates WHERE order_id = ? AND head = 1", order.id));
  place.head = heads == 0;
  SMEV_TRY(
      database.run("UPDATE orders SET next_sequence = next_sequence + 1 WHERE id = ?", order.id));
  SMEV_TRY(learn_facts(database, update, order.id));
  return place;
}

// Refused for good or too late, and nothing stands in its place: who submits it again wants it
// sent. What was cancelled or skipped may be in the account already.
Result<bool> may_come_again(Database& database, UpdateId update) {
  SMEV_ASSIGN(const auto given_up,
              database.number("SELECT count(*) FROM updates WHERE id = ? AND replaced_by IS NULL "
                              "AND state IN ('rejected', 'expired')",
                              update));
  return given_up.value_or(0) > 0;
}

// The update that answers the same wish; its key is free again when that one has been given up.
Result<std::optional<Submitted>> find_repeat(Database& database, const NewUpdate& update,
                                             std::int64_t order) {
  SMEV_ASSIGN(const std::optional<Submitted> known, find_duplicate(database, update, order));
  if (!known) return known;
  SMEV_ASSIGN(const bool again, may_come_again(database, known->id));
  if (!again) return known;
  SMEV_ASSIGN(const bool freed, free_key(database, update, known->id));
  if (freed) return std::optional<Submitted>{};
  // Somebody else has submitted it again meanwhile.
  return find_duplicate(database, update, order);
}

}  // namespace

Result<StoredFile> TableOutbox::keep_file(const std::string& path) { return files_.keep(path); }

Result<std::string> TableOutbox::file_path(const std::string& sha256) {
  return files_.verified_path(sha256);
}

Result<Submitted> TableOutbox::submit(const NewUpdate& update, const SubmitCheck& check) {
  SMEV_TRY(check_complete(update));
  for (const StoredFile& file : update.files) SMEV_TRY(files_.check_there(file));

  return change(
      [&](Database& database) -> Result<Submitted> {
        SMEV_ASSIGN(OrderFacts order, find_order_to_extend(database, update.order));
        SMEV_ASSIGN(const std::optional<Submitted> repeat, find_repeat(database, update, order.id));
        if (repeat) return *repeat;
        NewUpdate amended = update;
        SMEV_TRY(run_check(check, order, amended));
        SMEV_ASSIGN(const Place place, take_place(database, order, amended));
        return insert_update(database, clock_->now(), amended, order.id, place);
      },
      &kSubmitPoints);
}

}  // namespace smev::outbox
