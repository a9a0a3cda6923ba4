#include <utility>

#include "sdk/elk/faults.hpp"
#include "sdk/elk/lexical.hpp"
#include "sdk/elk/request.hpp"

namespace smev::elk {
namespace {

using xml::Element;

/// Faults of a reading. Where elements are missing or out of place the first one counts, for others
/// follow from it; of values that cannot be read each counts.
class ReadFaults {
 public:
  void structure(std::string path, std::string code, std::string text) {
    if (!std::exchange(broken_, true)) add(std::move(path), std::move(code), std::move(text));
  }
  void value(std::string path, std::string code, std::string text) {
    add(std::move(path), std::move(code), std::move(text));
  }
  /// There is no reading on in lists.
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] bool empty() const { return faults_.empty(); }
  [[nodiscard]] Error take() {
    return validation_error(faults_.take(), ErrorCode::schema_violation);
  }

 private:
  void add(std::string path, std::string code, std::string text) {
    faults_.add(std::move(path), std::move(code), std::move(text), source::kSchema);
  }

  Faults faults_;
  bool broken_ = false;
};

/// An element and its path from the root; empty when it is not there.
struct Place {
  Element element;
  std::string path;
  explicit operator bool() const { return static_cast<bool>(element); }
};

/// Walks over the children of one element in the schema's order.
class Children {
 public:
  Children(const Place& parent, ReadFaults& faults)
      : path_(parent.path), faults_(faults), present_(parent) {
    if (present_) next_ = parent.element.first_child();
  }

  /// The next child if it has that name; it is passed by then.
  Place optional(std::string_view name) { return take(name, path_of(name)); }
  /// As optional, for an element that may stand several times: the path tells which (from 1).
  Place repeated(std::string_view name, std::size_t number) {
    return take(name, path_of(name) + "[" + std::to_string(number) + "]");
  }
  Place required(std::string_view name) {
    Place child = optional(name);
    if (!child) missing(name);
    return child;
  }
  void missing(std::string_view name) {
    if (present_)
      faults_.structure(path_of(name), "missing", "Нет обязательного элемента на его месте");
  }
  /// Nothing may follow what was taken.
  void end() {
    if (present_ && next_) {
      faults_.structure(path_of(next_.name()), "unexpected_element",
                        "Элемент не на своём месте или не из пространства имён вида сведений");
    }
  }

 private:
  [[nodiscard]] std::string path_of(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }
  Place take(std::string_view name, std::string path) {
    if (!present_ || !next_ || !next_.is(kNamespace, name)) return {};
    Place child{next_, std::move(path)};
    next_ = next_.next_sibling();
    return child;
  }

  std::string path_;
  ReadFaults& faults_;
  bool present_;
  Element next_;
};

class RequestReader {
 public:
  Result<Request> read(const Element& root) {
    Request request;
    if (!root || !root.is(kNamespace, kRequestRoot)) {
      faults_.structure(kRequestRoot, "missing", "Корневой элемент не ElkOrderRequest");
      return fail(faults_.take());
    }
    const Place place{root, kRequestRoot};
    if (auto env = root.attribute("env")) {
      request.env = *std::move(env);
    } else {
      faults_.structure(place.path + "/@env", "missing", "Нет обязательного атрибута env");
    }
    Children children(place, faults_);
    Place body = children.optional("CreateOrdersRequest");
    if (!body) {
      request.kind = RequestKind::update;
      body = children.required("UpdateOrdersRequest");
    }
    children.end();
    read_orders(body, request);
    if (!faults_.empty()) return fail(faults_.take());
    return request;
  }

  OrderReading read_order(const Element& element, RequestKind kind) {
    const Place place{element, "order"};
    RequestOrder order = kind == RequestKind::create ? create(place) : update(place);
    return {std::move(order), faults_.take().fields, !faults_.broken()};
  }

 private:
  void read_orders(const Place& body, Request& request) {
    Children children(body, faults_);
    const Place list = children.required("orders");
    children.end();
    Children orders(list, faults_);
    while (const Place order = orders.repeated("order", request.orders.size() + 1)) {
      if (faults_.broken()) return;
      request.orders.push_back(request.kind == RequestKind::create ? create(order) : update(order));
    }
    if (request.orders.empty()) orders.missing("order");
    orders.end();
  }

