#include "sdk/outbox/row_locks.hpp"

#include <algorithm>

namespace smev::outbox {
namespace {

// PostgreSQL's text form of an array.
std::string list(const std::vector<std::int64_t>& ids) {
  std::string text = "{";
  for (const std::int64_t id : ids) text += (text.size() > 1 ? "," : "") + std::to_string(id);
  return text + "}";
}

}  // namespace

Result<void> lock_order(Database& database, const OrderKey& key) {
  if (!database.locks_rows()) return {};
  SMEV_TRY(
      database.run("SELECT id FROM orders WHERE sender = ? AND contour = ? AND number = ? "
                   "FOR UPDATE",
                   key.sender, smev::name(key.contour), key.number));
  return {};
}

Result<void> lock_orders_of_updates(Database& database, const std::vector<UpdateId>& updates) {
  if (!database.locks_rows() || updates.empty()) return {};
  SMEV_TRY(
      database.run("SELECT id FROM orders WHERE id IN (SELECT order_id FROM updates WHERE id = "
                   "ANY (?::bigint[])) ORDER BY id FOR UPDATE",
                   list(updates)));
  return {};
}

Result<void> lock_message(Database& database, MessageKey message) {
  if (!database.locks_rows()) return {};
  SMEV_TRY(database.run("SELECT id FROM messages WHERE id = ? FOR UPDATE", message));
  return {};
}

Result<void> lock_answers(Database& database, const std::vector<std::string>& hashes) {
  if (!database.locks_rows() || hashes.size() < 2) return {};
  constexpr std::size_t kDigits = 15;  // of a hash in hexadecimal, as many as a bigint takes
  std::vector<std::int64_t> keys;
  for (const std::string& hash : hashes) {
    keys.push_back(std::stoll(hash.substr(0, kDigits), nullptr, 16));
  }
  std::sort(keys.begin(), keys.end());
  SMEV_TRY(
      database.run("SELECT pg_advisory_xact_lock(k) FROM unnest(?::bigint[]) AS k", list(keys)));
  return {};
}

Result<void> lock_messages(Database& database, const std::vector<MessageKey>& messages) {
  if (!database.locks_rows() || messages.empty()) return {};
  const std::string keys = list(messages);
  SMEV_TRY(
      database.run("SELECT id FROM orders WHERE id IN (SELECT u.order_id FROM message_items i "
                   "JOIN updates u ON u.id = i.update_id WHERE i.message = ANY (?::bigint[])) "
                   "ORDER BY id FOR UPDATE",
                   keys));
  SMEV_TRY(database.run(
      "SELECT id FROM messages WHERE id = ANY (?::bigint[]) ORDER BY id FOR UPDATE", keys));
  return {};
}

std::vector<std::int64_t> in_both(const std::vector<std::int64_t>& some,
                                  const std::vector<std::int64_t>& others) {
  std::vector<std::int64_t> both;
  for (const std::int64_t id : some) {
    if (std::find(others.begin(), others.end(), id) != others.end()) both.push_back(id);
  }
  return both;
}

}  // namespace smev::outbox
