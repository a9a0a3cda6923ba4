#include "smev/signature/verifier.hpp"

namespace smev {

std::string_view name(Trust trust) {
  switch (trust) {
    case Trust::trusted:
      return "trusted";
    case Trust::unknown:
      return "unknown";
    case Trust::expired:
      return "expired";
    case Trust::not_yet_valid:
      return "not_yet_valid";
    case Trust::revoked:
      return "revoked";
    case Trust::not_checked:
      return "not_checked";
  }
  return "";
}

Result<Certificate> Verifier::describe(std::string_view certificate_der) {
  return parse_certificate(certificate_der);
}

Result<std::shared_ptr<Verifier>> pinned_verifier(
    const std::vector<std::string>& certificate_paths) {
  TrustOptions options;
  options.trusted = certificate_paths;
  return trusting_verifier(std::move(options));
}

Result<std::shared_ptr<Verifier>> untrusting_verifier() { return trusting_verifier({}); }

}  // namespace smev
