#pragma once
// Everything that is checked before an update is queued: the schema's limits and the check digits.
// All faults of an update at once, each with its field path in the update
// ("order.applicant.snils").

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
std::vector<FieldFault> check(const Update& update, const Profile& profile,
                              const OrderHistory& history, TimePoint now);
/// Faults of a profile itself.
std::vector<FieldFault> check(const Profile& profile);

inline constexpr Duration kFutureTolerance = std::chrono::minutes(5);

}  // namespace smev::elk
