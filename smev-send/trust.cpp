#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "sdk/sender/config.hpp"
#include "smev-send/commands.hpp"
#include "smev-send/report_text.hpp"
#include "smev-send/table.hpp"
#include "smev-send/trust_change.hpp"
#include "smev-send/trust_check.hpp"
#include "smev-send/trust_json.hpp"
#include "smev/signature/key.hpp"

namespace smev::cli {
namespace {

using signature::InspectedCertificate;
using signature::InspectedFile;
using signature::InspectedRevocations;
using signature::TrustList;

constexpr std::size_t kFingerprintShown = 16;

std::string date_text(TimePoint moment) { return moscow_time_text(moment).substr(0, 10); }

Cell days_cell(const Certificate& certificate, TimePoint now) {
  const int days = days_left(certificate, now);
  if (days < 0) return {"истёк", Paint::red};
  if (certificate.not_before > now) return {"ещё не действует", Paint::yellow};
  return {std::to_string(days), expiry_level(days) > 0 ? Paint::yellow : Paint::none};
}

std::string certificates_text(const TrustSession& session) {
  Table table(
      {"роль", "субъект", "издатель", "серийный номер", "с", "по", "дней", "отпечаток", "файл"});
  for (const InspectedFile& file : session.trust.files) {
    for (const InspectedCertificate& each : file.certificates) {
      const Certificate& certificate = each.certificate;
      table.add({std::string(file.list == TrustList::trusted ? "доверен" : "промежуточный"),
                 each.common_name, each.issuer_name, certificate.serial,
                 date_text(certificate.not_before), date_text(certificate.not_after),
                 days_cell(certificate, session.now), each.fingerprint.substr(0, kFingerprintShown),
                 file.path});
    }
  }
  return table.text(session.environment.colour);
}

Cell remark_of(const InspectedRevocations& list, TimePoint now) {
  if (!list.vouched()) return {"не действует: издатель неизвестен", Paint::red};
  if (list.facts.stale_at(now)) return {"устарел", Paint::yellow};
  return {""};
}

std::string revocations_text(const TrustSession& session) {
  Table table(
      {"список отозванных", "выпущен", "следующий", "записей", "отпечаток", "примечание", "файл"});
  bool any = false;
  for (const InspectedFile& file : session.trust.files) {
    for (const InspectedRevocations& each : file.revocations) {
      any = true;
      table.add({each.facts.issuer_name, date_text(each.facts.issued),
                 each.facts.next ? date_text(*each.facts.next) : "—",
                 std::to_string(each.facts.entries),
                 each.facts.fingerprint.substr(0, kFingerprintShown), remark_of(each, session.now),
                 file.path});
    }
  }
  return any ? '\n' + table.text(session.environment.colour) : "";
}

ExitCode list_trust(const TrustSession& session) {
  const auto& files = session.trust.files;
  if (session.json) {
    session.environment.out << trust_json(files, session.now) << '\n';
  } else {
    session.environment.out << certificates_text(session) << revocations_text(session);
  }
  ExitCode code = ExitCode::done;
  for (const InspectedFile& file : files) {
    if (!file.error) continue;
    code = exit_code(file.error->code);
    if (!session.json) session.environment.err << file.error->describe() << '\n';
  }
  return code;
}

}  // namespace

Result<ExitCode> administer(const Invocation& invocation, const TrustCommand& command,
                            const Environment& environment) {
  SMEV_ASSIGN(const SenderOptions options, read_options(invocation.config));
  SMEV_ASSIGN(const signature::InspectedTrust trust, signature::inspect_trust(options.trust));
  const TrustSession session{options.trust,         trust,           environment,
                             system_clock()->now(), invocation.json, invocation.quiet};
  if (const auto* adds = std::get_if<TrustAddCommand>(&command)) return add_trust(session, *adds);
  if (const auto* removes = std::get_if<TrustRemoveCommand>(&command)) {
    return remove_trust(session, *removes);
  }
  if (const auto* checks = std::get_if<TrustCheckCommand>(&command)) {
    return check_trust(session, *checks);
  }
  return list_trust(session);
}

}  // namespace smev::cli
