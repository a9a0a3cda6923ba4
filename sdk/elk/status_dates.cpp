#include "sdk/elk/status_dates.hpp"

namespace smev::elk {
namespace {

constexpr Duration kStep = std::chrono::microseconds(1);
constexpr char kBetween = '/';

/// Sends the status after the latest one; gives what is the latest then.
LatestDate space(Status& status, const std::optional<LatestDate>& latest) {
  const TimePoint given = status.at.instant();
  if (!latest || compare(status.at, *latest) == DateOrder::later) return {given, given};
  status.at = status.at.with_instant(latest->sent + kStep);
  return {given, latest->sent + kStep};
}

}  // namespace

DateOrder compare(const DateTime& date, const LatestDate& latest) {
  if (date.instant() < latest.given) return DateOrder::earlier;
  return date.instant() <= latest.sent ? DateOrder::equal : DateOrder::later;
}

LatestDate space_dates(Update& update, std::optional<LatestDate> latest) {
  LatestDate last = space(update.status, latest);
  for (Status& status : update.more_statuses) last = space(status, last);
  return last;
}

std::string to_mark(const LatestDate& latest) {
  return to_utc_text(latest.given) + kBetween + to_utc_text(latest.sent);
}

std::optional<LatestDate> parse_mark(std::string_view mark) {
  const std::size_t between = mark.find(kBetween);
  if (between == std::string_view::npos) return std::nullopt;
  const Result<TimePoint> given = parse_utc_text(mark.substr(0, between));
  const Result<TimePoint> sent = parse_utc_text(mark.substr(between + 1));
  if (!given || !sent) return std::nullopt;
  return LatestDate{*given, *sent};
}

}  // namespace smev::elk
