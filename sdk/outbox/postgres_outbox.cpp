#include "sdk/outbox/postgres_outbox.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <filesystem>

#include "sdk/base/bytes.hpp"
#include "sdk/base/kill_point.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/postgres_schema.hpp"

namespace smev {
namespace outbox {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kOwnerOctets = 16;
// How often the same work is begun anew before its error is the caller's.
constexpr int kConflictTries = 8;
constexpr int kTakenTries = 3;
constexpr int kLostTries = 2;
constexpr std::size_t kSchemaNameMax = 63;
// Of what is handed over, in memory together; one more may be begun below it.
constexpr std::size_t kInboxOctetsAtOnce = 8u << 20;
constexpr Duration kLeaseMin = std::chrono::seconds(1);
constexpr Duration kLeaseMax = std::chrono::hours(1);
constexpr int kConnectionsMax = 100;
// A step over a table with millions of rows takes its time.
constexpr Duration kMigrationTimeout = std::chrono::hours(1);

int tries(PostgresTrouble trouble) {
  switch (trouble) {
    case PostgresTrouble::conflict:
      return kConflictTries;
    case PostgresTrouble::taken:
      return kTakenTries;
    case PostgresTrouble::lost:
      return kLostTries;
    case PostgresTrouble::none:
      return 1;
  }
  return 1;
}

/// One try at a piece of work, and whether another one may follow.
struct Try {
  Result<void> outcome;
  PostgresTrouble trouble = PostgresTrouble::none;
};

Try try_reading(PostgresPool& pool, const std::function<Result<void>(Database&)>& work) {
  Result<PostgresPool::Borrowed> database = pool.borrow();
  if (!database) return {fail(database.error())};
  PostgresDatabase& connection = **database;
  connection.forget_trouble();
  Result<void> outcome = work(connection);
  return {std::move(outcome), connection.trouble()};
}

Try try_change(PostgresPool& pool, const std::function<Result<void>(Database&)>& work,
               [[maybe_unused]] const CommitPoints* points) {
  Result<PostgresPool::Borrowed> database = pool.borrow();
  if (!database) return {fail(database.error())};
  PostgresDatabase& connection = **database;
  connection.forget_trouble();
  Result<PostgresTransaction> transaction = PostgresTransaction::begin(connection);
  if (!transaction) return {fail(transaction.error()), connection.trouble()};
  if (Result<void> outcome = work(connection); !outcome) {
    return {std::move(outcome), connection.trouble()};
  }
  if (points != nullptr) SMEV_KILL_POINT(points->committing);
  Result<void> committed = transaction->commit();
  if (!committed) {
    // A commit whose answer is lost may have happened: doing it again is not for us to decide.
    const bool unknown = connection.trouble() == PostgresTrouble::lost;
    return {std::move(committed), unknown ? PostgresTrouble::none : connection.trouble()};
  }
  if (points != nullptr) SMEV_KILL_POINT(points->committed);
  return {};
}

template <class Attempt>
Result<void> try_repeatedly(Attempt attempt) {
  for (int made = 1;; ++made) {
    Try one = attempt();
    if (one.outcome || made >= tries(one.trouble)) return std::move(one.outcome);
  }
}

bool is_schema_name(std::string_view name) {
  return !name.empty() && name.size() <= kSchemaNameMax && (name[0] < '0' || name[0] > '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

struct ConninfoDeleter {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

PostgresOutbox::PostgresOutbox(std::shared_ptr<PostgresPool> pool, Duration lease, KeptFiles files,
                               std::shared_ptr<Clock> clock)
    : TableOutbox(std::move(files), std::move(clock)),
      pool_(std::move(pool)),
      lease_(lease),
      owner_(hex_encode(random_octets(kOwnerOctets))) {}

Result<void> PostgresOutbox::run_reading(const Work& work) {
  return try_repeatedly([&]() { return try_reading(*pool_, work); });
}

Result<void> PostgresOutbox::run_change(const Work& work, const CommitPoints* points) {
  return try_repeatedly([&]() { return try_change(*pool_, work, points); });
}

std::string PostgresOutbox::owner() {
  const std::lock_guard lock(mutex_);
  return owner_;
}

Result<std::shared_ptr<void>> PostgresOutbox::start_dispatching() {
  const std::lock_guard lock(mutex_);
  if (!dispatcher_.expired()) {
    return fail(
        local_error(ErrorCode::store_busy, "this process dispatches already", Retry::later));
  }
  // Never the name of an earlier start: what that one has left must be seen to be abandoned.
  owner_ = hex_encode(random_octets(kOwnerOctets));
  SMEV_ASSIGN(std::shared_ptr<PostgresDispatcher> dispatcher,
              PostgresDispatcher::start(pool_, owner_, lease_, clock_));
  dispatcher_ = dispatcher;
  files_.remove_abandoned();
  return std::shared_ptr<void>(std::move(dispatcher));
}

// One statement takes and leases; whoever else is at it takes other rows. MATERIALIZED, because a
// plan may otherwise run the inner part more than once and take more than the limit.
Result<std::vector<UpdateId>> PostgresOutbox::lease_updates(Database& database, TimePoint now,
                                                            int limit, Duration lease) {
  SMEV_ASSIGN(
      Statement statement,
      database.query(
          "WITH due AS MATERIALIZED (SELECT id FROM updates WHERE head = 1 AND state = 'queued' "
          "AND not_before <= ?1 AND lease_until <= ?1 AND (deadline = '' OR deadline > ?1) "
          "ORDER BY not_before, id LIMIT ?2 FOR UPDATE SKIP LOCKED), "
          "taken AS (UPDATE updates u SET lease_epoch = lease_epoch + 1, lease_until = ?3, "
          "lease_limit = ?4, lease_owner = ?5 FROM due WHERE u.id = due.id "
          "RETURNING u.id, u.not_before) SELECT id FROM taken ORDER BY not_before, id",
          now, limit, now + std::min(lease, lease_), now + lease, owner()));
  return read_numbers(statement);
}

Result<void> PostgresOutbox::leased(Database& database, const std::vector<MessageKey>& messages,
                                    TimePoint now, Duration lease) {
  const std::string who = owner();
  for (const MessageKey message : messages) {
    SMEV_TRY(
        database.run("UPDATE messages SET lease_until = ?, lease_limit = ?, lease_owner = ? "
                     "WHERE id = ?",
                     now + std::min(lease, lease_), now + lease, who, message));
  }
  return {};
}

// --- the inbox

namespace {

// One reader for each sender at a time, so that the rows of an order are judged in their order.
Result<bool> lease_inbox(Database& database, const std::string& sender, Contour contour,
                         const std::string& owner, TimePoint now, Duration lease) {
  SMEV_ASSIGN(const auto taken,
              database.number("INSERT INTO inbox_readers (sender, contour, owner, lease_until) "
                              "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (sender, contour) DO UPDATE "
                              "SET owner = ?3, lease_until = ?4 "
                              "WHERE inbox_readers.owner = ?3 OR inbox_readers.lease_until <= ?5 "
                              "RETURNING 1",
                              sender, smev::name(contour), owner, now + lease, now));
  return taken.has_value();
}

// The row behind `after` that waits.
Result<std::optional<InboxEntry>> next_entry(Database& database, const std::string& sender,
                                             Contour contour, std::int64_t after) {
  SMEV_ASSIGN(
      Statement statement,
      database.query(
          "SELECT id, idempotency_key, coalesce(smev_update_text(payload), '') FROM inbox WHERE "
          "sender = ? AND contour = ? AND state = 'waiting' AND id > ? "
          "ORDER BY id LIMIT 1",
          sender, smev::name(contour), after));
  SMEV_ASSIGN(const bool found, statement.next());
  if (!found) return std::optional<InboxEntry>{};
  InboxEntry entry{statement.integer(0), statement.text(1), {}};
  if (std::string payload = statement.text(2); !payload.empty()) entry.payload = std::move(payload);
  return std::optional<InboxEntry>(std::move(entry));
}

}  // namespace

// Another schema of this database is another outbox, which may have its files in the same folder.
// One that may not be read may have it.
Result<bool> PostgresOutbox::used_elsewhere(Database& database, const std::string& sha256) {
  std::vector<std::string> schemas;
  {
    SMEV_ASSIGN(Statement others,
                database.query("SELECT quote_ident(f.schemaname), CASE WHEN has_table_privilege("
                               "quote_ident(f.schemaname) || '.files', 'SELECT') THEN 1 ELSE 0 END "
                               "FROM pg_tables f JOIN pg_tables b ON b.schemaname = f.schemaname "
                               "AND b.tablename = 'message_bodies' WHERE f.tablename = 'files' "
                               "AND f.schemaname <> current_schema()"));
    while (true) {
      SMEV_ASSIGN(const bool more, others.next());
      if (!more) break;
      if (!others.flag(1)) return true;
      schemas.push_back(others.text(0));
    }
  }
  for (const std::string& schema : schemas) {
    SMEV_ASSIGN(
        const auto users,
        database.number("SELECT count(*) FROM " + schema + ".files WHERE sha256 = ?", sha256));
    if (users.value_or(0) > 0) return true;
  }
  return false;
}

// Handed over once more, it is known by its idempotency key.
Result<void> PostgresOutbox::forget(Database& database, UpdateId update) {
  SMEV_TRY(database.run("DELETE FROM inbox WHERE update_id = ?", update));
  return {};
}

Result<std::vector<InboxEntry>> PostgresOutbox::take_inbox(const std::string& sender,
                                                           Contour contour, int limit) {
  using Entries = std::vector<InboxEntry>;
  // A look first: an empty inbox costs no write.
  SMEV_ASSIGN(const bool any, read([&](Database& database) -> Result<bool> {
                SMEV_ASSIGN(const auto first,
                            database.number("SELECT id FROM inbox WHERE sender = ? AND "
                                            "contour = ? AND state = 'waiting' LIMIT 1",
                                            sender, smev::name(contour)));
                return first.has_value();
              }));
  if (!any) return Entries{};
  return change([&](Database& database) -> Result<Entries> {
    SMEV_ASSIGN(const bool mine,
                lease_inbox(database, sender, contour, owner(), clock_->now(), lease_));
    if (!mine) return Entries{};
    Entries entries;
    std::size_t octets = 0;
    while (static_cast<int>(entries.size()) < limit && octets < kInboxOctetsAtOnce) {
      const std::int64_t after = entries.empty() ? 0 : entries.back().id;
      SMEV_ASSIGN(std::optional<InboxEntry> entry, next_entry(database, sender, contour, after));
      if (!entry) break;
      if (entry->payload) octets += entry->payload->size();
      entries.push_back(std::move(*entry));
    }
    return entries;
  });
}

Result<void> PostgresOutbox::settle_inbox(std::int64_t entry, const InboxVerdict& verdict) {
  return change([&](Database& database) -> Result<void> {
    const bool accepted = verdict.update.has_value();
    // Whoever reads the inbox now says what became of it, once.
    SMEV_ASSIGN(
        const std::int64_t settled,
        database.run("UPDATE inbox i SET state = ?, update_id = ?, faults = nullif(?, '')::jsonb, "
                     "settled_at = clock_timestamp() WHERE id = ? AND state = 'waiting' "
                     "AND EXISTS (SELECT 1 FROM inbox_readers r WHERE r.sender = i.sender "
                     "AND r.contour = i.contour AND r.owner = ?)",
                     accepted ? "accepted" : "refused", verdict.update,
                     accepted ? std::string() : verdict.faults, entry, owner()));
    if (settled == 1) return {};
    return fail(stale_lease("inbox row " + std::to_string(entry) + " is another reader's"));
  });
}

// --- opening

namespace {

void check_connection(const std::string& connection, std::vector<FieldFault>& faults) {
  if (connection.empty()) {
    faults.push_back({"connection", "missing", "Не указана строка соединения с PostgreSQL.", ""});
    return;
  }
  const std::unique_ptr<PQconninfoOption, ConninfoDeleter> parsed(
      PQconninfoParse(connection.c_str(), nullptr));
  if (!parsed) {
    faults.push_back({"connection", "pattern", "Строку соединения с PostgreSQL не разобрать.", ""});
    return;
  }
  for (const PQconninfoOption* each = parsed.get(); each->keyword != nullptr; ++each) {
    if (std::string_view(each->keyword) != "password" || each->val == nullptr) continue;
    faults.push_back({"connection", "password",
                      "Пароль в строке соединения виден всем, кто видит настройки: уберите его в "
                      "файл паролей (PGPASSFILE) или службу (PGSERVICEFILE).",
                      ""});
  }
}

Result<void> check_options(const PostgresOptions& options, bool with_files) {
  std::vector<FieldFault> faults;
  check_connection(options.connection, faults);
  if (!is_schema_name(options.schema)) {
    faults.push_back({"schema", "pattern", "Имя схемы: строчные латинские буквы, цифры и _.", ""});
  }
  if (with_files && options.files.empty()) {
    faults.push_back({"files", "missing", "Не указан каталог для файлов результатов.", ""});
  }
  if (options.lease < kLeaseMin || options.lease > kLeaseMax) {
    faults.push_back({"lease", "range", "Аренда: от 1 секунды до 1 часа.", ""});
  }
  if (options.connections_max < 1 || options.connections_max > kConnectionsMax) {
    faults.push_back({"connections_max", "range", "Соединений: от 1 до 100.", ""});
  }
  if (options.statement_timeout < kLeaseMin || options.statement_timeout > kLeaseMax) {
    faults.push_back({"statement_timeout", "range", "Ожидание базы: от 1 секунды до 1 часа.", ""});
  }
  if (faults.empty()) return {};
  return fail(validation_error(std::move(faults), ErrorCode::config));
}

PostgresPlace place_of(const PostgresOptions& options) {
  return {options.connection, options.schema, options.connect_timeout, options.statement_timeout};
}

Result<std::unique_ptr<PostgresDatabase>> open_for_migration(const PostgresOptions& options) {
  PostgresPlace place = place_of(options);
  place.statement_timeout = kMigrationTimeout;
  return PostgresDatabase::open(place);
}

// A new database gets its tables by being opened, as a file does; an older one only when somebody
// asks for it.
Result<void> ensure_postgres_schema(PostgresDatabase& database, const PostgresOptions& options) {
  SMEV_ASSIGN(const int version, schema_version(database, options.schema));
  if (version == 0 && options.create) {
    SMEV_ASSIGN(const auto migrating, open_for_migration(options));
    SMEV_TRY(migrate(*migrating, options.schema, postgres_migrations()));
  }
  return check_schema(database, options.schema);
}

Result<KeptFiles> open_files(const PostgresOptions& options) {
  std::error_code fault;
  const fs::path absolute = fs::absolute(options.files, fault);
  if (fault) return fail(system_error(fault.value(), "resolve", options.files));
  return KeptFiles::open(absolute.lexically_normal().string(), options.file_bytes_max);
}

}  // namespace
}  // namespace outbox

Result<std::shared_ptr<Outbox>> postgres_outbox(const PostgresOptions& options,
                                                std::shared_ptr<Clock> clock) {
  using namespace outbox;
  SMEV_TRY(check_options(options, true));
  auto pool = std::make_shared<PostgresPool>(place_of(options), options.connections_max);
  {
    SMEV_ASSIGN(const auto database, pool->borrow());
    SMEV_TRY(ensure_postgres_schema(*database, options));
  }
  SMEV_ASSIGN(auto files, open_files(options));
  return std::shared_ptr<Outbox>(std::make_shared<PostgresOutbox>(
      std::move(pool), options.lease, std::move(files), std::move(clock)));
}

Result<Migrated> migrate_postgres(const PostgresOptions& options, bool dry_run) {
  using namespace outbox;
  SMEV_TRY(check_options(options, false));
  SMEV_ASSIGN(const auto database, open_for_migration(options));
  Migrated migrated;
  migrated.to = postgres_migrations().back().version;
  SMEV_ASSIGN(migrated.from, schema_version(*database, options.schema));
  migrated.sql = migration_script(postgres_migrations(), options.schema, migrated.from);
  if (!dry_run) {
    SMEV_ASSIGN(migrated.from, migrate(*database, options.schema, postgres_migrations()));
  } else if (migrated.from > migrated.to) {
    SMEV_TRY(check_schema(*database, options.schema));
  }
  return migrated;
}

}  // namespace smev
