#include "sdk/outbox/postgres_database.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <nlohmann/json.hpp>

#include "sdk/base/bytes.hpp"
#include "sdk/base/text.hpp"
#include "sdk/outbox/errors.hpp"
#include "sdk/outbox/postgres_errors.hpp"

namespace smev::outbox {
namespace {

using std::chrono::milliseconds;

constexpr int kServerVersionMin = 130000;
constexpr unsigned kBytea = 17;  // pg_type.dat: its oid never changes
// An answer may be under way when the server's own limit ends the statement.
constexpr Duration kAnswerSlack = std::chrono::seconds(2);
// A transaction of ours never waits for its client longer: a frozen process must not keep the rows
// of an order from everybody else.
constexpr Duration kIdleInTransactionMax = std::chrono::seconds(5);

std::string_view first_words(std::string_view sql) {
  return sql.substr(0, std::min(sql.find_first_of("(,=?"), std::size_t{60}));
}

std::int64_t milliseconds_of(Duration duration) {
  return std::chrono::duration_cast<milliseconds>(duration).count();
}

std::string field_of(const pg_result* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text != nullptr ? text : "";
}

// What the server says of the fault, without values: a message about bad input quotes it.
std::string told(const pg_result* result) {
  const std::string state = field_of(result, PG_DIAG_SQLSTATE);
  std::string text =
      state.starts_with("22") ? "bad input" : field_of(result, PG_DIAG_MESSAGE_PRIMARY);
  for (const int field : {PG_DIAG_TABLE_NAME, PG_DIAG_COLUMN_NAME, PG_DIAG_CONSTRAINT_NAME}) {
    const std::string name = field_of(result, field);
    if (!name.empty()) text += ", " + name;
  }
  return text;
}

std::string one_line(const char* text) {
  std::string line = text != nullptr ? text : "";
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return 0;
}

// "\x00ff" as its octets.
std::string from_bytea(std::string_view text) {
  std::string octets;
  if (text.substr(0, 2) != "\\x") return octets;
  octets.reserve(text.size() / 2);
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    octets.push_back(static_cast<char>(hex_value(text[i]) * 16 + hex_value(text[i + 1])));
  }
  return octets;
}

}  // namespace

void PostgresResultDeleter::operator()(pg_result* result) const { PQclear(result); }

std::string to_storable(std::string_view text) {
  std::string stored(text);
  if (!is_valid_utf8(text)) {
    const std::string quoted =
        nlohmann::json(stored).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    stored = nlohmann::json::parse(quoted).get<std::string>();
  }
  for (std::size_t at = stored.find('\0'); at != std::string::npos; at = stored.find('\0', at)) {
    stored.replace(at, 1, "\xEF\xBF\xBD");
  }
  return stored;
}

namespace {

// Reads SQLite's statement once, from left to right.
class Translation {
 public:
  explicit Translation(std::string_view sql) : sql_(sql) {}

  std::string run() {
    while (at_ < sql_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    if (sql_[at_] == '\'') return quoted();
    if (sql_[at_] == '?') return parameter();
    if (took("/*lock*/")) return add("FOR UPDATE");
    if (took("/*skip locked*/")) return add("FOR UPDATE SKIP LOCKED");
    if (took("INDEXED BY ")) return skip_word();
    out_ += sql_[at_++];
  }
  bool took(std::string_view what) {
    if (sql_.substr(at_, what.size()) != what) return false;
    at_ += what.size();
    return true;
  }
  void add(std::string_view text) { out_ += text; }
  void skip_word() {
    while (at_ < sql_.size() && sql_[at_] != ' ') ++at_;
  }
  void quoted() {
    do out_ += sql_[at_++];
    while (at_ < sql_.size() && sql_[at_] != '\'');
    if (at_ < sql_.size()) out_ += sql_[at_++];
  }
  void parameter() {
    ++at_;
    std::string number;
    while (at_ < sql_.size() && sql_[at_] >= '0' && sql_[at_] <= '9') number += sql_[at_++];
    out_ += '$' + (number.empty() ? std::to_string(++parameters_) : number);
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  int parameters_ = 0;
  std::string out_;
};

}  // namespace

std::string to_postgres(std::string_view sql) { return Translation(sql).run(); }

// --- PostgresCursor

/// Values until `next` is asked for the first row; the whole result from then on.
class PostgresCursor final : public Cursor {
 public:
  PostgresCursor(PostgresDatabase& database, const PostgresDatabase::Prepared& statement)
      : database_(database), statement_(statement), values_(statement.octets.size()) {}

