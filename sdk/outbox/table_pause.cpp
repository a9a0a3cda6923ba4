// A stop of all sending, by a person: for a maintenance window, or to look before more goes out.

#include "sdk/outbox/audit.hpp"
#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {

Result<void> TableOutbox::pause(const std::string& who, const std::string& reason) {
  SMEV_TRY(check_named(who, reason));
  return change([&](Database& database) {
    return write_audit(database, clock_->now(), kPaused, who, reason);
  });
}

Result<void> TableOutbox::resume(const std::string& who, const std::string& reason) {
  SMEV_TRY(check_named(who, reason));
  return change([&](Database& database) {
    return write_audit(database, clock_->now(), kResumed, who, reason);
  });
}

Result<std::optional<Pause>> TableOutbox::paused() {
  return read([](Database& database) { return find_pause(database); });
}

}  // namespace smev::outbox
