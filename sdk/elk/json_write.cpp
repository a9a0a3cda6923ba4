#include <nlohmann/json.hpp>

#include "sdk/elk/json.hpp"

namespace smev::elk {
namespace {

/// Keeps the order in which fields are put.
using Json = nlohmann::ordered_json;

template <class Value>
Json object_with(const char* name, const Value& value) {
  Json object = Json::object();
  object[name] = value;
  return object;
}
template <class Kind>
Json object_with(const char* name, const Identifier<Kind>& identifier) {
  return object_with(name, identifier.text());
}
template <class Value>
void put_if(Json& object, const char* name, const std::optional<Value>& value) {
  if (value) object[name] = *value;
}
template <class Kind>
void put_if(Json& object, const char* name, const std::optional<Identifier<Kind>>& identifier) {
  if (identifier) object[name] = identifier->text();
}
void put_if_filled(Json& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}

template <class Person>
void put_names_and_citizenship(Json& object, const Person& person) {
  object["last_name"] = person.last_name;
  object["first_name"] = person.first_name;
  put_if(object, "middle_name", person.middle_name);
  put_if(object, "citizenship", person.citizenship);
}

struct MembersOf {
  Json operator()(const PersonByDocument& person) const {
    Json object = object_with("document_type", person.document_type);
    put_if(object, "series", person.series);
    object["number"] = person.number;
    put_names_and_citizenship(object, person);
    return object;
  }
  Json operator()(const PersonBySnils& person) const {
    Json object = object_with("snils", person.snils);
    put_names_and_citizenship(object, person);
    return object;
  }
  Json operator()(const PersonBySnilsAndBirthDate& person) const {
    Json object = object_with("snils", person.snils);
    object["birth_date"] = person.birth_date;
    put_if(object, "citizenship", person.citizenship);
    return object;
  }
  Json operator()(const PersonByInn& person) const {
    Json object = object_with("inn", person.inn);
    put_names_and_citizenship(object, person);
    return object;
  }
  Json operator()(const PersonByEsiaId& person) const {
    return object_with("esia_id", person.esia_id);
  }
  Json operator()(const PersonByErn& person) const { return object_with("ern", person.ern); }
  Json operator()(const OrganizationByEsiaId& organization) const {
    return object_with("esia_id", organization.esia_id);
  }
  Json operator()(const LegalEntity& entity) const {
    Json object = Json::object();
    put_if(object, "ogrn", entity.ogrn);
    put_if(object, "inn", entity.inn);
    put_if(object, "kpp", entity.kpp);
    put_if(object, "title", entity.title);
    return object;
  }
  Json operator()(const Entrepreneur& entrepreneur) const {
    Json object = object_with("ogrnip", entrepreneur.ogrnip);
    object["inn"] = entrepreneur.inn.text();
    put_if(object, "last_name", entrepreneur.last_name);
    put_if(object, "first_name", entrepreneur.first_name);
    put_if(object, "middle_name", entrepreneur.middle_name);
    return object;
  }
};

Json office_json(const Office& office) {
  Json object = Json::object();
  put_if(object, "name", office.name);
  put_if(object, "address", office.address);
  put_if(object, "frgu_code", office.frgu_code);
  put_if(object, "channel", office.channel);
  return object;
}

Json order_json(const Order& order) {
  Json object = Json::object();
  // Left out only where it may be absent: what was read is written so that it reads again.
  if (!order.number.empty() || !order.elk_number) object["number"] = order.number.text();
  put_if(object, "elk_number", order.elk_number);
  if (order.created_elsewhere) object["created_elsewhere"] = true;
  put_if_filled(object, "service", order.service.text());
  put_if_filled(object, "filed_at", order.filed_at.text());
  if (order.applicant) {
    Json applicant = Json::object();
    applicant[kind_of(*order.applicant)] = std::visit(MembersOf{}, *order.applicant);
    object["applicant"] = std::move(applicant);
  }
  put_if(object, "region", order.region);
  if (order.office) object["office"] = office_json(*order.office);
  put_if(object, "sender_kpp", order.sender_kpp);
  put_if(object, "sender_inn", order.sender_inn);
  return object;
}

Json file_json(const File& file) {
  Json object = object_with("path", file.path);
  put_if_filled(object, "name", file.name);
  put_if_filled(object, "mime", file.mime);
  object["document_type"] = file.document_type;
  return object;
}

Json status_json(const Status& status) {
  Json object = object_with("code", status.code);
  put_if_filled(object, "at", status.at.text());
  put_if(object, "informed", status.informed);
  put_if(object, "message_type", status.message_type);
  for (const Parameter& parameter : status.parameters) {
    Json entry = object_with("name", parameter.name);
    entry["value"] = parameter.value;
    object["parameters"].push_back(std::move(entry));
  }
  for (const File& file : status.results) object["results"].push_back(file_json(file));
  for (const DataMartDocument& document : status.data_mart_results) {
    Json entry = object_with("uuid", document.uuid);
    entry["document_type"] = document.document_type;
    object["data_mart_results"].push_back(std::move(entry));
  }
  return object;
}

std::string canonical(const Json& json) {
  constexpr int kNoIndent = -1;
  return json.dump(kNoIndent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const Order& order) { return canonical(order_json(order)); }

std::string to_json(const Update& update) {
  Json object = Json::object();
  object["order"] = order_json(update.order);
  object["status"] = status_json(update.status);
  for (const Status& status : update.more_statuses) {
    object["more_statuses"].push_back(status_json(status));
  }
  return canonical(object);
}

}  // namespace smev::elk
