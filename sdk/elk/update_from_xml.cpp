#include "sdk/elk/update_from_xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "sdk/elk/faults.hpp"
#include "sdk/elk/lexical.hpp"
#include "sdk/elk/schema_fault.hpp"
#include "sdk/xml/escape.hpp"

namespace smev::elk {
namespace {

namespace fs = std::filesystem;

constexpr char kCreateBody[] = "CreateOrdersRequest";
constexpr char kUpdateBody[] = "UpdateOrdersRequest";

/// The order's number (from 1) in a path of the schema's faults; 0: the fault is of no order.
std::size_t order_of(std::string_view path) {
  constexpr std::string_view kOrder = "/orders/order";
  const std::size_t at = path.find(kOrder);
  if (at == std::string_view::npos) return 0;
  path.remove_prefix(at + kOrder.size());
  if (path.empty() || path.front() == '/') return 1;
  if (path.front() != '[') return 0;
  std::size_t number = 0;
  for (const char c : path.substr(1, path.find(']') - 1)) {
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  return number;
}

std::string place_in_order(std::string_view path);

/// What the schema says against one order, or against the document.
struct SchemaFaults {
  Faults fields;
  std::string detail;  ///< English
  std::set<std::string> places;

  void add(const xml::SchemaFault& fault) {
    constexpr std::size_t kDetailOctetsMax = 2000;
    if (detail.size() < kDetailOctetsMax) {
      detail += (detail.empty() ? "" : "; ") + detail_of(fault);
    }
    FieldFault told = field_fault(fault);
    places.insert(place_in_order(told.field));
    fields.add({std::move(told)});
  }
  /// `unread` has paths that begin with the order; only what the schema accepts is news.
  void add_unread(std::vector<FieldFault> unread);
  [[nodiscard]] bool empty() const { return fields.empty(); }
  Error error() {
    Error error = validation_error(fields.take(), ErrorCode::schema_violation);
    error.detail = std::move(detail);
    return error;
  }
};

/// Where in its order a fault lies, whoever tells it: the schema counts only among siblings of one
/// name, the reader counts all, and from the order on.
std::string place_in_order(std::string_view path) {
  constexpr std::string_view kOrder = "/orders/order";
  const std::size_t at = path.find(kOrder);
  path.remove_prefix(at == std::string_view::npos ? 0 : at + kOrder.size());
  std::string place(path.substr(std::min(path.find('/'), path.size())));
  constexpr std::string_view kFirst = "[1]";
  for (std::size_t first = place.find(kFirst); first != std::string::npos;
       first = place.find(kFirst)) {
    place.erase(first, kFirst.size());
  }
  return place;
}

void SchemaFaults::add_unread(std::vector<FieldFault> unread) {
  for (FieldFault& fault : unread) {
    const bool of_a_value = fault.code != "missing" && fault.code != "unexpected_element";
    // Of elements that are out of place the schema has told.
    if (!of_a_value && !fields.empty()) continue;
    if (places.insert(place_in_order(fault.field)).second) fields.add({fault});
  }
}

struct FieldRow {
  std::string_view place;
  std::string_view field;
};
constexpr std::array kOrderFields = {
    FieldRow{"/orderNumber", "order.number"},
    FieldRow{"/elkOrderNumber", "order.elk_number"},
    FieldRow{"/senderKpp", "order.sender_kpp"},
    FieldRow{"/senderInn", "order.sender_inn"},
    FieldRow{"/serviceTargetCode", "order.service"},
    FieldRow{"/userSelectedRegion", "order.region"},
    FieldRow{"/requestDate", "order.filed_at"},
    FieldRow{"/OfficeInfo", "order.office"},
    FieldRow{"/user", "order.applicant"},
    FieldRow{"/orgId", "order.applicant"},
    FieldRow{"/organization", "order.applicant"},
};
constexpr std::array kStatusFields = {
    FieldRow{"/status", ".code"},      FieldRow{"/IsInformed", ".informed"},
    FieldRow{"/statusDate", ".at"},    FieldRow{"/MessageType", ".message_type"},
    FieldRow{"/Param", ".parameters"}, FieldRow{"/attachments", ".results"},
};

/// The row of the element that a place is or lies in.
template <class Rows>
std::string field_in(const Rows& rows, std::string_view place) {
  const std::string_view step = place.substr(0, place.find_first_of("/[", 1));
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [step](const FieldRow& each) { return each.place == step; });
  return row == rows.end() ? std::string() : std::string(row->field);
}

/// What an update calls the place; the whole of it where it has no name for that.
std::string update_field(std::string_view place) {
  constexpr std::string_view kStatus = "/statusHistoryList/statusHistory";
  if (!place.starts_with(kStatus)) {
    const std::string field = field_in(kOrderFields, place);
    return field.empty() ? kWholeUpdate : field;
  }
  place.remove_prefix(kStatus.size());
  std::string status = "status";
  if (place.starts_with('[')) {
    const auto number = parse_integer<std::size_t>(place.substr(1, place.find(']') - 1));
    status = fmt::format("more_statuses[{}]", number.value_or(2) - 2);
    place.remove_prefix(std::min(place.find(']') + 1, place.size()));
  }
  return status + field_in(kStatusFields, place);
}

/// The faults, and beside them what could be read if everything stood in its place.
UpdateReading with_faults(UpdateReading converted, SchemaFaults& faults, bool in_place) {
  UpdateReading reading{fail(Error()), std::nullopt, {}};
  if (in_place) {
    for (const std::string& place : faults.places) {
      reading.by_field.push_back({update_field(place), "schema", "", source::kSchema});
    }
    if (!converted.update) {
      for (const FieldFault& fault : converted.update.error().fields) {
        faults.fields.add({fault});
        reading.by_field.push_back(fault);
      }
    }
    reading.part = converted.update ? std::move(*converted.update) : std::move(converted.part);
  }
  reading.update = fail(faults.error());
  return reading;
}

/// Of each order, by its number; the document's own stand under 0.
std::map<std::size_t, SchemaFaults> faults_by_order(const xml::Schema& schema,
                                                    const xml::Document& document) {
  std::map<std::size_t, SchemaFaults> by_order;
  const std::vector<xml::SchemaFault> faults = schema.check(document);
  // Past the limit nothing is known of the orders: then all faults are the document's.
  const bool all_known = faults.size() < xml::kSchemaFaultsMax;
  std::string last_path;
  for (const xml::SchemaFault& fault : faults) {
    // A value that breaks a facet is said to be no value of its type, too.
    const bool follows = fault.kind == xml::SchemaFaultKind::type && fault.path == last_path;
    last_path = fault.path;
    if (!follows) by_order[all_known ? order_of(fault.path) : 0].add(fault);
  }
  return by_order;
}

std::string_view body_name(RequestKind kind) {
  return kind == RequestKind::create ? kCreateBody : kUpdateBody;
}

/// What a file may be named by: no way out of the folder.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

/// The only regular file of a folder; empty when there is none or more than one.
fs::path only_file_in(const fs::path& folder) {
  std::error_code failed;
  fs::path only;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    std::error_code unknown;
    if (!entry->is_regular_file(unknown)) continue;
    if (!only.empty()) return {};
    only = entry->path();
  }
  return failed ? fs::path() : only;
}

class Converter {
 public:
  Converter(RequestKind kind, const std::string& files_folder)
      : kind_(kind), files_folder_(files_folder) {}