  void bind_integer(int index, std::int64_t value) override { set(index, std::to_string(value)); }
  void bind_text(int index, std::string_view value) override {
    if (is_octets(index)) return bind_blob(index, value);
    set(index, to_storable(value));
  }
  void bind_blob(int index, std::string_view octets) override {
    set(index, "\\x" + hex_encode(octets));
  }
  void bind_null(int index) override { set(index, std::nullopt); }

  Result<bool> next() override {
    if (!result_) SMEV_TRY(execute());
    return ++row_ < PQntuples(result_.get());
  }
  std::int64_t integer(int column) override {
    const std::string_view text = raw(column);
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }
  [[nodiscard]] std::string text(int column) const override {
    if (PQftype(result_.get(), column) == kBytea) return from_bytea(raw(column));
    return std::string(raw(column));
  }
  [[nodiscard]] bool is_null(int column) const override {
    return PQgetisnull(result_.get(), row_, column) != 0;
  }
  [[nodiscard]] std::string column_name(int column) const override {
    const char* name = PQfname(result_.get(), column);
    return name != nullptr ? name : std::to_string(column);
  }
  void give_back() noexcept override { database_.give_back(*this); }

 private:
  Result<void> execute() {
    if (wrong_index_) return fail(misuse("a value too many: " + statement_.doing));
    std::vector<const char*> pointers;
    for (const auto& value : values_) pointers.push_back(value ? value->c_str() : nullptr);
    SMEV_ASSIGN(result_, database_.run_prepared(statement_, pointers));
    return {};
  }
  [[nodiscard]] bool is_octets(int index) const {
    const auto at = static_cast<std::size_t>(index - 1);
    return at < statement_.octets.size() && statement_.octets[at];
  }
  void set(int index, std::optional<std::string> value) {
    const auto at = static_cast<std::size_t>(index - 1);
    wrong_index_ |= at >= values_.size();
    if (at < values_.size()) values_[at] = std::move(value);
  }
  [[nodiscard]] std::string_view raw(int column) const {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
  }

