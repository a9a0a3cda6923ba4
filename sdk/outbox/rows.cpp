#include "sdk/outbox/rows.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/named_values.hpp"

namespace smev::outbox {
namespace {

struct ForcedKindRow {
  ForcedKind value;
  std::string_view name;
};

constexpr std::array<ForcedKindRow, 3> kForcedKinds = {{
    {ForcedKind::none, "none"},
    {ForcedKind::create, "create"},
    {ForcedKind::update, "update"},
}};
static_assert(in_order_of_enumeration(kForcedKinds));

constexpr std::string_view kOrderColumns =
    "SELECT id, sender, contour, number, facts, known_to_recipient, elk_number, "
    "next_sequence, (SELECT mark FROM updates WHERE order_id = orders.id AND (settled_at = '' "
    "OR state = 'delivered') ORDER BY sequence DESC LIMIT 1) FROM orders ";

std::optional<int> as_int(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return static_cast<int>(*value);
}

OrderKey read_order_key(Statement& statement, int column) {
  OrderKey key;
  key.sender = statement.text(column);
  key.contour = statement.named(column + 1, &smev::contour);
  key.number = statement.text(column + 2);
  return key;
}

Result<OrderFacts> read_order(Statement& statement) {
  OrderFacts order;
  order.id = statement.integer(0);
  order.key = read_order_key(statement, 1);
  order.facts = statement.text(4);
  order.known_to_recipient = statement.flag(5);
  order.elk_number = statement.optional_integer(6);
  order.next_sequence = statement.integer(7);
  order.last_mark = statement.optional_text(8);
  SMEV_TRY(statement.sound());
  return order;
}

Result<MessageItem> read_item(Statement& statement) {
  MessageItem item;
  item.update = statement.integer(0);
  item.position = static_cast<int>(statement.integer(1));
  item.create = statement.flag(2);
  item.order_number = statement.text(3);
  item.result_code = as_int(statement.optional_integer(4));
  return item;
}

Result<void> check_body(const MessageRow& message) {
  if (sha256_hex(message.body) == message.body_sha256) return {};
  Error error = damaged("the body of message " + message.message_id.text() +
                        " is not the one that was frozen");
  error.text = "Сообщение " + message.message_id.text() +
               " повреждено в базе исходящих и не отправлено. Остановите отправку и восстановите "
               "базу из резервной копии.";
  return fail(std::move(error));
}

}  // namespace

std::string_view name(ForcedKind kind) { return row_of(kForcedKinds, kind).name; }
std::optional<ForcedKind> forced_kind(std::string_view name) {
  return value_named(kForcedKinds, name);
}

Result<UpdateRow> read_update(Statement& statement) {
  UpdateRow row;
  row.id = statement.integer(0);
  row.order = read_order_key(statement, 1);
  row.order_id = statement.integer(4);
  row.sequence = statement.integer(5);
  row.type = statement.text(6);
  row.payload = statement.text(7);
  row.state = statement.named(8, &update_state);
  row.hold_reason = statement.named(9, &hold_reason);
  row.hold_text = statement.text(10);
  row.result_code = as_int(statement.optional_integer(11));
  row.forced_kind = statement.named(12, &forced_kind);
  row.conversions = static_cast<int>(statement.integer(13));
  row.not_before = statement.optional_moment(14);
  row.deadline = statement.optional_moment(15);
  row.submitted_at = statement.moment(16);
  row.settled_at = statement.optional_moment(17);
  row.revision = static_cast<int>(statement.integer(18));
  row.held_since = statement.optional_moment(19);
  row.replaces = statement.optional_integer(20);
  row.replaced_by = statement.optional_integer(21);
  row.pruned_at = statement.optional_moment(22);
  row.next_try = statement.optional_moment(23);
  SMEV_TRY(statement.sound());
  return row;
}

Result<std::optional<UpdateRow>> find_update(Database& database, UpdateId id) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT " SMEV_UPDATE_COLUMNS
                             " FROM updates u JOIN orders o ON o.id = u.order_id WHERE u.id = ?",
                             id));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return std::optional<UpdateRow>{};
  SMEV_ASSIGN(UpdateRow row, read_update(statement));
  return std::optional<UpdateRow>(std::move(row));
}

Result<UpdateRow> require_update(Database& database, UpdateId id) {
  SMEV_ASSIGN(std::optional<UpdateRow> row, find_update(database, id));
  if (!row) return fail(not_found("update " + std::to_string(id)));
  return std::move(*row);
}

