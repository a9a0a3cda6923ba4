#include "sdk/transport/outcome.hpp"

#include <utility>

#include "sdk/smev3/answer.hpp"
#include "sdk/smev3/fault.hpp"

namespace smev::transport {

namespace {

using Outcome = Transmission::Outcome;

// SMEVFailure and unknown faults do not tell whether the message had been taken before they arose.
Outcome outcome_of(const Error& error) {
  if (error.code != ErrorCode::smev_fault || !error.fault) {
    return Outcome::in_doubt;
  }
  if (error.retry == Retry::throttled) {
    return Outcome::refused;
  }
  const std::string_view kind = smev3::recognised(*error.fault);
  if (kind == smev3::kMessageIsAlreadySent) {
    return Outcome::duplicate;
  }
  return kind.empty() || kind == smev3::kSmevFailure ? Outcome::in_doubt : Outcome::refused;
}

// When the receipt does not prove that this message was taken: why.
std::optional<Error> doubt_about(const smev3::Receipt& receipt, const Uuid& message_id) {
  if (!receipt.verdict.holds() || receipt.verdict.trust != Trust::trusted) {
    return signature_error(receipt.verdict, Retry::same_id_now);
  }
  if (receipt.metadata.message_id != message_id.text()) {
    Error error =
        local_error(ErrorCode::bad_answer, "the receipt names another message", Retry::same_id_now);
    error.origin = Origin::smev;
    error.text =
        "СМЭВ прислала квитанцию на другое сообщение. Если это повторяется, сообщите в "
        "службу поддержки СМЭВ";
    return error;
  }
  return std::nullopt;
}

}  // namespace

Error signature_error(const SignatureVerdict& verdict, Retry retry) {
  ErrorCode code = ErrorCode::signature_invalid;
  std::string text =
      "Подпись СМЭВ под ответом не сошлась. Проверьте, что ответ не меняется по пути";
  if (!verdict.present) {
    code = ErrorCode::signature_missing;
    text = "Под ответом СМЭВ нет её подписи";
  } else if (verdict.digest_holds && verdict.value_holds) {
    code = ErrorCode::signature_untrusted;
    text =
        "Ответ подписан сертификатом, которому нет доверия. Если сертификат СМЭВ сменился, "
        "проверьте его и укажите новый в настройках";
  }
  Error error = local_error(code, verdict.role + ": " + verdict.problem, retry);
  error.origin = Origin::smev;
  error.text = std::move(text);
  return error;
}

Transmission judge(const smev3::Protocol& protocol, const Uuid& message_id, HttpResult result,
                   Verifier& verifier, TimePoint now) {
  Transmission transmission;
  transmission.http_status = result.answer.status;
  transmission.duration = result.duration;
  if (result.error) {
    transmission.outcome = result.request_left ? Outcome::in_doubt : Outcome::not_sent;
    transmission.error = std::move(result.error);
    return transmission;
  }
  auto receipt = smev3::read_send_response(protocol, result.answer, verifier, now);
  transmission.receipt = std::move(result.answer.body);
  if (!receipt) {
    transmission.outcome = outcome_of(receipt.error());
    transmission.error = receipt.error();
    if (result.retry_after_seconds) {
      transmission.retry_after = std::chrono::seconds(*result.retry_after_seconds);
      transmission.error->detail +=
          "; Retry-After: " + std::to_string(*result.retry_after_seconds) + " s";
    }
    return transmission;
  }
  transmission.error = doubt_about(*receipt, message_id);
  transmission.outcome = transmission.error ? Outcome::in_doubt : Outcome::accepted;
  transmission.smev_status = receipt->metadata.status;
  transmission.verdicts.push_back(std::move(receipt->verdict));
  return transmission;
}

}  // namespace smev::transport
