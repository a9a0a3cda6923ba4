#pragma once
// A database as the store's logic sees it: statements with values bound to them, rows read from
// them. SQLite and PostgreSQL stand behind it (sqlite_database, postgres_database), so that what is
// true of the tables is written once. A connection is used by one thread at a time.
//
// No hot statement has an IN of more than two values: for each SQLite builds a table in memory.
//
// The statements are SQLite's; where PostgreSQL says it otherwise it is told by a mark that is a
// comment to SQLite: /*lock*/ takes the rows that were read ("FOR UPDATE"), /*skip locked*/ leaves
// out those that somebody else has. `INDEXED BY` is a hint to SQLite alone.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "smev/base/clock.hpp"
#include "smev/base/ids.hpp"
#include "smev/base/result.hpp"

namespace smev::outbox {

/// Octets that are no text.
struct Blob {
  std::string_view octets;
};

/// One run of a statement, as an engine does it. A fault of binding comes out of `next`.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual void bind_integer(int index, std::int64_t value) = 0;
  virtual void bind_text(int index, std::string_view value) = 0;
  virtual void bind_blob(int index, std::string_view octets) = 0;
  virtual void bind_null(int index) = 0;
  virtual Result<bool> next() = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) = 0;
  [[nodiscard]] virtual std::string text(int column) const = 0;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::string column_name(int column) const = 0;
  /// The run is over.
  virtual void give_back() noexcept = 0;
};

/// One run of a prepared statement; gives it back to its connection when it goes.
///
/// Moments are stored as UTC text, a missing one as the empty text. A column that cannot be read as
/// what it should be marks the statement as damaged: look at `sound()` after reading a row.
class Statement {
 public:
  explicit Statement(Cursor& cursor) : cursor_(&cursor) {}
  Statement(Statement&& other) noexcept
      : cursor_(std::exchange(other.cursor_, nullptr)), damaged_column_(other.damaged_column_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement() {
    if (cursor_ != nullptr) cursor_->give_back();
  }

  /// For a value that is not always there: a parameter without one is NULL.
  void bind_text(int index, std::string_view value) { bind_at(index, value); }
  /// True while there is a row.
  Result<bool> next() { return cursor_->next(); }
  /// To the end, rows unread.
  Result<void> finish();

  [[nodiscard]] std::int64_t integer(int column) const { return cursor_->integer(column); }
  [[nodiscard]] bool flag(int column) const { return integer(column) != 0; }
  [[nodiscard]] std::string text(int column) const { return cursor_->text(column); }
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

  void bind_at(int index, std::int64_t value) { cursor_->bind_integer(index, value); }
  void bind_at(int index, int value) { bind_at(index, static_cast<std::int64_t>(value)); }
  void bind_at(int index, bool value) { bind_at(index, static_cast<std::int64_t>(value)); }
  void bind_at(int index, std::string_view value) { cursor_->bind_text(index, value); }
  void bind_at(int index, const std::string& value) { bind_at(index, std::string_view(value)); }
  void bind_at(int index, const char* value) { bind_at(index, std::string_view(value)); }
  void bind_at(int index, Blob value) { cursor_->bind_blob(index, value.octets); }
  void bind_at(int index, TimePoint value) { bind_at(index, to_utc_text(value)); }
  void bind_at(int index, const Uuid& value) { bind_at(index, value.text()); }
  void bind_at(int index, const std::optional<TimePoint>& value) {
    bind_at(index, value ? to_utc_text(*value) : std::string());
  }
  void bind_at(int index, const std::optional<std::string>& value) {
    if (value) {
      bind_at(index, std::string_view(*value));
    } else {
      cursor_->bind_null(index);
    }
  }
  template <class Number>
  void bind_at(int index, const std::optional<Number>& value) {
    if (value) {
      bind_at(index, static_cast<std::int64_t>(*value));
    } else {
      cursor_->bind_null(index);
    }
  }

  Cursor* cursor_;
  int damaged_column_ = -1;
};

class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  /// Statements without values, several at once.
  virtual Result<void> execute(const std::string& sql) = 0;

  /// True where others may write at the same time: what is read to be written has to be locked.
  /// False: whoever has a transaction is the only writer.
  [[nodiscard]] virtual bool locks_rows() const = 0;

  /// Prepared once, kept, bound to `values` in order.
  template <class... Values>
  Result<Statement> query(std::string_view sql, const Values&... values) {
    SMEV_ASSIGN(Statement statement, prepare(sql));
    bind(statement, values...);
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

  /// Runs an INSERT of one row; gives its id.
  template <class... Values>
  Result<std::int64_t> insert(std::string_view sql, const Values&... values) {
    SMEV_ASSIGN(Statement statement, prepare_insert(sql));
    bind(statement, values...);
    SMEV_ASSIGN(const std::optional<std::int64_t> id, insert_row(statement));
    if (!id) return fail(nothing_inserted(sql));
    return *id;
  }

 protected:
  virtual Result<Statement> prepare(std::string_view sql) = 0;
  virtual Result<Statement> prepare_insert(std::string_view sql) = 0;
  /// Runs what that gave; nothing when there was no new row.
  virtual Result<std::optional<std::int64_t>> insert_row(Statement& statement) = 0;
  [[nodiscard]] virtual std::int64_t changes() const = 0;

 private:
  template <class... Values>
  static void bind(Statement& statement, const Values&... values) {
    int index = 0;
    (statement.bind_at(++index, values), ...);
  }
  static Error nothing_inserted(std::string_view sql);
};

}  // namespace smev::outbox
