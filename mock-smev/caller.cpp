#include "mock-smev/caller.hpp"

#include "sdk/signature/xmldsig.hpp"

namespace smev::mock {
namespace {

std::optional<Fault> judge(const SignatureVerdict& verdict, const xml::Element& target) {
  const auto refuse = [&verdict](const char* reason, const char* text) {
    return faults::signature(reason, text, verdict.problem);
  };
  if (!verdict.present) return refuse("NoSignatureFound", "Отсутствует ЭП-ОВ");
  if (!verdict.reference.empty() && verdict.reference != target.attribute("Id")) {
    return refuse("IncorrectSignatureTarget", "ЭП-ОВ подписан не тот элемент сообщения");
  }
  if (!verdict.digest_holds || !verdict.value_holds) {
    return refuse("SignatureIsInvalid", "ЭП-ОВ неверна");
  }
  if (verdict.trust == Trust::expired || verdict.trust == Trust::not_yet_valid) {
    return refuse("CertificateIsExpired", "Сертификат ЭП-ОВ сейчас не действует");
  }
  if (verdict.trust != Trust::trusted) {
    return refuse("CertificateIsNotFound", "Сертификат ЭП-ОВ не зарегистрирован");
  }
  if (!verdict.problem.empty()) return refuse("SignatureIsInvalid", "ЭП-ОВ неверна");
  return std::nullopt;
}

}  // namespace

std::string common_name(const std::string& subject) {
  std::string name;
  std::string attribute;
  for (std::size_t i = 0; i <= subject.size(); ++i) {
    if (i == subject.size() || subject[i] == ',' || subject[i] == '+') {
      if (attribute.rfind("CN=", 0) == 0) name = attribute.substr(3);
      attribute.clear();
      continue;
    }
    if (subject[i] == '\\' && i + 1 < subject.size()) ++i;
    attribute += subject[i];
  }
  return name;
}

std::variant<std::string, Fault> identify_caller(const Callers& callers, xml::Document& document,
                                                 const xml::Element& target,
                                                 const xml::Element& holder, TimePoint now) {
  signature::VerifyOptions options;
  options.trust_at = now;
  const SignatureVerdict verdict =
      signature::verify(document, target, holder, *callers.verifier, options);
  if (auto fault = judge(verdict, target)) return *std::move(fault);
  const auto der = signature::certificate_of(holder);
  if (der && *der == callers.known_certificate_der) return callers.known_mnemonic;
  std::string mnemonic = common_name(verdict.certificate_subject);
  if (mnemonic.empty()) return faults::sender_not_registered();
  return mnemonic;
}

}  // namespace smev::mock
