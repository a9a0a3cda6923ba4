#pragma once
// Octets that nobody else may see: a PIN, a password, a file with a key. Wiped when they go.

#include <openssl/crypto.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smev/base/result.hpp"

namespace smev::signature {

/// Not a std::string: moving a short one leaves a copy behind.
class Secret {
 public:
  Secret() = default;
  /// So many octets, all zero, to be filled in.
  explicit Secret(std::size_t size) : octets_(size + 1), size_(size) {}
  explicit Secret(std::string_view octets) : Secret(octets.size()) {
    octets.copy(octets_.data(), octets.size());
  }
  Secret(Secret&& other) noexcept
      : octets_(std::exchange(other.octets_, {})), size_(std::exchange(other.size_, 0)) {}
  Secret& operator=(Secret&& other) noexcept {
    octets_.swap(other.octets_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Secret() { OPENSSL_cleanse(octets_.data(), octets_.size()); }

  char* data() { return octets_.data(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::string_view view() const { return {octets_.data(), size_}; }
  /// Ends with a zero octet.
  [[nodiscard]] const char* c_str() const { return octets_.empty() ? "" : octets_.data(); }
  /// Keeps the first octets.
  void cut(std::size_t size) {
    OPENSSL_cleanse(octets_.data() + size, size_ - size);
    size_ = size;
  }

 private:
  std::vector<char> octets_;  // one more than `size_`, zero
  std::size_t size_ = 0;
};

struct SecretFile {
  Secret octets;
  bool readable_by_all = false;  ///< by users who are neither its owner nor of its group
};
/// Reads a regular file. Errors: key.
Result<SecretFile> read_secret_file(const std::string& path, std::size_t octets_max);
/// Refuses a file whose secret any user of this machine can read. Errors: key.
Result<void> refuse_readable_by_all(const SecretFile& file, const std::string& path);

}  // namespace smev::signature
