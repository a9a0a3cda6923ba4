#pragma once
// Enumerations whose values are rows of a constant table, one row per value, in its order.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace smev::outbox {

template <class Row, std::size_t N>
constexpr bool in_order_of_enumeration(const std::array<Row, N>& rows) {
  for (std::size_t i = 0; i < N; ++i) {
    if (static_cast<std::size_t>(rows[i].value) != i || rows[i].name.empty()) return false;
  }
  return true;
}

// A number that is no value can only come from a cast; it gets the first row rather than a stray
// read.
template <class Row, std::size_t N, class Value>
constexpr const Row& row_of(const std::array<Row, N>& rows, Value value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? rows[index] : rows[0];
}

template <class Row, std::size_t N>
auto value_named(const std::array<Row, N>& rows, std::string_view name)
    -> std::optional<decltype(rows[0].value)> {
  for (const Row& row : rows) {
    if (row.name == name) return row.value;
  }
  return std::nullopt;
}

template <class Row, std::size_t N>
auto values_of(const std::array<Row, N>& rows) {
  std::vector<decltype(Row::value)> values;
  values.reserve(N);
  for (const Row& row : rows) values.push_back(row.value);
  return values;
}

}  // namespace smev::outbox
