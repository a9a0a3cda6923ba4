// docs/outbox.md says what the code does: states, moves, hold reasons, tables.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sdk/outbox/sqlite_schema.hpp"
#include "smev/outbox/states.hpp"

namespace smev {
namespace {

using Row = std::vector<std::string>;

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// "| a | b |" as its cells.
Row cells(const std::string& line) {
  Row row;
  std::size_t start = 1;
  for (std::size_t end = line.find('|', start); end != std::string::npos;
       end = line.find('|', start)) {
    row.push_back(trimmed(line.substr(start, end - start)));
    start = end + 1;
  }
  return row;
}

// What stands in the first back quotes; "" when nothing does.
std::string code(const std::string& cell) {
  const std::size_t start = cell.find('`');
  const std::size_t end = cell.find('`', start + 1);
  if (start == std::string::npos || end == std::string::npos) return {};
  return cell.substr(start + 1, end - start - 1);
}

/// The table of the page whose header begins with `first` and stands under `heading`.
std::vector<Row> table(const std::string& heading, const std::string& first) {
  const char* root = std::getenv("SMEV_SOURCE_DIR");
  std::ifstream page(std::string(root != nullptr ? root : ".") + "/docs/outbox.md");
  EXPECT_TRUE(page) << "run by ctest, or in the root of the sources";
  std::vector<Row> rows;
  std::string under;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) under = line.substr(3);
    const bool row = line.starts_with("|");
    if (!inside && row && under == heading && cells(line).at(0) == first) inside = true;
    if (inside && !row) break;
    if (inside) rows.push_back(cells(line));
  }
  // Without the line of dashes.
  if (rows.size() > 1) rows.erase(rows.begin() + 1);
  return rows;
}

template <class State, class Event>
void expect_moves(const std::vector<Row>& rows, const std::vector<State>& states,
                  const std::vector<Event>& events) {
  ASSERT_EQ(rows.size(), states.size() + 1);
  for (std::size_t s = 0; s < states.size(); ++s) {
    const Row& row = rows[s + 1];
    ASSERT_EQ(row.size(), events.size() + 1);
    EXPECT_EQ(row[0], "`" + std::string(name(states[s])) + "` " + std::string(label(states[s])));
    for (std::size_t e = 0; e < events.size(); ++e) {
      EXPECT_EQ(code(rows[0][e + 1]), name(events[e]));
      const auto after = next(states[s], events[e]);
      EXPECT_EQ(code(row[e + 1]), after ? name(*after) : "")
          << name(states[s]) << " + " << name(events[e]);
    }
  }
}

template <class Event>
void expect_events(const std::vector<Row>& rows, const std::vector<Event>& events) {
  ASSERT_EQ(rows.size(), events.size() + 1);
  for (std::size_t e = 0; e < events.size(); ++e) {
    EXPECT_EQ(code(rows[e + 1].at(0)), name(events[e]));
  }
}

TEST(OutboxPage, has_the_moves_of_updates) {
  expect_moves(table("Обновление", "Состояние"), all_update_states(), all_update_events());
  expect_events(table("Обновление", "Событие"), all_update_events());
}

TEST(OutboxPage, has_the_moves_of_messages) {
  expect_moves(table("Сообщение", "Состояние"), all_message_states(), all_message_events());
  expect_events(table("Сообщение", "Событие"), all_message_events());
}

TEST(OutboxPage, has_every_hold_reason_with_its_next_step) {
  const std::vector<Row> rows = table("Причины остановки", "Причина");
  ASSERT_EQ(rows.size(), all_hold_reasons().size()) << "a header, and no row for none";
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const HoldReason reason = all_hold_reasons()[i];
    ASSERT_EQ(rows[i].size(), 3u);
    EXPECT_EQ(code(rows[i][0]), name(reason));
    EXPECT_EQ(rows[i][1], label(reason));
    EXPECT_EQ(rows[i][2], next_step(reason));
  }
}

TEST(OutboxPage, names_the_tables_of_the_database_and_no_others) {
  std::set<std::string> described;
  for (const Row& row : table("Таблицы базы", "Таблица")) {
    if (!code(row.at(0)).empty()) described.insert(code(row[0]));
  }
  auto database = outbox::SqliteDatabase::open(":memory:", Duration{});
  ASSERT_TRUE(database);
  ASSERT_TRUE(outbox::ensure_schema(**database));
  std::set<std::string> made;
  auto names = (*database)->query(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  ASSERT_TRUE(names);
  while (*names->next()) made.insert(names->text(0));
  EXPECT_EQ(described, made);
}

}  // namespace
}  // namespace smev
