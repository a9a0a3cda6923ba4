#pragma once
// The JSON form of an update (docs/update.md): what smev-send reads, and what the outbox keeps.
//
// Errors: bad_json, with line and column in its text when it is no JSON at all, else with the
// faults of its fields (codes: unknown_field, duplicate_key, missing, wrong_type, out_of_range,
// one_of, date_time, too_many); limit_exceeded beyond the limits of json_tree.hpp. Only the form is
// judged here; see rules.hpp.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/elk/faults.hpp"
#include "smev/base/result.hpp"
#include "smev/elk/update.hpp"

namespace smev::elk {

struct JsonNode;

/// An update, or what is wrong with its form and as much of it as could be read all the same.
struct UpdateReading {
  Result<Update> update;
  std::optional<Update> part;  ///< none when it was read whole, or not at all
  /// The faults under the names that the fields have in an update, where the error calls them
  /// otherwise (by their paths in XML).
  std::vector<FieldFault> by_field = {};
};

/// Unknown fields, wrong types and missing mandatory fields are faults with their paths, all at
/// once. null in an optional field means that it is absent. `first_line` counts for the texts of
/// syntax errors.
UpdateReading read_update_json(std::string_view json, std::size_t first_line = 1);
Result<Update> update_from_json(std::string_view json);
/// The same for another form that has been brought into a tree of JSON; `faults` were found on the
/// way.
UpdateReading read_update_tree(const JsonNode& root, Faults faults, ErrorCode code);

/// One item of an array, a view into its text.
struct JsonItem {
  std::string_view text;
  std::size_t line = 1;  ///< where it begins
};
/// The items of an array one after the other, each to be read by itself: no more than one of them
/// need be in memory. The text must stay where it is.
class JsonItems {
 public:
  /// Fails when the whole is no JSON.
  static Result<JsonItems> of(std::string_view array);
  /// Nothing at the end.
  std::optional<JsonItem> next();

 private:
  explicit JsonItems(std::string_view array) : array_(array) {}
  void pass(char c);

  std::string_view array_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t depth_ = 0;
  bool quoted_ = false;
};
/// Canonical: fixed field order, no blanks, absent fields left out. The same update gives the same
/// octets, and reading them gives the same update (of one that has passed the rules: octets that
/// are no UTF-8 become U+FFFD).
std::string to_json(const Update& update);
/// The facts of an order alone (for the outbox's orders table).
std::string to_json(const Order& order);
Result<Order> order_from_json(std::string_view json);
Result<Order> order_from_tree(const JsonNode& root);

}  // namespace smev::elk
