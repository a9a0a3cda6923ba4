#include "sdk/outbox/sqlite_database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <climits>
#include <filesystem>
#include <utility>

#include "sdk/base/kill_point.hpp"
#include "sdk/outbox/checked_vfs.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/file_system.hpp"
#include "sdk/outbox/page_check.hpp"
#include "sdk/outbox/sqlite_place.hpp"

namespace smev::outbox {
namespace {

namespace fs = std::filesystem;

// Enough for statements that are used inside each other's rows.
constexpr std::size_t kIdleStatementsMax = 4;
constexpr std::int64_t kSynchronousFull = 2;
// So long an end waits for others that open or leave the store; then it leaves the log as it is.
constexpr Duration kLeavingTimeout = std::chrono::seconds(10);
// Frames in the log from which on a commit brings them into the database file; SQLite's own number.
constexpr int kCheckpointFrames = 1000;
// Of the header of a database file (https://www.sqlite.org/fileformat.html): how it is to be read.
constexpr std::size_t kHeaderOctets = 100;
constexpr std::size_t kReadVersionAt = 19;
constexpr char kReadVersionOfLog = 2;
// A log that was longer for once does not stay so.
constexpr const char* kLogLimit = "PRAGMA journal_size_limit = 67108864;";

// As it stands in a URI: its special characters lose their meaning.
std::string uri_path(const std::string& path) {
  std::string encoded;
  for (const char octet : path) {
    if (octet == '%' || octet == '?' || octet == '#') {
      encoded += fmt::format("%{:02x}", static_cast<unsigned char>(octet));
    } else {
      encoded += octet;
    }
  }
  return encoded;
}

std::string_view first_word(std::string_view sql) {
  const std::size_t start = sql.find_first_not_of(" \n");
  if (start == std::string_view::npos) return sql;
  return sql.substr(start, sql.find_first_of(" \n(", start) - start);
}

}  // namespace

// --- SqliteCursor

/// A prepared statement; at rest in its connection's list, or in use by one Statement.
class SqliteCursor final : public Cursor {
 public:
  SqliteCursor(SqliteDatabase& database, const std::string& sql, sqlite3_stmt* statement)
      : database_(database), sql_(sql), statement_(statement) {}
  SqliteCursor(const SqliteCursor&) = delete;
  SqliteCursor& operator=(const SqliteCursor&) = delete;
  ~SqliteCursor() override { sqlite3_finalize(statement_); }

  void bind_integer(int index, std::int64_t value) override {
    bind_fault_ |= sqlite3_bind_int64(statement_, index, value);
  }
  void bind_text(int index, std::string_view value) override {
    // A null pointer would bind NULL.
    const char* data = value.data() == nullptr ? "" : value.data();
    bind_fault_ |=
        sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  void bind_blob(int index, std::string_view octets) override {
    const char* data = octets.data() == nullptr ? "" : octets.data();
    bind_fault_ |= sqlite3_bind_blob64(statement_, index, data, octets.size(), SQLITE_TRANSIENT);
  }
  void bind_null(int index) override { bind_fault_ |= sqlite3_bind_null(statement_, index); }

  Result<bool> next() override {
    if (bind_fault_ != 0) return fail(database_.failure(sql_));
    switch (sqlite3_step(statement_)) {
      case SQLITE_ROW:
        return true;
      case SQLITE_DONE:
        return false;
      default:
        return fail(database_.failure(sql_));
    }
  }
  std::int64_t integer(int column) override { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string text(int column) const override {
    const void* octets = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    if (octets == nullptr || size <= 0) return {};
    return {static_cast<const char*>(octets), static_cast<std::size_t>(size)};
  }
  [[nodiscard]] bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  [[nodiscard]] std::string column_name(int column) const override {
    const char* name = sqlite3_column_name(statement_, column);
    return name != nullptr ? name : std::to_string(column);
  }
  void give_back() noexcept override { database_.give_back(*this); }

  [[nodiscard]] const std::string& sql() const { return sql_; }
  void reset() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    bind_fault_ = 0;
  }

 private:
  SqliteDatabase& database_;
  const std::string& sql_;  ///< key of the list; the connection outlives its statements
  sqlite3_stmt* statement_;
  int bind_fault_ = 0;
};

// --- Database

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const std::string& path,
                                                             Duration busy_timeout) {
  sqlite3* connection = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_URI;  // for copy_into(); a path is absolute and so no URI
  const int code = sqlite3_open_v2(path.c_str(), &connection, flags, checked_vfs());
  if (connection == nullptr) return fail(sqlite_error(SQLITE_NOMEM, 0, "open"));
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(connection));
  if (code != SQLITE_OK) return fail(database->failure("open"));
  database->configure(busy_timeout);
  return database;
}

