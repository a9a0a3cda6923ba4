// Forgetting what is settled and old. A row stays for each update and each message: marks of the
// next update's check, links, idempotency keys and late answers still find it.

#include <algorithm>

#include "sdk/outbox/audit.hpp"
#include "sdk/outbox/row_locks.hpp"
#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {
namespace {

constexpr int kBatchMax = 10'000;
constexpr int kAnswersPage = 256;  // of rows that are looked at in one go

// ?1 the moment, ?2 since when files stay: who forgot an update before its files could go would
// never find them again. Every message of the update must be free to go: nothing else in it is
// younger or not final, its answers are acknowledged, no attempt is open.
#define SMEV_PRUNABLE                                                                            \
  "FROM updates u WHERE u.settled_at <> '' AND u.pruned_at = '' AND u.settled_at < ?1 "          \
  "AND NOT EXISTS (SELECT 1 FROM message_items i JOIN message_items j ON j.message = i.message " \
  "JOIN updates v ON v.id = j.update_id WHERE i.update_id = u.id "                               \
  "AND (v.settled_at = '' OR v.settled_at >= ?1)) "                                              \
  "AND NOT EXISTS (SELECT 1 FROM message_items i JOIN messages m ON m.id = i.message "           \
  "JOIN answers a ON a.original_message_id = m.message_id WHERE i.update_id = u.id "             \
  "AND a.verified = 1 AND a.stray = 0 AND a.acknowledged = '') "                                 \
  "AND NOT EXISTS (SELECT 1 FROM message_items i JOIN attempts t ON t.message = i.message "      \
  "WHERE i.update_id = u.id AND t.ended = '') "                                                  \
  "AND (u.submitted_at < ?2 OR NOT EXISTS (SELECT 1 FROM files f WHERE f.update_id = u.id)) "

Result<std::vector<UpdateId>> prunable(Database& database, TimePoint now, const PruneBatch& batch) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT u.id " SMEV_PRUNABLE "ORDER BY u.settled_at LIMIT ?3",
                             batch.settled_before, now - kFileStays,
                             std::clamp(batch.limit, 0, kBatchMax)));
  return read_numbers(statement);
}

Result<std::vector<std::string>> files_of(Database& database, UpdateId update) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT sha256 FROM files WHERE update_id = ?", update));
  return read_all<std::string>(statement,
                               [](Statement& row) -> Result<std::string> { return row.text(0); });
}

Result<void> empty_message(Database& database, TimePoint now, MessageKey message, Pruned& pruned) {
  SMEV_ASSIGN(const std::int64_t fresh,
              database.run("UPDATE messages SET pruned_at = ? WHERE id = ? AND pruned_at = ''", now,
                           message));
  pruned.messages += fresh;
  SMEV_TRY(database.run("DELETE FROM message_bodies WHERE message = ?", message));
  SMEV_TRY(database.run("DELETE FROM attempts WHERE message = ?", message));
  SMEV_TRY(
      database.run("DELETE FROM answer_bodies WHERE answer IN (SELECT a.id FROM answers a "
                   "JOIN messages m ON m.message_id = a.original_message_id WHERE m.id = ?)",
                   message));
  SMEV_ASSIGN(const std::int64_t answers,
              database.run("DELETE FROM answers WHERE original_message_id = "
                           "(SELECT message_id FROM messages WHERE id = ?)",
                           message));
  pruned.answers += answers;
  return {};
}

Result<void> empty_update(Database& database, TimePoint now, UpdateId update, Pruned& pruned) {
  std::vector<MessageKey> messages;
  {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT message FROM message_items WHERE update_id = ?", update));
    SMEV_ASSIGN(messages, read_numbers(statement));
  }
  for (const MessageKey message : messages) {
    SMEV_TRY(empty_message(database, now, message, pruned));
  }
  SMEV_TRY(database.run("DELETE FROM files WHERE update_id = ?", update));
  SMEV_TRY(
      database.run("UPDATE updates SET payload = ?, pruned_at = ? WHERE id = ?", "", now, update));
  ++pruned.updates;
  return {};
}

// Of answers: which of them came to a message that was emptied already. SMEV offers an answer again
// when its acknowledgement was lost, and then it is stored like any other.
struct AnswersPage {
  std::vector<std::int64_t> late;
  std::int64_t last = 0;  ///< id of the last row
  bool older = false;     ///< any of them came before the moment
};

Result<AnswersPage> answers_after(Database& database, std::int64_t after, TimePoint moment) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT a.id, CASE WHEN a.received < ?1 THEN 1 ELSE 0 END, "
                             "CASE WHEN a.received < ?1 AND a.acknowledged <> '' AND EXISTS "
                             "(SELECT 1 FROM messages m WHERE m.message_id = a.original_message_id "
                             "AND m.pruned_at <> '') THEN 1 ELSE 0 END "
                             "FROM answers a WHERE a.id > ?2 ORDER BY a.id LIMIT ?3",
                             moment, after, kAnswersPage));
  AnswersPage page;
  while (true) {
    SMEV_ASSIGN(const bool more, statement.next());
    if (!more) return page;
    page.last = statement.integer(0);
    page.older = page.older || statement.flag(1);
    if (statement.flag(2)) page.late.push_back(page.last);
  }
}

}  // namespace