  UpdateReading convert(RequestOrder order) {
    Update update;
    update.order.number = std::move(order.order_number);
    update.order.elk_number = order.elk_number;
    update.order.sender_inn = std::move(order.sender_inn);
    update.order.sender_kpp = std::move(order.sender_kpp);
    if (kind_ == RequestKind::create) {
      update.order.service = std::move(order.service);
      update.order.filed_at = std::move(order.filed_at);
      update.order.applicant = std::move(order.applicant);
      update.order.region = std::move(order.region);
      update.order.office = std::move(order.office);
    } else {
      update.order.created_elsewhere = true;
    }
    put_statuses(std::move(order.statuses), update);
    if (faults_.empty()) return {std::move(update), std::nullopt};
    return {fail(validation_error(faults_.take())), std::move(update)};
  }

 private:
  void put_statuses(std::vector<RequestStatus> statuses, Update& update) {
    if (statuses.empty()) {
      faults_.add("status", "missing", "В заявлении нет ни одного статуса: сообщать нечего",
                  source::kSdk);
      return;
    }
    update.status = status(std::move(statuses.front()), "status");
    for (std::size_t i = 1; i < statuses.size(); ++i) {
      update.more_statuses.push_back(
          status(std::move(statuses[i]), fmt::format("more_statuses[{}]", i - 1)));
    }
  }

