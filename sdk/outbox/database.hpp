#pragma once
// SQLite behind RAII: one connection, its prepared statements, transactions. Not thread-safe: the
// store guards it with its mutex.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/outbox/kill_points.hpp"
#include "smev/base/clock.hpp"
#include "smev/base/ids.hpp"
#include "smev/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace smev::outbox {

class Database;

/// Octets that are no text.
struct Blob {
  std::string_view octets;
};

/// One run of a prepared statement; gives it back to its connection when it goes.
///
/// Moments are stored as UTC text, a missing one as the empty text. A column that cannot be read as
/// what it should be marks the statement as damaged: look at `sound()` after reading a row.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// For a value that is not always there: a parameter without one is NULL.
  void bind_text(int index, std::string_view value) { bind_at(index, value); }
  /// True while there is a row.
  Result<bool> next();
  /// To the end, rows unread.
  Result<void> finish();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool flag(int column) const { return integer(column) != 0; }
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;
  [[nodiscard]] TimePoint moment(int column);
  [[nodiscard]] std::optional<TimePoint> optional_moment(int column);
  [[nodiscard]] Uuid uuid(int column);
  /// The value that a stored name stands for.
  template <class Value>
  [[nodiscard]] Value named(int column, std::optional<Value> (*reader)(std::string_view)) {
    const std::optional<Value> value = reader(text(column));
    if (!value) note_damage(column);
    return value.value_or(Value{});
  }
  [[nodiscard]] Result<void> sound() const;
  void note_damage(int column);

 private:
  friend class Database;
  Statement(Database& database, const std::string* sql, sqlite3_stmt* statement)
      : database_(&database), sql_(sql), statement_(statement) {}

  void bind_at(int index, std::int64_t value);
  void bind_at(int index, int value) { bind_at(index, static_cast<std::int64_t>(value)); }
  void bind_at(int index, bool value) { bind_at(index, static_cast<std::int64_t>(value)); }
  void bind_at(int index, std::string_view value);
  void bind_at(int index, const std::string& value) { bind_at(index, std::string_view(value)); }
  void bind_at(int index, const char* value) { bind_at(index, std::string_view(value)); }
  void bind_at(int index, Blob value);
  void bind_at(int index, TimePoint value);
  void bind_at(int index, const Uuid& value) { bind_at(index, value.text()); }
  void bind_at(int index, const std::optional<TimePoint>& value);
  template <class Number>
  void bind_at(int index, const std::optional<Number>& value) {
    if (value) {
      bind_at(index, static_cast<std::int64_t>(*value));
    } else {
      bind_null(index);
    }
  }
  void bind_null(int index);

  Database* database_;
  const std::string* sql_;  ///< key of the cache; the connection outlives its statements
  sqlite3_stmt* statement_;
  int bind_fault_ = 0;
  int damaged_column_ = -1;
};

class Database {
 public:
  /// Opens or creates. `:memory:` is a database of its own.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Duration busy_timeout);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// WAL, synchronous=FULL, foreign keys; and checks that each of them took.
  Result<void> make_durable();

  /// Statements without values, several at once.
  Result<void> execute(const std::string& sql);

  /// Prepared once, kept, bound to `values` in order.
  template <class... Values>
  Result<Statement> query(std::string_view sql, const Values&... values) {
    SMEV_ASSIGN(Statement statement, prepare(sql));
    int index = 0;
    (statement.bind_at(++index, values), ...);
    if (statement.bind_fault_ != 0) return fail(failure(sql));
    return statement;
  }

  /// Runs to the end; gives the number of rows that were changed.
  template <class... Values>
  Result<std::int64_t> run(std::string_view sql, const Values&... values) {
    SMEV_ASSIGN(Statement statement, query(sql, values...));
    SMEV_TRY(statement.finish());
    return changes();
  }

  /// The first column of the first row, as a number; nothing when there is no row, or no value.
  template <class... Values>
  Result<std::optional<std::int64_t>> number(std::string_view sql, const Values&... values) {
    SMEV_ASSIGN(Statement statement, query(sql, values...));
    SMEV_ASSIGN(const bool found, statement.next());
    if (!found) return std::optional<std::int64_t>{};
    return statement.optional_integer(0);
  }

  [[nodiscard]] std::int64_t last_id() const;

 private:
  friend class Statement;
  explicit Database(sqlite3* connection) : connection_(connection) {}
  Result<Statement> prepare(std::string_view sql);
  void configure(Duration busy_timeout);
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] Error failure(std::string_view doing) const;
  void give_back(const std::string* sql, sqlite3_stmt* statement);

  sqlite3* connection_;
  // Statements at rest, by their text. One in use is out of its list.
  std::map<std::string, std::vector<sqlite3_stmt*>, std::less<>> idle_;
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
