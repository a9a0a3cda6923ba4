#pragma once
// When a message was signed, as far as its own word can be taken for it.

#include <string_view>

#include "smev/base/clock.hpp"

namespace smev::smev3 {

/// A stamp further ahead of this machine's clock is not believed.
inline constexpr Duration kStampAheadMax = std::chrono::minutes(5);
/// Nor is an older one: SMEV keeps messages for 30 to 45 days, and the owner of a certificate that
/// ran out long ago must not be able to write a date of its days.
inline constexpr Duration kStampAgeMax = std::chrono::hours(24 * 45);

/// The moment at which the signer's certificate has to be good. SMEV's certificates change while
/// messages wait in its queues: what was signed in time stays good. `stamp` is SendingTimestamp out
/// of the signed element, an xs:dateTime; one that is absent, unreadable or not to be believed
/// gives `now`.
TimePoint trust_moment(std::string_view stamp, TimePoint now);

}  // namespace smev::smev3
