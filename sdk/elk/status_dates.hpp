#pragma once
// Dates of an order's statuses rise strictly: statuses of one date have no order in the account
// (elk-status §4.1), and many systems know only days.

#include <optional>
#include <string>
#include <string_view>

#include "smev/elk/profile.hpp"
#include "smev/elk/update.hpp"

namespace smev::elk {

/// Of the latest status that was submitted for an order.
struct LatestDate {
  TimePoint given{};  ///< as the sender gave it
  TimePoint sent{};   ///< as it is sent: the same, or some microseconds later

  friend bool operator==(const LatestDate&, const LatestDate&) = default;
};

/// How a status stands to the one before it.
enum class DateOrder {
  later,
  equal,    ///< or within the steps that earlier equal dates have taken
  earlier,  ///< than the date that was given before
};
DateOrder compare(const DateTime& date, const LatestDate& latest);

/// Moves equal dates by a microsecond each, in their own form, and gives the date of the update's
/// last status. The update has passed the rules.
LatestDate space_dates(Update& update, std::optional<LatestDate> latest);

/// For the outbox, which keeps it with the update.
std::string to_mark(const LatestDate& latest);
/// Nothing when it is no such text.
std::optional<LatestDate> parse_mark(std::string_view mark);

}  // namespace smev::elk
