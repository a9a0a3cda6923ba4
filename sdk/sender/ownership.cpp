#include "sdk/sender/ownership.hpp"

#include <fmt/format.h>

namespace smev {

Result<void> check_ours(const SenderOptions& options, const UpdateRow& update) {
  const OrderKey& order = update.order;
  if (order.sender == options.mnemonic && order.contour == options.contour) return {};
  Error error = local_error(
      ErrorCode::config,
      fmt::format("update {} belongs to {} ({}), this sender is {} ({})", update.id, order.sender,
                  name(order.contour), options.mnemonic, name(options.contour)),
      Retry::after_fix);
  error.text = fmt::format(
      "В этом хранилище есть неоконченные обновления другого отправителя: обновление {} подано от "
      "{} (контур {}), а в настройках — {} (контур {}). Закончите их с прежними настройками или "
      "отзовите (queue cancel); либо укажите другое хранилище ([outbox]).",
      update.id, order.sender, name(order.contour), options.mnemonic, name(options.contour));
  return fail(std::move(error));
}

Result<void> check_all_ours(const SenderParts& parts) {
  const SenderOptions& options = parts.options;
  SMEV_ASSIGN(const std::optional<UpdateRow> stranger,
              parts.outbox().unfinished_of_another(options.mnemonic, options.contour));
  if (!stranger) return {};
  return check_ours(options, *stranger);
}

Result<void> check_some_ours(const SenderParts& parts) {
  for (const UpdateState state : {UpdateState::queued, UpdateState::in_flight, UpdateState::held}) {
    UpdateFilter filter;
    filter.state = state;
    filter.limit = 1;
    SMEV_ASSIGN(const std::vector<UpdateRow> any, parts.outbox().list_updates(filter));
    for (const UpdateRow& update : any) SMEV_TRY(check_ours(parts.options, update));
  }
  return {};
}

}  // namespace smev
