#pragma once
// Detached CMS signatures of attachments (smev3 §3): made and checked over files of any size.

#include <string>
#include <string_view>

#include "sdk/signature/openssl.hpp"
#include "smev/signature/signer.hpp"

namespace smev::signature {

/// DER; the certificate and the attributes contentType, signingTime, messageDigest are inside.
Result<std::string> sign_file_cms(const std::string& path, X509* certificate, EVP_PKEY* key);

struct SignedAttributes {
  Certificate certificate;
  std::string message_digest;  ///< octets
};
/// Checks the signature over the signed attributes alone, for a content that is checked by its
/// digest.
Result<SignedAttributes> verify_signed_attributes(std::string_view cms_der);

}  // namespace smev::signature