Result<std::vector<UpdateRow>> require_updates(Database& database,
                                               const std::vector<UpdateId>& ids) {
  std::vector<UpdateRow> rows;
  for (const UpdateId id : ids) {
    SMEV_ASSIGN(UpdateRow row, require_update(database, id));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::optional<OrderFacts>> find_order(Database& database, const OrderKey& key) {
  static const std::string sql =
      std::string(kOrderColumns) + "WHERE sender = ? AND contour = ? AND number = ?";
  SMEV_ASSIGN(Statement statement,
              database.query(sql, key.sender, smev::name(key.contour), key.number));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return std::optional<OrderFacts>{};
  SMEV_ASSIGN(OrderFacts order, read_order(statement));
  return std::optional<OrderFacts>(std::move(order));
}

Result<OrderFacts> require_order(Database& database, std::int64_t id) {
  static const std::string sql = std::string(kOrderColumns) + "WHERE id = ?";
  SMEV_ASSIGN(Statement statement, database.query(sql, id));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return fail(damaged("order " + std::to_string(id) + " is missing"));
  return read_order(statement);
}

Result<MessageRow> read_message(Database& database, MessageKey key, Body wanted) {
  MessageRow row;
  {
    SMEV_ASSIGN(Statement statement,
                database.query(
                    "SELECT message_id, state, content_type, body_sha256, schema_version, files, "
                    "endpoint, attempts, doubtful_attempts, frozen_at, accepted_at, answered_at, "
                    "not_before, CASE WHEN ? = 1 THEN body END, pruned_at, tries, "
                    "CASE WHEN message IS NULL THEN 0 ELSE 1 END "
                    "FROM messages LEFT JOIN message_bodies ON message = id WHERE id = ?",
                    wanted == Body::read, key));
    SMEV_ASSIGN(const bool found, statement.next());
    if (!found) return fail(damaged("message " + std::to_string(key) + " is missing"));
    row.message_id = statement.uuid(0);
    row.state = statement.named(1, &message_state);
    row.content_type = statement.text(2);
    row.body_sha256 = statement.text(3);
    row.schema_version = statement.text(4);
    SMEV_ASSIGN(row.files, files_from_json(statement.text(5)));
    row.endpoint = statement.text(6);
    row.attempts = static_cast<int>(statement.integer(7));
    row.doubtful_attempts = static_cast<int>(statement.integer(8));
    row.frozen_at = statement.moment(9);
    row.accepted_at = statement.optional_moment(10);
    row.answered_at = statement.optional_moment(11);
    row.not_before = statement.optional_moment(12);
    row.body = statement.optional_text(13).value_or("");
    row.pruned_at = statement.optional_moment(14);
    row.tries = static_cast<int>(statement.integer(15));
    SMEV_TRY(statement.sound());
    if (!statement.flag(16) && !row.pruned_at) {
      return fail(damaged("the body of message " + std::to_string(key) + " is missing"));
    }
    if (wanted == Body::read && !row.pruned_at) SMEV_TRY(check_body(row));
  }
  SMEV_ASSIGN(Statement items,
              database.query("SELECT i.update_id, i.position, i.is_create, o.number, i.result_code "
                             "FROM message_items i JOIN updates u ON u.id = i.update_id "
                             "JOIN orders o ON o.id = u.order_id WHERE i.message = ? "
                             "ORDER BY i.position",
                             key));
  SMEV_ASSIGN(row.items, read_all(items, &read_item));
  return row;
}

Result<std::optional<MessageKey>> find_message_key(Database& database,
                                                   std::string_view message_id) {
  return database.number("SELECT id FROM messages WHERE message_id = ?", message_id);
}

Result<std::vector<UpdateId>> updates_of(Database& database, MessageKey key,
                                         std::optional<UpdateState> state) {
  SMEV_ASSIGN(
      Statement statement,
      database.query("SELECT u.id FROM message_items i JOIN updates u ON u.id = i.update_id "
                     "WHERE i.message = ?1 AND (?2 = '' OR u.state = ?2) "
                     "ORDER BY i.position",
                     key, state ? smev::name(*state) : std::string_view("")));
  return read_numbers(statement);
}

Result<AnswerRow> read_answer(Statement& statement) {
  AnswerRow row;
  row.id = statement.integer(0);
  row.message_id = statement.text(1);
  row.original_message_id = statement.text(2);
  row.kind = statement.text(3);
  row.content_type = statement.text(4);
  row.raw = statement.text(5);
  row.verdicts = statement.text(6);
  row.verified = statement.flag(7);
  row.stray = statement.flag(8);
  row.note = statement.text(9);
  row.received = statement.moment(10);
  row.acknowledged = statement.optional_moment(11);
  SMEV_TRY(statement.sound());
  if (sha256_hex(row.raw) == statement.text(12)) return row;
  Error error = damaged("the octets of answer " + std::to_string(row.id) + " have changed");
  error.text = "Ответ " + std::to_string(row.id) +
               " повреждён в базе исходящих. Остановите отправку и восстановите базу из резервной "
               "копии.";
  return fail(std::move(error));
}

Result<std::vector<std::int64_t>> read_numbers(Statement& statement) {
  return read_all<std::int64_t>(
      statement, [](Statement& row) -> Result<std::int64_t> { return row.integer(0); });
}

std::string files_to_json(const std::vector<MessageFile>& files) {
  nlohmann::json list = nlohmann::json::array();
  for (const MessageFile& file : files) {
    list.push_back({{"uuid", file.uuid.text()},
                    {"sha256", file.sha256},
                    {"name", file.name},
                    {"mime", file.mime}});
  }
  // A name is the caller's: octets that are no UTF-8 must not throw here.
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::vector<MessageFile>> files_from_json(const std::string& text) {
  const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
  std::vector<MessageFile> files;
  if (!list.is_array()) return fail(damaged("list of a message's files"));
  for (const nlohmann::json& entry : list) {
    const auto field = [&](const char* key) -> std::string {
      const auto found = entry.find(key);
      return found != entry.end() && found->is_string() ? found->get<std::string>() : "";
    };
    Result<Uuid> uuid = entry.is_object() ? Uuid::parse(field("uuid")) : Uuid();
    if (!uuid || uuid->empty()) return fail(damaged("list of a message's files"));
    files.push_back({*uuid, field("sha256"), field("name"), field("mime")});
  }
  return files;
}

}  // namespace smev::outbox
