#include "sdk/sender/verdict_json.hpp"

#include <nlohmann/json.hpp>

namespace smev {
namespace {

using Json = nlohmann::ordered_json;

Trust trust_of(const std::string& text) {
  for (Trust trust :
       {Trust::trusted, Trust::unknown, Trust::expired, Trust::not_yet_valid, Trust::revoked}) {
    if (name(trust) == text) return trust;
  }
  return Trust::not_checked;
}

}  // namespace

std::string to_json(const std::vector<SignatureVerdict>& verdicts) {
  Json list = Json::array();
  for (const SignatureVerdict& verdict : verdicts) {
    list.push_back({{"role", verdict.role},
                    {"present", verdict.present},
                    {"digest_holds", verdict.digest_holds},
                    {"value_holds", verdict.value_holds},
                    {"trust", name(verdict.trust)},
                    {"reference", verdict.reference},
                    {"signature_method", verdict.signature_method},
                    {"digest_method", verdict.digest_method},
                    {"digest_value", verdict.digest_value},
                    {"certificate_subject", verdict.certificate_subject},
                    {"certificate_serial", verdict.certificate_serial},
                    {"refusal", verdict.refusal},
                    {"problem", verdict.problem}});
  }
  // Subjects of certificates may hold octets that are no UTF-8; evidence must be written all the
  // same.
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<SignatureVerdict> verdicts_from_json(std::string_view json) {
  std::vector<SignatureVerdict> verdicts;
  const Json list = Json::parse(json, nullptr, false);
  if (!list.is_array()) return verdicts;
  for (const Json& row : list) {
    if (!row.is_object()) continue;
    SignatureVerdict verdict;
    verdict.role = row.value("role", "");
    verdict.present = row.value("present", false);
    verdict.digest_holds = row.value("digest_holds", false);
    verdict.value_holds = row.value("value_holds", false);
    verdict.trust = trust_of(row.value("trust", ""));
    verdict.reference = row.value("reference", "");
    verdict.signature_method = row.value("signature_method", "");
    verdict.digest_method = row.value("digest_method", "");
    verdict.digest_value = row.value("digest_value", "");
    verdict.certificate_subject = row.value("certificate_subject", "");
    verdict.certificate_serial = row.value("certificate_serial", "");
    verdict.refusal = row.value("refusal", "");
    verdict.problem = row.value("problem", "");
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace smev