SqliteDatabase::SqliteDatabase(sqlite3* connection) : connection_(connection) {}

void SqliteDatabase::configure(Duration busy_timeout) {
  sqlite3_extended_result_codes(connection_, 1);
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(busy_timeout).count();
  sqlite3_busy_timeout(connection_, static_cast<int>(std::clamp<long long>(wait, 0, INT_MAX)));
}

void SqliteDatabase::reserve_checks() {
  int octets = kPageCheckOctets;
  sqlite3_file_control(connection_, "main", SQLITE_FCNTL_RESERVE_BYTES, &octets);
}

Result<void> SqliteDatabase::seal_pages() {
  if (has_checks()) return {};
  // Of a base that came from a copy the journal is another one: then pages go into the file in any
  // order, and those before the header without their checks. From the log they go in one by one.
  SMEV_TRY(make_durable());
  reserve_checks();
  return execute("VACUUM");
}

// SQLite may write pages of the copy long before the header that says whether they carry checks,
// and checked_vfs() takes a new file for one with checks: a copy without them goes around it.
Result<void> SqliteDatabase::copy_into(const std::string& path) {
  const std::string to =
      has_checks() ? path : "file:" + uri_path(path) + "?vfs=" + sqlite3_vfs_find(nullptr)->zName;
  SMEV_TRY(run("VACUUM INTO ?", to));
  return {};
}

bool SqliteDatabase::has_checks() {
  int octets = -1;  // asks
  sqlite3_file_control(connection_, "main", SQLITE_FCNTL_RESERVE_BYTES, &octets);
  return octets == kPageCheckOctets;
}

Result<void> SqliteDatabase::make_durable() {
  // Without spilling, a page is in the log only when it is committed: its frame has its check.
  SMEV_TRY(
      execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_spill = OFF;"
              "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"));
  SMEV_TRY(execute(kLogLimit));
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
  gather_commits(connection_);
  return {};
}

namespace {

bool read_octets(sqlite3_file* file, std::string& to, std::size_t size, std::uint64_t offset) {
  to.resize(size);
  return file->pMethods != nullptr &&
         file->pMethods->xRead(file, to.data(), static_cast<int>(size),
                               static_cast<sqlite3_int64>(offset)) == SQLITE_OK;
}

}  // namespace

void SqliteDatabase::keep_mark(CommitMark mark) {
  mark_.emplace(std::move(mark));
  // Takes the place of SQLite's own hook, which only checkpoints.
  sqlite3_wal_hook(connection_, &SqliteDatabase::committed, this);
}

int SqliteDatabase::committed(void* self, sqlite3*, const char* name, int frames) {
  auto* database = static_cast<SqliteDatabase*>(self);
  if (frames > 0) database->note_commit(static_cast<std::uint32_t>(frames));
  if (frames >= kCheckpointFrames) database->bring_log_in(name);
  return SQLITE_OK;
}

void SqliteDatabase::note_commit(std::uint32_t frames) {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(connection_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  // Somebody may have begun the log anew meanwhile, and noted that.
  const std::optional<std::uint64_t> salt = committed_salt(log);
  std::string octets;
  LogHeader header;
  if (salt && read_octets(log, octets, kLogHeaderOctets, 0) && read_log_header(octets, header) &&
      header.salt == *salt) {
    mark_->note({*salt, frames});
  }
}

// The commit is done, whatever becomes of this; the next one tries again.
void SqliteDatabase::bring_log_in(const char* name) {
  const std::optional<Committed> named = mark_->said();
  int in_log = 0;
  int brought = 0;
  const int code =
      sqlite3_wal_checkpoint_v2(connection_, name, SQLITE_CHECKPOINT_PASSIVE, &in_log, &brought);
  // What somebody else has noted meanwhile may be in a log that was begun anew.
  if (code == SQLITE_OK && brought == in_log && mark_->said() == named) mark_->take_back();
}

// Around SQLite's cache and log, through its own handle: opening the file beside it, and closing
// it, would drop the locks of this process.
bool SqliteDatabase::read_page(std::uint32_t page, std::string& octets) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  const Result<std::optional<std::int64_t>> size = number("PRAGMA page_size");
  if (file == nullptr || !size || !*size || page == 0) return false;
  const auto page_octets = static_cast<std::size_t>(**size);
  return read_octets(file, octets, page_octets, (std::uint64_t{page} - 1) * page_octets);
}

