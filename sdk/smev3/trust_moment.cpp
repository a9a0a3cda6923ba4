#include "sdk/smev3/trust_moment.hpp"

namespace smev::smev3 {

TimePoint trust_moment(std::string_view stamp, TimePoint now) {
  const auto written = DateTime::parse(stamp);
  if (!written) return now;
  const TimePoint moment = written->instant();
  const bool believed = moment <= now + kStampAheadMax && moment >= now - kStampAgeMax;
  return believed ? moment : now;
}

}  // namespace smev::smev3
