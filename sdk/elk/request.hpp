#pragma once
// The wire form of ElkOrderRequest: what stands in the XML, complete. An Update becomes one
// RequestOrder; a request holds one or many, all creates or all updates.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sdk/xml/document.hpp"
#include "smev/elk/profile.hpp"
#include "smev/elk/update.hpp"

namespace smev::elk {

inline constexpr char kNamespace[] = "http://epgu.gosuslugi.ru/elk/status/1.0.2";
inline constexpr char kRequestRoot[] = "ElkOrderRequest";
inline constexpr char kResponseRoot[] = "ElkOrderResponse";

enum class RequestKind { create, update };

/// An attachment as the XML has it.
struct Attachment {
  bool data_mart = false;  ///< datamartUuid instead of FSuuid
  std::string uuid;
  std::string document_type;

  friend bool operator==(const Attachment&, const Attachment&) = default;
};

struct RequestStatus {
  std::int16_t code = 0;
  std::optional<bool> informed;
  DateTime at;
  std::optional<std::string> message_type;
  std::vector<Parameter> parameters;
  std::vector<Attachment> attachments;

  friend bool operator==(const RequestStatus&, const RequestStatus&) = default;
};

/// One `order`. In an update only the number, KPP, INN and statuses are written; the number is
/// `elk_number` where it is known, else `order_number`.
struct RequestOrder {
  std::optional<Applicant> applicant;
  std::optional<Kpp> sender_kpp;
  OrganizationInn sender_inn;
  ServiceCode service;
  Oktmo region;
  OrderNumber order_number;
  std::optional<std::int64_t> elk_number;
  DateTime filed_at;
  Office office;
  std::vector<RequestStatus> statuses;

  friend bool operator==(const RequestOrder&, const RequestOrder&) = default;
};

struct Request {
  std::string env;
  RequestKind kind = RequestKind::create;
  std::vector<RequestOrder> orders;

  friend bool operator==(const Request&, const Request&) = default;
};

/// Business XML, in one line, root prefixed `ns1`, nothing else in it. What is not there is left
/// out: a create without applicant breaks the schema.
std::string to_xml(const Request& request);
/// Reads any request that the schema accepts (used by the mock and by round-trip tests); prefixes
/// do not matter, dates keep their letters. Fails with schema_violation, whose `fields` name each
/// value that is unreadable and the first element that is missing or out of place; lengths and
/// patterns are the schema's business. Dates that DateTime does not know (24:00:00, years beyond
/// four digits) are unreadable.
Result<Request> read_request(const xml::Element& root);

/// One `order` of such a request, as far as it can be read.
struct OrderReading {
  RequestOrder order;
  std::vector<FieldFault> faults;  ///< paths begin with "order"
  bool in_place = true;  ///< all elements stand where they belong: only values are at fault
};
OrderReading read_order(const xml::Element& order, RequestKind kind);

/// Fills an update from the profile. `attachment_ids`: the file-store uuids of the results, in the
/// order of all_results(update), exactly as many (else the program ends: a programmer's error). In
/// a status the results stand before the documents of the data mart. Empty optional names are left
/// out.
RequestOrder compose(const Update& update, const Profile& profile,
                     const std::vector<std::string>& attachment_ids);
/// Pointers to every result file of an update, in the order in which they are written.
std::vector<const File*> all_results(const Update& update);

/// Create or update, never the caller's choice (design §3): a pure function of what is known.
struct OrderState {
  bool known_to_elk = false;      ///< an answer of ЕЛК said so
  bool claimed_as_known = false;  ///< this very update says that ЕЛК has its order
  bool has_facts = false;         ///< the facts of a create are known
};
/// An order that ЕЛК knows is updated; another one is created when its facts are known, unless the
/// update says that an earlier system did that; what has no facts is updated by its number.
RequestKind kind_for(const OrderState& state);

}  // namespace smev::elk