bool SqliteDatabase::has_log() {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  std::string header;
  return file != nullptr && read_octets(file, header, kHeaderOctets, 0) &&
         header[kReadVersionAt] == kReadVersionOfLog;
}

Result<std::uint32_t> SqliteDatabase::pages_in_file() {
  // Reads the header, and with it the size of a page.
  SMEV_ASSIGN(const auto version, number("PRAGMA user_version"));
  static_cast<void>(version);
  SMEV_ASSIGN(const auto page_octets, number("PRAGMA page_size"));
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  sqlite3_int64 octets = 0;
  if (file == nullptr || file->pMethods == nullptr ||
      file->pMethods->xFileSize(file, &octets) != SQLITE_OK) {
    return fail(failure("size"));
  }
  return static_cast<std::uint32_t>(octets / page_octets.value_or(1));
}

bool SqliteDatabase::page_is_sound(std::uint32_t page) {
  std::string octets;
  return read_page(page, octets);
}

void SqliteDatabase::leave_log() {
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

// The end of the last connection brings the log into the database file and, when all of it is
// there, removes it (and checked_vfs takes the mark back before that); while another has it open,
// or when a frame cannot be read, the log stays.
void SqliteDatabase::close_marked() {
  const std::string path = sqlite3_db_filename(connection_, "main");
  // Whoever opens the store holds it too, and finds mark and log as they belong together.
  const Result<FileHandle> guard =
      lock_directory(fs::path(path).parent_path().string(), kLeavingTimeout);
  // SQLite may recover from such a log as much as there is and remove it: the rest would be gone
  // and with it what shows that.
  if (!guard || examine_log(path + kLogSuffix, mark_->said()) == LogState::damaged) leave_log();
  sqlite3_close_v2(connection_);
}

SqliteDatabase::~SqliteDatabase() {
  idle_.clear();
  if (mark_) {
    close_marked();
  } else {
    sqlite3_close_v2(connection_);
  }
}

Result<void> SqliteDatabase::execute(const std::string& sql) {
  if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail(failure(sql));
  }
  return {};
}

Result<Statement> SqliteDatabase::prepare(std::string_view sql) {
  auto entry = idle_.find(sql);
  if (entry == idle_.end()) entry = idle_.emplace(sql, Cursors{}).first;
  if (!entry->second.empty()) {
    in_use_.push_back(std::move(entry->second.back()));
    entry->second.pop_back();
    return Statement(*in_use_.back());
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK || statement == nullptr) return fail(failure(sql));
  in_use_.push_back(std::make_unique<SqliteCursor>(*this, entry->first, statement));
  return Statement(*in_use_.back());
}

void SqliteDatabase::give_back(SqliteCursor& cursor) noexcept {
  cursor.reset();
  const auto used = std::find_if(in_use_.rbegin(), in_use_.rend(),
                                 [&](const auto& each) { return each.get() == &cursor; });
  std::unique_ptr<SqliteCursor> resting = std::move(*used);
  in_use_.erase(std::next(used).base());
  Cursors& idle = idle_.find(resting->sql())->second;
  if (idle.size() < kIdleStatementsMax) idle.push_back(std::move(resting));
}

// Not by RETURNING, for which SQLite opens a table in memory each time.
Result<std::optional<std::int64_t>> SqliteDatabase::insert_row(Statement& statement) {
  SMEV_TRY(statement.finish());
  if (changes() == 0) return std::optional<std::int64_t>{};
  return std::optional<std::int64_t>(sqlite3_last_insert_rowid(connection_));
}

std::int64_t SqliteDatabase::changes() const { return sqlite3_changes(connection_); }

std::int64_t SqliteDatabase::rows_changed() const { return sqlite3_total_changes64(connection_); }

bool SqliteDatabase::in_transaction() const { return sqlite3_get_autocommit(connection_) == 0; }

Error SqliteDatabase::failure(std::string_view doing) const {
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

Result<Transaction> Transaction::begin_reading(Database& database) {
  SMEV_TRY(database.run("BEGIN"));
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

}  // namespace smev::outbox
