#include "sdk/signature/digest.hpp"

#include <array>

#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/openssl.hpp"

namespace smev::signature {

namespace {

constexpr std::size_t kFilePieceOctets = 64u << 10;

Failure crypto_failed() {
  return fail(local_error(ErrorCode::crypto, "digest: " + take_openssl_error()));
}

Result<std::string> finish(EVP_MD_CTX* context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(context, value.data(), &size) != 1) {
    return crypto_failed();
  }
  return std::string(reinterpret_cast<const char*>(value.data()), size);
}

}  // namespace

Result<std::string> digest(SignatureAlgorithm algorithm, std::string_view octets) {
  SMEV_ASSIGN(const EVP_MD* method, digest_method(algorithm));
  const DigestContextPtr context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), method, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), octets.data(), octets.size()) != 1) {
    return crypto_failed();
  }
  return finish(context.get());
}

Result<std::string> digest_file(SignatureAlgorithm algorithm, const std::string& path) {
  SMEV_ASSIGN(const EVP_MD* method, digest_method(algorithm));
  SMEV_ASSIGN(const BioPtr file, file_bio(path));
  const DigestContextPtr context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), method, nullptr) != 1) {
    return crypto_failed();
  }
  std::string piece(kFilePieceOctets, '\0');
  std::size_t size = 0;
  while (BIO_read_ex(file.get(), piece.data(), piece.size(), &size) == 1) {
    if (EVP_DigestUpdate(context.get(), piece.data(), size) != 1) {
      return crypto_failed();
    }
  }
  // At the end of a file BIO_read_ex gives 0 as well; only an error does not set this flag.
  if (BIO_eof(file.get()) != 1) {
    take_openssl_error();
    return fail(local_error(ErrorCode::io, path + ": cannot be read", Retry::after_fix));
  }
  return finish(context.get());
}

}  // namespace smev::signature
