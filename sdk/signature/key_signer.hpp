#pragma once
// A signer over a key that OpenSSL holds or reaches through an engine.

#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/key_engine.hpp"

namespace smev::signature {

/// @param key a GOST R 34.10-2012 one; with the engine that it lives in, or without
Result<std::shared_ptr<Signer>> key_signer(EngineKey key, Certificate certificate, int concurrency);

}  // namespace smev::signature
