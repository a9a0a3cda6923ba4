#pragma once
// Everything that is checked before an update is queued: the schema's limits, the check digits, and
// what the sender's profile and the order's past say. All faults of an update at once, each with
// its field path in the update ("order.applicant.snils",
// "more_statuses[0].results[1].document_type").
//
// Codes of faults (stable): missing, too_short, too_long, too_many, pattern, encoding,
// forbidden_character, line_break, blank, check_digit, one_of, not_allowed, date, future,
// date_order, out_of_range, not_in_profile, not_as_known, first_status. Codes of warnings:
// old_date, not_in_dictionary, no_minus. docs/update.md tells what each means.

#include <optional>
#include <vector>

#include "sdk/elk/limits.hpp"
#include "sdk/elk/status_dates.hpp"
#include "smev/base/error.hpp"
#include "smev/elk/profile.hpp"
#include "smev/elk/update.hpp"

namespace smev::elk {

/// What the order's past says, for the rules that need it. An update that a person took out
/// (rejected, skipped, cancelled) or that expired is no part of it.
struct OrderHistory {
  bool first_update = true;   ///< ЕЛК has no update of this order and none is on its way
  bool known_to_elk = false;  ///< an answer of ЕЛК said so
  bool has_facts = false;     ///< earlier updates brought the facts of a create
  std::vector<std::string> identities;     ///< identities_of everybody whom they named as applicant
  std::optional<std::int64_t> elk_number;  ///< from an answer
  std::optional<LatestDate> latest;
};

struct Findings {
  std::vector<FieldFault> faults;    ///< empty when the update may be queued
  std::vector<FieldFault> warnings;  ///< what ЕЛК may refuse, though no rule says so
};

/// `now` judges dates of the future and of long ago.
///
/// The first update of an order must bring service, filing date and applicant, unless the order
/// was created elsewhere. A status may not be older than the last submitted one; what follows from
/// an equal date is the profile's policy.
Findings check(const Update& update, const Profile& profile, const OrderHistory& history,
               TimePoint now);

/// Faults of a profile itself; paths are its members' names: "inn", "office.channel",
/// "services[0].code".
std::vector<FieldFault> check(const Profile& profile);

/// Whether a ТКУ was probably written without its minus: no minus, and no id of ФРГУ of 19 digits.
bool may_lack_its_minus(const ServiceCode& code);

/// The order's number in ЕЛК that an update claims against the one that ЕЛК gave, if they differ.
/// Asked again when the update is composed: ЕЛК may have answered since.
std::vector<FieldFault> check_claimed_number(const Order& order,
                                             const std::optional<std::int64_t>& confirmed);

/// The rule behind code 31: may an order of this service begin with that status? Asked again when
/// an update becomes the first because those before it were taken out.
std::vector<FieldFault> check_first_status(const Profile& profile, const ServiceCode& service,
                                           std::int16_t status);

}  // namespace smev::elk
