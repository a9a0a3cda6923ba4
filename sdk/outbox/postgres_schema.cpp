#include "sdk/outbox/postgres_schema.hpp"

#include <fmt/format.h>

#include "sdk/outbox/postgres_errors.hpp"

namespace smev::outbox {
namespace {

// The tables are those of SQLite (sqlite_schema.cpp tells what heads and `waiting` are), with the
// owners of leases and the inbox on top. Moments are UTC text that sorts as it is compared, hence
// the collation "C"; a missing one is ''. What departments see of the inbox has real timestamps.
//
// lease_limit: up to there the heartbeat of a living owner may prolong the lease.
constexpr const char* kTables = R"sql(
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sender text COLLATE "C" NOT NULL,
  contour text COLLATE "C" NOT NULL CHECK (contour IN ('test', 'production')),
  number text COLLATE "C" NOT NULL,
  facts text NOT NULL DEFAULT '',
  known_to_recipient smallint NOT NULL DEFAULT 0 CHECK (known_to_recipient IN (0, 1)),
  elk_number bigint,
  next_sequence bigint NOT NULL DEFAULT 1 CHECK (next_sequence >= 1),
  UNIQUE (sender, contour, number)
);

CREATE TABLE updates (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES orders (id),
  sequence bigint NOT NULL CHECK (sequence >= 1),
  state text COLLATE "C" NOT NULL CHECK (state IN ('queued', 'in_flight', 'delivered', 'held',
    'rejected', 'skipped', 'cancelled', 'expired')),
  head smallint NOT NULL CHECK (head IN (0, 1)),
  hold_reason text COLLATE "C" NOT NULL DEFAULT 'none',
  hold_text text NOT NULL DEFAULT '',
  result_code integer,
  forced_kind text COLLATE "C" NOT NULL DEFAULT 'none'
    CHECK (forced_kind IN ('none', 'create', 'update')),
  conversions integer NOT NULL DEFAULT 0,
  not_before text COLLATE "C" NOT NULL DEFAULT '',
  deadline text COLLATE "C" NOT NULL DEFAULT '',
  submitted_at text COLLATE "C" NOT NULL,
  settled_at text COLLATE "C" NOT NULL DEFAULT '',
  lease_epoch bigint NOT NULL DEFAULT 0,
  lease_until text COLLATE "C" NOT NULL DEFAULT '',
  lease_limit text COLLATE "C" NOT NULL DEFAULT '',
  lease_owner text COLLATE "C" NOT NULL DEFAULT '',
  type text COLLATE "C" NOT NULL,
  payload bytea NOT NULL,
  mark text NOT NULL DEFAULT '',
  UNIQUE (order_id, sequence),
  CHECK ((state = 'held') = (hold_reason <> 'none')),
  CHECK ((settled_at <> '') = (state IN ('delivered', 'rejected', 'skipped', 'cancelled',
    'expired'))),
  CHECK (head = 0 OR state IN ('queued', 'in_flight', 'held')),
  CHECK (state <> 'in_flight' OR head = 1),
  CHECK (state = 'queued' OR lease_until = '')
);
CREATE UNIQUE INDEX updates_head ON updates (order_id) WHERE head = 1;
CREATE INDEX updates_claimable ON updates (not_before, id) WHERE head = 1 AND state = 'queued';
CREATE INDEX updates_leased ON updates (lease_until) WHERE lease_until <> '';
CREATE INDEX updates_deadline ON updates (deadline) WHERE state = 'queued' AND deadline <> '';
CREATE INDEX updates_state ON updates (state, id);

CREATE TABLE idempotency_keys (
  sender text COLLATE "C" NOT NULL,
  contour text COLLATE "C" NOT NULL,
  idempotency_key text COLLATE "C" NOT NULL,
  payload_digest text COLLATE "C" NOT NULL,
  update_id bigint NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (sender, contour, idempotency_key)
);

CREATE TABLE files (
  update_id bigint NOT NULL REFERENCES updates (id),
  position integer NOT NULL,
  sha256 text COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
  size bigint NOT NULL CHECK (size >= 0),
  PRIMARY KEY (update_id, position)
);
CREATE INDEX files_content ON files (sha256);

CREATE TABLE messages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id text COLLATE "C" NOT NULL UNIQUE,
  state text COLLATE "C" NOT NULL CHECK (state IN ('frozen', 'sending', 'in_doubt', 'accepted',
    'answered', 'refused', 'superseded')),
  waiting smallint NOT NULL DEFAULT 1 CHECK (waiting IN (0, 1)),
  content_type text NOT NULL,
  body_sha256 text COLLATE "C" NOT NULL CHECK (length(body_sha256) = 64),
  schema_version text COLLATE "C" NOT NULL,
  files text NOT NULL DEFAULT '[]',
  endpoint text NOT NULL DEFAULT '',
  attempts integer NOT NULL DEFAULT 0,
  doubtful_attempts integer NOT NULL DEFAULT 0,
  frozen_at text COLLATE "C" NOT NULL,
  accepted_at text COLLATE "C" NOT NULL DEFAULT '',
  answered_at text COLLATE "C" NOT NULL DEFAULT '',
  not_before text COLLATE "C" NOT NULL DEFAULT '',
  answer_deadline text COLLATE "C" NOT NULL DEFAULT '',
  lease_epoch bigint NOT NULL DEFAULT 0,
  lease_until text COLLATE "C" NOT NULL DEFAULT '',
  lease_limit text COLLATE "C" NOT NULL DEFAULT '',
  lease_owner text COLLATE "C" NOT NULL DEFAULT '',
  CHECK (doubtful_attempts BETWEEN 0 AND attempts),
  CHECK (state <> 'in_doubt' OR doubtful_attempts > 0),
  CHECK (state <> 'frozen' OR doubtful_attempts = 0),
  CHECK (state <> 'accepted' OR accepted_at <> ''),
  CHECK ((state = 'answered') = (answered_at <> '')),
  CHECK (waiting = 0 OR state IN ('frozen', 'sending', 'in_doubt', 'accepted'))
);
CREATE INDEX messages_due ON messages (not_before, id)
  WHERE waiting = 1 AND state IN ('frozen', 'in_doubt');
