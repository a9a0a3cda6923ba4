#include "smev-send/exit_code.hpp"

#include <array>
#include <utility>

namespace smev::cli {
namespace {

constexpr auto kErrors = std::to_array<std::pair<ErrorCode, ExitCode>>({
    {ErrorCode::validation, ExitCode::validation},
    {ErrorCode::bad_json, ExitCode::validation},
    {ErrorCode::bad_csv, ExitCode::validation},
    {ErrorCode::bad_xml, ExitCode::validation},
    {ErrorCode::limit_exceeded, ExitCode::validation},
    {ErrorCode::schema_violation, ExitCode::validation},
    {ErrorCode::config, ExitCode::configuration},
    {ErrorCode::io, ExitCode::storage},
    {ErrorCode::store, ExitCode::storage},
    {ErrorCode::store_busy, ExitCode::try_later},
    {ErrorCode::stale_lease, ExitCode::try_later},
    {ErrorCode::idempotency_conflict, ExitCode::validation},
    {ErrorCode::not_found, ExitCode::validation},
    {ErrorCode::illegal_transition, ExitCode::validation},
    {ErrorCode::key, ExitCode::crypto},
    {ErrorCode::crypto, ExitCode::crypto},
    {ErrorCode::signature_missing, ExitCode::crypto},
    {ErrorCode::signature_invalid, ExitCode::crypto},
    {ErrorCode::signature_untrusted, ExitCode::crypto},
    {ErrorCode::signature_unsupported, ExitCode::crypto},
    {ErrorCode::not_signable, ExitCode::crypto},
    {ErrorCode::connect, ExitCode::network},
    {ErrorCode::timeout, ExitCode::network},
    {ErrorCode::connection_lost, ExitCode::network},
    {ErrorCode::http, ExitCode::network},
    {ErrorCode::bad_answer, ExitCode::network},
    {ErrorCode::smev_fault, ExitCode::network},
    {ErrorCode::file_store, ExitCode::network},
    {ErrorCode::stopped, ExitCode::try_later},
    {ErrorCode::internal, ExitCode::internal},
});

constexpr bool in_order_of_enumeration() {
  for (std::size_t i = 0; i < kErrors.size(); ++i) {
    if (static_cast<std::size_t>(kErrors[i].first) != i) return false;
  }
  return true;
}
static_assert(kErrors.size() == static_cast<std::size_t>(ErrorCode::internal) + 1 &&
                  in_order_of_enumeration(),
              "one row per ErrorCode, in its order");

}  // namespace

const std::vector<ExitCodeRow>& exit_codes() {
  static const std::vector<ExitCodeRow> rows = {
      {ExitCode::done, "done", "сделано"},
      {ExitCode::held, "held", "есть остановленное или завершённое без доставки: нужен человек"},
      {ExitCode::usage, "usage", "неверная командная строка"},
      {ExitCode::network, "network", "СМЭВ недоступна или отказала; исход может быть неизвестен"},
      {ExitCode::validation, "validation", "данные не приняты: исправьте их"},
      {ExitCode::crypto, "crypto", "ключ, сертификат или электронная подпись"},
      {ExitCode::internal, "internal", "внутренняя ошибка программы"},
      {ExitCode::storage, "storage", "файл, каталог или хранилище не читается или не пишется"},
      {ExitCode::try_later, "try_later", "занято, остановлено или не хватило времени: повторите"},
      {ExitCode::configuration, "configuration", "ошибка в файле настроек"},
  };
  return rows;
}

ExitCode exit_code(ErrorCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < kErrors.size() ? kErrors[index].second : ExitCode::internal;
}

ExitCode exit_code(UpdateState state) {
  switch (state) {
    case UpdateState::delivered:
      return ExitCode::done;
    case UpdateState::queued:
    case UpdateState::in_flight:
      return ExitCode::try_later;
    case UpdateState::held:
    case UpdateState::rejected:
    case UpdateState::skipped:
    case UpdateState::cancelled:
    case UpdateState::expired:
      return ExitCode::held;
  }
  return ExitCode::internal;
}

}  // namespace smev::cli
