#include "smev-send/trust_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "smev/signature/key.hpp"

namespace smev::cli {
namespace {

using Json = nlohmann::ordered_json;
using signature::InspectedCertificate;
using signature::InspectedFile;
using signature::TrustStep;

// Subjects may hold octets that are no UTF-8: they are replaced.
std::string written(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_of(const InspectedCertificate& inspected) {
  return {{"subject", inspected.certificate.subject},
          {"issuer", inspected.certificate.issuer},
          {"serial", inspected.certificate.serial},
          {"fingerprint", inspected.fingerprint},
          {"not_before", to_utc_text(inspected.certificate.not_before)},
          {"not_after", to_utc_text(inspected.certificate.not_after)},
          {"authority", inspected.authority}};
}

Json json_of(const InspectedFile& file, const InspectedCertificate& inspected, TimePoint now) {
  Json json = json_of(inspected);
  json["list"] = name(file.list);
  json["days_left"] = days_left(inspected.certificate, now);
  json["path"] = file.path;
  json["in_folder"] = file.in_folder;
  return json;
}

Json json_of(const InspectedFile& file, const signature::InspectedRevocations& list,
             TimePoint now) {
  const signature::RevocationFacts& facts = list.facts;
  return {{"issuer", facts.issuer},
          {"issued", to_utc_text(facts.issued)},
          {"next", facts.next ? Json(to_utc_text(*facts.next)) : Json(nullptr)},
          {"entries", facts.entries},
          {"fingerprint", facts.fingerprint},
          {"stale", facts.stale_at(now)},
          {"vouched", list.vouched()},
          {"path", file.path},
          {"in_folder", file.in_folder}};
}

Json json_of(const TrustStep& step) {
  Json json = json_of(signature::inspect(step.certificate));
  json["revoked_at"] = step.revocation ? Json(to_utc_text(step.revocation->at)) : Json(nullptr);
  json["compromised"] = step.revocation && step.revocation->compromised;
  return json;
}

Json json_of(const JudgedSigner& judged) {
  Json json = json_of(judged.signer);
  json["trust"] = name(judged.verdict.trust);
  json["decided_by"] = judged.verdict.step;
  json["problem"] = judged.path.problem.empty() ? Json(nullptr) : Json(judged.path.problem);
  Json chain = Json::array();
  for (const TrustStep& step : judged.path.steps) chain.push_back(json_of(step));
  json["chain"] = std::move(chain);
  return json;
}

}  // namespace

std::string trust_json(const std::vector<InspectedFile>& files, TimePoint now) {
  Json certificates = Json::array();
  Json revocations = Json::array();
  Json faulty = Json::array();
  for (const InspectedFile& file : files) {
    for (const auto& each : file.certificates) certificates.push_back(json_of(file, each, now));
    for (const auto& each : file.revocations) revocations.push_back(json_of(file, each, now));
    if (file.error) {
      faulty.push_back({{"list", name(file.list)},
                        {"path", file.path},
                        {"code", name(file.error->code)},
                        {"detail", file.error->detail}});
    }
  }
  return written({{"certificates", std::move(certificates)},
                  {"revocations", std::move(revocations)},
                  {"faulty", std::move(faulty)}});
}

std::string added_json(const std::vector<std::string>& added,
                       const std::vector<std::string>& known) {
  return written({{"added", added}, {"known", known}});
}

std::string removed_json(const std::string& path) { return written({{"removed", path}}); }

std::string judged_json(const std::vector<JudgedSigner>& signers, TimePoint at) {
  Json list = Json::array();
  for (const JudgedSigner& each : signers) list.push_back(json_of(each));
  const bool trusted = std::all_of(signers.begin(), signers.end(), [](const JudgedSigner& each) {
    return each.verdict.trust == Trust::trusted;
  });
  return written(
      {{"at", to_utc_text(at)}, {"trusted", trusted}, {"certificates", std::move(list)}});
}

}  // namespace smev::cli