  RequestOrder create(const Place& place) {
    RequestOrder order;
    Children children(place, faults_);
    order.applicant = applicant(children);
    sender(children, order);
    order.service = one_line(text(children.required("serviceTargetCode")));
    order.region = text(children.required("userSelectedRegion"));
    order.order_number = one_line(text(children.required("orderNumber")));
    order.filed_at = date_time(children.required("requestDate"));
    order.office = office(children.required("OfficeInfo"));
    order.statuses = statuses(children.required("statusHistoryList"));
    children.end();
    return order;
  }

  RequestOrder update(const Place& place) {
    RequestOrder order;
    Children children(place, faults_);
    if (const Place elk_number = children.optional("elkOrderNumber")) {
      order.elk_number = integer<std::int64_t>(elk_number);
    } else {
      order.order_number = one_line(text(children.required("orderNumber")));
    }
    sender(children, order);
    if (const Place list = children.optional("statusHistoryList")) order.statuses = statuses(list);
    children.end();
    return order;
  }

  void sender(Children& children, RequestOrder& order) {
    order.sender_kpp = optional_text(children.optional("senderKpp"));
    order.sender_inn = text(children.required("senderInn"));
  }

  std::optional<Applicant> applicant(Children& children) {
    if (const Place user = children.optional("user")) return person(user);
    if (const Place id = children.optional("orgId")) {
      return OrganizationByEsiaId{.esia_id = one_line(text(id))};
    }
    if (const Place place = children.optional("organization")) return organization(place);
    children.missing("user");
    return std::nullopt;
  }

  std::optional<Applicant> person(const Place& place) {
    Children kinds(place, faults_);
    std::optional<Applicant> applicant;
    if (const Place document = kinds.optional("userPersonalDoc")) {
      applicant = person_by_document(document);
    } else if (const Place snils = kinds.optional("userDocSnils")) {
      applicant = person_by_snils(snils);
    } else if (const Place birth = kinds.optional("userDocSnilsBirthDate")) {
      applicant = person_by_snils_and_birth_date(birth);
    } else if (const Place inn = kinds.optional("userDocInn")) {
      applicant = person_by_inn(inn);
    } else if (const Place esia_id = kinds.optional("EsiaId")) {
      applicant = PersonByEsiaId{.esia_id = text(esia_id)};
    } else {
      applicant = PersonByErn{.ern = text(kinds.required("ErnId"))};
    }
    kinds.end();
    return applicant;
  }

  template <class Person>
  void names_and_citizenship(Children& children, Person& person) {
    person.last_name = text(children.required("lastName"));
    person.first_name = text(children.required("firstName"));
    person.middle_name = optional_text(children.optional("middleName"));
    person.citizenship = integer<std::int16_t>(children.required("citizenship"));
    children.end();
  }

  PersonByDocument person_by_document(const Place& place) {
    Children children(place, faults_);
    PersonByDocument person;
    person.document_type = integer<std::int16_t>(children.required("PersonalDocType"));
    person.series = optional_text(children.optional("series"));
    person.number = text(children.required("number"));
    names_and_citizenship(children, person);
    return person;
  }

  PersonBySnils person_by_snils(const Place& place) {
    Children children(place, faults_);
    PersonBySnils person;
    person.snils = text(children.required("snils"));
    names_and_citizenship(children, person);
    return person;
  }

  PersonBySnilsAndBirthDate person_by_snils_and_birth_date(const Place& place) {
    Children children(place, faults_);
    PersonBySnilsAndBirthDate person;
    person.citizenship = integer<std::int16_t>(children.required("citizenship"));
    person.snils = text(children.required("snils"));
    person.birth_date = trimmed(text(children.required("birthDate")));
    children.end();
    return person;
  }

  PersonByInn person_by_inn(const Place& place) {
    Children children(place, faults_);
    PersonByInn person;
    person.inn = text(children.required("INN"));
    names_and_citizenship(children, person);
    return person;
  }

  Applicant organization(const Place& place) {
    Children kinds(place, faults_);
    const Place sole_trader = kinds.optional("ogrn_inn_IP");
    if (sole_trader) {
      kinds.end();
      return entrepreneur(sole_trader);
    }
    const Place entity = kinds.required("ogrn_inn_UL");
    kinds.end();
    return legal_entity(entity);
  }

  LegalEntity legal_entity(const Place& place) {
    Children children(place, faults_);
    LegalEntity entity;
    entity.ogrn = optional_text(children.optional("ogrn"));
    if (!entity.ogrn) {
      Children pair(children.required("inn_kpp"), faults_);
      entity.inn = text(pair.required("inn"));
      entity.kpp = optional_text(pair.optional("kpp"));
      pair.end();
    }
    entity.title = optional_text(children.optional("UlTitle"));
    children.end();
    return entity;
  }

