#include "sdk/signature/issuing.hpp"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "sdk/base/bytes.hpp"
#include "sdk/base/runtime.hpp"
#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/openssl.hpp"

namespace smev::signature {

namespace {

constexpr int kSerialOctets = 16;

Failure failed(const std::string& step) {
  return fail(local_error(ErrorCode::crypto, step + ": " + take_openssl_error()));
}

Result<KeyPtr> make_key(SignatureAlgorithm id) {
  SMEV_TRY(Runtime::acquire());
  const char* parameter_set = id == SignatureAlgorithm::gost2012_512 ? "A" : "XA";
  const KeyContextPtr context(EVP_PKEY_CTX_new_id(algorithm(id).key_nid, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_CTX_ctrl_str(context.get(), "paramset", parameter_set) != 1 ||
      EVP_PKEY_keygen(context.get(), &key) != 1) {
    return failed("making a key");
  }
  return KeyPtr(key);
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, kSerialOctets> octets{};
  if (RAND_bytes(octets.data(), kSerialOctets) != 1) {
    return false;
  }
  octets[0] &= 0x7F;  // positive
  octets[0] |= 0x40;  // of one length
  const std::unique_ptr<BIGNUM, Freer<BN_free>> number(
      BN_bin2bn(octets.data(), kSerialOctets, nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_subject(X509* certificate, const std::string& subject) {
  const auto* text = reinterpret_cast<const unsigned char*>(subject.data());
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, text,
                                    static_cast<int>(subject.size()), -1, 0) == 1;
}

bool set_times(X509* certificate, TimePoint not_before, TimePoint not_after) {
  const auto seconds = [](TimePoint moment) {
    return static_cast<std::time_t>(
        std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count());
  };
  return ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(not_before)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(not_after)) != nullptr;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

enum class Role { authority, signer };

bool add_extensions(X509* certificate, X509* issuer, Role role, std::optional<int> path_length) {
  const bool authority = role == Role::authority;
  std::string constraints = authority ? "critical,CA:TRUE" : "critical,CA:FALSE";
  if (path_length) constraints += ",pathlen:" + std::to_string(*path_length);
  return add_extension(certificate, issuer, NID_basic_constraints, constraints.c_str()) &&
         add_extension(certificate, issuer, NID_key_usage,
                       authority ? "critical,keyCertSign,cRLSign"
                                 : "critical,digitalSignature,nonRepudiation") &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
}

Result<Issued> to_pem(EVP_PKEY* key, X509* certificate) {
  const BioPtr key_out(BIO_new(BIO_s_mem()));
  const BioPtr certificate_out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(key_out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
          1 ||
      PEM_write_bio_X509(certificate_out.get(), certificate) != 1) {
    return failed("writing PEM");
  }
  return Issued{bio_octets(key_out.get()), bio_octets(certificate_out.get())};
}

struct Wanted {
  const std::string& subject;
  TimePoint not_before;
  TimePoint not_after;
  SignatureAlgorithm algorithm;
  Role role;
  std::optional<int> path_length = {};
};

// `issuer` and its key are null for a self-signed certificate.
Result<Issued> make(const Wanted& wanted, X509* issuer, EVP_PKEY* issuer_key) {
  const ErrorQueueGuard guard;
  SMEV_ASSIGN(const KeyPtr key, make_key(wanted.algorithm));
  const X509Ptr certificate(X509_new());
  issuer = issuer != nullptr ? issuer : certificate.get();
  issuer_key = issuer_key != nullptr ? issuer_key : key.get();
  SMEV_ASSIGN(const EVP_MD* method, digest_method(by_key(issuer_key)->id));
  if (X509_set_version(certificate.get(), X509_VERSION_3) != 1 || !set_serial(certificate.get()) ||
      !set_subject(certificate.get(), wanted.subject) ||
      X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) != 1 ||
      !set_times(certificate.get(), wanted.not_before, wanted.not_after) ||
      X509_set_pubkey(certificate.get(), key.get()) != 1 ||
      !add_extensions(certificate.get(), issuer, wanted.role, wanted.path_length) ||
      X509_sign(certificate.get(), issuer_key, method) <= 0) {
    return failed("making a certificate");
  }
  return to_pem(key.get(), certificate.get());
}

struct Authority {
  KeyPtr key;
  X509Ptr certificate;
};

Result<Authority> read_authority(const Issued& authority) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  const BioPtr key_in = memory_bio(authority.key_pem);
  const BioPtr certificate_in = memory_bio(authority.certificate_pem);
  Authority read{KeyPtr(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr)),
                 X509Ptr(PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr))};
  if (!read.key || !read.certificate || by_key(read.key.get()) == nullptr) {
    return failed("reading the authority");
  }
  return read;
}

using TimePtr = std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>>;

TimePtr asn1_time(TimePoint moment) {
  return TimePtr(ASN1_TIME_set(
      nullptr, static_cast<std::time_t>(
                   std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count())));
}

bool add_revoked(X509_CRL* list, const Revoked& revoked) {
  const BioPtr in = memory_bio(revoked.certificate_pem);
  const X509Ptr certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  std::unique_ptr<X509_REVOKED, Freer<X509_REVOKED_free>> entry(X509_REVOKED_new());
  if (!certificate ||
      X509_REVOKED_set_serialNumber(entry.get(), X509_get_serialNumber(certificate.get())) != 1 ||
      X509_REVOKED_set_revocationDate(entry.get(), asn1_time(revoked.at).get()) != 1) {
    return false;
  }
  if (revoked.reason) {
    const std::unique_ptr<ASN1_ENUMERATED, Freer<ASN1_ENUMERATED_free>> reason(
        ASN1_ENUMERATED_new());
    if (ASN1_ENUMERATED_set(reason.get(), *revoked.reason) != 1 ||
        X509_REVOKED_add1_ext_i2d(entry.get(), NID_crl_reason, reason.get(), 0, 0) != 1) {
      return false;
    }
  }
  return X509_CRL_add0_revoked(list, entry.release()) == 1;
}

Result<void> write_private(const std::string& path, const std::string& octets) {
  const auto refuse = [&path] {
    return fail(local_error(ErrorCode::io, path + ": " + std::system_category().message(errno),
                            Retry::after_fix));
  };
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());
  const int file =
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    return refuse();
  }
  const bool written =
      ::write(file, octets.data(), octets.size()) == static_cast<ssize_t>(octets.size()) &&
      ::fsync(file) == 0;
  if (::close(file) != 0 || !written || std::rename(beside.c_str(), path.c_str()) != 0) {
    return refuse();
  }
  return {};
}

}  // namespace

