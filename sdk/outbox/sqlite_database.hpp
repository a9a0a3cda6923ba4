#pragma once
// SQLite behind RAII: one connection, its prepared statements, transactions. Not thread-safe: the
// store guards it with its mutex.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/outbox/commit_mark.hpp"
#include "sdk/outbox/database.hpp"
#include "sdk/outbox/kill_points.hpp"

struct sqlite3;

namespace smev::outbox {

class SqliteCursor;

class SqliteDatabase final : public Database {
 public:
  /// Opens or creates, through checked_vfs(). `:memory:` is a database of its own.
  static Result<std::unique_ptr<SqliteDatabase>> open(const std::string& path,
                                                      Duration busy_timeout);
  ~SqliteDatabase() override;

  /// In an empty database: leaves room for the checks of its pages.
  void reserve_checks();
  /// Writes all of a database that was made without room for checks anew, with it; as a whole or
  /// not at all. Nobody else may have it open.
  Result<void> seal_pages();
  /// Into a new or empty file, as of one moment: whoever writes goes on. The path is absolute.
  Result<void> copy_into(const std::string& path);
  /// That its pages have their checks.
  [[nodiscard]] bool has_checks();
  /// WAL, synchronous=FULL, foreign keys; and checks that each of them took.
  Result<void> make_durable();
  /// From now on each commit is noted there, until all of the log is brought in.
  void keep_mark(CommitMark mark);
  /// The end of this connection neither brings the log in nor removes it, whatever is in it.
  void leave_log();
  /// That its changes go through a log, as the header of its file says: of a copy they do not.
  /// Nothing else is read for it, so that no log is brought in.
  [[nodiscard]] bool has_log();
  /// Pages that the database file itself has.
  [[nodiscard]] Result<std::uint32_t> pages_in_file();
  /// That a page of the database file is as it was written; others may be writing it.
  [[nodiscard]] bool page_is_sound(std::uint32_t page);

  Result<void> execute(const std::string& sql) override;
  [[nodiscard]] bool locks_rows() const override { return false; }
  /// Since the connection was opened, those that were rolled back included.
  [[nodiscard]] std::int64_t rows_changed() const;
  /// Not after an error with which SQLite rolls back by itself, as on a full disk.
  [[nodiscard]] bool in_transaction() const;

 protected:
  Result<Statement> prepare(std::string_view sql) override;
  Result<Statement> prepare_insert(std::string_view sql) override { return prepare(sql); }
  Result<std::optional<std::int64_t>> insert_row(Statement& statement) override;
  [[nodiscard]] std::int64_t changes() const override;

 private:
  friend class SqliteCursor;
  explicit SqliteDatabase(sqlite3* connection);
  void configure(Duration busy_timeout);
  static int committed(void* self, sqlite3* connection, const char* name, int frames);
  void note_commit(std::uint32_t frames);
  void bring_log_in(const char* name);
  void close_marked();
  bool read_page(std::uint32_t page, std::string& octets);
  [[nodiscard]] Error failure(std::string_view doing) const;
  void give_back(SqliteCursor& cursor) noexcept;

  using Cursors = std::vector<std::unique_ptr<SqliteCursor>>;
  sqlite3* connection_;
  // Statements by their text: those at rest, and those in use.
  std::map<std::string, Cursors, std::less<>> idle_;
  Cursors in_use_;
  std::optional<CommitMark> mark_;
};

/// BEGIN IMMEDIATE: whoever holds one is the only writer, in whatever process. Rolled back unless
/// committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  /// Sees one state of the database, whatever others commit meanwhile.
  static Result<Transaction> begin_reading(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Result<void> commit();
  /// A crash test may end the process at any of the points.
  Result<void> commit(const std::vector<const CommitPoints*>& points);

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace smev::outbox
