#pragma once
// The GOST algorithms as one table: their names in XML, their objects in OpenSSL, their lengths.

#include <openssl/evp.h>

#include <cstddef>
#include <string_view>
#include <vector>

#include "smev/base/result.hpp"
#include "smev/signature/signer.hpp"

namespace smev::signature {

struct Algorithm {
  SignatureAlgorithm id;
  std::string_view title;  ///< for error texts
  /// The first is the one that is written; the others have been seen or are known to other software
  /// (signature §3, smev3 §4.2).
  std::vector<std::string_view> signature_uris;
  std::vector<std::string_view> digest_uris;
  int key_nid;
  int digest_nid;
  int cms_signature_nid;     ///< of the pair, as some name it in a CMS
  std::size_t value_octets;  ///< s || r
};

const std::vector<Algorithm>& algorithms();
const Algorithm& algorithm(SignatureAlgorithm id);

/// Null when no algorithm goes by this name, or has such a key.
const Algorithm* by_signature_uri(std::string_view uri);
const Algorithm* by_digest_uri(std::string_view uri);
const Algorithm* by_key(const EVP_PKEY* key);

/// The digest of the engine; an error when the engine is absent.
Result<const EVP_MD*> digest_method(SignatureAlgorithm id);

}  // namespace smev::signature
