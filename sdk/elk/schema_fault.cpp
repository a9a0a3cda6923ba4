#include "sdk/elk/schema_fault.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "sdk/elk/faults.hpp"
#include "sdk/elk/lexical.hpp"
#include "sdk/elk/nearest_name.hpp"
#include "sdk/elk/request.hpp"

namespace smev::elk {
namespace {

using xml::SchemaFault;
using Kind = xml::SchemaFaultKind;

const std::vector<std::string_view>& element_names() {
  static const std::vector<std::string_view> names = {
      "ApplicationAcceptance",
      "CreateOrdersRequest",
      "EsiaId",
      "ErnId",
      "ElkOrderRequest",
      "FSuuid",
      "INN",
      "IsInformed",
      "MessageType",
      "Name",
      "OfficeAdress",
      "OfficeFrguCode",
      "OfficeInfo",
      "OfficeName",
      "Param",
      "PersonalDocType",
      "UlTitle",
      "UpdateOrdersRequest",
      "Value",
      "attachment",
      "attachments",
      "birthDate",
      "citizenship",
      "datamartUuid",
      "docTypeId",
      "elkOrderNumber",
      "env",
      "firstName",
      "inn",
      "inn_kpp",
      "kpp",
      "lastName",
      "middleName",
      "number",
      "ogrn",
      "ogrn_inn_IP",
      "ogrn_inn_UL",
      "order",
      "orderNumber",
      "orders",
      "orgId",
      "organization",
      "requestDate",
      "senderInn",
      "senderKpp",
      "series",
      "serviceTargetCode",
      "snils",
      "status",
      "statusDate",
      "statusHistory",
      "statusHistoryList",
      "user",
      "userDocInn",
      "userDocSnils",
      "userDocSnilsBirthDate",
      "userPersonalDoc",
      "userSelectedRegion",
  };
  return names;
}

std::string joined(const std::vector<std::string>& names, std::string_view between) {
  std::string list;
  for (const std::string& name : names) {
    if (!list.empty()) list += between;
    list += name;
  }
  return list;
}

struct Path {
  std::string parent;
  std::string last;
};

Path split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

std::string_view bare_name(std::string_view step) {
  if (step.starts_with('@')) step.remove_prefix(1);
  return step.substr(0, step.find('['));
}

/// The path of an element or attribute that the schema does not expect.
std::string path_of_unexpected(const SchemaFault& fault) {
  const Path path = split(fault.path);
  if (!nearest_name(bare_name(path.last), element_names()).empty()) return fault.path;
  if (path.last.starts_with('@')) return path.parent + "/@*";
  return fmt::format("{}/*[{}]", path.parent, fault.position);
}

/// What stands in quotes behind a mark of a message.
std::string quoted_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.rfind(mark);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + mark.size());
  return std::string(text.substr(0, text.rfind('\'')));
}

struct Judgement {
  std::string code;
  std::string text;
};

struct TypeRow {
  std::string_view type;
  std::string_view code;
  std::string_view text;
};
constexpr std::array kTypes = {
    TypeRow{"'xs:dateTime'", "date_time",
            "Ожидаются дата и время вида 2026-04-16T10:47:33+03:00; время обязательно"},
    TypeRow{"'xs:date'", "date", "Ожидается существующий день в виде ГГГГ-ММ-ДД, без времени"},
    TypeRow{"'xs:short'", "wrong_type", "Ожидается целое число от -32768 до 32767"},
    TypeRow{"'xs:long'", "wrong_type", "Ожидается целое число"},
    TypeRow{"'xs:boolean'", "wrong_type", "Ожидается true или false"},
};

/// An integer that is too large is a fault of another kind than a word.
bool is_about_an_integer(const std::string& text) {
  const std::size_t end = text.rfind("' is not a valid");
  const std::size_t begin = text.find("': '");
  if (begin == std::string::npos || end == std::string::npos || begin + 4 >= end) return false;
  std::string_view value = trimmed(std::string_view(text).substr(begin + 4, end - begin - 4));
  if (value.starts_with('-') || value.starts_with('+')) value.remove_prefix(1);
  return !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
}

