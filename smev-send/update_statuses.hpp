#pragma once
// What an update says, without whom it is about: its payload holds the applicant too.

#include <vector>

#include "smev/elk/update.hpp"
#include "smev/outbox/outbox.hpp"

namespace smev::cli {

/// In their order; none when the payload cannot be read.
std::vector<elk::Status> statuses_of(const UpdateRow& update);

}  // namespace smev::cli
