#pragma once
// What submitting an update and putting one at another's place have in common. Always inside the
// caller's transaction, the order's row locked.

#include <optional>

#include "sdk/outbox/rows.hpp"

namespace smev::outbox {

/// Where an update is to stand.
struct Place {
  std::int64_t sequence = 0;
  int revision = 0;
  bool head = false;
  std::optional<UpdateId> replaces;
};

/// What every update needs, whatever it says.
Result<void> check_complete(const NewUpdate& update);
/// The update that was submitted under this key before, of whatever order; without a key, the one
/// of this order with the same content.
Result<std::optional<Submitted>> find_duplicate(Database& database, const NewUpdate& update,
                                                std::int64_t order);
/// From now on another update may be submitted under the key, or with the content, of this one.
/// False when that has been said before.
Result<bool> free_key(Database& database, const NewUpdate& update, UpdateId holder);
/// Code of the caller: what it throws does not pass.
Result<void> run_check(const SubmitCheck& check, const OrderFacts& order, NewUpdate& update);
/// The update, its files and its key.
Result<Submitted> insert_update(Database& database, TimePoint now, const NewUpdate& update,
                                std::int64_t order, const Place& place);
/// What the update tells of its order.
Result<void> learn_facts(Database& database, const NewUpdate& update, std::int64_t order);

}  // namespace smev::outbox
