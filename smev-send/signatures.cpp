#include "smev-send/signatures.hpp"

#include <algorithm>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/cms.hpp"
#include "sdk/signature/identifiers.hpp"
#include "sdk/signature/second_opinion.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "sdk/smev3/signature_places.hpp"
#include "sdk/smev3/trust_moment.hpp"
#include "smev-send/message_file.hpp"

namespace smev::cli {
namespace {

constexpr std::size_t kCmsBytesMax = 1u << 20;

SignatureFinding find(const xml::Document& document, const smev3::SignaturePlace& place,
                      Verifier& verifier, const VerifyHow& how) {
  SignatureFinding finding;
  std::optional<TimePoint> trust_at = how.trust_at;
  if (how.trust && !trust_at) trust_at = smev3::trust_moment(place.stamp, system_clock()->now());
  finding.verdict = signature::verify(document, place.target, place.holder, verifier,
                                      {how.strip_blanks, trust_at});
  finding.verdict.role = place.role;
  finding.element = place.target ? std::string(place.target.name()) : std::string();
  finding.known_place = place.is_known;
  if (!finding.verdict.value_holds && !how.strip_blanks) {
    finding.holds_without_blanks =
        signature::verify(document, place.target, place.holder, verifier, {true, std::nullopt})
            .holds();
  }
  // What has no computable form is not put before xmlsec.
  const SignatureVerdict& verdict = finding.verdict;
  if (!verdict.code || verdict.digest_holds || verdict.value_holds) {
    const auto held =
        signature::holds_by_xmlsec(place.target, place.holder, verifier, how.strip_blanks);
    // It knows one escaping alone.
    if (held && !verdict.jdk_escaping) finding.second_opinion = *held;
  }
  return finding;
}

void mark_vouched(const std::vector<smev3::SignaturePlace>& places,
                  std::vector<SignatureFinding>& findings) {
  for (std::size_t inner = 0; inner < places.size(); ++inner) {
    for (std::size_t outer = 0; outer < places.size(); ++outer) {
      if (inner == outer || !findings[outer].verdict.holds() || !places[outer].target) continue;
      if (findings[outer].verdict.trust != Trust::trusted || !findings[outer].known_place) continue;
      if (signature::is_inside(places[inner].holder, places[outer].target)) {
        findings[inner].vouched = true;
      }
    }
  }
}

// Some programs write base64, with or without PEM's lines around it.
std::string der_of(const std::string& octets) {
  std::string_view text = octets;
  if (const std::size_t begin = text.find("-----BEGIN"); begin != std::string_view::npos) {
    text.remove_prefix(std::min(text.find('\n', begin), text.size()));
    text = text.substr(0, text.find("-----END"));
  }
  constexpr char kSequence = '\x30';
  if (text.empty() || text.front() == kSequence) return octets;
  return base64_decode(text).value_or(octets);
}

}  // namespace

bool SignatureFinding::holds() const {
  const bool computed = verdict.present && verdict.digest_holds && verdict.value_holds;
  return computed && known_place && second_opinion.value_or(true) && (verdict.holds() || vouched);
}

bool VerifyReport::holds() const {
  return !findings.empty() && std::all_of(findings.begin(), findings.end(),
                                          [](const auto& each) { return each.holds(); });
}

bool VerifyReport::disagrees() const {
  return std::any_of(findings.begin(), findings.end(), [](const SignatureFinding& each) {
    const bool ours = each.verdict.digest_holds && each.verdict.value_holds;
    return each.second_opinion && *each.second_opinion != ours;
  });
}

Result<VerifyReport> verify_message(const std::string& path, Verifier& verifier,
                                    const VerifyHow& how) {
  SMEV_ASSIGN(const xml::Document document, read_message_file(path));
  VerifyReport report{path, {}};
  SMEV_ASSIGN(const auto places, smev3::find_signatures(document));
  for (const smev3::SignaturePlace& place : places) {
    report.findings.push_back(find(document, place, verifier, how));
  }
  mark_vouched(places, report.findings);
  return report;
}

Result<VerifyReport> verify_detached(const std::string& path, const std::string& signature_path,
                                     Verifier& verifier, const VerifyHow& how) {
  const Result<std::string> octets = read_file(signature_path, kCmsBytesMax);
  if (!octets) return fail(as_given_file(octets.error()));
  const std::string cms = der_of(*octets);
  VerifyReport report{path, {}};
  std::optional<TimePoint> trust_at = how.trust_at;
  if (how.trust && !trust_at) trust_at = system_clock()->now();
  // What the signer says of the time counts unless the person knows better.
  const auto stated =
      how.trust_at ? signature::StatedTime::ignored : signature::StatedTime::believed;
  SMEV_ASSIGN(SignatureVerdict verdict,
              signature::verify_file(path, cms, verifier, trust_at, stated));
  SignatureFinding finding;
  finding.verdict = std::move(verdict);
  report.findings.push_back(std::move(finding));
  return report;
}

}  // namespace smev::cli
