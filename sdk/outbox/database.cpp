#include "sdk/outbox/database.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "sdk/base/kill_point.hpp"
#include "sdk/outbox/errors.hpp"

namespace smev::outbox {
namespace {

// Enough for statements that are used inside each other's rows.
constexpr std::size_t kIdleStatementsMax = 4;
constexpr std::int64_t kSynchronousFull = 2;

std::string_view first_word(std::string_view sql) {
  const std::size_t start = sql.find_first_not_of(" \n");
  if (start == std::string_view::npos) return sql;
  return sql.substr(start, sql.find_first_of(" \n(", start) - start);
}

}  // namespace

// --- Statement

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      sql_(other.sql_),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_fault_(other.bind_fault_),
      damaged_column_(other.damaged_column_) {}

Statement::~Statement() {
  if (statement_ != nullptr) database_->give_back(sql_, statement_);
}

Result<bool> Statement::next() {
  if (bind_fault_ != 0) return fail(database_->failure(*sql_));
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return fail(database_->failure(*sql_));
  }
}

Result<void> Statement::finish() {
  while (true) {
    SMEV_ASSIGN(const bool more, next());
    if (!more) return {};
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
  const void* octets = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (octets == nullptr || size <= 0) return {};
  return {static_cast<const char*>(octets), static_cast<std::size_t>(size)};
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

std::optional<std::string> Statement::optional_text(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return text(column);
}

TimePoint Statement::moment(int column) {
  Result<TimePoint> moment = parse_utc_text(text(column));
  if (!moment) note_damage(column);
  return moment.value_or(TimePoint{});
}

std::optional<TimePoint> Statement::optional_moment(int column) {
  if (sqlite3_column_bytes(statement_, column) == 0) return std::nullopt;
  return moment(column);
}

Uuid Statement::uuid(int column) {
  Result<Uuid> uuid = Uuid::parse(text(column));
  if (!uuid) note_damage(column);
  return uuid.value_or(Uuid{});
}

void Statement::note_damage(int column) {
  if (damaged_column_ < 0) damaged_column_ = column;
}

Result<void> Statement::sound() const {
  if (damaged_column_ < 0) return {};
  const char* column = sqlite3_column_name(statement_, damaged_column_);
  return fail(damaged(std::string("unreadable value in column ") +
                      (column != nullptr ? column : std::to_string(damaged_column_).c_str())));
}

void Statement::bind_at(int index, std::int64_t value) {
  bind_fault_ |= sqlite3_bind_int64(statement_, index, value);
}

void Statement::bind_at(int index, std::string_view value) {
  // A null pointer would bind NULL.
  const char* data = value.data() == nullptr ? "" : value.data();
  bind_fault_ |=
      sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bind_at(int index, Blob value) {
  const char* data = value.octets.data() == nullptr ? "" : value.octets.data();
  bind_fault_ |=
      sqlite3_bind_blob64(statement_, index, data, value.octets.size(), SQLITE_TRANSIENT);
}

void Statement::bind_at(int index, TimePoint value) { bind_at(index, to_utc_text(value)); }

void Statement::bind_at(int index, const std::optional<TimePoint>& value) {
  bind_at(index, value ? to_utc_text(*value) : std::string());
}

void Statement::bind_null(int index) { bind_fault_ |= sqlite3_bind_null(statement_, index); }

// --- Database

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Duration busy_timeout) {
  sqlite3* connection = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  if (connection == nullptr) return fail(sqlite_error(SQLITE_NOMEM, 0, "open"));
  std::unique_ptr<Database> database(new Database(connection));
  if (code != SQLITE_OK) return fail(database->failure("open"));
  database->configure(busy_timeout);
  return database;
}

void Database::configure(Duration busy_timeout) {
  sqlite3_extended_result_codes(connection_, 1);
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(busy_timeout).count();
  sqlite3_busy_timeout(connection_, static_cast<int>(std::clamp<long long>(wait, 0, INT_MAX)));
}

Result<void> Database::make_durable() {
  SMEV_TRY(
      execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
              "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"));
  {
    SMEV_ASSIGN(Statement statement, query("PRAGMA journal_mode = WAL"));
    SMEV_ASSIGN(const bool found, statement.next());
    const std::string mode = found ? statement.text(0) : "";
    if (mode != "wal" && mode != "memory") {
      return fail(sqlite_error(SQLITE_IOERR, 0, "journal mode WAL is not to be had, but " + mode));
    }
  }
  // A build of SQLite without these knows the pragma and does nothing.
  SMEV_ASSIGN(const auto synchronous, number("PRAGMA synchronous"));
  SMEV_ASSIGN(const auto foreign_keys, number("PRAGMA foreign_keys"));
  if (synchronous != kSynchronousFull || foreign_keys != 1) {
    return fail(sqlite_error(SQLITE_ERROR, 0, "synchronous=FULL or foreign_keys cannot be set"));
  }
  return {};
}

Database::~Database() {
  for (auto& [sql, statements] : idle_) {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  }
  sqlite3_close_v2(connection_);
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail(failure(sql));
  }
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  auto entry = idle_.find(sql);
  if (entry == idle_.end()) entry = idle_.emplace(sql, std::vector<sqlite3_stmt*>{}).first;
  if (!entry->second.empty()) {
    sqlite3_stmt* statement = entry->second.back();
    entry->second.pop_back();
    return Statement(*this, &entry->first, statement);
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK || statement == nullptr) return fail(failure(sql));
  return Statement(*this, &entry->first, statement);
}

void Database::give_back(const std::string* sql, sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  std::vector<sqlite3_stmt*>& idle = idle_[*sql];
  if (idle.size() >= kIdleStatementsMax) {
    sqlite3_finalize(statement);
  } else {
    idle.push_back(statement);
  }
}

std::int64_t Database::changes() const { return sqlite3_changes(connection_); }
std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(connection_); }

Error Database::failure(std::string_view doing) const {
  // SQLite names tables, columns and constraints here, never values.
  return sqlite_error(
      sqlite3_extended_errcode(connection_), sqlite3_system_errno(connection_),
      std::string(sqlite3_errmsg(connection_)) + " (" + std::string(first_word(doing)) + ")");
}

// --- Transaction

Result<Transaction> Transaction::begin(Database& database) {
  SMEV_TRY(database.run("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  // SQLite rolls back by itself after some errors; then there is nothing left to roll back.
  static_cast<void>(database_->run("ROLLBACK"));
}

Result<void> Transaction::commit() {
  SMEV_TRY(database_->run("COMMIT"));
  database_ = nullptr;
  return {};
}

Result<void> Transaction::commit([[maybe_unused]] const std::vector<const CommitPoints*>& points) {
  for ([[maybe_unused]] const CommitPoints* each : points) SMEV_KILL_POINT(each->committing);
  SMEV_TRY(commit());
  for ([[maybe_unused]] const CommitPoints* each : points) SMEV_KILL_POINT(each->committed);
  return {};
}

// --- Savepoint

Result<Savepoint> Savepoint::begin(Database& database) {
  SMEV_TRY(database.run("SAVEPOINT change"));
  return Savepoint(database);
}

Savepoint::~Savepoint() {
  if (database_ != nullptr) static_cast<void>(roll_back());
}

Result<void> Savepoint::release() {
  SMEV_TRY(database_->run("RELEASE change"));
  database_ = nullptr;
  return {};
}

Result<void> Savepoint::roll_back() {
  Database* database = std::exchange(database_, nullptr);
  SMEV_TRY(database->run("ROLLBACK TO change"));
  SMEV_TRY(database->run("RELEASE change"));
  return {};
}

}  // namespace smev::outbox
