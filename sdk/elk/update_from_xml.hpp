#pragma once
// Ready business XML as a form of updates (docs/update.md): each order of an ElkOrderRequest is one
// update. Whether the document said create or update decides nothing but what is known: a create
// brings the facts of its orders, an update tells that another system has created them.

#include <string>
#include <string_view>
#include <vector>

#include "sdk/elk/json.hpp"
#include "sdk/elk/request.hpp"
#include "sdk/xml/schema.hpp"
#include "smev/base/result.hpp"
#include "smev/elk/profile.hpp"
#include "smev/elk/update.hpp"

namespace smev::elk {

/// The schema of the information type, in xml::schema_directory().
inline constexpr char kSchemaFile[] = "elk-status-1.0.2.xsd";

struct XmlOrder {
  UpdateReading read;
  std::string text;  ///< the element, a document of its own
};

struct XmlOrders {
  RequestKind kind = RequestKind::create;
  std::vector<XmlOrder> orders;
};

/// A fault inside an order is that order's (schema_violation, validation); any other one is the
/// document's: bad_xml, limit_exceeded, schema_violation, and validation when `env` is not the
/// profile's.
///
/// The file of an FSuuid is `files_folder/FSuuid`, or the only one in the folder of that name. What
/// goes out gets identifiers of its own.
Result<XmlOrders> updates_from_xml(std::string_view octets, const xml::Schema& schema,
                                   const Profile& profile, const std::string& files_folder);

/// What stands before and after the texts of orders, so that together they are a request again.
std::string request_opening(RequestKind kind, std::string_view env);
std::string request_closing(RequestKind kind);

}  // namespace smev::elk
