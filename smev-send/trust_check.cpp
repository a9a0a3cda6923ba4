#include "smev-send/trust_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/profile.hpp"
#include "sdk/xml/document.hpp"
#include "smev-send/message_file.hpp"
#include "smev-send/report_text.hpp"
#include "smev-send/table.hpp"
#include "smev-send/trust_json.hpp"

namespace smev::cli {
namespace {

constexpr std::string_view kPemBegin = "-----BEGIN";

using signature::InspectedFile;
using signature::TrustList;
using signature::TrustStep;

// PEM begins with hyphens, as the boundary of a stored body does.
bool is_pem(const std::string& octets) {
  const std::size_t start = octets.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  return start != std::string::npos && octets.compare(start, kPemBegin.size(), kPemBegin) == 0;
}

// The document's depth is limited by its reader.
Result<void> collect(const xml::Element& element, std::vector<std::string>& ders) {
  if (element.is(signature::kDsigNamespace, "X509Certificate")) {
    SMEV_ASSIGN(std::string der, base64_decode(element.text()));
    if (std::find(ders.begin(), ders.end(), der) == ders.end()) ders.push_back(std::move(der));
    return {};
  }
  for (xml::Element child = element.first_child(); child; child = child.next_sibling()) {
    SMEV_TRY(collect(child, ders));
  }
  return {};
}

Result<std::vector<std::string>> signers_of_message(const std::string& path) {
  SMEV_ASSIGN(const xml::Document document, read_message_file(path));
  std::vector<std::string> ders;
  SMEV_TRY(collect(document.root(), ders));
  if (ders.empty()) {
    return fail(local_error(ErrorCode::signature_missing, "no X509Certificate in the document"));
  }
  return ders;
}

/// No key of ours failed: what was given will not do.
Error no_signers(Error error) {
  if (error.code == ErrorCode::key) {
    error.text = "Это не сертификат и не подписанное сообщение XML";
  }
  return error;
}

Result<std::vector<std::string>> signers_of(const std::string& path) {
  const Result<std::string> octets = read_file(path);
  if (!octets) return fail(as_given_file(octets.error()));
  SMEV_ASSIGN(const bool message, is_message_file(path));
  if (message && !is_pem(*octets)) return signers_of_message(path);
  const auto certificates = signature::read_certificates(path);
  if (!certificates) return fail(no_signers(certificates.error()));
  std::vector<std::string> ders;
  for (const auto& each : *certificates) ders.push_back(signature::describe(*each).der);
  return ders;
}

Result<JudgedSigner> judge_signer(const signature::TrustSet& set, const std::string& der,
                                  TimePoint at) {
  signature::CertificateCache parsed;
  SMEV_ASSIGN(const auto certificate, parsed.find_or_read(der));
  JudgedSigner judged;
  judged.signer = signature::inspect(certificate->facts);
  judged.path = *set.path_of(certificate, at);
  judged.verdict = signature::judge(judged.path, at);
  return judged;
}

// --- as text ------------------------------------------------------------------------------------

std::string quoted(const Certificate& certificate) {
  return "«" + printable(signature::inspect(certificate).common_name) + "»";
}

std::string reason_of(const JudgedSigner& judged) {
  const TrustStep& step = judged.path.steps[judged.verdict.step];
  const std::string who = quoted(step.certificate);
  switch (judged.verdict.trust) {
    case Trust::trusted:
      return "доверие: " + who + " среди доверенных";
    case Trust::expired:
      return fmt::format("истёк: {} действовал по {}", who,
                         moscow_time_text(step.certificate.not_after));
    case Trust::not_yet_valid:
      return fmt::format("ещё не действовал: {} действует с {}", who,
                         moscow_time_text(step.certificate.not_before));
    case Trust::revoked:
      return fmt::format("отозван: {} с {}{}", who, moscow_time_text(step.revocation->at),
                         step.revocation->compromised ? ", ключ в чужих руках" : "");
    case Trust::unknown:
    case Trust::not_checked:
      break;
  }
  if (!judged.path.may_sign) {
    return fmt::format("доверия нет: {} выдан не для подписи сообщений ({})", who,
                       judged.path.problem);
  }
  return fmt::format("доверия нет: цепочка обрывается на {}, его издатель — {} ({})", who,
                     printable(step.certificate.issuer), judged.path.problem);
}

std::string text_of(const JudgedSigner& judged, bool colour) {
  const bool trusted = judged.verdict.trust == Trust::trusted;
  std::string text = painted(trusted ? "✓" : "✗", trusted ? Paint::green : Paint::red, colour);
  text += fmt::format(" {} — {}\n", quoted(judged.signer.certificate), reason_of(judged));
  text += fmt::format("    серийный номер {}, отпечаток {}\n", judged.signer.certificate.serial,
                      judged.signer.fingerprint);
  for (const TrustStep& step : judged.path.steps) {
    text += fmt::format("    ← {}, {} .. {}\n", printable(step.certificate.subject),
                        moscow_time_text(step.certificate.not_before),
                        moscow_time_text(step.certificate.not_after));
  }
  return text;
}

}  // namespace

Result<ExitCode> check_trust(const TrustSession& session, const TrustCheckCommand& command) {
  // A verifier would not begin with these files: no verdict of them is one of its.
  for (const InspectedFile& file : session.trust.files) {
    if (file.error) return fail(*file.error);
  }
  const TimePoint at = command.at.value_or(session.now);
  SMEV_ASSIGN(const std::vector<std::string> ders, signers_of(command.file));
  std::vector<JudgedSigner> judged;
  bool trusted = true;
  for (const std::string& der : ders) {
    SMEV_ASSIGN(JudgedSigner each, judge_signer(*session.trust.set, der, at));
    trusted = trusted && each.verdict.trust == Trust::trusted;
    judged.push_back(std::move(each));
  }
  std::ostream& out = session.environment.out;
  if (session.json) {
    out << judged_json(judged, at) << '\n';
  } else {
    for (const JudgedSigner& each : judged) out << text_of(each, session.environment.colour);
  }
  return trusted ? ExitCode::done : ExitCode::crypto;
}

}  // namespace smev::cli