// Before the commit: a crash in between leaves rows of final updates without their files, which the
// next run empties; after it, files would stay that no row names.
Result<std::int64_t> TableOutbox::remove_unused_files(Database& database,
                                                      std::vector<std::string> hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  std::int64_t removed = 0;
  for (const std::string& sha256 : hashes) {
    SMEV_ASSIGN(const auto users,
                database.number("SELECT count(*) FROM files WHERE sha256 = ?", sha256));
    if (users.value_or(0) > 0) continue;
    SMEV_ASSIGN(const bool elsewhere, used_elsewhere(database, sha256));
    if (elsewhere) continue;
    SMEV_ASSIGN(const bool gone, files_.remove_unused(sha256));
    if (gone) ++removed;
  }
  return removed;
}

Result<std::int64_t> TableOutbox::count_prunable(TimePoint settled_before) {
  return read([&](Database& database) -> Result<std::int64_t> {
    SMEV_ASSIGN(const auto count, database.number("SELECT count(*) " SMEV_PRUNABLE, settled_before,
                                                  clock_->now() - kFileStays));
    return count.value_or(0);
  });
}

// Ids grow as answers come, so the look ends soon after those that are old, of which a run has left
// few. It ends with a whole page of younger ones: a clock that was ahead has dated some wrongly.
Result<std::vector<std::int64_t>> TableOutbox::late_answers(TimePoint moment) {
  std::vector<std::int64_t> late;
  AnswersPage page;
  do {
    SMEV_ASSIGN(page, read([&](Database& database) -> Result<AnswersPage> {
                  return answers_after(database, page.last, moment);
                }));
    late.insert(late.end(), page.late.begin(), page.late.end());
  } while (page.older && late.size() < kBatchMax);
  return late;
}

// What makes them prunable never changes back, so nothing is looked at again.
Result<std::int64_t> TableOutbox::prune_late_answers(const PruneBatch& batch, bool on_record) {
  SMEV_ASSIGN(const std::vector<std::int64_t> late, late_answers(batch.settled_before));
  if (late.empty()) return std::int64_t{0};
  return change([&](Database& database) -> Result<std::int64_t> {
    std::int64_t removed = 0;
    for (const std::int64_t answer : late) {
      SMEV_TRY(database.run("DELETE FROM answer_bodies WHERE answer = ?", answer));
      SMEV_ASSIGN(const std::int64_t gone,
                  database.run("DELETE FROM answers WHERE id = ?", answer));
      removed += gone;
    }
    if (on_record && removed > 0) {
      SMEV_TRY(write_audit(database, clock_->now(), kPruned, batch.who, batch.reason));
    }
    return removed;
  });
}

Result<Pruned> TableOutbox::prune(const PruneBatch& batch) {
  SMEV_ASSIGN(Pruned pruned, prune_updates(batch));
  if (pruned.more) return pruned;
  SMEV_ASSIGN(const std::int64_t late,
              prune_late_answers(batch, batch.first && pruned.updates == 0));
  pruned.answers += late;
  pruned.more = late >= kBatchMax;
  return pruned;
}

Result<Pruned> TableOutbox::prune_updates(const PruneBatch& batch) {
  SMEV_TRY(check_named(batch.who, batch.reason));
  SMEV_ASSIGN(const bool alone, owns_files());
  return change([&](Database& database) -> Result<Pruned> {
    const TimePoint now = clock_->now();
    Pruned pruned;
    pruned.files_kept = !alone;
    SMEV_ASSIGN(
        const std::vector<UpdateId> updates,
        find_and_lock(
            database, [&] { return prunable(database, now, batch); }, &lock_orders_of_updates));
    std::vector<std::string> hashes;
    for (const UpdateId update : updates) {
      SMEV_ASSIGN(const std::vector<std::string> own, files_of(database, update));
      hashes.insert(hashes.end(), own.begin(), own.end());
      SMEV_TRY(empty_update(database, now, update, pruned));
      SMEV_TRY(forget(database, update));
    }
    if (alone) {
      SMEV_ASSIGN(pruned.files, remove_unused_files(database, std::move(hashes)));
    }
    const auto asked = static_cast<std::size_t>(std::clamp(batch.limit, 0, kBatchMax));
    pruned.more = asked > 0 && updates.size() >= asked;
    if (batch.first && pruned.updates > 0) {
      SMEV_TRY(write_audit(database, now, kPruned, batch.who, batch.reason));
    }
    return pruned;
  });
}

}  // namespace smev::outbox
