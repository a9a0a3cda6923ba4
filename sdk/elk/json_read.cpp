#include <algorithm>
#include <cstdlib>
#include <limits>

#include "sdk/elk/json.hpp"
#include "sdk/elk/json_tree.hpp"
#include "sdk/elk/nearest_name.hpp"

namespace smev::elk {
namespace {

using Kind = JsonNode::Kind;
using OptionalText = std::optional<std::string>;

constexpr char kMissing[] = "Обязательное поле не указано";

/// Reads the fields of one object; when all are asked for, `done` reports those that nobody knows.
class ObjectReader {
 public:
  ObjectReader(const JsonNode& node, std::string path, Faults& faults)
      : node_(node), path_(std::move(path)), faults_(faults) {
    if (node_.kind != Kind::object) {
      wrong_type(path_.empty() ? kWholeUpdate : path_, "объект { … }");
    }
  }

  [[nodiscard]] std::string at(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }

  /// The field's value; null counts as absent.
  const JsonNode* optional(std::string_view name) {
    known_.emplace_back(name);
    const auto key = std::find(node_.keys.begin(), node_.keys.end(), name);
    if (key == node_.keys.end()) return nullptr;
    const JsonNode& value = node_.items[static_cast<std::size_t>(key - node_.keys.begin())];
    return value.kind == Kind::null ? nullptr : &value;
  }
  const JsonNode* required(std::string_view name) {
    const JsonNode* value = optional(name);
    if (value == nullptr && node_.kind == Kind::object) {
      faults_.add(at(name), "missing", kMissing, source::kSchema);
    }
    return value;
  }

  void text(std::string_view name, std::string& out) { take_text(required(name), name, out); }
  void text_or_default(std::string_view name, std::string& out) {
    take_text(optional(name), name, out);
  }
  void text(std::string_view name, OptionalText& out) {
    const JsonNode* value = optional(name);
    if (value != nullptr) take_text(value, name, out.emplace());
  }

  template <class Kind>
  void text(std::string_view name, Identifier<Kind>& out) {
    std::string given;
    if (take_text(required(name), name, given)) out = std::move(given);
  }
  template <class Kind>
  void text_or_default(std::string_view name, Identifier<Kind>& out) {
    std::string given;
    if (take_text(optional(name), name, given)) out = std::move(given);
  }
  template <class Kind>
  void text(std::string_view name, std::optional<Identifier<Kind>>& out) {
    OptionalText given;
    text(name, given);
    if (given) out.emplace(*std::move(given));
  }

  template <class Integer>
  void integer(std::string_view name, Integer& out) {
    take_integer(required(name), name, out);
  }
  template <class Integer>
  void integer_or_default(std::string_view name, Integer& out) {
    take_integer(optional(name), name, out);
  }
  template <class Integer>
  void integer(std::string_view name, std::optional<Integer>& out) {
    const JsonNode* value = optional(name);
    if (value != nullptr) take_integer(value, name, out.emplace());
  }

  void boolean(std::string_view name, std::optional<bool>& out) {
    const JsonNode* value = optional(name);
    if (value == nullptr) return;
    if (value->kind != Kind::boolean) return wrong_type(at(name), "true или false");
    out = value->boolean;
  }
  void boolean_or_default(std::string_view name, bool& out) {
    std::optional<bool> given;
    boolean(name, given);
    out = given.value_or(out);
  }

  void date_time(std::string_view name, DateTime& out, bool mandatory) {
    std::string written;
    const JsonNode* value = mandatory ? required(name) : optional(name);
    if (value == nullptr || !take_text(value, name, written)) return;
    auto date = DateTime::parse(written);
    if (date) {
      out = *std::move(date);
    } else {
      faults_.add(at(name), "date_time",
                  "Ожидаются дата и время вида 2026-04-16T10:47:33+03:00; время обязательно",
                  source::kSchema);
    }
  }

  /// Calls `read(item, path)` for each item of an array.
  template <class Read>
  void each(std::string_view name, Read read) {
    const JsonNode* value = optional(name);
    if (value == nullptr) return;
    if (value->kind != Kind::array) return wrong_type(at(name), "список [ … ]");
    for (std::size_t i = 0; i < value->items.size(); ++i) {
      read(value->items[i], at(name) + "[" + std::to_string(i) + "]");
    }
  }

  void done() {
    for (std::size_t i = 0; i < node_.keys.size(); ++i) {
      const std::string& key = node_.keys[i];
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      const std::string meant = nearest_name(key, {known_.begin(), known_.end()});
      faults_.add(
          at(key_as_shown(key, i + 1)), "unknown_field",
          meant.empty() ? "Такого поля нет" : "Такого поля нет; вероятно, имелось в виду " + meant,
          source::kSdk);
    }
  }

 private:
  void wrong_type(const std::string& field, std::string_view expected) {
    faults_.add(field, "wrong_type", "Ожидается " + std::string(expected), source::kSchema);
  }

