#include <cstdio>
#include <cstdlib>

#include "sdk/elk/request.hpp"

namespace smev::elk {
namespace {

using OptionalText = std::optional<std::string>;

void drop_if_empty(OptionalText& text) {
  if (text && text->empty()) text.reset();
}

/// Brings an applicant into the form in which it is sent.
struct Completer {
  std::int16_t citizenship;

  void operator()(PersonByDocument& person) const {
    drop_if_empty(person.series);
    complete_named(person);
  }
  void operator()(PersonBySnils& person) const { complete_named(person); }
  void operator()(PersonBySnilsAndBirthDate& person) const {
    if (!person.citizenship) person.citizenship = citizenship;
  }
  void operator()(PersonByInn& person) const { complete_named(person); }
  void operator()(PersonByEsiaId&) const {}
  void operator()(PersonByErn&) const {}
  void operator()(OrganizationByEsiaId&) const {}
  void operator()(LegalEntity& entity) const { drop_if_empty(entity.title); }
  void operator()(Entrepreneur& entrepreneur) const {
    drop_if_empty(entrepreneur.last_name);
    drop_if_empty(entrepreneur.first_name);
    drop_if_empty(entrepreneur.middle_name);
  }

 private:
  template <class Person>
  void complete_named(Person& person) const {
    drop_if_empty(person.middle_name);
    if (!person.citizenship) person.citizenship = citizenship;
  }
};

/// A given office replaces the profile's whole, but for the channel that it does not name: another
/// office's name and this one's address would make a place that does not exist.
Office office_of(const Order& order, const Profile& profile) {
  if (!order.office) return profile.office;
  Office office = *order.office;
  if (!office.channel) office.channel = profile.office.channel;
  return office;
}

DateTime moved(const DateTime& date, TimeForm form) {
  switch (form) {
    case TimeForm::utc:
      return date.moved_to(0);
    case TimeForm::none:
      return date.moved_to(DateTime::kMoscowOffsetMinutes).offset_dropped();
    case TimeForm::moscow:
      break;
  }
  return date.moved_to(DateTime::kMoscowOffsetMinutes);
}

/// A date at the edge of the calendar cannot be moved: it goes as it was given, never empty.
DateTime written(const DateTime& date, TimeForm form) {
  DateTime form_asked_for = moved(date, form);
  return form_asked_for.empty() ? date : form_asked_for;
}

void require_one_id_per_result(std::size_t results, std::size_t ids) {
  if (results == ids) return;
  std::fprintf(stderr, "smev: compose: %zu results, %zu attachment ids\n", results, ids);
  std::abort();
}

RequestStatus compose_status(const Status& status, TimeForm form,
                             const std::vector<std::string>& attachment_ids, std::size_t& next_id) {
  RequestStatus composed{.code = status.code,
                         .informed = status.informed,
                         .at = written(status.at, form),
                         .message_type = status.message_type,
                         .parameters = status.parameters,
                         .attachments = {}};
  for (const File& file : status.results) {
    composed.attachments.push_back({.data_mart = false,
                                    .uuid = attachment_ids[next_id++],
                                    .document_type = file.document_type});
  }
  for (const DataMartDocument& document : status.data_mart_results) {
    composed.attachments.push_back(
        {.data_mart = true, .uuid = document.uuid, .document_type = document.document_type});
  }
  return composed;
}

}  // namespace

std::vector<const File*> all_results(const Update& update) {
  std::vector<const File*> results;
  for (const File& file : update.status.results) results.push_back(&file);
  for (const Status& status : update.more_statuses) {
    for (const File& file : status.results) results.push_back(&file);
  }
  return results;
}

RequestOrder compose(const Update& update, const Profile& profile,
                     const std::vector<std::string>& attachment_ids) {
  require_one_id_per_result(all_results(update).size(), attachment_ids.size());
  const Order& order = update.order;
  RequestOrder composed;
  composed.applicant = order.applicant;
  if (composed.applicant) std::visit(Completer{profile.citizenship}, *composed.applicant);
  composed.sender_kpp = order.sender_kpp ? order.sender_kpp : profile.kpp;
  composed.sender_inn = order.sender_inn.value_or(profile.inn);
  composed.service = order.service;
  composed.region = order.region.value_or(profile.region);
  composed.order_number = order.number;
  composed.elk_number = order.elk_number;
  composed.filed_at = written(order.filed_at, profile.time);
  composed.office = office_of(order, profile);

  std::size_t next_id = 0;
  composed.statuses.push_back(compose_status(update.status, profile.time, attachment_ids, next_id));
  for (const Status& status : update.more_statuses) {
    composed.statuses.push_back(compose_status(status, profile.time, attachment_ids, next_id));
  }
  return composed;
}

RequestKind kind_for(const OrderState& state) {
  const bool known = state.known_to_elk || state.claimed_as_known;
  return !known && state.has_facts ? RequestKind::create : RequestKind::update;
}

}  // namespace smev::elk
