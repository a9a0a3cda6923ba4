#include "sdk/elk/known_order.hpp"

#include <algorithm>

#include "sdk/base/json_writer.hpp"
#include "sdk/elk/identity.hpp"
#include "sdk/elk/json.hpp"
#include "sdk/elk/json_tree.hpp"

namespace smev::elk {
namespace {

constexpr char kOrder[] = "order";
constexpr char kIdentities[] = "identities";

const JsonNode* member(const JsonNode& object, std::string_view name) {
  const auto key = std::find(object.keys.begin(), object.keys.end(), name);
  if (key == object.keys.end()) return nullptr;
  return &object.items[static_cast<std::size_t>(key - object.keys.begin())];
}

}  // namespace

Order merged(const Order& known, const Order& said) {
  Order order = said;
  if (order.number.empty()) order.number = known.number;
  if (order.service.empty()) order.service = known.service;
  if (order.filed_at.empty()) order.filed_at = known.filed_at;
  if (!order.applicant) order.applicant = known.applicant;
  if (!order.region) order.region = known.region;
  if (!order.office) {
    order.office = known.office;
  } else if (!order.office->channel && known.office) {
    order.office->channel = known.office->channel;
  }
  if (!order.sender_kpp) order.sender_kpp = known.sender_kpp;
  if (!order.sender_inn) order.sender_inn = known.sender_inn;
  return order;
}

void learn(KnownOrder& known, const Order& said) {
  known.order = merged(known.order, said);
  known.order.elk_number.reset();
  known.order.created_elsewhere = false;
  if (said.applicant) add_identities(known.identities, *said.applicant);
}

std::string to_json(const KnownOrder& known) {
  JsonWriter json;
  json.open_object().key(kOrder).raw(to_json(known.order)).key(kIdentities).open_list();
  for (const std::string& identity : known.identities) json.value(identity);
  return json.close_list().close_object().take();
}

Result<KnownOrder> known_order_from_json(std::string_view json) {
  KnownOrder known;
  if (json.empty()) return known;
  Faults ignored;  // a key that stands twice is none of ours
  SMEV_ASSIGN(const JsonNode root, parse_json(json, kOrder, ignored));
  const JsonNode* order = member(root, kOrder);
  SMEV_ASSIGN(known.order, order_from_tree(order != nullptr ? *order : root));
  if (const JsonNode* identities = member(root, kIdentities)) {
    for (const JsonNode& identity : identities->items) known.identities.push_back(identity.text);
  } else if (known.order.applicant) {
    known.identities = identities_of(*known.order.applicant);
  }
  return known;
}

}  // namespace smev::elk
