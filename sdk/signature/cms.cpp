#include "sdk/signature/cms.hpp"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "sdk/base/bytes.hpp"
#include "sdk/base/runtime.hpp"
#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/certificate.hpp"
#include "sdk/signature/digest.hpp"
#include "sdk/signature/verdict.hpp"

namespace smev::signature {

namespace {

using Asn1TimePtr = std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>>;

Failure refuse(ErrorCode code, std::string detail) {
  return fail(local_error(code, "CMS: " + std::move(detail)));
}

Failure failed() { return refuse(ErrorCode::crypto, take_openssl_error()); }

// ---- making ----

bool add_attribute(CMS_SignerInfo* signer, int nid, int type, const void* octets, int size) {
  return CMS_signed_add1_attr_by_NID(signer, nid, type, octets, size) == 1;
}

bool add_attributes(CMS_SignerInfo* signer, const std::string& digest, TimePoint signed_at) {
  const Asn1TimePtr time(ASN1_TIME_set(
      nullptr, std::chrono::floor<std::chrono::seconds>(signed_at).time_since_epoch().count()));
  return time &&
         add_attribute(signer, NID_pkcs9_contentType, V_ASN1_OBJECT, OBJ_nid2obj(NID_pkcs7_data),
                       -1) &&
         add_attribute(signer, NID_pkcs9_signingTime, time->type, time.get(), -1) &&
         add_attribute(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest.data(),
                       static_cast<int>(digest.size()));
}

// What is signed: the attributes as SET OF in DER (RFC 5652 §5.4), though they stand in the message
// under another tag.
std::string attributes_der(CMS_SignerInfo* signer) {
  std::vector<std::string> encoded;
  for (int i = 0; i < CMS_signed_get_attr_count(signer); ++i) {
    unsigned char* der = nullptr;
    const int size = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(signer, i), &der);
    if (size > 0)
      encoded.emplace_back(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
  }
  std::sort(encoded.begin(), encoded.end());
  std::string content;
  for (const std::string& each : encoded) content += each;
  const int size = static_cast<int>(content.size());
  std::string out(static_cast<std::size_t>(ASN1_object_size(1, size, V_ASN1_SET)) - content.size(),
                  '\0');
  auto* at = reinterpret_cast<unsigned char*>(out.data());
  ASN1_put_object(&at, 1, size, V_ASN1_SET, V_ASN1_UNIVERSAL);
  return out + content;
}

Result<std::string> to_der(CMS_ContentInfo* cms) {
  unsigned char* der = nullptr;
  const int size = i2d_CMS_ContentInfo(cms, &der);
  if (size <= 0) return failed();
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

// ---- checking ----

struct ReadCms {
  CmsPtr cms;
  CMS_SignerInfo* signer = nullptr;
  const Algorithm* algorithm = nullptr;
  Certificate certificate;
};

// The certificate of the signer: from the message itself, by issuer and serial number or key id.
Result<X509*> signer_certificate(CMS_ContentInfo* cms, CMS_SignerInfo* signer) {
  X509* found = nullptr;
  STACK_OF(X509)* certificates = CMS_get1_certs(cms);
  for (int i = 0; i < sk_X509_num(certificates); ++i) {
    X509* candidate = sk_X509_value(certificates, i);
    if (CMS_SignerInfo_cert_cmp(signer, candidate) == 0) {
      CMS_SignerInfo_set1_signer_cert(signer, candidate);
      found = candidate;  // kept alive by the signer
      break;
    }
  }
  sk_X509_pop_free(certificates, X509_free);
  if (found == nullptr) {
    return refuse(ErrorCode::signature_invalid, "the signer's certificate is not inside");
  }
  return found;
}

// CryptoPro and OpenSSL write the key's algorithm, BouncyCastle that of key and digest together.
bool is_of(const X509_ALGOR& signature, const Algorithm& algorithm) {
  const int nid = OBJ_obj2nid(signature.algorithm);
  return nid == algorithm.key_nid || nid == algorithm.cms_signature_nid;
}

Result<void> check_algorithms(CMS_SignerInfo* signer, EVP_PKEY* key, const Algorithm* algorithm) {
  if (algorithm == nullptr) {
    return refuse(ErrorCode::signature_unsupported, "a signature by " + key_kind(key));
  }
  X509_ALGOR* digest = nullptr;
  X509_ALGOR* signature = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, &signature);
  if (OBJ_obj2nid(digest->algorithm) != algorithm->digest_nid) {
    return refuse(ErrorCode::signature_unsupported, "the digest is not the one of the key");
  }
  if (!is_of(*signature, *algorithm)) {
    return refuse(ErrorCode::signature_unsupported,
                  "the signature algorithm is not the one of the key");
  }
  return {};
}

// The form that SMEV takes: SignedData, detached, one signer with a GOST key and its own digest.
Result<void> read_cms(std::string_view octets, ReadCms& out) {
  const auto* at = reinterpret_cast<const unsigned char*>(octets.data());
  const auto* end = at + octets.size();
  out.cms.reset(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(octets.size())));
  if (!out.cms || at != end || OBJ_obj2nid(CMS_get0_type(out.cms.get())) != NID_pkcs7_signed) {
    return refuse(ErrorCode::signature_invalid, "not SignedData in DER");
  }
  if (CMS_is_detached(out.cms.get()) != 1) {
    return refuse(ErrorCode::signature_unsupported, "the content is inside");
  }
  if (OBJ_obj2nid(CMS_get0_eContentType(out.cms.get())) != NID_pkcs7_data) {
    return refuse(ErrorCode::signature_unsupported, "the eContentType is not data");
  }
  STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(out.cms.get());
  if (sk_CMS_SignerInfo_num(signers) != 1) {
    return refuse(ErrorCode::signature_unsupported, "not exactly one signer");
  }
  out.signer = sk_CMS_SignerInfo_value(signers, 0);
  SMEV_ASSIGN(X509 * certificate, signer_certificate(out.cms.get(), out.signer));
  out.certificate = describe(*certificate);
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  out.algorithm = by_key(key);
  return check_algorithms(out.signer, key, out.algorithm);
}

template <class Type>
const Type* attribute(CMS_SignerInfo* signer, int nid, int type) {
  // -3: exactly one attribute of exactly one value.
  return static_cast<const Type*>(CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), -3, type));
}

