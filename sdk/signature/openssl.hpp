#pragma once
// OpenSSL behind RAII, and the GOST objects of its engine. Everything here needs Runtime::acquire()
// before it: the engine must be there when the first key or certificate is read.

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "smev/base/result.hpp"

namespace smev::signature {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using BioPtr = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using CmsPtr = std::unique_ptr<CMS_ContentInfo, Freer<CMS_ContentInfo_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;

/// What OpenSSL last complained of in this thread; its queue is empty afterwards.
std::string take_openssl_error();

/// Empties the thread's error queue at the end of a scope: the engine leaves errors behind although
/// it succeeded, and other users of OpenSSL would take them for theirs.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() = default;
  ~ErrorQueueGuard();
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

/// A read-only view of octets.
BioPtr memory_bio(std::string_view octets);
std::string bio_octets(BIO* bio);
/// A file for streaming.
Result<BioPtr> file_bio(const std::string& path);

}  // namespace smev::signature
