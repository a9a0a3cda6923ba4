#pragma once
// Keys that live in an OpenSSL ENGINE: a token, a cryptographic service.

#include <openssl/engine.h>

#include "sdk/signature/openssl.hpp"
#include "smev/signature/key.hpp"

namespace smev::signature {

/// An engine that has been initialised; its library stays loaded.
using EnginePtr = std::unique_ptr<ENGINE, Freer<ENGINE_finish>>;

struct EngineKey {
  EnginePtr engine;  // outlives the key: the members go in reverse order
  KeyPtr key;        ///< of any algorithm
};

/// Finds or loads the engine, runs its commands, gives it the PIN when it asks, loads the key.
/// Errors: key.
Result<EngineKey> load_engine_key(const KeyOptions& options);

}  // namespace smev::signature
