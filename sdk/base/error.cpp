#include "smev/base/error.hpp"

#include <array>
#include <utility>

namespace smev {
namespace {

struct CodeRow {
  ErrorCode code;
  std::string_view name;
  std::string_view text;
};

constexpr std::size_t kCodeCount = static_cast<std::size_t>(ErrorCode::internal) + 1;

constexpr std::array<CodeRow, kCodeCount> kCodes = {{
    {ErrorCode::validation, "validation", "Данные не прошли проверку"},
    {ErrorCode::bad_json, "bad_json", "Не удалось прочитать JSON"},
    {ErrorCode::bad_csv, "bad_csv", "Не удалось прочитать CSV"},
    {ErrorCode::bad_xml, "bad_xml", "Не удалось прочитать XML"},
    {ErrorCode::limit_exceeded, "limit_exceeded", "Превышено допустимое ограничение"},
    {ErrorCode::schema_violation, "schema_violation", "Документ не соответствует схеме"},
    {ErrorCode::config, "config", "Ошибка в настройках"},
    {ErrorCode::io, "io", "Не удалось прочитать или записать файл"},
    {ErrorCode::store, "store", "Хранилище исходящих сообщений отказало в операции"},
    {ErrorCode::store_busy, "store_busy", "С этим хранилищем уже работает другой отправитель"},
    {ErrorCode::stale_lease, "stale_lease", "Работу уже взял другой исполнитель"},
    {ErrorCode::idempotency_conflict, "idempotency_conflict",
     "Этот ключ идемпотентности уже использован с другими данными"},
    {ErrorCode::not_found, "not_found", "Запись или файл не найдены"},
    {ErrorCode::illegal_transition, "illegal_transition",
     "Такое действие в текущем состоянии невозможно"},
    {ErrorCode::key, "key", "Не удалось открыть ключ или сертификат"},
    {ErrorCode::crypto, "crypto", "Ошибка криптографической операции"},
    {ErrorCode::signature_missing, "signature_missing", "Нет обязательной электронной подписи"},
    {ErrorCode::signature_invalid, "signature_invalid", "Электронная подпись неверна"},
    {ErrorCode::signature_untrusted, "signature_untrusted",
     "Нет доверия к сертификату электронной подписи"},
    {ErrorCode::signature_unsupported, "signature_unsupported",
     "Алгоритм электронной подписи не поддерживается"},
    {ErrorCode::not_signable, "not_signable", "Документ нельзя подписать по правилам СМЭВ"},
    {ErrorCode::connect, "connect", "Нет соединения со СМЭВ"},
    {ErrorCode::timeout, "timeout", "СМЭВ не ответила вовремя"},
    {ErrorCode::connection_lost, "connection_lost", "Соединение со СМЭВ прервалось"},
    {ErrorCode::http, "http", "Вместо ответа СМЭВ пришла ошибка HTTP"},
    {ErrorCode::bad_answer, "bad_answer", "Ответ СМЭВ не соответствует протоколу"},
    {ErrorCode::smev_fault, "smev_fault", "СМЭВ вернула ошибку"},
    {ErrorCode::file_store, "file_store", "Не удалось поместить файл в файловое хранилище СМЭВ"},
    {ErrorCode::stopped, "stopped", "Работа остановлена до завершения"},
    {ErrorCode::internal, "internal", "Внутренняя ошибка программы"},
}};

constexpr bool in_order_of_enumeration() {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    if (static_cast<std::size_t>(kCodes[i].code) != i || kCodes[i].text.empty()) return false;
  }
  return true;
}
static_assert(in_order_of_enumeration(), "one row per ErrorCode, in its order");

// A number that is no code can only come from a cast: an error of ours.
const CodeRow& row(ErrorCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < kCodes.size() ? kCodes[index] : kCodes.back();
}

bool says_the_same(const FieldFault& a, const FieldFault& b) {
  return a.text == b.text && a.source == b.source;
}

}  // namespace

std::string_view name(ErrorCode code) { return row(code).name; }
std::string_view text(ErrorCode code) { return row(code).text; }

const std::vector<ErrorCode>& all_error_codes() {
  static const std::vector<ErrorCode> codes = [] {
    std::vector<ErrorCode> all;
    for (const CodeRow& each : kCodes) all.push_back(each.code);
    return all;
  }();
  return codes;
}

std::string_view name(Origin origin) {
  switch (origin) {
    case Origin::local:
      return "local";
    case Origin::network:
      return "network";
    case Origin::smev:
      return "smev";
    case Origin::recipient:
      return "recipient";
  }
  return "local";
}

std::string_view name(Retry retry) {
  switch (retry) {
    case Retry::never:
      return "never";
    case Retry::later:
      return "later";
    case Retry::same_id_now:
      return "same_id_now";
    case Retry::after_fix:
      return "after_fix";
    case Retry::throttled:
      return "throttled";
  }
  return "never";
}

std::string Error::describe() const {
  std::string result = text.empty() ? std::string(smev::text(code)) : text;
  if (!detail.empty()) result += " (" + detail + ")";
  for (auto field = fields.begin(); field != fields.end(); ++field) {
    result += "\n  " + field->field;
    // One sentence about several fields is said once.
    for (auto more = field + 1; more != fields.end() && says_the_same(*field, *more); ++more) {
      result += ", " + more->field;
      field = more;
    }
    result += ": " + field->text;
    if (!field->source.empty()) result += " [" + field->source + "]";
  }
  return result;
}

Error local_error(ErrorCode code, std::string detail, Retry retry) {
  Error error;
  error.code = code;
  error.origin = Origin::local;
  error.retry = retry;
  error.text = text(code);
  error.detail = std::move(detail);
  return error;
}

Error validation_error(std::vector<FieldFault> fields, ErrorCode code) {
  Error error = local_error(code, "", Retry::after_fix);
  error.fields = std::move(fields);
  return error;
}

}  // namespace smev
