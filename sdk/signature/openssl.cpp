#include "sdk/signature/openssl.hpp"

#include <openssl/engine.h>
#include <openssl/err.h>

#include <array>
#include <cerrno>
#include <climits>
#include <system_error>

namespace smev::signature {

std::string take_openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

ErrorQueueGuard::~ErrorQueueGuard() { ERR_clear_error(); }

BioPtr memory_bio(std::string_view octets) {
  return BioPtr(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
}

std::string bio_octets(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Result<BioPtr> file_bio(const std::string& path) {
  BioPtr bio(BIO_new_file(path.c_str(), "rb"));
  if (!bio) {
    const std::string why = std::system_category().message(errno);
    take_openssl_error();
    return fail(local_error(ErrorCode::io, path + ": " + why, Retry::after_fix));
  }
  return bio;
}

}  // namespace smev::signature