CREATE INDEX messages_leased ON messages (lease_until) WHERE state = 'sending';
CREATE INDEX messages_awaited ON messages (answer_deadline) WHERE waiting = 1 AND state = 'accepted';
CREATE INDEX messages_waiting ON messages (state) WHERE waiting = 1;

CREATE TABLE message_bodies (
  message bigint PRIMARY KEY REFERENCES messages (id),
  body bytea NOT NULL
);

CREATE TABLE message_items (
  message bigint NOT NULL REFERENCES messages (id),
  position integer NOT NULL,
  update_id bigint NOT NULL REFERENCES updates (id),
  is_create smallint NOT NULL CHECK (is_create IN (0, 1)),
  result_code integer,
  settled smallint NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)),
  PRIMARY KEY (message, position),
  UNIQUE (update_id, message)
);

CREATE TABLE attempts (
  message bigint NOT NULL REFERENCES messages (id),
  attempt bigint NOT NULL CHECK (attempt >= 1),
  started text COLLATE "C" NOT NULL,
  ended text COLLATE "C" NOT NULL DEFAULT '',
  outcome text NOT NULL DEFAULT 'started',
  endpoint text NOT NULL DEFAULT '',
  http_status integer NOT NULL DEFAULT 0,
  fault text NOT NULL DEFAULT '',
  text text NOT NULL DEFAULT '',
  duration_us bigint NOT NULL DEFAULT 0,
  verdicts text NOT NULL DEFAULT '',
  receipt bytea NOT NULL DEFAULT '',
  PRIMARY KEY (message, attempt)
);
CREATE UNIQUE INDEX attempts_open ON attempts (message) WHERE ended = '';

