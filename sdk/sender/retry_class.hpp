#pragma once
// What kind of fault ended an attempt: one table of faults, from which the pause, the count of
// tries and the state of the endpoint follow (docs/outbox.md, «Повторы»).

#include <string_view>
#include <vector>

#include "smev/transport/transport.hpp"

namespace smev {

enum class RetryClass {
  none,       ///< accepted
  transient,  ///< not taken, and that will pass: again after a growing pause
  throttled,  ///< SMEV limits our calls: a longer pause for everything, no try is burnt
  in_doubt,   ///< the outcome is unknown: the same octets again
  permanent,  ///< refused for good: a person
  local,      ///< this machine (key, disk, stop): again after the shortest pause, no try is burnt
  duplicate,  ///< SMEV has this id already: success when an earlier attempt may have arrived
};
std::string_view name(RetryClass kind);

/// A row of the table: an SMEV fault by its element, or an error of ours by its code.
struct RetryRow {
  std::string_view fault;
  RetryClass kind;
};
const std::vector<RetryRow>& retry_table();

RetryClass retry_class(const Transmission& transmission);

/// What an attempt tells of the endpoint itself.
enum class EndpointHealth { unknown, works, fails };
EndpointHealth endpoint_health(const Transmission& transmission);

}  // namespace smev
