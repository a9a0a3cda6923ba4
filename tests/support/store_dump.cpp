#include "tests/support/store_dump.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <sstream>
#include <string_view>
#include <vector>

namespace smev::testing {
namespace {

constexpr int kBusyMilliseconds = 10'000;

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, Close>;
using Rows = std::vector<std::string>;

Connection open_database(const std::string& path) {
  sqlite3* database = nullptr;
  sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr);
  // After a crash the store looks through it too.
  sqlite3_busy_timeout(database, kBusyMilliseconds);
  return Connection(database);
}

std::string as_text(sqlite3_value* value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
      return "NULL";
    case SQLITE_BLOB: {
      const auto* octets = static_cast<const unsigned char*>(sqlite3_value_blob(value));
      std::string hex = "x";
      for (int i = 0; i < sqlite3_value_bytes(value); ++i) {
        hex += kDigits[octets[i] >> 4];
        hex += kDigits[octets[i] & 15];
      }
      return hex;
    }
    default:
      return reinterpret_cast<const char*>(sqlite3_value_text(value));
  }
}

Rows rows_of(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(database, sql.c_str(), -1, &prepared, nullptr);
  const std::unique_ptr<sqlite3_stmt, Close> statement(prepared);
  Rows rows;
  int code = SQLITE_ERROR;
  while (prepared != nullptr && (code = sqlite3_step(prepared)) == SQLITE_ROW) {
    std::string row;
    for (int i = 0; i < sqlite3_column_count(prepared); ++i) {
      row += (i == 0 ? "" : "|") + as_text(sqlite3_column_value(prepared, i));
    }
    rows.push_back(std::move(row));
  }
  if (code != SQLITE_DONE) rows.push_back(std::string("! ") + sqlite3_errmsg(database));
  return rows;
}

// A line for people: around the place where it differs.
std::string around(const std::string& line, std::size_t place) {
  constexpr std::size_t kShown = 160;
  const std::size_t start = place > kShown / 2 ? place - kShown / 2 : 0;
  return (start > 0 ? "…" : "") + line.substr(start, kShown) +
         (line.size() > start + kShown ? "…" : "");
}

}  // namespace

std::string dump_database(const std::string& path) {
  const Connection database = open_database(path);
  std::string dump;
  for (const std::string& table : rows_of(
           database.get(), "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")) {
    dump += "-- " + table + "\n";
    for (const std::string& row :
         rows_of(database.get(), "SELECT * FROM " + table + " ORDER BY 1, 2")) {
      dump += row + "\n";
    }
  }
  return dump;
}

std::string check_integrity(const std::string& path) {
  const Connection database = open_database(path);
  std::string found;
  for (const std::string& row : rows_of(database.get(), "PRAGMA integrity_check")) found += row;
  for (const std::string& row : rows_of(database.get(), "PRAGMA foreign_key_check")) found += row;
  return found;
}

std::string first_difference(const std::string& expected, const std::string& found) {
  std::istringstream left(expected);
  std::istringstream right(found);
  std::string one;
  std::string other;
  while (true) {
    const bool more = static_cast<bool>(std::getline(left, one));
    const bool more_found = static_cast<bool>(std::getline(right, other));
    if (!more && !more_found) return "none";
    if (more == more_found && one == other) continue;
    const auto place = static_cast<std::size_t>(
        std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin());
    return "expected: " + (more ? around(one, place) : "(end)") +
           "\n  found:    " + (more_found ? around(other, place) : "(end)");
  }
}

}  // namespace smev::testing