CREATE TABLE answers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id text COLLATE "C" NOT NULL,
  original_message_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  content_type text NOT NULL,
  raw_sha256 text COLLATE "C" NOT NULL CHECK (length(raw_sha256) = 64),
  verdicts text NOT NULL,
  verified smallint NOT NULL CHECK (verified IN (0, 1)),
  stray smallint NOT NULL CHECK (stray IN (0, 1)),
  settled smallint NOT NULL CHECK (settled IN (0, 1)),
  note text NOT NULL,
  received text COLLATE "C" NOT NULL,
  acknowledged text COLLATE "C" NOT NULL DEFAULT '',
  raw bytea NOT NULL,
  UNIQUE (message_id, raw_sha256),
  CHECK (settled = 0 OR (verified = 1 AND stray = 0))
);
CREATE INDEX answers_original ON answers (original_message_id);
CREATE INDEX answers_unacknowledged ON answers (id)
  WHERE verified = 1 AND stray = 0 AND acknowledged = '';
CREATE INDEX answers_unsettled ON answers (id) WHERE verified = 0 OR stray = 1;

CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at text COLLATE "C" NOT NULL,
  who text NOT NULL CHECK (who <> ''),
  action text COLLATE "C" NOT NULL,
  update_id bigint NOT NULL,
  order_id bigint NOT NULL,
  sequence bigint NOT NULL,
  reason text NOT NULL CHECK (reason <> '')
);
CREATE INDEX audit_update ON audit (update_id);

CREATE FUNCTION never_changes() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $body$;
CREATE TRIGGER message_bodies_are_frozen BEFORE UPDATE ON message_bodies
  FOR EACH ROW EXECUTE FUNCTION never_changes();
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION never_changes();

CREATE TABLE dispatchers (
  owner text COLLATE "C" PRIMARY KEY,
  place text NOT NULL,
  started_at text COLLATE "C" NOT NULL,
  alive_until text COLLATE "C" NOT NULL
);
)sql";

// Two transactions of a department that hand over updates of one order go one after the other, so
// that the ids of an order's rows are in the order in which the rows become visible.
constexpr const char* kInbox = R"sql(
CREATE TABLE inbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sender text COLLATE "C" NOT NULL CHECK (sender <> ''),
  contour text COLLATE "C" NOT NULL CHECK (contour IN ('test', 'production')),
  order_number text COLLATE "C" NOT NULL,
  idempotency_key text COLLATE "C" NOT NULL CHECK (idempotency_key <> ''),
  payload jsonb NOT NULL,
  state text COLLATE "C" NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'accepted', 'refused')),
  update_id bigint,
  faults jsonb,
  handed_over_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  handed_over_by text NOT NULL DEFAULT session_user,
  settled_at timestamptz,
  CHECK ((state = 'accepted') = (update_id IS NOT NULL)),
  CHECK ((state = 'refused') = (faults IS NOT NULL)),
  CHECK ((state = 'waiting') = (settled_at IS NULL))
);
CREATE UNIQUE INDEX inbox_key ON inbox (sender, contour, idempotency_key) WHERE state <> 'refused';
CREATE INDEX inbox_waiting ON inbox (sender, contour, id) WHERE state = 'waiting';

CREATE TABLE inbox_readers (
  sender text COLLATE "C" NOT NULL,
  contour text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  lease_until text COLLATE "C" NOT NULL,
  PRIMARY KEY (sender, contour)
);

