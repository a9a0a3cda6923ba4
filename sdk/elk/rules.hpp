#pragma once
// Everything that is checked before an update is queued: the schema's limits, the check digits, and
// what the sender's profile and the order's past say. All faults of an update at once, each with
// its field path in the update ("order.applicant.snils",
// "more_statuses[0].results[1].document_type").
//
// Codes of faults (stable): missing, too_short, too_long, too_many, pattern, encoding,
// forbidden_character, line_break, blank, check_digit, one_of, not_allowed, date, future,
// date_order, out_of_range, not_in_profile, first_status. docs/update.md tells what each means.

#include <vector>

#include "smev/base/error.hpp"
#include "smev/elk/profile.hpp"
#include "smev/elk/update.hpp"

namespace smev::elk {

/// What the order's past says, for the rules that need it.
struct OrderHistory {
  bool first_update = true;                 ///< nothing was submitted for this order before
  bool has_facts = false;                   ///< an earlier update brought the facts of a create
  std::optional<TimePoint> last_status_at;  ///< of the latest submitted update
};

/// Empty when the update may be queued. `now` judges dates of the future (tolerance
/// kFutureTolerance).
///
/// The first update of an order must bring service, filing date and applicant, unless it names the
/// number that ЕЛК gave. A status may not be older than the last submitted one; it may have the
/// same date, because many systems know only days. Inside one update dates must rise: statuses of
/// one date have no order in the account (elk-status §4.1).
std::vector<FieldFault> check(const Update& update, const Profile& profile,
                              const OrderHistory& history, TimePoint now);
/// Faults of a profile itself; paths are its members' names: "inn", "office.channel",
/// "services[0]".
std::vector<FieldFault> check(const Profile& profile);

inline constexpr Duration kFutureTolerance = std::chrono::minutes(5);

/// Limits of our own where the schema has none: they keep a mistaken loop of the caller out of the
/// queue.
inline constexpr std::size_t kStatusesMax = 100;     ///< of one update
inline constexpr std::size_t kParametersMax = 1000;  ///< of one status
inline constexpr std::size_t kAttachmentsMax = 100;  ///< files and documents of one status
inline constexpr std::size_t kFreeTextMax =
    100'000;  ///< characters: message_type, a parameter's parts
inline constexpr std::size_t kPathMax = 4096;
inline constexpr std::size_t kFileNameMax = 255;
inline constexpr std::size_t kMimeMax = 127;

}  // namespace smev::elk