Judgement judged_type(const std::string& text) {
  for (const TypeRow& row : kTypes) {
    if (text.find(row.type) == std::string::npos) continue;
    const bool too_large = row.code == "wrong_type" && is_about_an_integer(text);
    return {too_large ? "out_of_range" : std::string(row.code), std::string(row.text)};
  }
  return {"wrong_type", "Значение не того типа, которого ждёт схема"};
}

Judgement judged_length(const SchemaFault& fault) {
  const bool too_long = fault.kind == Kind::too_long;
  const std::string limit =
      quoted_after(fault.text, too_long ? "maximum length of '" : "minimum length of '");
  if (too_long) return {"too_long", "Слишком длинно: допустимо знаков не больше " + limit};
  if (limit == "1") return {"missing", "Обязательное поле не заполнено"};
  return {"too_short", "Слишком коротко: нужно знаков не меньше " + limit};
}

Judgement judged(const SchemaFault& fault) {
  switch (fault.kind) {
    case Kind::pattern:
      return {"pattern", "Не тот вид записи, ожидается по образцу " +
                             quoted_after(fault.text, "accepted by the pattern '")};
    case Kind::too_long:
    case Kind::too_short:
      return judged_length(fault);
    case Kind::range:
      return {"out_of_range", "Число вне пределов схемы"};
    case Kind::enumeration:
      return {"pattern", "Такого значения в перечне схемы нет"};
    case Kind::type:
      return judged_type(fault.text);
    case Kind::missing_attribute:
      return {"missing", "Нет обязательного атрибута"};
    case Kind::unexpected_attribute:
      return {"unknown_field", "Такого атрибута здесь быть не может"};
    case Kind::unknown_root:
      return {"unknown_field", "Ожидается корень ElkOrderRequest вида сведений 1.0.2"};
    default:
      return {"schema", "Не по схеме вида сведений"};
  }
}

FieldFault fault_at(std::string path, Judgement judgement) {
  return {std::move(path), std::move(judgement.code), std::move(judgement.text), source::kSchema};
}

FieldFault missing_fault(const std::string& parent, const SchemaFault& fault) {
  const std::string names = joined(fault.expected, "|");
  return fault_at(parent + (names.empty() ? "" : "/" + names),
                  {"missing", fault.expected.size() > 1
                                  ? "Нет обязательного элемента; здесь ожидается один из: " +
                                        joined(fault.expected, ", ")
                                  : "Нет обязательного элемента"});
}

FieldFault unexpected_fault(const SchemaFault& fault) {
  const std::string expected =
      fault.expected.empty() ? "" : "; здесь ожидается: " + joined(fault.expected, ", ");
  return fault_at(path_of_unexpected(fault),
                  {"unknown_field",
                   "Элемент лишний, не на своём месте или не из пространства имён "
                   "вида сведений" +
                       expected});
}

}  // namespace

FieldFault field_fault(const SchemaFault& fault) {
  switch (fault.kind) {
    case Kind::missing_child:
      return missing_fault(fault.path, fault);
    case Kind::unexpected_element:
      if (fault.expected_is_absent) return missing_fault(split(fault.path).parent, fault);
      return unexpected_fault(fault);
    case Kind::missing_attribute:
      return fault_at(
          fault.path.find('@') != std::string::npos
              ? fault.path
              : fault.path + "/@" +
                    quoted_after(fault.text.substr(0, fault.text.find("' is required") + 1),
                                 "attribute '"),
          judged(fault));
    case Kind::unexpected_attribute:
      return fault_at(path_of_unexpected(fault), judged(fault));
    case Kind::unknown_root:
      return fault_at(kRequestRoot, judged(fault));
    default:
      return fault_at(fault.path, judged(fault));
  }
}

std::string detail_of(const SchemaFault& fault) {
  std::string text = fault.masked_text();
  // "Element 'x', attribute 'y': " names what the document calls them.
  if (const std::size_t end = text.find("': "); text.starts_with("Element '") && end != text.npos) {
    text.erase(0, end + 3);
  }
  if (fault.kind == Kind::unexpected_attribute) text = "The attribute is not allowed.";
  return fmt::format("line {}: {}", fault.line, text);
}

}  // namespace smev::elk
