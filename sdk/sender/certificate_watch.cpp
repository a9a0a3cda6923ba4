#include "sdk/sender/certificate_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace smev {
namespace {

std::string warning_text(int days) {
  if (days < 0) {
    return "Срок действия сертификата истёк: СМЭВ не примет подпись. Замените ключ и сертификат";
  }
  return fmt::format(
      "Срок действия сертификата заканчивается, осталось дней: {}. Замените ключ и сертификат",
      days);
}

}  // namespace

void CertificateWatch::look() {
  const std::optional<int> days = days_left();
  if (!days) return;
  const int level = expiry_level(*days);
  if (level > level_) {
    // No subject: it may name a person.
    parts_.logger().warning(
        "certificate.expires", warning_text(*days),
        {{"days", std::to_string(*days)}, {"serial", parts_.options.signer->certificate().serial}});
  }
  level_ = std::max(level, level_);
}

std::optional<int> CertificateWatch::days_left() const {
  if (!parts_.options.signer) return std::nullopt;
  return smev::days_left(parts_.options.signer->certificate(), parts_.clock().now());
}

}  // namespace smev
