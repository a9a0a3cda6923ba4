#include "smev-send/update_statuses.hpp"

#include <utility>

#include "sdk/elk/json.hpp"

namespace smev::cli {

std::vector<elk::Status> statuses_of(const UpdateRow& update) {
  Result<elk::Update> payload = elk::update_from_json(update.payload);
  if (!payload) return {};
  std::vector<elk::Status> statuses = std::move(payload->more_statuses);
  statuses.insert(statuses.begin(), std::move(payload->status));
  return statuses;
}

}  // namespace smev::cli
