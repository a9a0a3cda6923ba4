#include "sdk/elk/json_tree.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "sdk/base/text.hpp"
#include "sdk/elk/lexical.hpp"
#include "sdk/elk/nearest_name.hpp"

namespace smev::elk {
namespace {

constexpr std::size_t kShownKeyMax = 64;

/// Of the last character that was read, in characters, from 1.
struct LineAndColumn {
  std::size_t line = 1;
  std::size_t column = 1;
};

LineAndColumn place_of(std::string_view text, std::size_t octets_read) {
  const std::string_view before =
      octets_read == 0 ? std::string_view() : text.substr(0, octets_read - 1);
  const auto line_breaks = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {.line = static_cast<std::size_t>(line_breaks) + 1,
          .column = utf8_length(before.substr(line_start)) + 1};
}

Error limit_error(std::string_view what, std::size_t limit) {
  Error error =
      local_error(ErrorCode::limit_exceeded,
                  "JSON: " + std::string(what) + " > " + std::to_string(limit), Retry::after_fix);
  error.text = "JSON больше или сложнее допустимого";
  return error;
}

Error syntax_error(std::string_view input, std::size_t position, std::size_t first_line) {
  const auto [line_inside, column] = place_of(input, position);
  const std::size_t line = first_line + line_inside - 1;
  Error error = local_error(
      ErrorCode::bad_json,
      "JSON syntax, line " + std::to_string(line) + ", column " + std::to_string(column),
      Retry::after_fix);
  error.text = "JSON не разобран: ошибка в строке " + std::to_string(line) + ", столбце " +
               std::to_string(column);
  return error;
}

/// Looks at the form alone.
class FormCheck final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit FormCheck(std::string_view input) : input_(input) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }
  bool key(string_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    error_ = syntax_error(input_, position, 1);
    return false;
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  bool enter() {
    // The list itself is one level more than any of its items may have.
    if (++depth_ <= kJsonDepthMax + 1) return true;
    error_ = limit_error("depth", kJsonDepthMax);
    return false;
  }
  bool leave() {
    --depth_;
    return true;
  }

  std::string_view input_;
  std::size_t depth_ = 0;
  std::optional<Error> error_;
};

class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(std::string_view input, std::string root_path, Faults& faults, std::size_t first_line)
      : input_(input), root_path_(std::move(root_path)), faults_(faults), first_line_(first_line) {}

