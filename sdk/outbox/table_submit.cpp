// Keeping updates and their files.

#include <exception>

#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/row_locks.hpp"
#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {
namespace {

Result<void> check_complete(const NewUpdate& update) {
  std::vector<FieldFault> faults;
  const auto need = [&](const std::string& value, const char* field) {
    if (value.empty()) faults.push_back({field, "missing", "Значение не указано.", ""});
  };
  need(update.order.sender, "order.sender");
  need(update.order.number, "order.number");
  need(update.type, "type");
  need(update.payload_digest, "payload_digest");
  need(update.idempotency_key, "idempotency_key");
  if (faults.empty()) return {};
  return fail(validation_error(std::move(faults)));
}

// The update that was submitted under this key before, if any.
Result<std::optional<Submitted>> find_duplicate(Database& database, const NewUpdate& update) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT payload_digest, update_id, sequence FROM idempotency_keys "
                             "WHERE sender = ? AND contour = ? AND idempotency_key = ?",
                             update.order.sender, smev::name(update.order.contour),
                             update.idempotency_key));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return std::optional<Submitted>{};
  if (statement.text(0) != update.payload_digest) {
    return fail(local_error(ErrorCode::idempotency_conflict,
                            "the key belongs to update " + statement.text(1)));
  }
  return std::optional<Submitted>(Submitted{statement.integer(1), statement.integer(2), true});
}

Result<OrderFacts> find_or_add_order(Database& database, const OrderKey& key) {
  SMEV_TRY(
      database.run("INSERT INTO orders (sender, contour, number) VALUES (?, ?, ?) "
                   "ON CONFLICT DO NOTHING",
                   key.sender, smev::name(key.contour), key.number));
  SMEV_TRY(lock_order(database, key));
  SMEV_ASSIGN(std::optional<OrderFacts> order, find_order(database, key));
  if (!order) return fail(damaged("an order that was just written is missing"));
  return std::move(*order);
}

// Code of the caller: what it throws must not pass through this interface.
Result<void> run_check(const SubmitCheck& check, const OrderFacts& order, NewUpdate& update) {
  if (!check) return {};
  try {
    return check(order, update);
  } catch (const std::exception& thrown) {
    return fail(misuse(std::string("the check of an update threw: ") + thrown.what()));
  } catch (...) {
    return fail(misuse("the check of an update threw"));
  }
}

Result<Submitted> insert_update(Database& database, TimePoint now, const NewUpdate& update,
                                const OrderFacts& order) {
  SMEV_ASSIGN(
      const auto heads,
      database.number("SELECT count(*) FROM updates WHERE order_id = ? AND head = 1", order.id));
  SMEV_ASSIGN(const UpdateId id,
              database.insert(
                  "INSERT INTO updates (order_id, sequence, state, head, not_before, deadline, "
                  "submitted_at, type, payload, mark) VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?) "
                  "RETURNING id",
                  order.id, order.next_sequence, heads == 0, update.not_before, update.deadline,
                  now, update.type, update.payload, update.mark));
  const Submitted submitted{id, order.next_sequence, false};
  int position = 0;
  for (const StoredFile& file : update.files) {
    SMEV_TRY(
        database.run("INSERT INTO files (update_id, position, sha256, size) VALUES (?, ?, ?, ?)",
                     submitted.id, position++, file.sha256, static_cast<std::int64_t>(file.size)));
  }
  SMEV_TRY(database.run(
      "INSERT INTO idempotency_keys (sender, contour, idempotency_key, payload_digest, update_id, "
      "sequence) VALUES (?, ?, ?, ?, ?, ?)",
      update.order.sender, smev::name(update.order.contour), update.idempotency_key,
      update.payload_digest, submitted.id, submitted.sequence));
  return submitted;
}

Result<void> advance_order(Database& database, const NewUpdate& update, const OrderFacts& order) {
  SMEV_TRY(
      database.run("UPDATE orders SET next_sequence = next_sequence + 1, "
                   "facts = CASE WHEN ?1 = '' THEN facts ELSE ?1 END, "
                   "elk_number = coalesce(elk_number, ?2), "
                   "known_to_recipient = CASE WHEN ?3 = 1 THEN 1 ELSE known_to_recipient END "
                   "WHERE id = ?4",
                   update.facts, update.elk_number, update.known_to_recipient, order.id));
  return {};
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
        SMEV_ASSIGN(const std::optional<Submitted> duplicate, find_duplicate(database, update));
        if (duplicate) return *duplicate;
        SMEV_ASSIGN(const OrderFacts order, find_or_add_order(database, update.order));
        NewUpdate amended = update;
        SMEV_TRY(run_check(check, order, amended));
        SMEV_ASSIGN(const Submitted submitted,
                    insert_update(database, clock_->now(), amended, order));
        SMEV_TRY(advance_order(database, amended, order));
        return submitted;
      },
      &kSubmitPoints);
}

}  // namespace smev::outbox
