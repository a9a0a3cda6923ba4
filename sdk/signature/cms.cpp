#include "sdk/signature/cms.hpp"

#include <openssl/err.h>
#include <openssl/objects.h>

#include "sdk/base/runtime.hpp"
#include "sdk/signature/certificate.hpp"
#include "sdk/signature/xmldsig.hpp"

namespace smev::signature {

namespace {

Failure refuse(ErrorCode code, std::string detail) {
  return fail(local_error(code, "CMS: " + std::move(detail)));
}

struct ReadCms {
  CmsPtr cms;
  CMS_SignerInfo* signer = nullptr;
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

// The form that SMEV takes: SignedData, detached, one signer with a GOST 2012-256 key.
Result<ReadCms> read_cms(std::string_view der) {
  ReadCms out;
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = at + der.size();
  out.cms.reset(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
  if (!out.cms || at != end || OBJ_obj2nid(CMS_get0_type(out.cms.get())) != NID_pkcs7_signed) {
    return refuse(ErrorCode::signature_invalid, "not SignedData in DER");
  }
  if (CMS_is_detached(out.cms.get()) != 1) {
    return refuse(ErrorCode::signature_unsupported, "the content is inside");
  }
  STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(out.cms.get());
  if (sk_CMS_SignerInfo_num(signers) != 1) {
    return refuse(ErrorCode::signature_unsupported, "not exactly one signer");
  }
  out.signer = sk_CMS_SignerInfo_value(signers, 0);
  SMEV_ASSIGN(X509 * certificate, signer_certificate(out.cms.get(), out.signer));
  X509_ALGOR* digest = nullptr;
  CMS_SignerInfo_get0_algs(out.signer, nullptr, nullptr, &digest, nullptr);
  if (!is_gost2012_256(X509_get0_pubkey(certificate)) ||
      OBJ_obj2nid(digest->algorithm) != NID_id_GostR3411_2012_256) {
    return refuse(ErrorCode::signature_unsupported,
                  "a signature by " + key_kind(X509_get0_pubkey(certificate)));
  }
  out.certificate = describe(*certificate);
  return out;
}

}  // namespace

Result<std::string> sign_file_cms(const std::string& path, X509* certificate, EVP_PKEY* key) {
  const ErrorQueueGuard guard;
  constexpr unsigned kFlags = CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL | CMS_STREAM;
  SMEV_ASSIGN(const EVP_MD* method, streebog256_method());
  SMEV_ASSIGN(const BioPtr file, file_bio(path));
  const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags));
  if (!cms || CMS_add1_signer(cms.get(), certificate, key, method, kFlags) == nullptr ||
      CMS_final(cms.get(), file.get(), nullptr, kFlags) != 1) {
    return fail(local_error(ErrorCode::crypto, "CMS: " + take_openssl_error()));
  }
  unsigned char* der = nullptr;
  const int size = i2d_CMS_ContentInfo(cms.get(), &der);
  if (size <= 0) {
    return fail(local_error(ErrorCode::crypto, "CMS: " + take_openssl_error()));
  }
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

Result<SignedAttributes> verify_signed_attributes(std::string_view cms_der) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  SMEV_ASSIGN(ReadCms read, read_cms(cms_der));
  const auto* digest = static_cast<const ASN1_OCTET_STRING*>(CMS_signed_get0_data_by_OBJ(
      read.signer, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING));
  if (digest == nullptr) {
    return refuse(ErrorCode::signature_unsupported, "no messageDigest attribute");
  }
  if (CMS_SignerInfo_verify(read.signer) != 1) {
    return refuse(ErrorCode::signature_invalid, "the signature value does not hold");
  }
  SignedAttributes out;
  out.certificate = std::move(read.certificate);
  out.message_digest.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(digest)),
                            static_cast<std::size_t>(ASN1_STRING_length(digest)));
  return out;
}

Result<Certificate> verify_file(const std::string& path, std::string_view cms_der) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  SMEV_ASSIGN(ReadCms read, read_cms(cms_der));
  SMEV_ASSIGN(const BioPtr file, file_bio(path));
  constexpr unsigned kFlags = CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY;
  if (CMS_verify(read.cms.get(), nullptr, nullptr, file.get(), nullptr, kFlags) != 1) {
    return refuse(ErrorCode::signature_invalid, take_openssl_error());
  }
  return std::move(read.certificate);
}

}  // namespace smev::signature
