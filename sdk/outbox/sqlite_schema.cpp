#include "sdk/outbox/sqlite_schema.hpp"

#include <fmt/format.h>

#include "sdk/outbox/errors.hpp"

namespace smev::outbox {
namespace {

// Moments are UTC text ("2026-04-16T07:47:33.379123Z", sorts as text); a missing one is ''.
//
// updates.head marks the update of an order that is next, or under way, or held: of those not final
// the one with the smallest sequence. A claim reads it by updates_claimable and never looks past a
// held one.
//
// updates.sequence is the place in the order: an update that replaces another stands at the same
// place, under the next revision. audit holds whether dispatching is paused: its last row of that
// kind says so.
//
// updates.content_digest is what a repeat is known by when the caller gave no key: such a key is
// looked for among the updates of the order alone, so that the row lies beside the order's others
// and not at a random place among all. It is '' when there is a key, or when the update was given
// up and its content has been submitted anew.
//
// A program of version 3 that had the base open while it was migrated would go on deriving keys:
// keys_are_the_callers stops it, or what it writes would not be known again.
//
// What is pruned keeps its row, so that marks, links and late answers still find it.
//
// messages.waiting is 1 while an update is in flight in that message: what waits for a person is
// neither offered nor counted as awaited, though an answer may still come.
//
// Of orders, updates, messages and the audit no row is ever deleted, so that their ids need no
// AUTOINCREMENT: it would write another page in every transaction. Checks have no IN of more than
// two values: for each SQLite builds a table in memory whenever a row is written.
//
// Bodies, of messages and of answers, have a table of their own, so that a change of state does not
// write them again; a trigger sees to it that nobody does.
constexpr const char* kTables = R"sql(
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  sender TEXT NOT NULL,
  contour TEXT NOT NULL CHECK (contour IN ('test', 'production')),
  number TEXT NOT NULL,
  facts TEXT NOT NULL DEFAULT '',
  known_to_recipient INTEGER NOT NULL DEFAULT 0 CHECK (known_to_recipient IN (0, 1)),
  elk_number INTEGER,
  next_sequence INTEGER NOT NULL DEFAULT 1 CHECK (next_sequence >= 1),
  UNIQUE (sender, contour, number)
) STRICT;

CREATE TABLE updates (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  state TEXT NOT NULL CHECK (state = 'queued' OR state = 'in_flight' OR state = 'held' OR state = 'delivered'
    OR state = 'rejected' OR state = 'skipped' OR state = 'cancelled' OR state = 'expired'),
  head INTEGER NOT NULL CHECK (head IN (0, 1)),
  hold_reason TEXT NOT NULL DEFAULT 'none',
  hold_text TEXT NOT NULL DEFAULT '',
  result_code INTEGER,
  forced_kind TEXT NOT NULL DEFAULT 'none' CHECK (forced_kind = 'none' OR forced_kind = 'create'
    OR forced_kind = 'update'),
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
  content_digest TEXT NOT NULL DEFAULT '',
  UNIQUE (order_id, sequence, revision),
  CHECK ((state = 'held') = (hold_reason <> 'none')),
  CHECK ((state = 'held') = (held_since <> '')),
  CHECK ((settled_at = '') = (state = 'queued' OR state = 'in_flight' OR state = 'held')),
  CHECK (head = 0 OR settled_at = ''),
  CHECK (state <> 'in_flight' OR head = 1),
  CHECK (state = 'queued' OR lease_until = ''),
  CHECK (pruned_at = '' OR (settled_at <> '' AND payload = '')),
  CHECK (replaced_by IS NULL OR state = 'rejected')
) STRICT;
CREATE UNIQUE INDEX updates_content ON updates (order_id, content_digest)
  WHERE content_digest <> '';
CREATE UNIQUE INDEX updates_head ON updates (order_id) WHERE head = 1;
CREATE INDEX updates_claimable ON updates (not_before, id) WHERE head = 1 AND state = 'queued';
CREATE INDEX updates_leased ON updates (lease_until) WHERE lease_until <> '';
CREATE INDEX updates_deadline ON updates (deadline) WHERE state = 'queued' AND deadline <> '';
CREATE INDEX updates_deadline_in_flight ON updates (deadline)
  WHERE state = 'in_flight' AND deadline <> '';
CREATE INDEX updates_state ON updates (state, id);
CREATE INDEX updates_unpruned ON updates (settled_at) WHERE settled_at <> '' AND pruned_at = '';
CREATE TABLE idempotency_keys (
  sender TEXT NOT NULL,
  contour TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  payload_digest TEXT NOT NULL,
  update_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (sender, contour, idempotency_key)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER keys_are_the_callers BEFORE INSERT ON idempotency_keys
  WHEN NEW.idempotency_key = 'digest:' || NEW.payload_digest
BEGIN SELECT RAISE(ABORT, 'a program of version 3 must not write here'); END;

CREATE TABLE files (
  update_id INTEGER NOT NULL REFERENCES updates (id),
  position INTEGER NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  size INTEGER NOT NULL CHECK (size >= 0),
  PRIMARY KEY (update_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX files_content ON files (sha256);

CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state = 'frozen' OR state = 'sending' OR state = 'in_doubt' OR state = 'accepted'
    OR state = 'answered' OR state = 'refused' OR state = 'superseded'),
  waiting INTEGER NOT NULL DEFAULT 1 CHECK (waiting IN (0, 1)),
  content_type TEXT NOT NULL,
  body_sha256 TEXT NOT NULL CHECK (length(body_sha256) = 64),
  schema_version TEXT NOT NULL,
  files TEXT NOT NULL DEFAULT '[]',
  endpoint TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  doubtful_attempts INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  frozen_at TEXT NOT NULL,
  accepted_at TEXT NOT NULL DEFAULT '',
  answered_at TEXT NOT NULL DEFAULT '',
  pruned_at TEXT NOT NULL DEFAULT '',
  not_before TEXT NOT NULL DEFAULT '',
  answer_deadline TEXT NOT NULL DEFAULT '',
  lease_epoch INTEGER NOT NULL DEFAULT 0,
  lease_until TEXT NOT NULL DEFAULT '',
  CHECK (doubtful_attempts BETWEEN 0 AND attempts),
  CHECK (state <> 'in_doubt' OR doubtful_attempts > 0),
  CHECK (state <> 'frozen' OR doubtful_attempts = 0),
  CHECK (state <> 'accepted' OR accepted_at <> ''),
  CHECK ((state = 'answered') = (answered_at <> '')),
  CHECK (waiting = 0 OR state = 'frozen' OR state = 'sending' OR state = 'in_doubt'
    OR state = 'accepted')
) STRICT;
CREATE INDEX messages_due ON messages (not_before, id)
  WHERE waiting = 1 AND state IN ('frozen', 'in_doubt');
CREATE INDEX messages_leased ON messages (lease_until) WHERE state = 'sending';
CREATE INDEX messages_awaited ON messages (answer_deadline) WHERE waiting = 1 AND state = 'accepted';

CREATE INDEX messages_waiting ON messages (state) WHERE waiting = 1;

CREATE TABLE message_bodies (
  message INTEGER PRIMARY KEY REFERENCES messages (id),
  body BLOB NOT NULL
) STRICT;
CREATE TRIGGER message_bodies_are_frozen BEFORE UPDATE ON message_bodies
BEGIN SELECT RAISE(ABORT, 'a frozen message never changes'); END;

CREATE TABLE message_items (
  message INTEGER NOT NULL REFERENCES messages (id),
  position INTEGER NOT NULL,
  update_id INTEGER NOT NULL REFERENCES updates (id),
  is_create INTEGER NOT NULL CHECK (is_create IN (0, 1)),
  result_code INTEGER,
  settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)),
  PRIMARY KEY (message, position),
  UNIQUE (update_id, message)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  message INTEGER NOT NULL REFERENCES messages (id),
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  started TEXT NOT NULL,
  ended TEXT NOT NULL DEFAULT '',
  outcome TEXT NOT NULL DEFAULT 'started',
  endpoint TEXT NOT NULL DEFAULT '',
  http_status INTEGER NOT NULL DEFAULT 0,
  fault TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  duration_us INTEGER NOT NULL DEFAULT 0,
  verdicts TEXT NOT NULL DEFAULT '',
  receipt BLOB NOT NULL DEFAULT x'',
  PRIMARY KEY (message, attempt)
) STRICT;
CREATE UNIQUE INDEX attempts_open ON attempts (message) WHERE ended = '';

