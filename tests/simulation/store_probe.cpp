#include "tests/simulation/store_probe.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace smev::simulation {
namespace {

std::string text(sqlite3_stmt* statement, int column) {
  const auto* octets = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return octets == nullptr ? std::string() : std::string(octets);
}

}  // namespace

StoreProbe::StoreProbe(const std::string& path) {
  if (sqlite3_open_v2(path.c_str(), &connection_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
    throw std::runtime_error("cannot look into " + path);
  }
}

StoreProbe::~StoreProbe() {
  for (sqlite3_stmt* statement : {updates_, messages_, answer_}) sqlite3_finalize(statement);
  sqlite3_close(connection_);
}

sqlite3_stmt* StoreProbe::prepare(sqlite3_stmt*& kept, const char* sql) {
  if (kept == nullptr && sqlite3_prepare_v2(connection_, sql, -1, &kept, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(connection_));
  }
  sqlite3_reset(kept);
  return kept;
}

std::vector<ProbedUpdate> StoreProbe::updates() {
  sqlite3_stmt* statement = prepare(
      updates_, "SELECT id, state, hold_reason, head, coalesce(result_code, 0) <> 0 FROM updates");
  std::vector<ProbedUpdate> rows;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    ProbedUpdate row;
    row.id = sqlite3_column_int64(statement, 0);
    row.state = update_state(text(statement, 1)).value();
    row.hold_reason = hold_reason(text(statement, 2)).value();
    row.head = sqlite3_column_int(statement, 3) != 0;
    row.result_refused = sqlite3_column_int(statement, 4) != 0;
    rows.push_back(row);
  }
  sqlite3_reset(statement);
  return rows;
}

std::vector<ProbedMessage> StoreProbe::messages() {
  sqlite3_stmt* statement = prepare(messages_, "SELECT id, state, doubtful_attempts FROM messages");
  std::vector<ProbedMessage> rows;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    rows.push_back({sqlite3_column_int64(statement, 0), message_state(text(statement, 1)).value(),
                    sqlite3_column_int(statement, 2)});
  }
  sqlite3_reset(statement);
  return rows;
}

// The same MessageID may stand on an answer that was tampered with on its way and on the true one.
std::optional<ProbedAnswer> StoreProbe::answer(const std::string& message_id) {
  sqlite3_stmt* statement =
      prepare(answer_, "SELECT verified, stray, settled FROM answers WHERE message_id = ?");
  sqlite3_bind_text(statement, 1, message_id.data(), static_cast<int>(message_id.size()),
                    SQLITE_TRANSIENT);
  std::optional<ProbedAnswer> found;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    if (!found) found.emplace();
    found->verified |= sqlite3_column_int(statement, 0) != 0;
    found->stray |= sqlite3_column_int(statement, 1) != 0;
    found->settled |= sqlite3_column_int(statement, 2) != 0;
  }
  sqlite3_reset(statement);
  return found;
}

void StoreProbe::execute(const std::string& sql) {
  if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(std::string(sqlite3_errmsg(connection_)) + ": " + sql);
  }
}

}  // namespace smev::simulation
