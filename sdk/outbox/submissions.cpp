#include "sdk/outbox/submissions.hpp"

#include "sdk/base/text.hpp"
#include "sdk/outbox/errors.hpp"

namespace smev::outbox {

Result<void> check_complete(const NewUpdate& update) {
  std::vector<FieldFault> faults;
  const auto text = [&](const std::string& value, const char* field) {
    // Not every database stores anything else, and what it would make of it might be another's
    // name.
    if (!is_valid_utf8(value) || value.find('\0') != std::string::npos) {
      faults.push_back({field, "pattern", "Значение должно быть текстом в UTF-8.", ""});
    }
  };
  const auto need = [&](const std::string& value, const char* field) {
    if (value.empty()) faults.push_back({field, "missing", "Значение не указано.", ""});
    text(value, field);
  };
  need(update.order.sender, "order.sender");
  need(update.order.number, "order.number");
  need(update.type, "type");
  need(update.payload_digest, "payload_digest");
  text(update.idempotency_key, "idempotency_key");
  // As a program of an earlier schema derived its own keys; the tables keep it out.
  if (update.idempotency_key == "digest:" + update.payload_digest) {
    faults.push_back({"idempotency_key", "reserved", "Такой ключ занят самой программой.", ""});
  }
  if (faults.empty()) return {};
  return fail(validation_error(std::move(faults)));
}

namespace {

Result<std::optional<Submitted>> find_same_content(Database& database, const NewUpdate& update,
                                                   std::int64_t order) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT id, sequence FROM updates WHERE order_id = ? "
                             "AND content_digest = ? AND content_digest <> ''",
                             order, update.payload_digest));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return std::optional<Submitted>{};
  return std::optional<Submitted>(Submitted{statement.integer(0), statement.integer(1), true});
}

}  // namespace

Result<std::optional<Submitted>> find_duplicate(Database& database, const NewUpdate& update,
                                                std::int64_t order) {
  if (update.idempotency_key.empty()) {
    if (order == 0) return std::optional<Submitted>{};  // nothing is in an order that is not there
    return find_same_content(database, update, order);
  }
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

Result<bool> free_key(Database& database, const NewUpdate& update, UpdateId holder) {
  std::int64_t freed = 0;
  if (update.idempotency_key.empty()) {
    SMEV_ASSIGN(freed, database.run("UPDATE updates SET content_digest = '' "
                                    "WHERE id = ? AND content_digest <> ''",
                                    holder));
  } else {
    SMEV_ASSIGN(freed, database.run("DELETE FROM idempotency_keys WHERE sender = ? AND contour = ? "
                                    "AND idempotency_key = ? AND update_id = ?",
                                    update.order.sender, smev::name(update.order.contour),
                                    update.idempotency_key, holder));
  }
  return freed == 1;
}

Result<void> run_check(const SubmitCheck& check, const OrderFacts& order, NewUpdate& update) {
  return check ? check(order, update) : Result<void>{};
}

Result<Submitted> insert_update(Database& database, TimePoint now, const NewUpdate& update,
                                std::int64_t order, const Place& place) {
  const bool keyed = !update.idempotency_key.empty();
  SMEV_ASSIGN(
      const UpdateId id,
      database.insert("INSERT INTO updates (order_id, sequence, state, head, not_before, deadline, "
                      "submitted_at, type, payload, mark, revision, replaces, content_digest) "
                      "VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      order, place.sequence, place.head, update.not_before, update.deadline, now,
                      update.type, update.payload, update.mark, place.revision, place.replaces,
                      keyed ? std::string_view("") : std::string_view(update.payload_digest)));
  const Submitted submitted{id, place.sequence, false};
  int position = 0;
  for (const StoredFile& file : update.files) {
    SMEV_TRY(
        database.run("INSERT INTO files (update_id, position, sha256, size) VALUES (?, ?, ?, ?)",
                     submitted.id, position++, file.sha256, static_cast<std::int64_t>(file.size)));
  }
  if (!keyed) return submitted;
  SMEV_TRY(database.run(
      "INSERT INTO idempotency_keys (sender, contour, idempotency_key, payload_digest, update_id, "
      "sequence) VALUES (?, ?, ?, ?, ?, ?)",
      update.order.sender, smev::name(update.order.contour), update.idempotency_key,
      update.payload_digest, submitted.id, submitted.sequence));
  return submitted;
}

Result<void> learn_facts(Database& database, const NewUpdate& update, std::int64_t order) {
  if (update.facts.empty()) return {};
  SMEV_TRY(database.run("UPDATE orders SET facts = ? WHERE id = ?", update.facts, order));
  return {};
}

}  // namespace smev::outbox
