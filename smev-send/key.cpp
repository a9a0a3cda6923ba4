#include <ostream>
#include <utility>

#include "sdk/sender/config.hpp"
#include "smev-send/commands.hpp"
#include "smev-send/report_json.hpp"
#include "smev-send/table.hpp"

namespace smev::cli {
namespace {

std::string_view label(KeyKind kind) {
  switch (kind) {
    case KeyKind::file:
      return "файл";
    case KeyKind::engine:
      return "OpenSSL engine";
    case KeyKind::command:
      return "команда";
  }
  return "";
}

std::string_view label(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::gost2012_512 ? "ГОСТ Р 34.10-2012, 512 бит"
                                                       : "ГОСТ Р 34.10-2012, 256 бит";
}

std::string day(TimePoint moment) { return to_utc_text(moment).substr(0, 10); }

std::string key_text(const OpenedKey& key, bool colour) {
  const Certificate& certificate = key.signer.certificate();
  const Paint paint = expiry_level(key.days_left) == 0 ? Paint::green : Paint::yellow;
  Table table({"ключ", std::string(label(key.kind))});
  const auto row = [&table](const char* title, std::string text, Paint text_paint = Paint::none) {
    table.add({std::string(title), Cell(std::move(text), text_paint)});
  };
  row("алгоритм", std::string(label(key.signer.algorithm())));
  row("владелец", certificate.subject);
  row("кем выдан", certificate.issuer);
  row("серийный номер", certificate.serial);
  row("действует", day(certificate.not_before) + " — " + day(certificate.not_after));
  row("осталось дней", std::to_string(key.days_left), paint);
  row("подписей сразу", std::to_string(key.signer.concurrency()));
  row("пробная подпись", "верна", Paint::green);
  return table.text(colour);
}

}  // namespace

Result<std::shared_ptr<Signer>> open_configured_signer(const KeyOptions& key,
                                                       const std::string& config, TimePoint now) {
  std::vector<FieldFault> faults = key.validate();
  for (FieldFault& fault : faults) fault.field.insert(0, "key.");
  if (faults.empty()) return open_signer(key, now);
  Error error = validation_error(std::move(faults), ErrorCode::config);
  error.detail = config;
  return fail(std::move(error));
}

Result<ExitCode> check_key(const Invocation& invocation, const Environment& environment) {
  SMEV_ASSIGN(const SenderOptions options, read_options(invocation.config));
  const TimePoint now = system_clock()->now();
  SMEV_ASSIGN(const auto signer, open_configured_signer(options.key, invocation.config, now));
  const OpenedKey key{options.key.kind(), *signer, days_left(signer->certificate(), now)};
  environment.out << (invocation.json ? key_json(key) + '\n' : key_text(key, environment.colour));
  if (expiry_level(key.days_left) > 0 && !invocation.quiet && !invocation.json) {
    environment.err << "Срок действия сертификата заканчивается: закажите новый.\n";
  }
  return ExitCode::done;
}

}  // namespace smev::cli
