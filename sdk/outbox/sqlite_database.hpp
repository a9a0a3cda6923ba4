#pragma once
// SQLite behind RAII: one connection, its prepared statements, transactions. Not thread-safe: the
// store guards it with its mutex.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/outbox/database.hpp"
#include "sdk/outbox/kill_points.hpp"

struct sqlite3;

namespace smev::outbox {

class SqliteCursor;

class SqliteDatabase final : public Database {
 public:
  /// Opens or creates. `:memory:` is a database of its own.
  static Result<std::unique_ptr<SqliteDatabase>> open(const std::string& path,
                                                      Duration busy_timeout);
  ~SqliteDatabase() override;

  /// WAL, synchronous=FULL, foreign keys; and checks that each of them took.
  Result<void> make_durable();

  Result<void> execute(const std::string& sql) override;
  [[nodiscard]] bool locks_rows() const override { return false; }

 protected:
  Result<Statement> prepare(std::string_view sql) override;
  [[nodiscard]] std::int64_t changes() const override;

 private:
  friend class SqliteCursor;
  explicit SqliteDatabase(sqlite3* connection);
  void configure(Duration busy_timeout);
  [[nodiscard]] Error failure(std::string_view doing) const;
  void give_back(SqliteCursor& cursor) noexcept;

  using Cursors = std::vector<std::unique_ptr<SqliteCursor>>;
  sqlite3* connection_;
  // Statements by their text: those at rest, and those in use.
  std::map<std::string, Cursors, std::less<>> idle_;
  Cursors in_use_;
};

/// BEGIN IMMEDIATE: whoever holds one is the only writer, in whatever process. Rolled back unless
/// committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
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

/// A part of a transaction that can be taken back alone. Taken back unless released.
class Savepoint {
 public:
  static Result<Savepoint> begin(Database& database);
  Savepoint(Savepoint&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Savepoint& operator=(Savepoint&&) = delete;
  ~Savepoint();

  Result<void> release();
  Result<void> roll_back();

 private:
  explicit Savepoint(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace smev::outbox
