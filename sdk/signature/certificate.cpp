#include "sdk/signature/certificate.hpp"

#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "sdk/base/bytes.hpp"
#include "sdk/base/runtime.hpp"
#include "sdk/signature/algorithms.hpp"

namespace smev::signature {

namespace {

constexpr std::size_t kCertificateFileMax = 1u << 20;

Failure bad_certificate(std::string detail) {
  return fail(local_error(ErrorCode::key, std::move(detail), Retry::after_fix));
}

std::string serial_text(const ASN1_INTEGER* serial) {
  const std::unique_ptr<BIGNUM, Freer<BN_free>> number(ASN1_INTEGER_to_BN(serial, nullptr));
  if (!number) {
    return {};
  }
  char* text = BN_bn2hex(number.get());
  std::string out = text;
  OPENSSL_free(text);
  return out;
}

}  // namespace

Result<X509Ptr> read_x509(std::string_view der) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = at + der.size();
  X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate || at != end) {
    return bad_certificate("not a DER certificate");
  }
  return certificate;
}

Result<X509Ptr> read_x509_file(const std::string& path) {
  SMEV_TRY(Runtime::acquire());
  SMEV_ASSIGN(const std::string octets, read_file(path, kCertificateFileMax));
  const ErrorQueueGuard guard;
  if (octets.find("-----BEGIN") == std::string::npos) {
    auto certificate = read_x509(octets);
    return certificate ? std::move(certificate)
                       : bad_certificate(path + ": neither a PEM nor a DER certificate");
  }
  const BioPtr bio = memory_bio(octets);
  X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    return bad_certificate(path + ": no PEM certificate in it");
  }
  return certificate;
}

std::string name_text(const X509_NAME* name) {
  // UTF-8 as it is: an escaped Russian name helps nobody.
  constexpr unsigned long kFlags =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, kFlags);
  return bio_octets(out.get());
}

std::string common_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return name_text(name);
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return name_text(name);
  std::string out(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return out;
}

Certificate describe(X509& certificate) {
  Certificate out;
  unsigned char* der = nullptr;
  if (const int size = i2d_X509(&certificate, &der); size > 0) {
    out.der.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
  }
  out.subject = name_text(X509_get_subject_name(&certificate));
  out.issuer = name_text(X509_get_issuer_name(&certificate));
  out.serial = serial_text(X509_get0_serialNumber(&certificate));
  out.not_before = time_of(X509_get0_notBefore(&certificate));
  out.not_after = time_of(X509_get0_notAfter(&certificate));
  return out;
}

std::optional<TimePoint> read_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return std::nullopt;
  }
  return std::chrono::time_point_cast<Duration>(
      std::chrono::system_clock::from_time_t(timegm(&parts)));
}

TimePoint time_of(const ASN1_TIME* time) { return read_time(time).value_or(TimePoint()); }

bool is_valid_at(const Certificate& certificate, TimePoint moment) {
  return certificate.not_before <= moment && moment <= certificate.not_after;
}

std::string key_kind(const EVP_PKEY* key) {
  if (const Algorithm* known = by_key(key)) return std::string(known->title);
  const int nid = key == nullptr ? NID_undef : EVP_PKEY_get_base_id(key);
  return nid == NID_undef ? "an unknown algorithm" : OBJ_nid2sn(nid);
}

Result<std::shared_ptr<const KnownCertificate>> CertificateCache::find_or_read(
    std::string_view der) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto found = by_der_.find(der); found != by_der_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->certificate;
  }
  SMEV_ASSIGN(X509Ptr x509, read_x509(der));
  auto known = std::make_shared<KnownCertificate>();
  known->facts = describe(*x509);
  known->x509 = std::move(x509);
  if (entries_.size() >= kEntriesMax) {
    by_der_.erase(entries_.back().der);
    entries_.pop_back();
  }
  entries_.push_front({std::string(der), known});
  by_der_.emplace(entries_.front().der, entries_.begin());
  return std::shared_ptr<const KnownCertificate>(std::move(known));
}

}  // namespace smev::signature

namespace smev {

Result<Certificate> load_certificate(const std::string& path) {
  SMEV_ASSIGN(const auto certificate, signature::read_x509_file(path));
  return signature::describe(*certificate);
}

Result<Certificate> parse_certificate(std::string_view der) {
  SMEV_ASSIGN(const auto certificate, signature::read_x509(der));
  return signature::describe(*certificate);
}

}  // namespace smev
