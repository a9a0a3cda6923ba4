#include "sdk/sender/verdict_json.hpp"

#include <nlohmann/json.hpp>

#include "sdk/base/json_writer.hpp"

namespace smev {
namespace {

using Json = nlohmann::json;

Trust trust_of(const std::string& text) {
  for (Trust trust :
       {Trust::trusted, Trust::unknown, Trust::expired, Trust::not_yet_valid, Trust::revoked}) {
    if (name(trust) == text) return trust;
  }
  return Trust::not_checked;
}

}  // namespace

std::string to_json(const std::vector<SignatureVerdict>& verdicts) {
  JsonWriter json;
  json.open_list();
  for (const SignatureVerdict& verdict : verdicts) {
    json.open_object();
    json.member("role", verdict.role);
    json.member("present", verdict.present);
    json.member("digest_holds", verdict.digest_holds);
    json.member("value_holds", verdict.value_holds);
    json.member("trust", name(verdict.trust));
    json.member("reference", verdict.reference);
    json.member("signature_method", verdict.signature_method);
    json.member("digest_method", verdict.digest_method);
    json.member("digest_value", verdict.digest_value);
    json.member("certificate_subject", verdict.certificate_subject);
    json.member("certificate_serial", verdict.certificate_serial);
    json.member("refusal", verdict.refusal);
    json.member("problem", verdict.problem);
    json.close_object();
  }
  return json.close_list().take();
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