  bool take_text(const JsonNode* value, std::string_view name, std::string& out) {
    if (value == nullptr) return false;
    if (value->kind != Kind::text) {
      wrong_type(at(name), "строка в кавычках");
      return false;
    }
    out = value->text;
    return true;
  }

  template <class Integer>
  void take_integer(const JsonNode* value, std::string_view name, Integer& out) {
    if (value == nullptr) return;
    using Range = std::numeric_limits<Integer>;
    if (value->kind == Kind::integer && value->integer >= Range::min() &&
        value->integer <= Range::max()) {
      out = static_cast<Integer>(value->integer);
    } else if (value->kind == Kind::integer || value->kind == Kind::big_integer) {
      faults_.add(at(name), "out_of_range",
                  "Ожидается целое число от " + std::to_string(Range::min()) + " до " +
                      std::to_string(Range::max()),
                  source::kSchema);
    } else {
      wrong_type(at(name), "целое число без кавычек");
    }
  }

  const JsonNode& node_;
  std::string path_;
  Faults& faults_;
  std::vector<std::string> known_;
};

template <class Person>
void read_names_and_citizenship(ObjectReader& object, Person& person) {
  object.text("last_name", person.last_name);
  object.text("first_name", person.first_name);
  object.text("middle_name", person.middle_name);
  object.integer("citizenship", person.citizenship);
}

void read_kind(ObjectReader& object, PersonByDocument& person) {
  object.integer_or_default("document_type", person.document_type);
  object.text("series", person.series);
  object.text("number", person.number);
  read_names_and_citizenship(object, person);
}
void read_kind(ObjectReader& object, PersonBySnils& person) {
  object.text("snils", person.snils);
  read_names_and_citizenship(object, person);
}
void read_kind(ObjectReader& object, PersonBySnilsAndBirthDate& person) {
  object.text("snils", person.snils);
  object.text("birth_date", person.birth_date);
  object.integer("citizenship", person.citizenship);
}
void read_kind(ObjectReader& object, PersonByInn& person) {
  object.text("inn", person.inn);
  read_names_and_citizenship(object, person);
}
void read_kind(ObjectReader& object, PersonByEsiaId& person) {
  object.text("esia_id", person.esia_id);
}
void read_kind(ObjectReader& object, PersonByErn& person) { object.text("ern", person.ern); }
void read_kind(ObjectReader& object, OrganizationByEsiaId& organization) {
  object.text("esia_id", organization.esia_id);
}
void read_kind(ObjectReader& object, LegalEntity& entity) {
  object.text("ogrn", entity.ogrn);
  object.text("inn", entity.inn);
  object.text("kpp", entity.kpp);
  object.text("title", entity.title);
}
void read_kind(ObjectReader& object, Entrepreneur& entrepreneur) {
  object.text("ogrnip", entrepreneur.ogrnip);
  object.text("inn", entrepreneur.inn);
  object.text("last_name", entrepreneur.last_name);
  object.text("first_name", entrepreneur.first_name);
  object.text("middle_name", entrepreneur.middle_name);
}

std::vector<Applicant> blank_applicants() {
  return {PersonByDocument{},     PersonBySnils{},  PersonBySnilsAndBirthDate{},
          PersonByInn{},          PersonByEsiaId{}, PersonByErn{},
          OrganizationByEsiaId{}, LegalEntity{},    Entrepreneur{}};
}

std::optional<Applicant> read_applicant(const JsonNode& node, const std::string& path,
                                        Faults& faults) {
  ObjectReader object(node, path, faults);
  std::optional<Applicant> applicant;
  std::size_t given = 0;
  std::string names;
  auto blanks = blank_applicants();
  for (Applicant& blank : blanks) {
    const std::string name = kind_of(blank);
    names += (names.empty() ? "" : ", ") + name;
    const JsonNode* value = object.optional(name);
    if (value == nullptr) continue;
    ++given;
    ObjectReader members(*value, path, faults);
    std::visit([&members](auto& kind) { read_kind(members, kind); }, blank);
    members.done();
    applicant = std::move(blank);
  }
  object.done();
  if (given != 1 && node.kind == Kind::object) {
    faults.add(path, "one_of", "Ожидается ровно один вид заявителя из: " + names, source::kSchema);
  }
  return applicant;
}

Office read_office(const JsonNode& node, std::string path, Faults& faults) {
  ObjectReader object(node, std::move(path), faults);
  Office office;
  object.text("name", office.name);
  object.text("address", office.address);
  object.text("frgu_code", office.frgu_code);
  object.integer("channel", office.channel);
  object.done();
  return office;
}

Order read_order(const JsonNode& node, std::string path, Faults& faults) {
  ObjectReader object(node, std::move(path), faults);
  Order order;
  object.integer("elk_number", order.elk_number);
  if (order.elk_number) {
    object.text_or_default("number", order.number);
  } else {
    object.text("number", order.number);
  }
  object.boolean_or_default("created_elsewhere", order.created_elsewhere);
  object.text_or_default("service", order.service);
  object.date_time("filed_at", order.filed_at, false);
  if (const JsonNode* applicant = object.optional("applicant")) {
    order.applicant = read_applicant(*applicant, object.at("applicant"), faults);
  }
  object.text("region", order.region);
  if (const JsonNode* office = object.optional("office")) {
    order.office = read_office(*office, object.at("office"), faults);
  }
  object.text("sender_kpp", order.sender_kpp);
  object.text("sender_inn", order.sender_inn);
  object.done();
  return order;
}

Parameter read_parameter(const JsonNode& node, std::string path, Faults& faults) {
  ObjectReader object(node, std::move(path), faults);
  Parameter parameter;
  object.text("name", parameter.name);
  object.text("value", parameter.value);
  object.done();
  return parameter;
}

File read_file_entry(const JsonNode& node, std::string path, Faults& faults) {
  ObjectReader object(node, std::move(path), faults);
  File file;
  object.text("path", file.path);
  object.text_or_default("name", file.name);
  object.text_or_default("mime", file.mime);
  object.text_or_default("document_type", file.document_type);
  object.done();
  return file;
}

DataMartDocument read_document(const JsonNode& node, std::string path, Faults& faults) {
  ObjectReader object(node, std::move(path), faults);
  DataMartDocument document;
  object.text("uuid", document.uuid);
  object.text_or_default("document_type", document.document_type);
  object.done();
  return document;
}

Status read_status(const JsonNode& node, std::string path, Faults& faults) {
  ObjectReader object(node, std::move(path), faults);
  Status status;
  object.integer("code", status.code);
  object.date_time("at", status.at, true);
  object.boolean("informed", status.informed);
  object.text("message_type", status.message_type);
  object.each("parameters", [&](const JsonNode& item, std::string place) {
    status.parameters.push_back(read_parameter(item, std::move(place), faults));
  });
  object.each("results", [&](const JsonNode& item, std::string place) {
    status.results.push_back(read_file_entry(item, std::move(place), faults));
  });
  object.each("data_mart_results", [&](const JsonNode& item, std::string place) {
    status.data_mart_results.push_back(read_document(item, std::move(place), faults));
  });
  object.done();
  return status;
}

Update read_update(const JsonNode& node, Faults& faults) {
  ObjectReader object(node, "", faults);
  Update update;
  if (const JsonNode* order = object.required("order")) {
    update.order = read_order(*order, "order", faults);
  }
  if (const JsonNode* status = object.required("status")) {
    update.status = read_status(*status, "status", faults);
  }
  object.each("more_statuses", [&](const JsonNode& item, std::string place) {
    update.more_statuses.push_back(read_status(item, std::move(place), faults));
  });
  object.done();
  return update;
}

}  // namespace

UpdateReading read_update_tree(const JsonNode& root, Faults faults, ErrorCode code) {
  Update update = read_update(root, faults);
  if (faults.empty()) return {std::move(update), std::nullopt};
  Error error = validation_error(faults.take(), code);
  error.text = "Запись прочитана, но не все поля в ней верны";
  return {fail(std::move(error)), std::move(update)};
}

UpdateReading read_update_json(std::string_view json, std::size_t first_line) {
  Faults faults;
  const Result<JsonNode> root = parse_json(json, "", faults, first_line);
  if (!root) return {fail(root.error()), std::nullopt};
  return read_update_tree(*root, std::move(faults), ErrorCode::bad_json);
}

Result<Update> update_from_json(std::string_view json) { return read_update_json(json).update; }

Result<JsonItems> JsonItems::of(std::string_view array) {
  SMEV_TRY(check_json(array));
  return JsonItems(array);
}

void JsonItems::pass(char c) {
  ++at_;
  if (c == '\n') ++line_;
  if (quoted_) {
    if (c == '\\') ++at_;  // what it escapes is no end of the text
    if (c == '"') quoted_ = false;
  } else if (c == '"') {
    quoted_ = true;
  } else if (c == '[' || c == '{') {
    ++depth_;
  } else if (c == ']' || c == '}') {
    --depth_;
  }
}

std::optional<JsonItem> JsonItems::next() {
  JsonItem item;
  std::size_t begin = 0;  // of the item; 0: between two
  while (at_ < array_.size()) {
    const char c = array_[at_];
    const bool between = depth_ == 1 && !quoted_ && (c == ',' || c == ']');
    if (between && begin != 0) {
      item.text = array_.substr(begin, at_ - begin);
      return item;
    }
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (depth_ == 1 && begin == 0 && !blank && !between) {
      begin = at_;
      item.line = line_;
    }
    pass(c);
  }
  return std::nullopt;
}

Result<Order> order_from_json(std::string_view json) {
  Faults faults;
  SMEV_ASSIGN(const JsonNode root, parse_json(json, "order", faults));
  if (!faults.empty()) return fail(validation_error(faults.take(), ErrorCode::bad_json));
  return order_from_tree(root);
}

Result<Order> order_from_tree(const JsonNode& root) {
  Faults faults;
  Order order = read_order(root, "order", faults);
  if (!faults.empty()) return fail(validation_error(faults.take(), ErrorCode::bad_json));
  return order;
}

}  // namespace smev::elk
