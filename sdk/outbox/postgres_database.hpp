#pragma once
// PostgreSQL behind RAII: one connection, its prepared statements, transactions. Every answer is
// waited for with a limit, so that a network which swallows everything cannot hold a worker for
// ever. Used by one thread at a time.

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/outbox/database.hpp"

struct pg_conn;
struct pg_result;

namespace smev::outbox {

struct PostgresResultDeleter {
  void operator()(pg_result* result) const;
};
using PostgresResult = std::unique_ptr<pg_result, PostgresResultDeleter>;

/// What the latest fault of a connection asks for.
enum class PostgresTrouble {
  none,      ///< nothing, or an error that another try will not mend
  conflict,  ///< serialisation or deadlock: the same once more
  taken,     ///< a unique row was written by somebody else meanwhile: look again
  lost,      ///< the connection is gone
};

struct PostgresPlace {
  std::string connection;  ///< conninfo or URI
  std::string schema;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration statement_timeout = std::chrono::seconds(15);
};

class PostgresCursor;

class PostgresDatabase final : public Database {
 public:
  /// Connects, and makes the session what the store relies on: its schema, limits, durability.
  /// Refuses a server that is too old, only reads, or does not sync what it commits.
  static Result<std::unique_ptr<PostgresDatabase>> open(const PostgresPlace& place);
  ~PostgresDatabase() override;

  Result<void> execute(const std::string& sql) override;
  [[nodiscard]] bool locks_rows() const override { return true; }
  Result<void> commit();

  [[nodiscard]] PostgresTrouble trouble() const { return trouble_; }
  void forget_trouble() { trouble_ = PostgresTrouble::none; }
  /// Looks whether the server has hung up; asks it nothing.
  [[nodiscard]] bool usable();

 protected:
  Result<Statement> prepare(std::string_view sql) override;
  Result<Statement> prepare_insert(std::string_view sql) override;
  Result<std::optional<std::int64_t>> insert_row(Statement& statement) override;
  [[nodiscard]] std::int64_t changes() const override { return changes_; }

 private:
  friend class PostgresCursor;
  using Deadline = std::chrono::steady_clock::time_point;
  struct Prepared {
    std::string name;
    std::vector<bool> octets;  ///< which parameters are bytea
    std::string doing;         ///< for errors
  };

  PostgresDatabase(pg_conn* connection, Duration answer_timeout);
  Result<void> set_up(const PostgresPlace& place);
  Result<void> check_server();
  Result<const Prepared*> find_prepared(std::string_view sql);
  Result<PostgresResult> run_prepared(const Prepared& statement,
                                      const std::vector<const char*>& values);
  /// Sends what was queued and waits for the last answer to it.
  Result<PostgresResult> answer(bool sent, std::string_view doing);
  Result<void> wait(short events, Deadline deadline, std::string_view doing);
  Failure lose(std::string detail);
  Failure failure(const pg_result* result, std::string_view doing);
  void give_back(PostgresCursor& cursor) noexcept;

  pg_conn* connection_;
  Duration answer_timeout_;
  std::map<std::string, Prepared, std::less<>> prepared_;
  std::vector<std::unique_ptr<PostgresCursor>> in_use_;
  std::int64_t changes_ = 0;
  PostgresTrouble trouble_ = PostgresTrouble::none;
  bool given_up_ = false;  ///< an answer did not come: the session cannot be used any more
};

/// SQLite's statement as PostgreSQL takes it (see database.hpp): numbered parameters, locks.
std::string to_postgres(std::string_view sql);

/// Text that PostgreSQL stores: what is no UTF-8, or is NUL, becomes U+FFFD.
std::string to_storable(std::string_view text);

/// READ COMMITTED: each statement sees what was committed before it began. Rolled back unless
/// committed.
class PostgresTransaction {
 public:
  static Result<PostgresTransaction> begin(PostgresDatabase& database);
  PostgresTransaction(PostgresTransaction&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)) {}
  PostgresTransaction& operator=(PostgresTransaction&&) = delete;
  ~PostgresTransaction();
  Result<void> commit();

 private:
  explicit PostgresTransaction(PostgresDatabase& database) : database_(&database) {}
  PostgresDatabase* database_;
};

}  // namespace smev::outbox
