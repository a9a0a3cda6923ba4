#pragma once
// A signer over a command: for whatever holds keys and is no OpenSSL engine.

#include <string>
#include <vector>

#include "smev/signature/key.hpp"

namespace smev::signature {

struct CommandKey {
  std::vector<std::string> command;
  PinSource pin;
  SignatureAlgorithm algorithm{};
  Certificate certificate;
  int concurrency = 1;
  Duration timeout = KeyOptions::kCommandTimeout;
};

/// Starts the command once for each signature. Errors of `sign`: key, to be tried again later.
std::shared_ptr<Signer> command_signer(CommandKey key);

}  // namespace smev::signature
