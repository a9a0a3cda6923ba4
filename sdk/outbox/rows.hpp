#pragma once
// Rows of the tables as the values of the interface. The column lists and their readers belong
// together.

#include <string>
#include <vector>

#include "sdk/outbox/database.hpp"
#include "smev/outbox/outbox.hpp"

namespace smev::outbox {

/// The key by which tables refer to a message (its MessageID is what SMEV sees).
using MessageKey = std::int64_t;

/// Of `updates u JOIN orders o ON o.id = u.order_id`.
#define SMEV_UPDATE_COLUMNS                                                                    \
  "u.id, o.sender, o.contour, o.number, u.order_id, u.sequence, u.type, u.payload, u.state, "  \
  "u.hold_reason, u.hold_text, u.result_code, u.forced_kind, u.conversions, u.not_before, "    \
  "u.deadline, u.submitted_at, u.settled_at, u.revision, u.held_since, u.replaces, "           \
  "u.replaced_by, u.pruned_at, CASE u.state WHEN 'queued' THEN u.not_before WHEN 'in_flight' " \
  "THEN (SELECT coalesce(max(m.not_before), '') FROM message_items i JOIN messages m "         \
  "ON m.id = i.message WHERE i.update_id = u.id AND m.waiting = 1 "                            \
  "AND m.state IN ('frozen', 'in_doubt')) ELSE '' END"
inline constexpr int kUpdateColumns = 24;
Result<UpdateRow> read_update(Statement& statement);
Result<std::optional<UpdateRow>> find_update(Database& database, UpdateId id);
/// `not_found` when there is none.
Result<UpdateRow> require_update(Database& database, UpdateId id);
Result<std::vector<UpdateRow>> require_updates(Database& database,
                                               const std::vector<UpdateId>& ids);

Result<std::optional<OrderFacts>> find_order(Database& database, const OrderKey& key);
Result<OrderFacts> require_order(Database& database, std::int64_t id);

/// The whole message with body, files and items; the body looked at by its SHA-256.
enum class Body { read, left };
Result<MessageRow> read_message(Database& database, MessageKey key, Body body = Body::read);
Result<std::optional<MessageKey>> find_message_key(Database& database, std::string_view message_id);
/// The updates of a message, in its order; only those in `state` when one is given.
Result<std::vector<UpdateId>> updates_of(Database& database, MessageKey key,
                                         std::optional<UpdateState> state);

#define SMEV_ANSWER_COLUMNS                                                                \
  "id, message_id, original_message_id, kind, content_type, "                              \
  "(SELECT raw FROM answer_bodies WHERE answer = answers.id), verdicts, verified, stray, " \
  "note, "                                                                                 \
  "received, acknowledged, raw_sha256"
/// Its octets looked at by their SHA-256.
Result<AnswerRow> read_answer(Statement& statement);

std::string_view name(ForcedKind kind);
std::optional<ForcedKind> forced_kind(std::string_view name);
std::string files_to_json(const std::vector<MessageFile>& files);
Result<std::vector<MessageFile>> files_from_json(const std::string& text);

/// Every row of a statement, read by `reader`.
template <class Row>
Result<std::vector<Row>> read_all(Statement& statement, Result<Row> (*reader)(Statement&)) {
  std::vector<Row> rows;
  while (true) {
    SMEV_ASSIGN(const bool more, statement.next());
    if (!more) return rows;
    SMEV_ASSIGN(Row row, reader(statement));
    rows.push_back(std::move(row));
  }
}

/// The first column of every row.
Result<std::vector<std::int64_t>> read_numbers(Statement& statement);

}  // namespace smev::outbox
