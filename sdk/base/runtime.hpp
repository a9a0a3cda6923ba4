#pragma once
// What libraries keep per process, set up in one place.
//
// libxml2 (parser init), OpenSSL's ENGINE "gost" (made the default for keys, digests and ciphers:
// before any certificate is parsed, for one that was parsed earlier never gets its public key),
// libcurl's global state. Counted by reference; never torn down, because another user of the same
// library may live in this process. Not usable across fork: a child must exec.

#include <memory>

#include "smev/base/result.hpp"

namespace smev {

class Runtime {
 public:
  /// Thread-safe; the first call does the work, later ones return the same object.
  /// Fails with `crypto` when the engine is not installed (Debian: libengine-gost-openssl).
  static Result<std::shared_ptr<Runtime>> acquire();

  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime() = default;

 private:
  Runtime() = default;
};

}  // namespace smev