  Status status(RequestStatus given, const std::string& field) {
    Status status;
    status.code = given.code;
    status.at = std::move(given.at);
    status.informed = given.informed;
    status.message_type = std::move(given.message_type);
    status.parameters = std::move(given.parameters);
    for (Attachment& attachment : given.attachments) {
      if (attachment.data_mart) {
        status.data_mart_results.push_back(
            {std::move(attachment.uuid), std::move(attachment.document_type)});
      } else {
        const std::string place = fmt::format("{}.results[{}].path", field, status.results.size());
        File file = File::at(path_of(attachment.uuid, place));
        file.document_type = std::move(attachment.document_type);
        status.results.push_back(std::move(file));
      }
    }
    return status;
  }

  std::string path_of(const std::string& uuid, const std::string& field) {
    if (!is_plain_name(uuid)) {
      faults_.add(field, "pattern",
                  "FSuuid ожидается из латинских букв, цифр и знаков «-», «_», «.»", source::kSdk);
      return {};
    }
    if (files_folder_.empty()) {
      faults_.add(field, "file", "Не указан каталог с файлами вложений (--files)", source::kSdk);
      return {};
    }
    const fs::path place = fs::path(files_folder_) / uuid;
    std::error_code unknown;
    if (fs::is_regular_file(place, unknown)) return place.string();
    fs::path only = only_file_in(place);
    if (only.empty()) {
      faults_.add(field, "file",
                  "Нет файла вложения: в каталоге файлов ожидается файл с именем " + uuid +
                      " или каталог " + uuid + " с единственным файлом",
                  source::kSdk);
    }
    return only.string();
  }

  RequestKind kind_;
  const std::string& files_folder_;
  Faults faults_;
};

}  // namespace

Result<XmlOrders> updates_from_xml(std::string_view octets, const xml::Schema& schema,
                                   const Profile& profile, const std::string& files_folder) {
  SMEV_ASSIGN(const xml::Document document, xml::Document::parse(octets));
  auto faults = faults_by_order(schema, document);
  const xml::Element root = document.root();
  if (auto own = faults.find(0); own != faults.end()) return fail(own->second.error());
  if (!root.is(kNamespace, kRequestRoot)) {  // of the schema, and yet no request: an answer
    return fail(validation_error(
        {{kRequestRoot, "unknown_field", "Ожидается корень ElkOrderRequest вида сведений 1.0.2",
          source::kSchema}},
        ErrorCode::schema_violation));
  }
  if (root.attribute("env") != profile.env) {
    return fail(
        validation_error({{"ElkOrderRequest/@env", "not_in_profile",
                           "Контур (env) не тот, что в профиле отправителя", source::kProfile}}));
  }

  XmlOrders read;
  const xml::Element body = root.first_child();
  read.kind = body.name() == kCreateBody ? RequestKind::create : RequestKind::update;
  for (const xml::Element& element : body.first_child().children()) {
    const auto found = faults.find(read.orders.size() + 1);
    SchemaFaults of_order;
    if (found != faults.end()) of_order = std::move(found->second);
    OrderReading reading = read_order(element, read.kind);
    // What the reader alone refuses (24:00:00) is told with what the schema does.
    of_order.add_unread(std::move(reading.faults));
    UpdateReading converted = Converter(read.kind, files_folder).convert(std::move(reading.order));
    if (!of_order.empty()) {
      converted = with_faults(std::move(converted), of_order, reading.in_place);
    }
    read.orders.push_back({std::move(converted), element.outer_xml()});
  }
  return read;
}

std::string request_opening(RequestKind kind, std::string_view env) {
  std::string opening = fmt::format("<{} xmlns=\"{}\" env=\"", kRequestRoot, kNamespace);
  xml::append_attribute_value(opening, env);
  return opening + fmt::format("\"><{}><orders>\n", body_name(kind));
}

std::string request_closing(RequestKind kind) {
  return fmt::format("</orders></{}></{}>\n", body_name(kind), kRequestRoot);
}

}  // namespace smev::elk