Result<std::string> message_digest(CMS_SignerInfo* signer) {
  const auto* digest =
      attribute<ASN1_OCTET_STRING>(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
  const auto* type = attribute<ASN1_OBJECT>(signer, NID_pkcs9_contentType, V_ASN1_OBJECT);
  if (digest == nullptr || type == nullptr || OBJ_obj2nid(type) != NID_pkcs7_data) {
    return refuse(ErrorCode::signature_unsupported,
                  "no messageDigest attribute, or the contentType is not data");
  }
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(digest)),
                     static_cast<std::size_t>(ASN1_STRING_length(digest)));
}

std::optional<TimePoint> signing_time(CMS_SignerInfo* signer) {
  for (const int type : {V_ASN1_UTCTIME, V_ASN1_GENERALIZEDTIME}) {
    const auto* time = attribute<ASN1_TIME>(signer, NID_pkcs9_signingTime, type);
    if (time != nullptr) return read_time(time);
  }
  return std::nullopt;
}

void judge_trust(const ReadCms& read, Verifier& verifier, TimePoint asked_at,
                 StatedTime stated_time, SignatureVerdict& verdict) {
  const bool believed = stated_time == StatedTime::believed && verdict.signed_at.has_value();
  // A stated time in the future proves nothing.
  const TimePoint moment = believed ? std::min(*verdict.signed_at, asked_at) : asked_at;
  set_trust(verdict, verifier.trust(read.certificate.der, moment));
}

}  // namespace

// OpenSSL makes everything but the signature value: that is the signer's, whose key need not be
// anything that OpenSSL knows.
Result<std::string> sign_digest(Signer& signer, const std::string& digest, TimePoint signed_at) {
  const ErrorQueueGuard guard;
  constexpr unsigned kFlags = CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL;
  SMEV_ASSIGN(const EVP_MD* method, digest_method(signer.algorithm()));
  SMEV_ASSIGN(const X509Ptr certificate, read_x509(signer.certificate().der));
  const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags));
  CMS_SignerInfo* info = cms == nullptr
                             ? nullptr
                             : CMS_add1_signer(cms.get(), certificate.get(),
                                               X509_get0_pubkey(certificate.get()), method, kFlags);
  if (info == nullptr || !add_attributes(info, digest, signed_at)) return failed();
  SMEV_ASSIGN(const std::string value, signer.sign(attributes_der(info)));
  if (ASN1_STRING_set(CMS_SignerInfo_get0_signature(info), value.data(),
                      static_cast<int>(value.size())) != 1) {
    return failed();
  }
  return to_der(cms.get());
}

// What is in the way, only the detail says.
void set_unreadable(SignatureVerdict& verdict, Error error) {
  if (error.code == ErrorCode::signature_invalid) {
    error.text = "Отсоединённая подпись не той формы или повреждена";
  }
  set_refusal(verdict, error);
}

Result<SignatureVerdict> verify_file(const std::string& path, std::string_view cms,
                                     Verifier& verifier, std::optional<TimePoint> trust_at,
                                     StatedTime stated_time) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  SignatureVerdict verdict;
  verdict.role = "CMS";
  verdict.present = !cms.empty();
  ReadCms read;
  const Result<void> form = read_cms(cms, read);
  verdict.certificate_subject = read.certificate.subject;
  verdict.certificate_serial = read.certificate.serial;
  if (!form) {
    set_unreadable(verdict, form.error());
    return verdict;
  }
  verdict.signature_method = read.algorithm->signature_uris.front();
  verdict.digest_method = read.algorithm->digest_uris.front();
  verdict.signed_at = signing_time(read.signer);
  const Result<std::string> declared = message_digest(read.signer);
  if (!declared) {
    set_unreadable(verdict, declared.error());
    return verdict;
  }
  verdict.digest_value = base64_encode(*declared);
  SMEV_ASSIGN(const std::string computed, digest_file(read.algorithm->id, path));
  verdict.digest_holds = computed == *declared;
  verdict.value_holds = CMS_SignerInfo_verify(read.signer) == 1;
  set_outcome(verdict);
  if (verdict.digest_holds && verdict.value_holds && trust_at) {
    judge_trust(read, verifier, *trust_at, stated_time, verdict);
  }
  return verdict;
}

Result<SignedAttributes> verify_signed_attributes(std::string_view cms) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  ReadCms read;
  SMEV_TRY(read_cms(cms, read));
  SMEV_ASSIGN(std::string digest, message_digest(read.signer));
  if (CMS_SignerInfo_verify(read.signer) != 1) {
    return refuse(ErrorCode::signature_invalid, "the signature value does not hold");
  }
  return SignedAttributes{std::move(read.certificate), std::move(digest)};
}

}  // namespace smev::signature

namespace smev {

Result<std::string> sign_file(Signer& signer, const std::string& path, TimePoint signed_at) {
  SMEV_ASSIGN(const std::string digest, signature::digest_file(signer.algorithm(), path));
  return signature::sign_digest(signer, digest, signed_at);
}

}  // namespace smev