  bool null() override { return put(JsonNode{}); }
  bool boolean(bool value) override {
    JsonNode node{.kind = JsonNode::Kind::boolean};
    node.boolean = value;
    return put(std::move(node));
  }
  bool number_integer(number_integer_t value) override {
    JsonNode node{.kind = JsonNode::Kind::integer};
    node.integer = value;
    return put(std::move(node));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      return put(JsonNode{.kind = JsonNode::Kind::big_integer});
    }
    return number_integer(static_cast<number_integer_t>(value));
  }
  bool number_float(number_float_t, const string_t& written) override {
    const bool integer = written.find_first_of(".eE") == string_t::npos;
    return put(JsonNode{.kind = integer ? JsonNode::Kind::big_integer : JsonNode::Kind::fraction});
  }
  bool string(string_t& value) override {
    JsonNode node{.kind = JsonNode::Kind::text};
    node.text = std::move(value);
    return put(std::move(node));
  }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return enter(JsonNode::Kind::object); }
  bool start_array(std::size_t) override { return enter(JsonNode::Kind::array); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }

  bool key(string_t& name) override {
    if (++open_.back()->keys > kJsonFieldsMax) {
      return refuse(limit_error("fields of one object", kJsonFieldsMax));
    }
    open_.back()->key = name;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    return refuse(syntax_error(input_, position, first_line_));
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  JsonNode take() { return std::move(root_); }

 private:
  struct Open {
    JsonNode node;
    std::string key;
    std::size_t keys = 0;
  };

  bool refuse(Error error) {
    error_ = std::move(error);
    return false;
  }

  bool enter(JsonNode::Kind kind) {
    if (open_.size() >= kJsonDepthMax) return refuse(limit_error("depth", kJsonDepthMax));
    auto open = std::make_unique<Open>();
    open->node.kind = kind;
    open_.push_back(std::move(open));
    return true;
  }

  bool leave() {
    JsonNode node = std::move(open_.back()->node);
    open_.pop_back();
    return put(std::move(node));
  }

  bool refuse_list() {
    const std::string list = path();
    Error error = validation_error({{list.substr(0, list.rfind('[')), "too_many",
                                     "Слишком длинный список: допустимо не больше " +
                                         std::to_string(kJsonListMax) + " элементов",
                                     source::kSdk}},
                                   ErrorCode::bad_json);
    return refuse(std::move(error));
  }

  bool put(JsonNode node) {
    if (++values_ > kJsonValuesMax) return refuse(limit_error("values", kJsonValuesMax));
    if (open_.empty()) {
      root_ = std::move(node);
      return true;
    }
    Open& parent = *open_.back();
    if (parent.node.kind == JsonNode::Kind::array) {
      if (parent.node.items.size() >= kJsonListMax) return refuse_list();
      parent.node.items.push_back(std::move(node));
      return true;
    }
    auto& keys = parent.node.keys;
    if (std::find(keys.begin(), keys.end(), parent.key) != keys.end()) {
      faults_.add(path(), "duplicate_key", "Поле указано дважды: оставьте одно", source::kSdk);
      return true;
    }
    keys.push_back(parent.key);
    parent.node.items.push_back(std::move(node));
    return true;
  }

  /// Of the value that is being put. The kind of applicant is left out, as everywhere in paths.
  [[nodiscard]] std::string path() const {
    std::vector<std::string> steps;
    if (!root_path_.empty()) steps.push_back(root_path_);
    for (const auto& open : open_) {
      if (open->node.kind == JsonNode::Kind::object) {
        steps.push_back(key_as_shown(open->key, open->keys));
      } else {
        if (steps.empty()) steps.emplace_back();
        steps.back() += "[" + std::to_string(open->node.items.size()) + "]";
      }
    }
    if (steps.size() > 3 && steps[0] == "order" && steps[1] == "applicant") {
      steps.erase(steps.begin() + 2);
    }
    std::string path;
    for (const std::string& step : steps) path += (path.empty() ? "" : ".") + step;
    return path;
  }

  std::string_view input_;
  std::string root_path_;
  Faults& faults_;
  std::size_t first_line_;
  std::size_t values_ = 0;
  JsonNode root_;
  std::vector<std::unique_ptr<Open>> open_;
  std::optional<Error> error_;
};

template <class Handler>
Result<void> run(std::string_view text, Handler& handler) {
  if (text.size() > kJsonBytesMax) return fail(limit_error("octets", kJsonBytesMax));
  try {
    const bool read = nlohmann::json::sax_parse(text.begin(), text.end(), &handler);
    if (handler.error()) return fail(*handler.error());
    if (!read) return fail(local_error(ErrorCode::bad_json, "JSON not read", Retry::after_fix));
  } catch (const nlohmann::json::exception& exception) {
    return fail(local_error(ErrorCode::bad_json, "JSON: error " + std::to_string(exception.id),
                            Retry::after_fix));
  }
  return {};
}

}  // namespace

Result<void> check_json(std::string_view text) {
  FormCheck form(text);
  return run(text, form);
}

std::string key_as_shown(std::string_view key, std::size_t number) {
  return is_near_to_a_field(key) ? shown(key, kShownKeyMax) : "ключ № " + std::to_string(number);
}

Result<JsonNode> parse_json(std::string_view text, const std::string& root_path, Faults& faults,
                            std::size_t first_line) {
  TreeBuilder builder(text, root_path, faults, first_line);
  SMEV_TRY(run(text, builder));
  return builder.take();
}

}  // namespace smev::elk
