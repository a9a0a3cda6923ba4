#pragma once
// Private keys in files. What a file is shows its content, not its name: PEM or DER, PKCS#8 plain
// or encrypted, PKCS#12 (the transport container of R 50.1.112 among them).

#include <string>
#include <vector>

#include "sdk/signature/openssl.hpp"
#include "smev/signature/key.hpp"

namespace smev::signature {

struct KeyFile {
  KeyPtr key;                         ///< of any algorithm
  std::vector<X509Ptr> certificates;  ///< those that lie beside the key, in their order
};

/// The PIN's source is asked only when the key is encrypted. A key that is not, in a file that
/// everyone can read, is refused. Errors: key.
Result<KeyFile> read_key_file(const std::string& path, const PinSource& pin);

/// All certificates of a file: PEM, or one in DER. Errors: key.
Result<std::vector<X509Ptr>> read_own_certificates(const std::string& path);

}  // namespace smev::signature
