#include <string>

#include "sdk/elk/request.hpp"
#include "sdk/xml/writer.hpp"

namespace smev::elk {
namespace {

using xml::Writer;

std::string tag(std::string_view name) { return "ns1:" + std::string(name); }

void put(Writer& out, std::string_view name, std::string_view text) {
  out.element(tag(name), text);
}
void put(Writer& out, std::string_view name, std::int64_t number) {
  out.element(tag(name), std::to_string(number));
}
template <class Kind>
void put(Writer& out, std::string_view name, const Identifier<Kind>& identifier) {
  put(out, name, identifier.text());
}
template <class Value>
void put_if(Writer& out, std::string_view name, const std::optional<Value>& value) {
  if (value) put(out, name, *value);
}

/// The order of the elements differs from kind to kind; it is the schema's.
class ApplicantWriter {
 public:
  explicit ApplicantWriter(Writer& out) : out_(out) {}

  void operator()(const PersonByDocument& person) {
    out_.open(tag("user")).open(tag("userPersonalDoc"));
    put(out_, "PersonalDocType", person.document_type);
    put_if(out_, "series", person.series);
    put(out_, "number", person.number);
    names_and_citizenship(person);
    out_.close().close();
  }
  void operator()(const PersonBySnils& person) {
    out_.open(tag("user")).open(tag("userDocSnils"));
    put(out_, "snils", person.snils);
    names_and_citizenship(person);
    out_.close().close();
  }
  void operator()(const PersonBySnilsAndBirthDate& person) {
    out_.open(tag("user")).open(tag("userDocSnilsBirthDate"));
    if (person.citizenship) put(out_, "citizenship", *person.citizenship);
    put(out_, "snils", person.snils);
    put(out_, "birthDate", person.birth_date);
    out_.close().close();
  }
  void operator()(const PersonByInn& person) {
    out_.open(tag("user")).open(tag("userDocInn"));
    put(out_, "INN", person.inn);
    names_and_citizenship(person);
    out_.close().close();
  }
  void operator()(const PersonByEsiaId& person) {
    out_.open(tag("user"));
    put(out_, "EsiaId", person.esia_id);
    out_.close();
  }
  void operator()(const PersonByErn& person) {
    out_.open(tag("user"));
    put(out_, "ErnId", person.ern);
    out_.close();
  }
  void operator()(const OrganizationByEsiaId& organization) {
    put(out_, "orgId", organization.esia_id);
  }
  void operator()(const LegalEntity& entity) {
    out_.open(tag("organization")).open(tag("ogrn_inn_UL"));
    if (entity.ogrn) {
      put(out_, "ogrn", *entity.ogrn);
    } else {
      out_.open(tag("inn_kpp"));
      put_if(out_, "inn", entity.inn);
      put_if(out_, "kpp", entity.kpp);
      out_.close();
    }
    put_if(out_, "UlTitle", entity.title);
    out_.close().close();
  }
  void operator()(const Entrepreneur& entrepreneur) {
    out_.open(tag("organization")).open(tag("ogrn_inn_IP"));
    put(out_, "ogrn", entrepreneur.ogrnip);
    put(out_, "inn", entrepreneur.inn);
    put_if(out_, "lastName", entrepreneur.last_name);
    put_if(out_, "firstName", entrepreneur.first_name);
    put_if(out_, "middleName", entrepreneur.middle_name);
    out_.close().close();
  }

 private:
  template <class Person>
  void names_and_citizenship(const Person& person) {
    put(out_, "lastName", person.last_name);
    put(out_, "firstName", person.first_name);
    put_if(out_, "middleName", person.middle_name);
    if (person.citizenship) put(out_, "citizenship", *person.citizenship);
  }

  Writer& out_;
};

void write_sender(Writer& out, const RequestOrder& order) {
  put_if(out, "senderKpp", order.sender_kpp);
  put(out, "senderInn", order.sender_inn);
}

void write_office(Writer& out, const Office& office) {
  out.open(tag("OfficeInfo"));
  put_if(out, "OfficeName", office.name);
  put_if(out, "OfficeAdress", office.address);
  put_if(out, "OfficeFrguCode", office.frgu_code);
  if (office.channel) put(out, "ApplicationAcceptance", *office.channel);
  out.close();
}

void write_attachments(Writer& out, const std::vector<Attachment>& attachments) {
  if (attachments.empty()) return;
  out.open(tag("attachments"));
  for (const Attachment& attachment : attachments) {
    out.open(tag("attachment"));
    put(out, attachment.data_mart ? "datamartUuid" : "FSuuid", attachment.uuid);
    put(out, "docTypeId", attachment.document_type);
    out.close();
  }
  out.close();
}

void write_statuses(Writer& out, const std::vector<RequestStatus>& statuses) {
  if (statuses.empty()) return;
  out.open(tag("statusHistoryList"));
  for (const RequestStatus& status : statuses) {
    out.open(tag("statusHistory"));
    put(out, "status", status.code);
    if (status.informed) put(out, "IsInformed", *status.informed ? "true" : "false");
    put(out, "statusDate", status.at.text());
    put_if(out, "MessageType", status.message_type);
    for (const Parameter& parameter : status.parameters) {
      out.open(tag("Param"));
      put(out, "Name", parameter.name);
      put(out, "Value", parameter.value);
      out.close();
    }
    write_attachments(out, status.attachments);
    out.close();
  }
  out.close();
}

void write_create(Writer& out, const RequestOrder& order) {
  if (order.applicant) std::visit(ApplicantWriter(out), *order.applicant);
  write_sender(out, order);
  put(out, "serviceTargetCode", order.service);
  put(out, "userSelectedRegion", order.region);
  put(out, "orderNumber", order.order_number);
  put(out, "requestDate", order.filed_at.text());
  write_office(out, order.office);
  write_statuses(out, order.statuses);
}

void write_update(Writer& out, const RequestOrder& order) {
  if (order.elk_number) {
    put(out, "elkOrderNumber", *order.elk_number);
  } else {
    put(out, "orderNumber", order.order_number);
  }
  write_sender(out, order);
  write_statuses(out, order.statuses);
}

}  // namespace

std::string to_xml(const Request& request) {
  const bool create = request.kind == RequestKind::create;
  Writer out;
  out.open(tag(kRequestRoot)).attribute("xmlns:ns1", kNamespace).attribute("env", request.env);
  out.open(tag(create ? "CreateOrdersRequest" : "UpdateOrdersRequest")).open(tag("orders"));
  for (const RequestOrder& order : request.orders) {
    out.open(tag("order"));
    if (create) {
      write_create(out, order);
    } else {
      write_update(out, order);
    }
    out.close();
  }
  out.close().close().close();
  return out.take();
}

}  // namespace smev::elk