CREATE TABLE answers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL,
  original_message_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  content_type TEXT NOT NULL,
  raw_sha256 TEXT NOT NULL CHECK (length(raw_sha256) = 64),
  verdicts TEXT NOT NULL,
  verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
  stray INTEGER NOT NULL CHECK (stray IN (0, 1)),
  settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
  note TEXT NOT NULL,
  received TEXT NOT NULL,
  acknowledged TEXT NOT NULL DEFAULT '',
  UNIQUE (message_id, raw_sha256),
  CHECK (settled = 0 OR (verified = 1 AND stray = 0))
) STRICT;
CREATE INDEX answers_original ON answers (original_message_id);
CREATE INDEX answers_unacknowledged ON answers (id)
  WHERE verified = 1 AND stray = 0 AND acknowledged = '';
CREATE INDEX answers_unsettled ON answers (id) WHERE verified = 0 OR stray = 1;

CREATE TABLE answer_bodies (
  answer INTEGER PRIMARY KEY REFERENCES answers (id),
  raw BLOB NOT NULL
) STRICT;
CREATE TRIGGER answer_bodies_are_kept BEFORE UPDATE ON answer_bodies
BEGIN SELECT RAISE(ABORT, 'an answer never changes'); END;

CREATE TABLE circuits (
  endpoint TEXT PRIMARY KEY,
  failures INTEGER NOT NULL CHECK (failures >= 0),
  open_until TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  who TEXT NOT NULL CHECK (who <> ''),
  action TEXT NOT NULL,
  update_id INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (reason <> '')
) STRICT;
CREATE INDEX audit_update ON audit (update_id);
CREATE INDEX audit_pauses ON audit (id) WHERE action IN ('paused', 'resumed');
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
CREATE TRIGGER audit_is_not_erased BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
)sql";

