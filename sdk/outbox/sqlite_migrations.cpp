// From one version of the tables to the next. A step is frozen with its version: it says what the
// tables were then, whatever they become later.

#include <fmt/format.h>

#include <array>

#include "sdk/outbox/dispatch_lock.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/sqlite_opening.hpp"
#include "sdk/outbox/sqlite_place.hpp"
#include "sdk/outbox/sqlite_schema.hpp"
#include "smev/outbox/outbox.hpp"

namespace smev {
namespace outbox {
namespace {

struct Step {
  std::int64_t from;
  const char* sql;
};

// Version 3: since when an update is held, what replaced it, what is pruned; whether sending is
// paused; how many tries count; which endpoints are spared. SQLite cannot change the constraints of
// a table, so that `updates` is written anew.
constexpr const char* kTo3 = R"sql(
ALTER TABLE updates RENAME TO updates_of_version_2;
CREATE TABLE updates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  state TEXT NOT NULL CHECK (state IN ('queued', 'in_flight', 'delivered', 'held', 'rejected',
                                       'skipped', 'cancelled', 'expired')),
  head INTEGER NOT NULL CHECK (head IN (0, 1)),
  hold_reason TEXT NOT NULL DEFAULT 'none',
  hold_text TEXT NOT NULL DEFAULT '',
  result_code INTEGER,
  forced_kind TEXT NOT NULL DEFAULT 'none' CHECK (forced_kind IN ('none', 'create', 'update')),
  conversions INTEGER NOT NULL DEFAULT 0,
  not_before TEXT NOT NULL DEFAULT '',
  deadline TEXT NOT NULL DEFAULT '',
  submitted_at TEXT NOT NULL,
  held_since TEXT NOT NULL DEFAULT '',
  settled_at TEXT NOT NULL DEFAULT '',
  pruned_at TEXT NOT NULL DEFAULT '',
  lease_epoch INTEGER NOT NULL DEFAULT 0,
  lease_until TEXT NOT NULL DEFAULT '',
  type TEXT NOT NULL,
  payload TEXT NOT NULL,
  mark TEXT NOT NULL DEFAULT '',
  revision INTEGER NOT NULL DEFAULT 0 CHECK (revision >= 0),
  replaces INTEGER,
  replaced_by INTEGER,
  UNIQUE (order_id, sequence, revision),
  CHECK ((state = 'held') = (hold_reason <> 'none')),
  CHECK ((state = 'held') = (held_since <> '')),
  CHECK ((settled_at <> '') = (state IN ('delivered', 'rejected', 'skipped', 'cancelled', 'expired'))),
  CHECK (head = 0 OR state IN ('queued', 'in_flight', 'held')),
  CHECK (state <> 'in_flight' OR head = 1),
  CHECK (state = 'queued' OR lease_until = ''),
  CHECK (pruned_at = '' OR (settled_at <> '' AND payload = '')),
  CHECK (replaced_by IS NULL OR state = 'rejected')
) STRICT;
INSERT INTO updates (id, order_id, sequence, state, head, hold_reason, hold_text, result_code,
    forced_kind, conversions, not_before, deadline, submitted_at, held_since, settled_at,
    lease_epoch, lease_until, type, payload, mark)
  SELECT id, order_id, sequence, state, head, hold_reason, hold_text, result_code, forced_kind,
    conversions, not_before, deadline, submitted_at,
    CASE WHEN state = 'held' THEN max(submitted_at, coalesce((SELECT max(max(m.answered_at,
        m.frozen_at, coalesce((SELECT max(a.ended) FROM attempts a WHERE a.message = m.id), '')))
      FROM message_items i JOIN messages m ON m.id = i.message
      WHERE i.update_id = updates_of_version_2.id), '')) ELSE '' END,
    settled_at, lease_epoch, lease_until, type, payload, mark
  FROM updates_of_version_2;
DROP TABLE updates_of_version_2;
CREATE UNIQUE INDEX updates_head ON updates (order_id) WHERE head = 1;
CREATE INDEX updates_claimable ON updates (not_before, id) WHERE head = 1 AND state = 'queued';
CREATE INDEX updates_leased ON updates (lease_until) WHERE lease_until <> '';
CREATE INDEX updates_deadline ON updates (deadline) WHERE state = 'queued' AND deadline <> '';
CREATE INDEX updates_deadline_in_flight ON updates (deadline)
  WHERE state = 'in_flight' AND deadline <> '';
CREATE INDEX updates_state ON updates (state, id);
CREATE INDEX updates_unpruned ON updates (settled_at) WHERE settled_at <> '' AND pruned_at = '';
ALTER TABLE messages ADD COLUMN pruned_at TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
UPDATE messages SET tries = attempts;
CREATE TABLE circuits (
  endpoint TEXT PRIMARY KEY,
  failures INTEGER NOT NULL CHECK (failures >= 0),
  open_until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_pauses ON audit (id) WHERE action IN ('paused', 'resumed');
)sql";

// Version 4: a repeat without a caller's key is looked for among the updates of its order; the
// octets of answers are apart from what changes of them.
constexpr const char* kTo4 = R"sql(
ALTER TABLE updates ADD COLUMN content_digest TEXT NOT NULL DEFAULT '';
CREATE INDEX keys_of_updates ON idempotency_keys (update_id);
UPDATE updates SET content_digest = coalesce((SELECT payload_digest FROM idempotency_keys
  WHERE update_id = updates.id AND idempotency_key = 'digest:' || payload_digest), '');
DROP INDEX keys_of_updates;
DELETE FROM idempotency_keys WHERE idempotency_key = 'digest:' || payload_digest;
CREATE TRIGGER keys_are_the_callers BEFORE INSERT ON idempotency_keys
  WHEN NEW.idempotency_key = 'digest:' || NEW.payload_digest
BEGIN SELECT RAISE(ABORT, 'a program of version 3 must not write here'); END;
CREATE UNIQUE INDEX updates_content ON updates (order_id, content_digest)
  WHERE content_digest <> '';
CREATE TABLE answer_bodies (
  answer INTEGER PRIMARY KEY REFERENCES answers (id),
  raw BLOB NOT NULL
) STRICT;
INSERT INTO answer_bodies (answer, raw) SELECT id, raw FROM answers;
ALTER TABLE answers DROP COLUMN raw;
CREATE TRIGGER answer_bodies_are_kept BEFORE UPDATE ON answer_bodies
BEGIN SELECT RAISE(ABORT, 'an answer never changes'); END;
)sql";

// Version 5: the same tables for less work (sqlite_schema.cpp says why). Nothing of what they hold
// changes, so that their texts may: https://www.sqlite.org/lang_altertable.html#otheralter
constexpr const char* kTo5 = R"sql(
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, ' AUTOINCREMENT', '')
  WHERE name IN ('orders', 'updates', 'messages', 'audit');