  PostgresDatabase& database_;
  const PostgresDatabase::Prepared& statement_;
  std::vector<std::optional<std::string>> values_;
  bool wrong_index_ = false;
  PostgresResult result_;
  int row_ = -1;
};

// --- PostgresDatabase

PostgresDatabase::PostgresDatabase(pg_conn* connection, Duration answer_timeout)
    : connection_(connection), answer_timeout_(answer_timeout) {}

PostgresDatabase::~PostgresDatabase() {
  in_use_.clear();
  PQfinish(connection_);
}

Result<std::unique_ptr<PostgresDatabase>> PostgresDatabase::open(const PostgresPlace& place) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(place.connect_timeout).count();
  const std::string timeout = std::to_string(std::max<std::int64_t>(seconds, 2));
  // "dbname" may be a whole conninfo or URI; what stands after it wins over it.
  const std::array<const char*, 5> names = {"dbname", "connect_timeout", "client_encoding",
                                            "fallback_application_name", nullptr};
  const std::array<const char*, 5> values = {place.connection.c_str(), timeout.c_str(), "UTF8",
                                             "smev-send", nullptr};
  pg_conn* connection = PQconnectdbParams(names.data(), values.data(), 1);
  if (connection == nullptr) return fail(postgres_lost("out of memory"));
  std::unique_ptr<PostgresDatabase> database(
      new PostgresDatabase(connection, place.statement_timeout + kAnswerSlack));
  if (PQstatus(connection) != CONNECTION_OK) {
    return fail(postgres_lost("connect: " + one_line(PQerrorMessage(connection))));
  }
  PQsetnonblocking(connection, 1);
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  SMEV_TRY(database->set_up(place));
  SMEV_TRY(database->check_server());
  return database;
}

// Everything that a setting of the role or the database could make different.
Result<void> PostgresDatabase::set_up(const PostgresPlace& place) {
  return execute(fmt::format(
      "SET search_path TO {}, pg_temp; SET bytea_output TO 'hex'; "
      "SET standard_conforming_strings TO on; SET default_transaction_read_only TO off; "
      "SET statement_timeout TO {}; SET lock_timeout TO 0; "
      "SET idle_in_transaction_session_timeout TO {}; "
      "SET tcp_keepalives_idle TO 10; SET tcp_keepalives_interval TO 5; "
      "SET tcp_keepalives_count TO 3; SET tcp_user_timeout TO 30000",
      place.schema, milliseconds_of(place.statement_timeout),
      milliseconds_of(kIdleInTransactionMax)));
}

Result<void> PostgresDatabase::check_server() {
  if (PQserverVersion(connection_) < kServerVersionMin) {
    return fail(postgres_unfit("Сервер PostgreSQL слишком стар: нужна версия 13 или новее.",
                               fmt::format("server version {}", PQserverVersion(connection_))));
  }
  SMEV_ASSIGN(Statement row,
              query("SELECT current_setting('synchronous_commit'), current_setting('fsync'), "
                    "current_setting('full_page_writes'), current_setting('server_encoding'), "
                    "CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END"));
  SMEV_ASSIGN(const bool found, row.next());
  if (!found) return fail(postgres_lost("the server tells nothing of itself"));
  const std::string commit = row.text(0);
  if (commit == "off" || row.text(1) == "off" || row.text(2) == "off") {
    return fail(postgres_unfit(
        "Сервер PostgreSQL может потерять подтверждённое при сбое. Включите synchronous_commit, "
        "fsync и full_page_writes.",
        fmt::format("synchronous_commit {}, fsync {}, full_page_writes {}", commit, row.text(1),
                    row.text(2))));
  }
  if (row.text(3) != "UTF8") {
    return fail(postgres_unfit("Кодировка базы PostgreSQL должна быть UTF8.",
                               "server_encoding " + row.text(3)));
  }
  if (row.flag(4)) return fail(postgres_error("25006", "the server is in recovery"));
  return {};
}

bool PostgresDatabase::usable() {
  if (given_up_ || PQstatus(connection_) != CONNECTION_OK) return false;
  pollfd socket{PQsocket(connection_), POLLIN, 0};
  if (::poll(&socket, 1, 0) <= 0) return true;
  // Between statements the server says nothing but good-bye.
  return PQconsumeInput(connection_) == 1 && PQstatus(connection_) == CONNECTION_OK;
}

Result<void> PostgresDatabase::execute(const std::string& sql) {
  SMEV_TRY(answer(PQsendQuery(connection_, sql.c_str()) == 1, first_words(sql)));
  return {};
}

// The server's limit of time would end the wait for a standby and call that a success: here only
// ours counts. A transaction that failed before answers COMMIT with ROLLBACK.
Result<void> PostgresDatabase::commit() {
  const char* sql = "SET LOCAL statement_timeout TO 0; COMMIT";
  SMEV_ASSIGN(const PostgresResult result, answer(PQsendQuery(connection_, sql) == 1, "COMMIT"));
  if (std::string_view(PQcmdStatus(result.get())) == "COMMIT") return {};
  return fail(misuse("a transaction that had failed was to be committed"));
}

Result<Statement> PostgresDatabase::prepare(std::string_view sql) {
  SMEV_ASSIGN(const Prepared* statement, find_prepared(sql));
  in_use_.push_back(std::make_unique<PostgresCursor>(*this, *statement));
  return Statement(*in_use_.back());
}

Result<Statement> PostgresDatabase::prepare_insert(std::string_view sql) {
  return prepare(std::string(sql) + " RETURNING id");
}

Result<std::optional<std::int64_t>> PostgresDatabase::insert_row(Statement& statement) {
  SMEV_ASSIGN(const bool inserted, statement.next());
  if (!inserted) return std::optional<std::int64_t>{};
  return statement.optional_integer(0);
}

Result<const PostgresDatabase::Prepared*> PostgresDatabase::find_prepared(std::string_view sql) {
  const auto known = prepared_.find(sql);
  if (known != prepared_.end()) return &known->second;
  Prepared statement;
  statement.name = "s" + std::to_string(prepared_.size());
  statement.doing = first_words(sql);
  const bool sent =
      PQsendPrepare(connection_, statement.name.c_str(), to_postgres(sql).c_str(), 0, nullptr) == 1;
  SMEV_TRY(answer(sent, statement.doing));
  SMEV_ASSIGN(
      const PostgresResult described,
      answer(PQsendDescribePrepared(connection_, statement.name.c_str()) == 1, statement.doing));
  for (int i = 0; i < PQnparams(described.get()); ++i) {
    statement.octets.push_back(PQparamtype(described.get(), i) == kBytea);
  }
  return &prepared_.emplace(sql, std::move(statement)).first->second;
}

Result<PostgresResult> PostgresDatabase::run_prepared(const Prepared& statement,
                                                      const std::vector<const char*>& values) {
  const bool sent =
      PQsendQueryPrepared(connection_, statement.name.c_str(), static_cast<int>(values.size()),
                          values.data(), nullptr, nullptr, 0) == 1;
  SMEV_ASSIGN(PostgresResult result, answer(sent, statement.doing));
  const std::string_view count = PQcmdTuples(result.get());
  changes_ = 0;
  std::from_chars(count.data(), count.data() + count.size(), changes_);
  return result;
}

Result<PostgresResult> PostgresDatabase::answer(bool sent, std::string_view doing) {
  if (given_up_) return lose("the session was given up");
  if (!sent) return lose(one_line(PQerrorMessage(connection_)));
  const Deadline deadline = std::chrono::steady_clock::now() + answer_timeout_;
  for (int left = PQflush(connection_); left != 0; left = PQflush(connection_)) {
    if (left < 0) return lose(one_line(PQerrorMessage(connection_)));
    SMEV_TRY(wait(POLLIN | POLLOUT, deadline, doing));
    if (PQconsumeInput(connection_) == 0) return lose(one_line(PQerrorMessage(connection_)));
  }
  PostgresResult last;
  PostgresResult wrong;
  while (true) {
    while (PQisBusy(connection_) != 0) {
      SMEV_TRY(wait(POLLIN, deadline, doing));
      if (PQconsumeInput(connection_) == 0) return lose(one_line(PQerrorMessage(connection_)));
    }
    PostgresResult result(PQgetResult(connection_));
    if (!result) break;
    const ExecStatusType status = PQresultStatus(result.get());
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    (good ? last : wrong) = std::move(result);
  }
  if (wrong) return failure(wrong.get(), doing);
  if (!last) return lose("no answer");
  return last;
}

Result<void> PostgresDatabase::wait(short events, Deadline deadline, std::string_view doing) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return lose(fmt::format("no answer in time ({})", doing));
    pollfd socket{PQsocket(connection_), events, 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(left.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return lose("poll failed");
  }
}

Failure PostgresDatabase::lose(std::string detail) {
  given_up_ = true;
  trouble_ = PostgresTrouble::lost;
  return fail(postgres_lost(std::move(detail)));
}

Failure PostgresDatabase::failure(const pg_result* result, std::string_view doing) {
  const std::string state = field_of(result, PG_DIAG_SQLSTATE);
  if (state.empty() || PQstatus(connection_) != CONNECTION_OK) {
    return lose(one_line(PQresultErrorMessage(result)));
  }
  trouble_ = trouble_of(state);
  if (trouble_ == PostgresTrouble::lost) given_up_ = true;
  return fail(postgres_error(state, fmt::format("{} ({})", told(result), doing)));
}

void PostgresDatabase::give_back(PostgresCursor& cursor) noexcept {
  const auto used = std::find_if(in_use_.rbegin(), in_use_.rend(),
                                 [&](const auto& each) { return each.get() == &cursor; });
  in_use_.erase(std::next(used).base());
}

// --- PostgresTransaction

Result<PostgresTransaction> PostgresTransaction::begin(PostgresDatabase& database) {
  SMEV_TRY(database.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"));
  return PostgresTransaction(database);
}

PostgresTransaction::~PostgresTransaction() {
  // A session that is given up is closed, which rolls back.
  if (database_ == nullptr || database_->trouble() == PostgresTrouble::lost) return;
  static_cast<void>(database_->execute("ROLLBACK"));
}

Result<void> PostgresTransaction::commit() {
  SMEV_TRY(database_->commit());
  database_ = nullptr;
  return {};
}

}  // namespace smev::outbox
