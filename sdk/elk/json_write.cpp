#include "sdk/base/json_writer.hpp"
#include "sdk/elk/json.hpp"

namespace smev::elk {
namespace {

// Identifiers are written by their texts.
template <class Value>
const Value& written(const Value& value) {
  return value;
}
template <class Kind>
const std::string& written(const Identifier<Kind>& identifier) {
  return identifier.text();
}

template <class Value>
void put(JsonWriter& json, const char* name, const Value& value) {
  json.member(name, written(value));
}
template <class Value>
void put_if(JsonWriter& json, const char* name, const std::optional<Value>& value) {
  if (value) put(json, name, *value);
}
void put_if_filled(JsonWriter& json, const char* name, const std::string& value) {
  if (!value.empty()) put(json, name, value);
}
template <class Item>
void put_list(JsonWriter& json, const char* name, const std::vector<Item>& items,
              void (*put_item)(JsonWriter&, const Item&)) {
  if (items.empty()) return;
  json.key(name).open_list();
  for (const Item& item : items) {
    json.open_object();
    put_item(json, item);
    json.close_object();
  }
  json.close_list();
}

template <class Person>
void put_names_and_citizenship(JsonWriter& json, const Person& person) {
  put(json, "last_name", person.last_name);
  put(json, "first_name", person.first_name);
  put_if(json, "middle_name", person.middle_name);
  put_if(json, "citizenship", person.citizenship);
}

struct PutMembers {
  JsonWriter& json;

  void operator()(const PersonByDocument& person) const {
    put(json, "document_type", person.document_type);
    put_if(json, "series", person.series);
    put(json, "number", person.number);
    put_names_and_citizenship(json, person);
  }
  void operator()(const PersonBySnils& person) const {
    put(json, "snils", person.snils);
    put_names_and_citizenship(json, person);
  }
  void operator()(const PersonBySnilsAndBirthDate& person) const {
    put(json, "snils", person.snils);
    put(json, "birth_date", person.birth_date);
    put_if(json, "citizenship", person.citizenship);
  }
  void operator()(const PersonByInn& person) const {
    put(json, "inn", person.inn);
    put_names_and_citizenship(json, person);
  }
  void operator()(const PersonByEsiaId& person) const { put(json, "esia_id", person.esia_id); }
  void operator()(const PersonByErn& person) const { put(json, "ern", person.ern); }
  void operator()(const OrganizationByEsiaId& organization) const {
    put(json, "esia_id", organization.esia_id);
  }
  void operator()(const LegalEntity& entity) const {
    put_if(json, "ogrn", entity.ogrn);
    put_if(json, "inn", entity.inn);
    put_if(json, "kpp", entity.kpp);
    put_if(json, "title", entity.title);
  }
  void operator()(const Entrepreneur& entrepreneur) const {
    put(json, "ogrnip", entrepreneur.ogrnip);
    put(json, "inn", entrepreneur.inn);
    put_if(json, "last_name", entrepreneur.last_name);
    put_if(json, "first_name", entrepreneur.first_name);
    put_if(json, "middle_name", entrepreneur.middle_name);
  }
};

void put_office(JsonWriter& json, const Office& office) {
  put_if(json, "name", office.name);
  put_if(json, "address", office.address);
  put_if(json, "frgu_code", office.frgu_code);
  put_if(json, "channel", office.channel);
}

void put_order(JsonWriter& json, const Order& order) {
  // Left out only where it may be absent: what was read is written so that it reads again.
  if (!order.number.empty() || !order.elk_number) put(json, "number", order.number);
  put_if(json, "elk_number", order.elk_number);
  if (order.created_elsewhere) put(json, "created_elsewhere", true);
  put_if_filled(json, "service", order.service.text());
  put_if_filled(json, "filed_at", order.filed_at.text());
  if (order.applicant) {
    json.key("applicant").open_object().key(kind_of(*order.applicant)).open_object();
    std::visit(PutMembers{json}, *order.applicant);
    json.close_object().close_object();
  }
  put_if(json, "region", order.region);
  if (order.office) {
    json.key("office").open_object();
    put_office(json, *order.office);
    json.close_object();
  }
  put_if(json, "sender_kpp", order.sender_kpp);
  put_if(json, "sender_inn", order.sender_inn);
}

void put_parameter(JsonWriter& json, const Parameter& parameter) {
  put(json, "name", parameter.name);
  put(json, "value", parameter.value);
}

void put_file(JsonWriter& json, const File& file) {
  put(json, "path", file.path);
  put_if_filled(json, "name", file.name);
  put_if_filled(json, "mime", file.mime);
  put(json, "document_type", file.document_type);
}

void put_document(JsonWriter& json, const DataMartDocument& document) {
  put(json, "uuid", document.uuid);
  put(json, "document_type", document.document_type);
}

void put_status(JsonWriter& json, const Status& status) {
  put(json, "code", status.code);
  put_if_filled(json, "at", status.at.text());
  put_if(json, "informed", status.informed);
  put_if(json, "message_type", status.message_type);
  put_list(json, "parameters", status.parameters, &put_parameter);
  put_list(json, "results", status.results, &put_file);
  put_list(json, "data_mart_results", status.data_mart_results, &put_document);
}

}  // namespace

std::string to_json(const Order& order) {
  JsonWriter json;
  json.open_object();
  put_order(json, order);
  return json.close_object().take();
}

std::string to_json(const Update& update) {
  JsonWriter json;
  json.open_object().key("order").open_object();
  put_order(json, update.order);
  json.close_object().key("status").open_object();
  put_status(json, update.status);
  json.close_object();
  put_list(json, "more_statuses", update.more_statuses, &put_status);
  return json.close_object().take();
}

}  // namespace smev::elk
