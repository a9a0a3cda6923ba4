#include "sdk/signature/certificate_fitness.hpp"

#include <openssl/x509v3.h>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/certificate.hpp"
#include "sdk/signature/key_error.hpp"
#include "smev/signature/key.hpp"
#include "smev/signature/verifier.hpp"

namespace smev {

int days_left(const Certificate& certificate, TimePoint moment) {
  return static_cast<int>(
      std::chrono::floor<std::chrono::days>(certificate.not_after - moment).count());
}

int expiry_level(int days_left) {
  int level = 0;
  for (const int threshold : kExpiryWarningDays) level += days_left <= threshold ? 1 : 0;
  return level + (days_left < 0 ? 1 : 0);
}

}  // namespace smev

namespace smev::signature {

namespace {

constexpr std::size_t kTrialOctets = 64;

// "2026-04-16 07:47:33 UTC": what an operator reads.
std::string moment_text(TimePoint moment) {
  std::string text = to_utc_text(moment);
  text.resize(std::string_view("2026-04-16T07:47:33").size());
  text[10] = ' ';
  return text + " UTC";
}

Failure unfit(const Certificate& facts, const std::string& text, const std::string& detail) {
  return key_failure("Сертификат " + facts.serial + ": " + text,
                     "certificate " + facts.serial + ": " + detail);
}

Result<void> check_validity(const Certificate& facts, TimePoint now) {
  const std::string span =
      "valid from " + to_utc_text(facts.not_before) + " to " + to_utc_text(facts.not_after);
  if (now < facts.not_before) {
    return unfit(facts, "ещё не действует, начнёт " + moment_text(facts.not_before),
                 "not yet valid: " + span);
  }
  if (now > facts.not_after) {
    return unfit(facts, "больше не действует, срок истёк " + moment_text(facts.not_after),
                 "no longer valid: " + span);
  }
  return {};
}

}  // namespace

Result<void> check_fitness(X509& certificate, TimePoint now) {
  const ErrorQueueGuard guard;
  const Certificate facts = describe(certificate);
  const EVP_PKEY* key = X509_get0_pubkey(&certificate);
  const Algorithm* algorithm = by_key(key);
  if (algorithm == nullptr || algorithm->id == SignatureAlgorithm::gost2001) {
    return unfit(facts, "нужен ключ ГОСТ Р 34.10-2012, а в нём " + key_kind(key),
                 "its key is " + key_kind(key));
  }
  const std::uint32_t flags = X509_get_extension_flags(&certificate);
  if ((flags & EXFLAG_CA) != 0) {
    return unfit(facts, "это сертификат удостоверяющего центра, им сообщения не подписывают",
                 "it is an authority's");
  }
  if ((flags & EXFLAG_KUSAGE) != 0 &&
      (X509_get_key_usage(&certificate) & KU_DIGITAL_SIGNATURE) == 0) {
    return unfit(facts, "выдан не для электронной подписи (использование ключа)",
                 "its key usage lacks digitalSignature");
  }
  return check_validity(facts, now);
}

std::string unfitness_to_sign(X509& certificate) {
  constexpr std::uint32_t kSigning = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
  const std::uint32_t flags = X509_get_extension_flags(&certificate);
  if ((flags & EXFLAG_CA) != 0) return "an authority's certificate signs no messages";
  if ((flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(&certificate) & kSigning) == 0) {
    return "the key usage names neither digitalSignature nor nonRepudiation";
  }
  return {};
}

Result<void> try_out(Signer& signer, const std::string& hint) {
  const Certificate& facts = signer.certificate();
  const std::string octets = random_octets(kTrialOctets);
  SMEV_ASSIGN(const std::string value, signer.sign(octets));
  SMEV_ASSIGN(const std::shared_ptr<Verifier> verifier, untrusting_verifier());
  SMEV_ASSIGN(const bool holds, verifier->verify(facts.der, signer.algorithm(), octets, value));
  if (holds) return {};
  const std::string reversed(value.rbegin(), value.rend());
  SMEV_ASSIGN(const bool backwards,
              verifier->verify(facts.der, signer.algorithm(), octets, reversed));
  if (backwards) {
    return key_failure(
        "Байты подписи идут в обратном порядке, как их пишет CryptoAPI: команда подписи должна "
        "развернуть их целиком (docs/keys.md); ключ и сертификат подходят друг другу",
        "the octets of the trial signature are reversed: r || s, least significant first");
  }
  return unfit(facts,
               "не подходит к ключу: пробная подпись не проверяется этим сертификатом" + hint,
               "it does not belong to the key: the trial signature does not verify under it");
}

}  // namespace smev::signature
