#pragma once
// Who may write at the same time. Where a database locks rows, whatever changes the state of
// updates holds the rows of their orders first, and of its messages after that: the order's row
// stands for everything that belongs to the order. Rows are locked by ascending id; answers that
// are not stored yet are held before them. Where a transaction is the only writer, all of this is
// nothing.

#include <vector>

#include "sdk/outbox/rows.hpp"

namespace smev::outbox {

Result<void> lock_order(Database& database, const OrderKey& key);
Result<void> lock_orders_of_updates(Database& database, const std::vector<UpdateId>& updates);
Result<void> lock_message(Database& database, MessageKey message);
/// Answers that are about to be stored, by the SHA-256 of their octets: two transactions that store
/// the same ones in another order would wait for each other.
Result<void> lock_answers(Database& database, const std::vector<std::string>& hashes);
/// The orders of all updates in the messages, and then the messages.
Result<void> lock_messages(Database& database, const std::vector<MessageKey>& messages);

/// Those of `some` that are in `others` too.
std::vector<std::int64_t> in_both(const std::vector<std::int64_t>& some,
                                  const std::vector<std::int64_t>& others);

/// What `find` gives, locked by `lock`: what is found no more once the locks are there is left out.
template <class Find, class Lock>
Result<std::vector<std::int64_t>> find_and_lock(Database& database, Find find, Lock lock) {
  SMEV_ASSIGN(std::vector<std::int64_t> before, find());
  if (!database.locks_rows() || before.empty()) return before;
  SMEV_TRY(lock(database, before));
  SMEV_ASSIGN(const std::vector<std::int64_t> now, find());
  return in_both(before, now);
}

}  // namespace smev::outbox
