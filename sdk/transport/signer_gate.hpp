#pragma once
// A signer lets only so many calls in at once (one, for most tokens); whoever comes later waits.

#include <condition_variable>
#include <memory>
#include <mutex>

#include "smev/signature/signer.hpp"

namespace smev::transport {

/// Thread-safe without limit.
class SignerGate final : public Signer {
 public:
  explicit SignerGate(std::shared_ptr<Signer> signer);

  [[nodiscard]] SignatureAlgorithm algorithm() const override { return signer_->algorithm(); }
  [[nodiscard]] const Certificate& certificate() const override { return signer_->certificate(); }
  [[nodiscard]] int concurrency() const override { return signer_->concurrency(); }
  Result<std::string> sign(std::string_view octets) override;

 private:
  class Pass;

  std::shared_ptr<Signer> signer_;
  std::mutex mutex_;
  std::condition_variable left_;
  int free_places_;
};

}  // namespace smev::transport