UPDATE sqlite_schema SET sql = replace(replace(replace(replace(sql,
    'state IN (''queued'', ''in_flight'', ''delivered'', ''held'', ''rejected'',
                                       ''skipped'', ''cancelled'', ''expired'')',
    'state = ''queued'' OR state = ''in_flight'' OR state = ''held'' OR state = ''delivered''
    OR state = ''rejected'' OR state = ''skipped'' OR state = ''cancelled'' OR state = ''expired'''),
    'forced_kind IN (''none'', ''create'', ''update'')',
    'forced_kind = ''none'' OR forced_kind = ''create''
    OR forced_kind = ''update'''),
    '(settled_at <> '''') = (state IN (''delivered'', ''rejected'', ''skipped'', ''cancelled'', ''expired''))',
    '(settled_at = '''') = (state = ''queued'' OR state = ''in_flight'' OR state = ''held'')'),
    'head = 0 OR state IN (''queued'', ''in_flight'', ''held'')',
    'head = 0 OR settled_at = ''''')
  WHERE name = 'updates';
UPDATE sqlite_schema SET sql = replace(replace(sql,
    'state IN (''frozen'', ''sending'', ''in_doubt'', ''accepted'', ''answered'',
                                       ''refused'', ''superseded'')',
    'state = ''frozen'' OR state = ''sending'' OR state = ''in_doubt'' OR state = ''accepted''
    OR state = ''answered'' OR state = ''refused'' OR state = ''superseded'''),
    'waiting = 0 OR state IN (''frozen'', ''sending'', ''in_doubt'', ''accepted'')',
    'waiting = 0 OR state = ''frozen'' OR state = ''sending'' OR state = ''in_doubt''
    OR state = ''accepted''')
  WHERE name = 'messages';
PRAGMA writable_schema = RESET;
DELETE FROM sqlite_sequence WHERE name <> 'answers';
)sql";

constexpr std::array<Step, 3> kSteps = {{{2, kTo3}, {3, kTo4}, {4, kTo5}}};

Failure refused(std::string text, std::string detail) {
  Error error = local_error(ErrorCode::store, std::move(detail), Retry::after_fix);
  error.text = std::move(text);
  return fail(std::move(error));
}

// The statements from `version` to this program's.
Result<std::string> steps_from(std::int64_t version) {
  std::string sql;
  std::int64_t reached = version;
  for (const Step& step : kSteps) {
    if (step.from != reached) continue;
    sql += step.sql;
    ++reached;
  }
  if (reached == kSchemaVersion) return sql;
  const std::string detail =
      fmt::format("user_version is {}, this program knows {}", version, kSchemaVersion);
  if (version == 0) return refused("В файле нет таблиц базы исходящих.", detail);
  if (version > kSchemaVersion) {
    return refused(
        "База исходящих создана более новой версией программы. Возьмите ту же версию программы; "
        "файл не изменён.",
        detail);
  }
  return refused(
      "База исходящих слишком старая: эта версия программы её не обновит. Файл не изменён.",
      detail);
}

Result<void> check_links(Database& database) {
  SMEV_ASSIGN(Statement statement, database.query("PRAGMA foreign_key_check"));
  SMEV_ASSIGN(const bool broken, statement.next());
  if (broken) return fail(damaged("after the migration rows of " + statement.text(0) + " hang"));
  return {};
}

// So that whoever has the base open reads what the tables are now.
Result<void> forget_schema(Database& database) {
  SMEV_ASSIGN(const auto cookie, database.number("PRAGMA schema_version"));
  return database.execute(fmt::format("PRAGMA schema_version = {}", cookie.value_or(0) + 1));
}

Result<void> run_steps(SqliteDatabase& database, std::int64_t version, const std::string& sql) {
  SMEV_TRY(database.make_durable());
  // A table that others refer to is written anew: its name must go on meaning the new one.
  SMEV_TRY(database.execute("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;"));
  SMEV_ASSIGN(Transaction transaction, Transaction::begin(database));
  SMEV_ASSIGN(const std::int64_t now, schema_version(database));
  if (now != version) {
    return refused("Базу исходящих уже обновляет другой процесс.", "user_version has changed");
  }
  SMEV_TRY(database.execute(sql));
  SMEV_TRY(forget_schema(database));
  SMEV_TRY(check_links(database));
  SMEV_TRY(database.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion)));
  return transaction.commit();
}

}  // namespace
}  // namespace outbox

Result<Migrated> migrate_sqlite(const SqliteOptions& options, bool dry_run) {
  using namespace outbox;
  SMEV_ASSIGN(const StorePlace place, place_that_is_there(options.path));
  std::shared_ptr<DispatchLock> guard;
  if (!dry_run) {
    SMEV_ASSIGN(guard, DispatchLock::take(place.lock));
  }
  SMEV_ASSIGN(const OpenedDatabase opened, open_as_it_is(place, options.busy_timeout));
  const std::int64_t version = opened.version;
  Migrated migrated;
  migrated.from = static_cast<int>(version);
  migrated.to = static_cast<int>(kSchemaVersion);
  SMEV_ASSIGN(migrated.sql, steps_from(version));
  if (dry_run || migrated.sql.empty()) return migrated;
  SMEV_TRY(opened.database->seal_pages());
  SMEV_TRY(run_steps(*opened.database, version, migrated.sql));
  return migrated;
}

}  // namespace smev