CREATE FUNCTION smev_submit(sender text, contour text, payload jsonb, idempotency_key text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $body$
#variable_conflict use_column
DECLARE
  order_number text := coalesce(nullif(smev_submit.payload #>> '{order,number}', ''),
                                'elk:' || (smev_submit.payload #>> '{order,elk_number}'), '');
  handed bigint;
  known jsonb;
BEGIN
  IF coalesce(smev_submit.sender, '') = '' OR coalesce(smev_submit.idempotency_key, '') = ''
     OR smev_submit.contour IS NULL OR smev_submit.contour NOT IN ('test', 'production')
     OR smev_submit.payload IS NULL OR jsonb_typeof(smev_submit.payload) <> 'object' THEN
    RAISE EXCEPTION 'smev_submit: sender and idempotency_key must not be empty, contour is test or production, payload is a JSON object'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(
    concat_ws(chr(31), 'smev_submit', smev_submit.sender, smev_submit.contour, order_number), 0));
  LOOP
    INSERT INTO inbox (sender, contour, order_number, idempotency_key, payload)
      VALUES (smev_submit.sender, smev_submit.contour, order_number, smev_submit.idempotency_key,
              smev_submit.payload)
      ON CONFLICT (sender, contour, idempotency_key) WHERE state <> 'refused' DO NOTHING
      RETURNING id INTO handed;
    EXIT WHEN handed IS NOT NULL;
    SELECT i.id, i.payload INTO handed, known FROM inbox i
      WHERE i.sender = smev_submit.sender AND i.contour = smev_submit.contour
        AND i.idempotency_key = smev_submit.idempotency_key AND i.state <> 'refused';
    IF handed IS NOT NULL AND known IS DISTINCT FROM smev_submit.payload THEN
      RAISE EXCEPTION 'smev_submit: the idempotency key belongs to another update (inbox row %)',
        handed USING ERRCODE = 'unique_violation';
    END IF;
    EXIT WHEN handed IS NOT NULL;
  END LOOP;
  RETURN handed;
END $body$;
REVOKE ALL ON FUNCTION smev_submit(text, text, jsonb, text) FROM PUBLIC;

CREATE VIEW inbox_status AS
  SELECT i.id, i.sender, i.contour, i.order_number, i.idempotency_key, i.state, i.faults,
         i.update_id, u.state AS update_state, nullif(u.hold_reason, 'none') AS hold_reason,
         u.result_code, i.handed_over_at, i.handed_over_by, i.settled_at
  FROM inbox i LEFT JOIN updates u ON u.id = i.update_id;
)sql";

// Since when an update is held, what replaced it, what is pruned; whether sending is paused. Of
// what is held already it is known at least when it was last answered or tried.
constexpr const char* kDecisions = R"sql(
ALTER TABLE updates
  ADD COLUMN revision integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
  ADD COLUMN replaces bigint,
  ADD COLUMN replaced_by bigint,
  ADD COLUMN held_since text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN pruned_at text COLLATE "C" NOT NULL DEFAULT '',
  DROP CONSTRAINT updates_order_id_sequence_key,
  ADD UNIQUE (order_id, sequence, revision);
UPDATE updates SET held_since = greatest(submitted_at,
    (SELECT max(greatest(m.answered_at, m.frozen_at,
        (SELECT max(a.ended) FROM attempts a WHERE a.message = m.id)))
      FROM message_items i JOIN messages m ON m.id = i.message WHERE i.update_id = updates.id))
  WHERE state = 'held';
ALTER TABLE updates
  ADD CHECK ((state = 'held') = (held_since <> '')),
  ADD CHECK (pruned_at = '' OR (settled_at <> '' AND payload = '')),
  ADD CHECK (replaced_by IS NULL OR state = 'rejected');
CREATE INDEX updates_unpruned ON updates (settled_at) WHERE settled_at <> '' AND pruned_at = '';
ALTER TABLE messages ADD COLUMN pruned_at text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN tries integer NOT NULL DEFAULT 0;
UPDATE messages SET tries = attempts;
CREATE INDEX updates_deadline_in_flight ON updates (deadline)
  WHERE state = 'in_flight' AND deadline <> '';
CREATE TABLE circuits (
  endpoint text COLLATE "C" PRIMARY KEY,
  failures integer NOT NULL CHECK (failures >= 0),
  open_until text COLLATE "C" NOT NULL
);
CREATE INDEX audit_pauses ON audit (id) WHERE action IN ('paused', 'resumed');
CREATE INDEX inbox_update ON inbox (update_id) WHERE update_id IS NOT NULL;
)sql";

// A repeat without a caller's key is looked for among the updates of its order; the octets of
// answers are apart from what changes of them.
constexpr const char* kContents = R"sql(
ALTER TABLE updates ADD COLUMN content_digest text COLLATE "C" NOT NULL DEFAULT '';
UPDATE updates u SET content_digest = k.payload_digest FROM idempotency_keys k
  WHERE k.update_id = u.id AND k.idempotency_key = 'digest:' || k.payload_digest;
DELETE FROM idempotency_keys WHERE idempotency_key = 'digest:' || payload_digest;
ALTER TABLE idempotency_keys ADD CONSTRAINT keys_are_the_callers
  CHECK (idempotency_key <> 'digest:' || payload_digest);
CREATE UNIQUE INDEX updates_content ON updates (order_id, content_digest)
  WHERE content_digest <> '';
CREATE TABLE answer_bodies (
  answer bigint PRIMARY KEY REFERENCES answers (id),
  raw bytea NOT NULL
);
INSERT INTO answer_bodies (answer, raw) SELECT id, raw FROM answers;
ALTER TABLE answers DROP COLUMN raw;
CREATE TRIGGER answer_bodies_are_kept BEFORE UPDATE ON answer_bodies
  FOR EACH ROW EXECUTE FUNCTION never_changes();
)sql";

