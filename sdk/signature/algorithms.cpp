#include "sdk/signature/algorithms.hpp"

#include <openssl/objects.h>

#include <algorithm>

#include "sdk/base/runtime.hpp"

namespace smev::signature {

namespace {

template <class Matches>
const Algorithm* find(Matches matches) {
  const auto& all = algorithms();
  const auto found = std::find_if(all.begin(), all.end(), matches);
  return found == all.end() ? nullptr : &*found;
}

bool holds(const std::vector<std::string_view>& uris, std::string_view uri) {
  return std::find(uris.begin(), uris.end(), uri) != uris.end();
}

}  // namespace

const std::vector<Algorithm>& algorithms() {
  static const std::vector<Algorithm> all = {
      {SignatureAlgorithm::gost2012_256,
       "GOST R 34.10-2012 256 bit",
       {"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-256",
        "http://www.w3.org/2001/04/xmldsig-more#gostr34102012-gostr34112012-256"},
       {"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256",
        "http://www.w3.org/2001/04/xmldsig-more#gostr34112012-256"},
       NID_id_GostR3410_2012_256,
       NID_id_GostR3411_2012_256,
       NID_id_tc26_signwithdigest_gost3410_2012_256,
       64},
      {SignatureAlgorithm::gost2012_512,
       "GOST R 34.10-2012 512 bit",
       {"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-512",
        "http://www.w3.org/2001/04/xmldsig-more#gostr34102012-gostr34112012-512"},
       {"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-512",
        "http://www.w3.org/2001/04/xmldsig-more#gostr34112012-512"},
       NID_id_GostR3410_2012_512,
       NID_id_GostR3411_2012_512,
       NID_id_tc26_signwithdigest_gost3410_2012_512,
       128},
      {SignatureAlgorithm::gost2001,
       "GOST R 34.10-2001",
       {"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102001-gostr3411",
        "http://www.w3.org/2001/04/xmldsig-more#gostr34102001-gostr3411"},
       {"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr3411",
        "http://www.w3.org/2001/04/xmldsig-more#gostr3411"},
       NID_id_GostR3410_2001,
       NID_id_GostR3411_94,
       NID_id_GostR3411_94_with_GostR3410_2001,
       64},
  };
  return all;
}

const Algorithm& algorithm(SignatureAlgorithm id) {
  return *find([id](const Algorithm& each) { return each.id == id; });
}

const Algorithm* by_signature_uri(std::string_view uri) {
  return find([uri](const Algorithm& each) { return holds(each.signature_uris, uri); });
}

const Algorithm* by_digest_uri(std::string_view uri) {
  return find([uri](const Algorithm& each) { return holds(each.digest_uris, uri); });
}

const Algorithm* by_key(const EVP_PKEY* key) {
  if (key == nullptr) return nullptr;
  const int nid = EVP_PKEY_get_base_id(key);
  return find([nid](const Algorithm& each) { return each.key_nid == nid; });
}

Result<const EVP_MD*> digest_method(SignatureAlgorithm id) {
  SMEV_TRY(Runtime::acquire());
  const Algorithm& wanted = algorithm(id);
  const EVP_MD* method = EVP_get_digestbynid(wanted.digest_nid);
  if (method == nullptr) {
    return fail(local_error(ErrorCode::crypto,
                            "the digest of " + std::string(wanted.title) + " is not there",
                            Retry::after_fix));
  }
  return method;
}

}  // namespace smev::signature

namespace smev {

std::string_view name(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::gost2012_256:
      return "gost2012_256";
    case SignatureAlgorithm::gost2012_512:
      return "gost2012_512";
    case SignatureAlgorithm::gost2001:
      return "gost2001";
  }
  return "";
}

}  // namespace smev
