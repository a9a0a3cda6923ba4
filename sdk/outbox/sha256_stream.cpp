#include "sdk/outbox/sha256_stream.hpp"

#include <openssl/evp.h>

#include <array>

#include "sdk/base/bytes.hpp"

namespace smev::outbox {

void Sha256Stream::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  sound_ = context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
}

void Sha256Stream::add(std::string_view octets) {
  sound_ = sound_ && EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) == 1;
}

Result<std::string> Sha256Stream::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  sound_ = sound_ && EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1;
  if (!sound_) return fail(local_error(ErrorCode::crypto, "SHA-256 is not to be had"));
  sound_ = false;
  return hex_encode({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace smev::outbox
