#include "sdk/signature/verdict.hpp"

namespace smev::signature {

void set_problem(SignatureVerdict& verdict, const Error& error) {
  verdict.code = error.code;
  verdict.problem = std::string(name(error.code)) + ": " + error.detail;
}

void set_refusal(SignatureVerdict& verdict, const Error& error) {
  set_problem(verdict, error);
  verdict.refusal = error.text;
}

void set_outcome(SignatureVerdict& verdict) {
  if (!verdict.digest_holds) {
    set_problem(verdict,
                local_error(ErrorCode::signature_invalid, "the content is not what was signed"));
  } else if (!verdict.value_holds) {
    set_problem(verdict,
                local_error(ErrorCode::signature_invalid, "the signature value does not hold"));
  }
}

void set_trust(SignatureVerdict& verdict, Trust trust) {
  verdict.trust = trust;
  if (trust != Trust::trusted) {
    set_problem(verdict, local_error(ErrorCode::signature_untrusted,
                                     "the certificate is " + std::string(name(trust))));
  }
}

}  // namespace smev::signature