  Entrepreneur entrepreneur(const Place& place) {
    Children children(place, faults_);
    Entrepreneur entrepreneur;
    entrepreneur.ogrnip = text(children.required("ogrn"));
    entrepreneur.inn = text(children.required("inn"));
    entrepreneur.last_name = optional_text(children.optional("lastName"));
    entrepreneur.first_name = optional_text(children.optional("firstName"));
    entrepreneur.middle_name = optional_text(children.optional("middleName"));
    children.end();
    return entrepreneur;
  }

  Office office(const Place& place) {
    Children children(place, faults_);
    Office office;
    office.name = optional_text(children.optional("OfficeName"));
    office.address = optional_text(children.optional("OfficeAdress"));
    office.frgu_code = optional_text(children.optional("OfficeFrguCode"));
    office.channel = integer<std::int16_t>(children.required("ApplicationAcceptance"));
    children.end();
    return office;
  }

  std::vector<RequestStatus> statuses(const Place& place) {
    std::vector<RequestStatus> statuses;
    Children children(place, faults_);
    while (const Place entry = children.repeated("statusHistory", statuses.size() + 1)) {
      if (faults_.broken()) break;
      statuses.push_back(status(entry));
    }
    if (statuses.empty()) children.missing("statusHistory");
    children.end();
    return statuses;
  }

  RequestStatus status(const Place& place) {
    RequestStatus status;
    Children children(place, faults_);
    status.code = integer<std::int16_t>(children.required("status"));
    if (const Place informed = children.optional("IsInformed")) {
      status.informed = parse_boolean(text(informed));
      if (!status.informed) faults_.value(informed.path, "boolean", "Ожидается true или false");
    }
    status.at = date_time(children.required("statusDate"));
    status.message_type = optional_text(children.optional("MessageType"));
    while (const Place entry = children.repeated("Param", status.parameters.size() + 1)) {
      if (faults_.broken()) break;
      Children parts(entry, faults_);
      Parameter parameter;
      parameter.name = text(parts.required("Name"));
      parameter.value = text(parts.required("Value"));
      parts.end();
      status.parameters.push_back(std::move(parameter));
    }
    if (const Place list = children.optional("attachments")) {
      status.attachments = attachments(list);
    }
    children.end();
    return status;
  }

  std::vector<Attachment> attachments(const Place& place) {
    std::vector<Attachment> attachments;
    Children children(place, faults_);
    while (const Place entry = children.repeated("attachment", attachments.size() + 1)) {
      if (faults_.broken()) break;
      Children parts(entry, faults_);
      Attachment attachment;
      if (const Place document = parts.optional("datamartUuid")) {
        attachment.data_mart = true;
        attachment.uuid = text(document);
      } else {
        attachment.uuid = text(parts.required("FSuuid"));
      }
      attachment.document_type = text(parts.required("docTypeId"));
      parts.end();
      attachments.push_back(std::move(attachment));
    }
    if (attachments.empty()) children.missing("attachment");
    children.end();
    return attachments;
  }

  std::string text(const Place& place) {
    if (!place) return {};
    if (place.element.first_child()) {
      faults_.structure(place.path, "unexpected_element", "Внутри значения стоит элемент");
    }
    return place.element.text();
  }

  std::optional<std::string> optional_text(const Place& place) {
    if (!place) return std::nullopt;
    return text(place);
  }

  template <class Integer>
  Integer integer(const Place& place) {
    if (!place) return 0;
    const auto number = parse_integer<Integer>(text(place));
    if (!number)
      faults_.value(place.path, "integer", "Не целое число или число вне пределов схемы");
    return number.value_or(0);
  }

  DateTime date_time(const Place& place) {
    if (!place) return {};
    auto date = DateTime::parse(trimmed(text(place)));
    if (date) return *std::move(date);
    faults_.value(place.path, "date_time", "Ожидаются дата и время: 2026-04-16T10:47:33+03:00");
    return {};
  }

  ReadFaults faults_;
};

}  // namespace

Result<Request> read_request(const Element& root) { return RequestReader().read(root); }

OrderReading read_order(const Element& order, RequestKind kind) {
  return RequestReader().read_order(order, kind);
}

}  // namespace smev::elk