// A department whose update was refused for good or came too late may hand it over again under the
// same key, as `submit` allows it: the row of that update gives its key up. A row that is pruned
// between the statements frees its key too; the next round finds that out.
constexpr const char* kInboxComesAgain = R"sql(
ALTER TABLE inbox ADD COLUMN given_up boolean NOT NULL DEFAULT false,
  ADD CHECK (NOT given_up OR state = 'accepted');
DROP INDEX inbox_key;
CREATE UNIQUE INDEX inbox_key ON inbox (sender, contour, idempotency_key)
  WHERE state <> 'refused' AND NOT given_up;

CREATE OR REPLACE FUNCTION smev_submit(sender text, contour text, payload jsonb,
                                       idempotency_key text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $body$
#variable_conflict use_column
DECLARE
  order_number text := coalesce(nullif(smev_submit.payload #>> '{order,number}', ''),
                                'elk:' || (smev_submit.payload #>> '{order,elk_number}'), '');
  handed bigint;
  known jsonb;
BEGIN
  IF coalesce(smev_submit.sender, '') = '' OR coalesce(smev_submit.idempotency_key, '') = ''
     OR smev_submit.contour IS NULL OR smev_submit.contour NOT IN ('test', 'production')
     OR smev_submit.payload IS NULL OR jsonb_typeof(smev_submit.payload) <> 'object' THEN
    RAISE EXCEPTION 'smev_submit: sender and idempotency_key must not be empty, contour is test or production, payload is a JSON object'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(
    concat_ws(chr(31), 'smev_submit', smev_submit.sender, smev_submit.contour, order_number), 0));
  LOOP
    UPDATE inbox i SET given_up = true FROM updates u
      WHERE i.sender = smev_submit.sender AND i.contour = smev_submit.contour
        AND i.idempotency_key = smev_submit.idempotency_key
        AND i.state <> 'refused' AND NOT i.given_up AND i.payload = smev_submit.payload
        AND u.id = i.update_id AND u.state IN ('rejected', 'expired') AND u.replaced_by IS NULL;
    INSERT INTO inbox (sender, contour, order_number, idempotency_key, payload)
      VALUES (smev_submit.sender, smev_submit.contour, order_number, smev_submit.idempotency_key,
              smev_submit.payload)
      ON CONFLICT (sender, contour, idempotency_key) WHERE state <> 'refused' AND NOT given_up
      DO NOTHING RETURNING id INTO handed;
    EXIT WHEN handed IS NOT NULL;
    SELECT i.id, i.payload INTO handed, known FROM inbox i
      WHERE i.sender = smev_submit.sender AND i.contour = smev_submit.contour
        AND i.idempotency_key = smev_submit.idempotency_key
        AND i.state <> 'refused' AND NOT i.given_up;
    IF handed IS NOT NULL AND known IS DISTINCT FROM smev_submit.payload THEN
      RAISE EXCEPTION 'smev_submit: the idempotency key belongs to another update (inbox row %)',
        handed USING ERRCODE = 'unique_violation';
    END IF;
    EXIT WHEN handed IS NOT NULL;
  END LOOP;
  RETURN handed;
END $body$;
)sql";

// A few octets of jsonb may stand for a gigabyte of text, in the server's memory and in the
// sender's.
constexpr const char* kInboxLimit = R"sql(
CREATE FUNCTION smev_update_text(payload jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $body$
DECLARE
  whole text;
BEGIN
  whole := payload::text;
  RETURN CASE WHEN octet_length(whole) <= 8 * 1024 * 1024 THEN whole END;
EXCEPTION
  WHEN program_limit_exceeded OR out_of_memory THEN RETURN NULL;
END $body$;

CREATE OR REPLACE VIEW inbox_status AS
  SELECT i.id, i.sender, i.contour, i.order_number, i.idempotency_key, i.state, i.faults,
         i.update_id, u.state AS update_state, nullif(u.hold_reason, 'none') AS hold_reason,
         u.result_code, i.handed_over_at, i.handed_over_by, i.settled_at, i.given_up
  FROM inbox i LEFT JOIN updates u ON u.id = i.update_id;

CREATE OR REPLACE FUNCTION smev_submit(sender text, contour text, payload jsonb,
                                       idempotency_key text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $body$
#variable_conflict use_column
DECLARE
  order_number text := coalesce(nullif(smev_submit.payload #>> '{order,number}', ''),
                                'elk:' || (smev_submit.payload #>> '{order,elk_number}'), '');
  handed bigint;
  known jsonb;
BEGIN
  IF coalesce(smev_submit.sender, '') = '' OR coalesce(smev_submit.idempotency_key, '') = ''
     OR smev_submit.contour IS NULL OR smev_submit.contour NOT IN ('test', 'production')
     OR smev_submit.payload IS NULL OR jsonb_typeof(smev_submit.payload) <> 'object' THEN
    RAISE EXCEPTION 'smev_submit: sender and idempotency_key must not be empty, contour is test or production, payload is a JSON object'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF smev_update_text(smev_submit.payload) IS NULL THEN
    RAISE EXCEPTION 'smev_submit: payload is longer than 8 MiB as text'
      USING ERRCODE = 'program_limit_exceeded';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(
    concat_ws(chr(31), 'smev_submit', smev_submit.sender, smev_submit.contour, order_number), 0));
  LOOP
    UPDATE inbox i SET given_up = true FROM updates u
      WHERE i.sender = smev_submit.sender AND i.contour = smev_submit.contour
        AND i.idempotency_key = smev_submit.idempotency_key
        AND i.state <> 'refused' AND NOT i.given_up AND i.payload = smev_submit.payload
        AND u.id = i.update_id AND u.state IN ('rejected', 'expired') AND u.replaced_by IS NULL;
    INSERT INTO inbox (sender, contour, order_number, idempotency_key, payload)
      VALUES (smev_submit.sender, smev_submit.contour, order_number, smev_submit.idempotency_key,
              smev_submit.payload)
      ON CONFLICT (sender, contour, idempotency_key) WHERE state <> 'refused' AND NOT given_up
      DO NOTHING RETURNING id INTO handed;
    EXIT WHEN handed IS NOT NULL;
    SELECT i.id, i.payload INTO handed, known FROM inbox i
      WHERE i.sender = smev_submit.sender AND i.contour = smev_submit.contour
        AND i.idempotency_key = smev_submit.idempotency_key
        AND i.state <> 'refused' AND NOT i.given_up;
    IF handed IS NOT NULL AND known IS DISTINCT FROM smev_submit.payload THEN
      RAISE EXCEPTION 'smev_submit: the idempotency key belongs to another update (inbox row %)',
        handed USING ERRCODE = 'unique_violation';
    END IF;
    EXIT WHEN handed IS NOT NULL;
  END LOOP;
  RETURN handed;
END $body$;
)sql";

constexpr const char* kVersionTable =
    "CREATE SCHEMA IF NOT EXISTS {schema};\n"
    "SET LOCAL search_path TO {schema}, pg_temp;\n"
    "CREATE TABLE IF NOT EXISTS schema_version (\n"
    "  version integer PRIMARY KEY,\n"
    "  purpose text NOT NULL,\n"
    "  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()\n"
    ");\n";

std::string named(std::string text, const std::string& schema) {
  constexpr std::string_view kPlace = "{schema}";
  for (std::size_t at = text.find(kPlace); at != std::string::npos; at = text.find(kPlace, at)) {
    text.replace(at, kPlace.size(), schema);
  }
  return text;
}

Error newer(int there, int known) {
  return postgres_unfit(
      "База исходящих создана более новой версией программы. Обновите программу; база не изменена.",
      fmt::format("schema version {}, this program knows {}", there, known));
}

}  // namespace

const std::vector<PostgresMigration>& postgres_migrations() {
  static const std::vector<PostgresMigration> all = {
      {1, "tables of the outbox", kTables},
      {2, "inbox of departments", kInbox},
      {3, "decisions of people, pruning, spared endpoints", kDecisions},
      {4, "repeats by order, octets of answers apart", kContents},
      {5, "handing over again what was given up", kInboxComesAgain},
      {6, "limit of what is handed over", kInboxLimit},
  };
  return all;
}

Result<int> schema_version(PostgresDatabase& database, const std::string& schema) {
  SMEV_ASSIGN(const auto there, database.number("SELECT 1 WHERE to_regclass(?) IS NOT NULL",
                                                schema + ".schema_version"));
  if (!there) return 0;
  SMEV_ASSIGN(const auto version,
              database.number("SELECT max(version) FROM " + schema + ".schema_version"));
  return static_cast<int>(version.value_or(0));
}

std::string migration_script(const std::vector<PostgresMigration>& steps, const std::string& schema,
                             int version) {
  std::string script;
  for (const PostgresMigration& step : steps) {
    if (step.version <= version) continue;
    script += named(step.sql, schema);
    script += fmt::format("INSERT INTO schema_version (version, purpose) VALUES ({}, '{}');\n",
                          step.version, step.purpose);
  }
  return script.empty() ? script : named(kVersionTable, schema) + script;
}

Result<int> migrate(PostgresDatabase& database, const std::string& schema,
                    const std::vector<PostgresMigration>& steps) {
  SMEV_ASSIGN(PostgresTransaction transaction, PostgresTransaction::begin(database));
  SMEV_TRY(database.execute(
      fmt::format("SELECT pg_advisory_xact_lock(hashtextextended('smev outbox {}', 0))", schema)));
  SMEV_ASSIGN(const int version, schema_version(database, schema));
  if (version > steps.back().version) return fail(newer(version, steps.back().version));
  const std::string script = migration_script(steps, schema, version);
  if (!script.empty()) SMEV_TRY(database.execute(script));
  SMEV_TRY(transaction.commit());
  return version;
}

Result<void> check_schema(PostgresDatabase& database, const std::string& schema) {
  SMEV_ASSIGN(const int version, schema_version(database, schema));
  const int known = postgres_migrations().back().version;
  if (version > known) return fail(newer(version, known));
  if (version == known) return {};
  return fail(postgres_unfit(
      version == 0 ? "В базе PostgreSQL нет таблиц исходящих. Создайте их: smev-send db migrate."
                   : "База исходящих создана прежней версией программы. Обновите её: smev-send db "
                     "migrate.",
      fmt::format("schema version {}, this program needs {}", version, known)));
}

}  // namespace smev::outbox