Result<Issued> make_authority(const std::string& subject, TimePoint not_before, TimePoint not_after,
                              SignatureAlgorithm algorithm) {
  return make({subject, not_before, not_after, algorithm, Role::authority}, nullptr, nullptr);
}

Result<Issued> issue(const Issued& authority, const std::string& subject, TimePoint not_before,
                     TimePoint not_after, SignatureAlgorithm algorithm) {
  SMEV_ASSIGN(const Authority issuer, read_authority(authority));
  return make({subject, not_before, not_after, algorithm, Role::signer}, issuer.certificate.get(),
              issuer.key.get());
}

Result<Issued> issue_authority(const Issued& authority, const std::string& subject,
                               TimePoint not_before, TimePoint not_after,
                               std::optional<int> path_length) {
  SMEV_ASSIGN(const Authority issuer, read_authority(authority));
  return make({subject, not_before, not_after, SignatureAlgorithm::gost2012_256, Role::authority,
               path_length},
              issuer.certificate.get(), issuer.key.get());
}

Result<std::string> issue_revocations(const Issued& authority, const std::vector<Revoked>& revoked,
                                      TimePoint issued, TimePoint next) {
  SMEV_ASSIGN(const Authority issuer, read_authority(authority));
  const ErrorQueueGuard guard;
  const std::unique_ptr<X509_CRL, Freer<X509_CRL_free>> list(X509_CRL_new());
  SMEV_ASSIGN(const EVP_MD* method, digest_method(by_key(issuer.key.get())->id));
  bool made =
      X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1 &&
      X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.certificate.get())) == 1 &&
      X509_CRL_set1_lastUpdate(list.get(), asn1_time(issued).get()) == 1 &&
      X509_CRL_set1_nextUpdate(list.get(), asn1_time(next).get()) == 1;
  for (const Revoked& each : revoked) made = made && add_revoked(list.get(), each);
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (!made || X509_CRL_sort(list.get()) != 1 ||
      X509_CRL_sign(list.get(), issuer.key.get(), method) <= 0 ||
      PEM_write_bio_X509_CRL(out.get(), list.get()) != 1) {
    return failed("making a revocation list");
  }
  return bio_octets(out.get());
}

Result<void> write_issued(const Issued& issued, const std::string& key_path,
                          const std::string& certificate_path) {
  SMEV_TRY(write_private(key_path, issued.key_pem));
  return write_file_durably(certificate_path, issued.certificate_pem);
}

}  // namespace smev::signature