Failure refused(const char* text, std::string detail) {
  Error error = local_error(ErrorCode::store, std::move(detail), Retry::after_fix);
  error.text = text;
  return fail(std::move(error));
}

// True when there is nothing in the file yet.
Result<bool> check_known(Database& database) {
  SMEV_ASSIGN(const std::int64_t version, schema_version(database));
  if (version == 0) return true;
  const std::string detail =
      fmt::format("user_version is {}, this program knows {}", version, kSchemaVersion);
  if (version < kSchemaVersion) {
    return refused(
        "База исходящих создана прежней версией программы. Остановите отправку и обновите базу: "
        "smev-send db migrate. Файл не изменён.",
        detail);
  }
  if (version > kSchemaVersion) {
    return refused(
        "База исходящих создана более новой версией программы. Возьмите ту же версию программы; "
        "файл не изменён.",
        detail);
  }
  return false;
}

}  // namespace

Result<std::int64_t> schema_version(Database& database) {
  SMEV_ASSIGN(const auto application, database.number("PRAGMA application_id"));
  SMEV_ASSIGN(const auto version, database.number("PRAGMA user_version"));
  SMEV_ASSIGN(const auto objects, database.number("SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && version == 0 && objects == 0) return 0;
  if (application != kApplicationId) {
    return refused(
        "Это файл другой программы, а не база исходящих. Проверьте путь к базе в настройках.",
        fmt::format("application_id is {}, expected {}", application.value_or(0), kApplicationId));
  }
  return version.value_or(0);
}

Result<void> check_version(Database& database) {
  SMEV_ASSIGN(const auto version, database.number("PRAGMA user_version"));
  if (version == kSchemaVersion) return {};
  SMEV_TRY(check_known(database));
  return fail(damaged("the version of the tables has changed"));
}

Result<void> ensure_schema(SqliteDatabase& database) {
  // Before anything is set that a stranger's file would keep, such as its journal mode.
  SMEV_ASSIGN(const bool empty, check_known(database));
  if (empty) database.reserve_checks();
  if (!database.has_checks()) {
    return fail(damaged("the pages of the database have lost their checks"));
  }
  SMEV_TRY(database.make_durable());
  if (!empty) return {};
  SMEV_ASSIGN(Transaction transaction, Transaction::begin(database));
  SMEV_ASSIGN(const bool still_empty, check_known(database));
  if (!still_empty) return {};
  SMEV_TRY(database.execute(kTables));
  SMEV_TRY(database.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                        kApplicationId, kSchemaVersion)));
  return transaction.commit();
}

}  // namespace smev::outbox
